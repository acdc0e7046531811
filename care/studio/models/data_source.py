"""The training data at a commit, for the trainer: what the studio publishes, and what stands beside it."""

import io
import tarfile
from pathlib import Path

from care.studio.data.files import FAQ, NLU, RULES, STORIES
from care.studio.data.repository import DataRepository

_PUBLISHED = (NLU, RULES, STORIES, FAQ)
_LEFT_OUT = {"__pycache__"}


class DataSource:
    """The data repository, and the data folder with what is not published there (the lexicon, the demo operator)."""

    def __init__(self, repository: DataRepository, data_dir: Path) -> None:
        self._repository = repository
        self._data_dir = data_dir

    def tar(self, commit: str | None) -> bytes:
        """``domain.yml`` (or ``domain/``) and ``data/``; as the files stand where no ``commit`` is named.

        Raises ``UnknownCommit``, ``OSError``.
        """
        texts = self._repository.texts() if commit is None else self._repository.texts_at(commit)
        files = {path: text.encode() for path, text in texts.items()}
        for file in sorted(self._data_dir.rglob("*")):
            path = f"data/{file.relative_to(self._data_dir).as_posix()}"
            if path not in files and not path.startswith(_PUBLISHED) and _is_kept(file):
                files[path] = file.read_bytes()
        return _packed(files)


def _is_kept(file: Path) -> bool:
    return (
        file.is_file()
        and not file.is_symlink()
        and not file.name.startswith(".")
        and not _LEFT_OUT & set(file.parts)
        and ".git" not in file.parts
    )


def _packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for path, content in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()
