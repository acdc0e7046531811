"""The held-out sentences: read, and nothing else. Only tests and ``benchmarks/nlu`` may import this.

Works in both environments.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("sentences.yml")
SHA256 = "0cc145a30796c55728d11d191c1a2accdf46c9b97c5561895d60f2d886731dbb"

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
    content = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    return [Sentence(**one) for one in content["sentences"]]


def hash_of_file() -> str:
    """SHA-256 of the file as it is."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


def bare(text: str) -> str:
    """``text`` without what does not make it another sentence: width, case, punctuation, blanks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
