"""The held-out questions: read, and nothing else. Only tests and ``benchmarks/`` may import this."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from care.datafiles import read_yaml

FILE = Path(__file__).with_name("questions.yml")
SHA256 = "d233051f9ea953bfac5c8eaaf633db58218c24f1e8093aaf1bc418639e7dd015"


@dataclass(frozen=True)
class Question:
    """What a customer asks, and the entries that answer it: one, two that do equally, or none."""

    text: str
    entries: tuple[str, ...]


def questions() -> list[Question]:
    """All of them, in the file's order."""
    return [
        Question(one["text"], tuple(_listed(one["entry"]))) for one in read_yaml(FILE)["questions"]
    ]


def unchanged() -> bool:
    """Whether the file is the one that was first measured."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256


def _listed(entry: str | list[str] | None) -> list[str]:
    if entry is None:
        return []
    return [entry] if isinstance(entry, str) else entry
