"""Find the interpreters the two environments are made with: 3.10 for Rasa, 3.12 for the rest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, Mapping, Optional

from tools.failure import SetupFailure
from tools.steps import CommandFailure, Step, run_logged

_PROBE = """
import ctypes, sqlite3, ssl, sys
print("%d.%d" % sys.version_info[:2], sys.implementation.name)
"""
_PROBE_SECONDS = 30
_USUAL_FOLDERS = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")


def works(candidate: Path, version: str) -> bool:
    """Whether ``candidate`` runs, is CPython ``version`` ("3.10") and has the modules we need.

    Running it is the only proof: a pyenv shim on PATH can still answer "command not found".
    """
    try:
        done = subprocess.run(
            [str(candidate), "-I", "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.decode().split() == [version, "cpython"]


def candidates(version: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """Where an interpreter of ``version`` may stand, best first; not all of them exist or run."""
    yield Path(sys.executable)
    names = ("python" + version, "python3", "python")
    folders = [Path(entry) for entry in environ.get("PATH", "").split(os.pathsep) if entry]
    for name in names:
        for folder in folders:
            yield folder / name
    home = Path(environ.get("HOME") or "/nonexistent")
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    for found in sorted(pyenv.glob(version + "*"), key=_patch_number, reverse=True):
        yield found / "bin" / ("python" + version)
    for folder in [Path(text) for text in _USUAL_FOLDERS] + [home / ".local" / "bin"]:
        yield folder / ("python" + version)


def _patch_number(folder: Path) -> int:
    last = folder.name.split(".")[-1]
    return int(last) if last.isdigit() else -1


def find(version: str, environ: Mapping[str, str]) -> Optional[Path]:
    """The first interpreter on this machine that `works`, or None."""
    seen = set()
    for candidate in candidates(version, environ):
        if candidate in seen or not os.access(str(candidate), os.X_OK):
            continue
        seen.add(candidate)
        if works(candidate, version):
            return candidate
    return None


def find_or_fetch(version: str, uv: Path, environ: Mapping[str, str], log: Path) -> Path:
    """An interpreter of ``version``: on this machine, known to uv, or fetched by uv.

    Raises `SetupFailure` when there is none and none can be fetched.
    """
    found = find(version, environ) or _known_to_uv(version, uv, environ)
    if found is not None:
        return found
    try:
        with Step(f"fetching Python {version}"):
            run_logged([uv, "python", "install", version], log, environ=environ)
    except CommandFailure as failure:
        raise SetupFailure(
            f"Python {version} is not on this machine and could not be fetched: install it (or make"
            f" it reachable as python{version}) and start again; details are in {log}."
        ) from failure
    found = _known_to_uv(version, uv, environ)
    if found is None:
        raise SetupFailure(f"Python {version} was fetched but does not run; details are in {log}.")
    return found


def _known_to_uv(version: str, uv: Path, environ: Mapping[str, str]) -> Optional[Path]:
    done = subprocess.run(
        [str(uv), "python", "find", "--system", "--no-python-downloads", version],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    found = Path(done.stdout.decode().strip() or "nothing")
    return found if done.returncode == 0 and works(found, version) else None


def which(name: str, environ: Mapping[str, str]) -> Optional[Path]:
    """`shutil.which` with the PATH of ``environ``."""
    found = shutil.which(name, path=environ.get("PATH", ""))
    return None if found is None else Path(found)
