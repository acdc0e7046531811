"""One hash for a set of files: what a lock file, a web build or a model was made from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, Iterable, Iterator


def files_below(folder: Path, keep: Callable[[Path], bool]) -> Iterator[Path]:
    """All files below ``folder`` for which ``keep`` holds; folders it rejects are not entered."""
    for entry in sorted(folder.iterdir()):
        if not keep(entry):
            continue
        if entry.is_dir():
            yield from files_below(entry, keep)
        else:
            yield entry


def content_hash(root: Path, files: Iterable[Path], *more: str) -> str:
    """SHA-256 (hex) over the files' paths relative to ``root`` and their bytes, and over ``more``.

    The order in which the files are given does not matter; a missing file counts as absent.
    """
    total = hashlib.sha256()
    for text in more:
        total.update(b"text\0" + text.encode() + b"\0")
    for path in sorted(set(files)):
        if path.is_file():
            name = path.relative_to(root).as_posix()
            digest = hashlib.sha256(path.read_bytes()).digest()
            total.update(b"file\0" + name.encode() + b"\0" + digest)
    return total.hexdigest()
