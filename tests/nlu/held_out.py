"""The held-out sentences, values and wishes: read, and nothing else. Only tests and benchmarks may import this.

Works in both environments.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SENTENCES = Path(__file__).with_name("sentences.yml")
VALUES = Path(__file__).with_name("values.yml")
WISHES = Path(__file__).with_name("wishes.yml")
SHA256 = {
    SENTENCES: "0cc145a30796c55728d11d191c1a2accdf46c9b97c5561895d60f2d886731dbb",
    VALUES: "45ddc607afeec6a3c4c3cd45a5924c41a855e2930dbbaa0c07dcc3cd5a8de0ef",
    WISHES: "f908ab0215dcce2fef2bbfa914ecab7e7eb068fa4e56d1611ce1b03be4355509",
}
TODAY = date(2026, 11, 22)
"""The day on which the customers of ``values.yml`` write."""

STYLES = frozenset(
    {"terse", "plain", "rambling", "angry", "polite", "elderly", "young", "dialect", "typo"}
    | {"pinyin", "traditional", "mixed", "speech", "implicit"}
)


@dataclass(frozen=True)
class Sentence:
    """What a customer says, what is wanted by the rules of labelling, and how it is said (one of ``STYLES``)."""

    text: str
    intent: str
    style: str


def sentences() -> list[Sentence]:
    """All of them, in the file's order."""
    return [Sentence(**one) for one in _read(SENTENCES)["sentences"]]


@dataclass(frozen=True)
class ValueCase:
    """A text and the value of an entity in it, ``None`` where it only looks as if there were one."""

    text: str
    entity: str
    value: Any


def value_cases() -> list[ValueCase]:
    """All of them, in the file's order."""
    return [ValueCase(**one) for one in _read(VALUES)["cases"]]


@dataclass(frozen=True)
class WishMessage:
    """A message and all that is wished in it, one thing or several, in the order in which it is said."""

    text: str
    wishes: tuple[str, ...]


def wish_messages() -> list[WishMessage]:
    """All of them, in the file's order."""
    return [WishMessage(one["text"], tuple(one["wishes"])) for one in _read(WISHES)["messages"]]


def unchanged() -> bool:
    """Whether the files are those that were first measured."""
    return all(
        hashlib.sha256(file.read_bytes()).hexdigest() == known for file, known in SHA256.items()
    )


def _read(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))


def bare(text: str) -> str:
    """``text`` without what does not make it another sentence: width, case, punctuation, blanks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
