"""Features of a message for the intent classifier: n-grams of characters, words and pinyin, and the entities in it.

Only features are made from the normalised text; entities and offsets always refer to the text as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from opencc import OpenCC
from pypinyin import lazy_pinyin

from bot.nlu.fold import fold
from bot.nlu.mainland_words import mainland_words

_REPEATED = re.compile(r"(\D)\1{2,}")
_SPACE = re.compile(r"\s+")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")


@lru_cache(maxsize=1)
def _mainland() -> OpenCC:
    """Traditional characters and Taiwan's words to those of the mainland: 寬頻斷線 to 宽带断线."""
    return OpenCC("tw2sp")


def normalise(text: str) -> str:
    """The text as features see it: folded, mainland words, no character more than twice in a row.

    All codes are one and the same, and so are all numbers of phones, tickets, cards.
    """
    text = mainland_words(text)
    text = str(_mainland().convert(text)) if not text.isascii() else text
    return _SPACE.sub(" ", _REPEATED.sub(r"\1\1", _any_number(fold(text)))).strip()


def _any_number(text: str) -> str:
    """Any six digits for six, any seven and more for those: what a customer wants does not depend on which they are."""
    return _LONG_NUMBER.sub("13800138000", _CODE.sub("123456", text))


@dataclass(frozen=True)
class FeatureSpec:
    """How much each kind of feature counts; each kind has unit length in every message. 0: none is made.

    ``syllables`` are those of the pinyin, so that homophones (花费 for 话费) are alike; ``letters`` are pieces of it,
    so that pinyin typed as letters is, too. ``entities``: "the message contains a plan", "the message is nothing but a
    month". ``vector`` is the sentence vector's.
    """

    characters: float = 1.0
    words: float = 0.5
    syllables: float = 0.5
    letters: float = 0.3
    entities: float = 0.5
    vector: float = 1.5


@dataclass(frozen=True)
class Features:
    """What the classifier sees of one message."""

    text: str
    words: Sequence[str] = ()
    entities: Sequence[str] = ()
    whole: bool = False
    """The entities cover the message."""


def features(text: str, message: Features, spec: FeatureSpec) -> dict[str, set[str]]:
    """The features of a message whose normalised text is ``text``, by kind; how often one occurs does not count."""
    found: dict[str, set[str]] = {}
    if spec.characters:
        found["characters"] = set(_grams(f"^{text}$", 1, 3))
    if spec.words:
        words = [_any_number(fold(word)) for word in message.words]
        found["words"] = {*words, *(f"{one} {other}" for one, other in pairwise(words))}
    if spec.syllables or spec.letters:
        syllables = [piece for piece in lazy_pinyin(text) if piece.strip()]
        found["syllables"] = {" ".join(gram) for gram in _grams(syllables, 1, 3)}
        found["letters"] = set(_grams("".join(syllables).replace(" ", ""), 3, 5))
    if spec.entities:
        found["entities"] = set(_entity_features(message))
    return found


def _grams(whole: Sequence[str], shortest: int, longest: int) -> Iterator[str]:
    """The n-grams of a text or a list of syllables."""
    for size in range(shortest, longest + 1):
        for start in range(len(whole) - size + 1):
            yield whole[start : start + size]  # type: ignore[misc]


def _entity_features(message: Features) -> Iterator[str]:
    kinds = sorted(set(message.entities))
    yield from kinds
    if message.whole:
        yield "=" + "+".join(kinds)
