"""uv, which installs everything else: the one on this machine, else one of our own in the tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Mapping

from tools.failure import SetupFailure
from tools.layout import Layout
from tools.pythons import which
from tools.steps import CommandFailure, Step, run_logged

_OLDEST = (0, 4, 0)
"""First uv whose ``pip sync`` and ``python install`` take what we say to them."""

_NETWORK = re.compile(
    r"error sending request|dns error|failed to (fetch|connect|download)|could not connect"
    r"|connection (refused|reset)|network is unreachable|name resolution|newconnectionerror"
    r"|connecttimeout|from versions: none|enotfound"
    r"|econnrefused|econnreset|eai_again|etimedout|enetunreach",
    re.IGNORECASE,
)
_NO_SPACE = re.compile(r"no space left on device|enospc|disk quota exceeded", re.IGNORECASE)


def explain(failure: CommandFailure, what: str, log: Path) -> SetupFailure:
    """Why ``what`` was not installed: no network, no disk, or what the command said."""
    text = "\n".join(failure.lines)
    if _NO_SPACE.search(text):
        return SetupFailure(f"the disk is full: {what} could not be installed; free some space.")
    if _NETWORK.search(text):
        return SetupFailure(
            f"the package registry cannot be reached, so {what} could not be installed: check the"
            f" network or your proxy or mirror settings and start again; details are in {log}."
        )
    return failure


def _runs(uv: Path) -> bool:
    try:
        done = subprocess.run(
            [str(uv), "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
        )
    except OSError:
        return False
    found = re.search(rb"uv (\d+)\.(\d+)\.(\d+)", done.stdout)
    return found is not None and tuple(int(part) for part in found.groups()) >= _OLDEST


def ensure_uv(layout: Layout, environ: Mapping[str, str], log: Path) -> Path:
    """A uv that runs. Raises `SetupFailure` when there is none and pip cannot bring one."""
    present = which("uv", environ)
    if present is not None and _runs(present):
        return present
    own = layout.environments / "uv" / "bin" / "uv"
    if _runs(own):
        return own
    folder = layout.environments / "uv"
    aside = layout.environments / "uv.new"
    for leftover in (folder, aside):
        shutil.rmtree(str(leftover), ignore_errors=True)
    with Step("fetching uv, the installer"):
        pip = _pip(layout, environ, log)
        try:
            run_logged(
                [
                    *pip,
                    *("install", "--require-hashes", "--no-deps", "--disable-pip-version-check"),
                    *("--target", str(aside), "-r", str(layout.requirements / "uv.txt")),
                ],
                log,
                environ=environ,
            )
        except CommandFailure as failure:
            raise explain(failure, "uv", log) from failure
    aside.rename(folder)
    if not _runs(own):
        raise SetupFailure(f"uv was fetched to {own} but does not run on this machine.")
    return own


def _pip(layout: Layout, environ: Mapping[str, str], log: Path) -> List[str]:
    """A command that is pip: the running Python's, else that of an environment made for it."""
    try:
        run_logged([sys.executable, "-m", "pip", "--version"], log, environ=environ)
        return [sys.executable, "-m", "pip"]
    except CommandFailure:
        folder = layout.environments / "pip"
        try:
            run_logged([sys.executable, "-m", "venv", "--clear", folder], log, environ=environ)
        except CommandFailure as failure:
            raise SetupFailure(
                f"{sys.executable} has neither pip nor venv: install uv, or your system's"
                " package of one of them (Debian: python3-venv)."
            ) from failure
        return [str(folder / "bin" / "python"), "-m", "pip"]


def installer_environment(environ: Mapping[str, str]) -> Dict[str, str]:
    """The environment variables for uv: ours kept, those that would lead it astray taken out.

    A mirror set for pip counts for uv too, and big wheels get more time than uv's 30 seconds.
    """
    result = {
        name: value for name, value in environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")
    }
    result.setdefault("UV_HTTP_TIMEOUT", "180")
    mirror = environ.get("PIP_INDEX_URL")
    if mirror and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(environ):
        result["UV_DEFAULT_INDEX"] = mirror
    return result
