"""The web part: its packages as locked, built into ``web/dist`` when a source changed.

``python3 -m tools.web typecheck``, ``… test`` and ``… test:browser`` run the npm script of that name
in each part of ``web/`` that has it; the last one gets a Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path
from typing import List, Mapping, Optional

from tools.browser import ensure_browser
from tools.content_hash import content_hash, files_below
from tools.environments import exclusive
from tools.failure import SetupFailure, run_main
from tools.layout import Layout
from tools.node import Node, ensure_node, install_packages
from tools.steps import Step, run_logged

_NOT_SOURCES = {"node_modules", "dist", "coverage"}


def _is_source(path: Path) -> bool:
    return path.name not in _NOT_SOURCES and not path.name.startswith(".")


def _built(layout: Layout) -> Path:
    return layout.web / "dist" / ".built.json"


def is_built(layout: Layout, fingerprint: str) -> bool:
    """Whether ``web/dist`` was built from these sources and every page of it is still there."""
    try:
        built = json.loads(_built(layout).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    pages: List[str] = built.get("pages", [])
    dist = layout.web / "dist"
    return built.get("sources") == fingerprint and all((dist / page).is_file() for page in pages)


def source_hash(layout: Layout) -> str:
    """The hash of all that the pages are built from."""
    return content_hash(layout.web, files_below(layout.web, _is_source))


def ensure_packages(layout: Layout, environ: Mapping[str, str]) -> Node:
    """The npm packages of ``web/`` installed; returns the Node to call. Raises `SetupFailure`."""
    node = ensure_node(layout, environ)
    with exclusive(layout):
        install_packages(
            layout.web, node, environ, layout.log / "web.log", "the packages of the web pages"
        )
    return node


def ensure_web(layout: Layout, environ: Optional[Mapping[str, str]] = None) -> None:
    """Build ``web/dist`` when a source changed since the last build. Raises `SetupFailure`."""
    environ = os.environ if environ is None else environ
    if not (layout.web / "package.json").exists():
        raise SetupFailure("web/package.json is missing: this is not a whole checkout.")
    fingerprint = source_hash(layout)
    if is_built(layout, fingerprint):
        return
    node = ensure_packages(layout, environ)
    log = layout.log / "web.log"
    with exclusive(layout):
        if is_built(layout, fingerprint):
            return
        with Step("building the web pages"):
            run_logged(
                [*node.npm, "run", "build"], log, cwd=layout.web, environ=node.environment(environ)
            )
        dist = layout.web / "dist"
        pages = sorted(page.relative_to(dist).as_posix() for page in dist.glob("*/index.html"))
        if not pages:
            raise SetupFailure(f"the web build made no page in {dist}; details are in {log}.")
        record = {"sources": fingerprint, "pages": pages}
        _built(layout).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """The command line: run one npm script, its output shown."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.web", description=__doc__)
    parser.add_argument("script", choices=("typecheck", "test", "test:browser"))
    script = parser.parse_args().script
    layout = Layout.from_environment()
    node = ensure_packages(layout, os.environ)
    environ = node.environment(os.environ)
    if script == "test:browser":
        browser = ensure_browser(layout)
        environ = {**environ, **browser.environ, "CHROMIUM": str(browser.executable)}
    done = subprocess.run(
        [*node.npm, "run", script, "--workspaces", "--if-present"],
        cwd=str(layout.web),
        env=environ,
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    run_main(main)
