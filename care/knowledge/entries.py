"""The entries of the knowledge base, read from ``data/faq/*.yml`` and checked as a whole."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path

from care.datafiles import DataFileError, Record, data_files, read_records, read_top, read_yaml
from care.knowledge.analysis import Vocabulary, normalise

VOCABULARY_FILE = "vocabulary.yml"
REFUSED_FILE = "refused.yml"
FIELDS = ("id", "question", "other", "answer", "serves", "general_for", "source", "reviewed")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NOT_WORDING = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of the knowledge base.

    ``serves`` are the intents whose customers this answer may help, ``general_for`` those for which it is the one to
    give when nothing more fitting is found. ``reviewed`` is the day on which somebody last checked it.
    """

    id: str
    question: str
    other: tuple[str, ...]
    answer: str
    source: str
    reviewed: date
    serves: frozenset[str] = frozenset()
    general_for: frozenset[str] = frozenset()
    topic: str = ""

    @property
    def wordings(self) -> tuple[str, ...]:
        """The question and its other wordings."""
        return (self.question, *self.other)


@dataclass(frozen=True, slots=True)
class Library:
    """All entries with the vocabulary by which they are searched.

    ``refused`` are questions that no entry answers: what is like them is answered only by what fits the better.
    """

    entries: tuple[Entry, ...]
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    refused: tuple[str, ...] = ()


def load_library(folder: Path, intents: Collection[str] | None = None) -> Library:
    """The entries of a folder; with ``intents`` given, an entry may serve only those.

    Raises ``DataFileError`` naming file and entry: a missing or malformed field, an id or wording that occurs twice,
    an unknown intent, two general entries for one intent.
    """
    entries: list[Entry] = []
    taken: dict[str, str] = {}
    for path in data_files(folder):
        if path.name in (VOCABULARY_FILE, REFUSED_FILE):
            continue
        for record in read_records(path, "entries"):
            entry = _entry(record, intents)
            claims = chain(
                [(f"id {entry.id}", f"the id {entry.id!r}")],
                ((f"wording {plain(text)}", f"the wording {text!r}") for text in entry.wordings),
                (
                    (f"general {name}", f"being general for {name!r}")
                    for name in sorted(entry.general_for)
                ),
            )
            for claim, what in claims:
                if claim in taken:
                    raise record.error(f"{what} is taken by entry {taken[claim]!r}")
                taken[claim] = entry.id
            entries.append(entry)
    if not entries:
        raise DataFileError(folder, "there is no entry in this folder")
    refused = load_refused(folder / REFUSED_FILE)
    for text in refused:
        if (claim := f"wording {plain(text)}") in taken:
            raise DataFileError(
                folder / REFUSED_FILE, f"{text!r} is a wording of entry {taken[claim]!r}"
            )
    return Library(tuple(entries), load_vocabulary(folder / VOCABULARY_FILE), refused)


def plain(text: str) -> str:
    """A wording without what makes no difference: case, width, punctuation."""
    return NOT_WORDING.sub("", normalise(text))


def intents_of_domain(path: Path) -> frozenset[str]:
    """The intents that a Rasa domain declares: a file, or a folder of files. Raises ``DataFileError``."""
    names: set[str] = set()
    for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
        content = read_yaml(file)
        for intent in (content or {}).get("intents") or []:
            names.update([intent] if isinstance(intent, str) else intent)
    if not names:
        raise DataFileError(path, "declares no intents")
    return frozenset(names)


def load_vocabulary(path: Path) -> Vocabulary:
    """The domain's words; an absent file is an empty vocabulary. Raises ``DataFileError``."""
    if not path.exists():
        return Vocabulary()
    fields = read_top(path, "vocabulary")
    if not isinstance(fields, dict):
        raise DataFileError(path, "'vocabulary' must be names with values")
    record = Record(path, 1, {"id": "vocabulary", **fields})
    record.only(("id", "words", "same", "fillers", "weak"))
    same: dict[str, str] = {}
    for group in fields.get("same") or []:
        if (
            not isinstance(group, list)
            or len(group) < 2
            or not all(isinstance(word, str) for word in group)
        ):
            raise record.error(f"{group!r} is no list of two or more words that mean the same")
        for word in group[1:]:
            if same.setdefault(normalise(word), normalise(group[0])) != normalise(group[0]):
                raise record.error(f"{word!r} cannot mean two things")
    for known in same.values():
        if known in same:
            raise record.error(f"{known!r} is itself rewritten to {same[known]!r}")
    return Vocabulary(
        words=frozenset(map(normalise, record.texts("words"))),
        same=same,
        fillers=frozenset(map(normalise, record.texts("fillers"))),
        weak=frozenset(map(normalise, record.texts("weak"))),
    )


def load_refused(path: Path) -> tuple[str, ...]:
    """The questions that no entry answers; an absent file holds none. Raises ``DataFileError``."""
    if not path.exists():
        return ()
    listed = read_top(path, "refused")
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise DataFileError(path, "'refused' must be a list of questions")
    return tuple(listed)


def _entry(record: Record, intents: Collection[str] | None) -> Entry:
    record.only(FIELDS)
    slug = record.text("id")
    if not SLUG.fullmatch(slug):
        raise record.error("an id consists of small letters, digits and single hyphens")
    serves, general_for = frozenset(record.texts("serves")), frozenset(record.texts("general_for"))
    if stray := sorted(general_for - serves):
        raise record.error(f"is general for {stray[0]!r} but does not serve it")
    if intents is not None and (unknown := sorted(serves - frozenset(intents))):
        raise record.error(f"serves the unknown intent {unknown[0]!r}")
    entry = Entry(
        id=slug,
        question=record.text("question"),
        other=record.texts("other"),
        answer=record.text("answer"),
        source=record.text("source"),
        reviewed=record.day("reviewed"),
        serves=serves,
        general_for=general_for,
        topic=record.path.stem,
    )
    for wording in entry.wordings:
        if not plain(wording):
            raise record.error(f"the wording {wording!r} holds neither letters nor characters")
    return entry
