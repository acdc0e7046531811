"""What people go to a shop for, and what they must bring: ``data/demo/documents.yml``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from care.bss.protocol import Store
from care.datafiles import DataFileError, read_records

OTHER = "other"
"""What an errand is that has no entry of its own."""

_FIELDS = ("id", "name", "service", "words", "bring", "note")


@dataclass(frozen=True, slots=True)
class Errand:
    """A business that is done at a counter. Its id is the customer's wish (intent) of that name, where there is one."""

    id: str
    name: str
    service: str
    """What a shop that does it has among its services."""
    words: tuple[str, ...]
    bring: tuple[str, ...]
    note: str


class Errands:
    """All of them, by id and by what customers call them."""

    def __init__(self, errands: tuple[Errand, ...]) -> None:
        self._by_id = {errand.id: errand for errand in errands}

    def __iter__(self) -> Iterator[Errand]:
        """In the file's order."""
        return iter(self._by_id.values())

    def of(self, errand_id: str) -> Errand:
        """The errand with this id, else the general one."""
        return self._by_id.get(errand_id) or self._by_id[OTHER]

    def meant(self, text: str) -> Errand | None:
        """The errand that a text names; of several the one with the longest word."""
        folded = text.lower()
        found = [
            (len(word), errand)
            for errand in self._by_id.values()
            for word in errand.words
            if word in folded
        ]
        return max(found, key=lambda one: one[0])[1] if found else None

    def done_at(self, store: Store) -> list[Errand]:
        """What can be done at a shop."""
        return [errand for errand in self._by_id.values() if errand.service in store.services]


def load_errands(path: Path) -> Errands:
    """Read the file. Raises ``DataFileError``."""
    errands = []
    for record in read_records(path, "documents"):
        record.only(_FIELDS)
        errands.append(
            Errand(
                id=record.text("id"),
                name=record.text("name"),
                service=record.text("service"),
                words=tuple(word.lower() for word in record.texts("words")),
                bring=record.texts("bring"),
                note=record.text("note"),
            )
        )
    if OTHER not in {errand.id for errand in errands}:
        raise DataFileError(path, f"there must be an entry {OTHER!r}")
    if len({errand.id for errand in errands}) != len(errands):
        raise DataFileError(path, "an id occurs twice")
    return Errands(tuple(errands))
