"""Small stand-ins for programs the tools call."""

import sys
from pathlib import Path


def script(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def python_script(path: Path, text: str) -> Path:
    """An executable Python script, run by the interpreter of the tests."""
    source = path.with_name(path.name + ".source.py")
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text)
    return script(path, f'exec "{sys.executable}" "{source}" "$@"\n')


def fake_python(path: Path, version: str) -> Path:
    """An interpreter that passes for CPython ``version``."""
    return script(path, f'echo "{version} cpython"\n')


def pyenv_shim(path: Path) -> Path:
    """What pyenv puts on PATH for a version that is not selected."""
    return script(path, f'echo "pyenv: {path.name}: command not found" >&2; exit 127\n')
