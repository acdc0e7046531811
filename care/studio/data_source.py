"""The training data at a commit, for the trainer."""

import io
import re
import subprocess
import tarfile
from pathlib import Path

from care.errors import NotFound, Unavailable

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_SECONDS = 60
_LEFT_OUT = {".git", "__pycache__"}


class UnknownCommit(NotFound):
    """The data repository has no such commit."""

    code, message = "unknown_commit", "数据仓库里没有这个版本。"


def data_tar(folder: Path, commit: str | None) -> bytes:
    """All files of the data folder, as a tar; as they stand where no ``commit`` is named.

    Raises ``UnknownCommit``, ``Unavailable`` (no git).
    """
    return _as_it_stands(folder) if commit is None else _at(folder, commit)


def _at(folder: Path, commit: str) -> bytes:
    if not _COMMIT.fullmatch(commit):
        raise UnknownCommit()
    try:
        # In a folder of a repository, git archives that folder, by names below it.
        done = subprocess.run(
            ["git", "-C", str(folder), "archive", "--format=tar", commit],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(cause=type(error).__name__) from error
    if done.returncode != 0:
        raise UnknownCommit()
    return done.stdout


def _as_it_stands(folder: Path) -> bytes:
    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if Path(member.name).name in _LEFT_OUT or not (member.isreg() or member.isdir()):
            return None
        return member

    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        tar.add(folder, arcname=".", filter=kept)
    return stream.getvalue()
