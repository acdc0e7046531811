"""The files of the data repository that the studio reads and changes, by their paths in it (``data/nlu/billing.yml``)."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from care.studio.data.yaml_text import Document, read

DOMAIN, DOMAIN_FOLDER = "domain.yml", "domain/"
NLU, RULES, STORIES, FAQ, WISHES = (
    "data/nlu/",
    "data/rules/",
    "data/stories/",
    "data/faq/",
    "data/wishes.yml",
)
OWN_NLU, OWN_RULES = "data/nlu/studio.yml", "data/rules/studio.yml"
"""Where what trainers add stands, as long as nobody moves it."""

_FOLDERS = (DOMAIN_FOLDER, NLU, RULES, STORIES, FAQ)
_PATH = re.compile(r"[\w./-]+\.yml")


class Files:
    """Texts by path; changes are kept here and written by whoever took them up."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._first = dict(texts)
        self._open: dict[str, Document] = {}

    def __getitem__(self, path: str) -> str:
        if path in self._open:
            self._texts[path] = self._open[path].text()
        return self._texts[path]

    def __setitem__(self, path: str, text: str) -> None:
        self._open.pop(path, None)
        self._texts[path] = text

    def change(self, path: str, work: Callable[[Any], object]) -> None:
        """Have ``work`` change what a file holds; a big file is read and written once for many changes.

        Raises ``Unreadable``.
        """
        if path not in self._open:
            self._open[path] = Document(self._texts[path])
        work(self._open[path].content)

    def content(self, path: str) -> Any:
        """What a file holds now, to be read only. Raises ``Unreadable``."""
        return self._open[path].content if path in self._open else read(self._texts[path])

    def before(self, path: str) -> str:
        """The text, changes that are not written yet left out: cheap, to find what no change adds or removes."""
        return self._texts[path]

    def __contains__(self, path: str) -> bool:
        return path in self._texts

    def below(self, folder: str) -> list[str]:
        """The paths in a folder, in order."""
        return sorted(path for path in self._texts if path.startswith(folder))

    def domain(self) -> list[str]:
        """The paths of the domain: one file, or those of a folder."""
        return [DOMAIN] if DOMAIN in self._texts else self.below(DOMAIN_FOLDER)

    def texts(self) -> dict[str, str]:
        """All texts as they are now."""
        return {path: self[path] for path in self._texts}

    def changed(self) -> dict[str, str]:
        """The texts that are not as they were at first."""
        return {path: text for path, text in self.texts().items() if self._first.get(path) != text}


def is_data(path: str) -> bool:
    """Whether a path of the repository is one of ours."""
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        return False
    return path in (DOMAIN, WISHES) or path.startswith(_FOLDERS)


def read_folder(root: Path) -> dict[str, str]:
    """The texts below a folder, as they stand on the disk."""
    return {path: (root / path).read_text(encoding="utf-8") for path in _paths(root)}


def _paths(root: Path) -> Iterator[str]:
    for single in (DOMAIN, WISHES):
        if (root / single).is_file():
            yield single
    for folder in _FOLDERS:
        for file in sorted((root / folder).rglob("*.yml")):
            yield file.relative_to(root).as_posix()
