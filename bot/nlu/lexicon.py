"""The lexicon: what the catalogue's plans, add-ons, areas … are called, exported from the care server.

A JSON object of entity name to list of ``{"id", "name", "synonyms": […]}``. Keys beside these are ignored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class LexiconError(ValueError):
    """The lexicon cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Entry:
    """One thing of the catalogue: the entity it is, its identifier and everything it is called."""

    entity: str
    id: str
    name: str
    synonyms: tuple[str, ...]

    @property
    def surfaces(self) -> tuple[str, ...]:
        """The name first, then what else people say; without repetitions."""
        return tuple(dict.fromkeys((self.name, *self.synonyms)))


@dataclass(frozen=True)
class Lexicon:
    """All entries, in the order of the file."""

    entries: tuple[Entry, ...]

    @classmethod
    def load(cls, path: str | Path) -> Lexicon:
        """The lexicon in a file; raises :class:`LexiconError`."""
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise LexiconError(f"Cannot read the lexicon {path}: {error}") from error
        except ValueError as error:
            raise LexiconError(f"The lexicon {path} is not JSON: {error}") from error
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: Any, source: str = "lexicon") -> Lexicon:
        """The lexicon in parsed JSON; raises :class:`LexiconError`."""
        if not isinstance(content, dict):
            raise LexiconError(f"{source}: an object of entity to entries is expected.")
        return cls(tuple(_entries(content, source)))

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """The JSON form that :meth:`parse` reads."""
        content: dict[str, list[dict[str, Any]]] = {}
        for entry in self.entries:
            content.setdefault(entry.entity, []).append(
                {"id": entry.id, "name": entry.name, "synonyms": list(entry.synonyms)}
            )
        return content

    def digest(self) -> str:
        """A hash of the content, for the fingerprint of a component that packs it."""
        return hashlib.sha256(json.dumps(self.dump(), sort_keys=True).encode()).hexdigest()

    def of(self, entities: Iterable[str]) -> Lexicon:
        """The entries of these entities only."""
        wanted = frozenset(entities)
        return Lexicon(tuple(entry for entry in self.entries if entry.entity in wanted))


def _entries(content: dict[str, Any], source: str) -> Iterator[Entry]:
    for entity, items in content.items():
        if not isinstance(items, list):
            raise LexiconError(f"{source}: {entity} must be a list.")
        for place, item in enumerate(items):
            try:
                synonyms = tuple(str(synonym) for synonym in item.get("synonyms") or ())
                entry = Entry(entity, str(item["id"]), str(item["name"]), synonyms)
            except (AttributeError, KeyError, TypeError) as error:
                raise LexiconError(
                    f"{source}: {entity}[{place}] needs id, name and synonyms."
                ) from error
            if not all(surface.strip() for surface in entry.surfaces):
                raise LexiconError(f"{source}: {entity} {entry.id} has an empty name or synonym.")
            yield entry
