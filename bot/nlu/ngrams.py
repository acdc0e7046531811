"""Features of a message for the intent classifier: character and word n-grams and the entities in it.

Only features are made from the normalised text; entities and offsets always refer to the text as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

from bot.nlu.fold import fold

_REPEATED = re.compile(r"(\D)\1{2,}")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _mainland() -> OpenCC:
    """Traditional characters and Taiwan's words to those of the mainland: 寬頻斷線 to 宽带断线."""
    return OpenCC("tw2sp")


def normalise(text: str) -> str:
    """The text as features see it: folded, mainland words, no character more than twice in a row."""
    text = str(_mainland().convert(text)) if not text.isascii() else text
    return _SPACE.sub(" ", _REPEATED.sub(r"\1\1", fold(text))).strip()


@dataclass(frozen=True)
class FeatureSpec:
    """Which features are made, and how much a feature of each length counts.

    ``char_weights[0]`` is the weight of single characters, the next of pairs, and so on; the same for words.
    ``entity_weight`` is that of "the message contains a plan", "the message is nothing but a month".
    """

    char_weights: tuple[float, ...] = (1.0, 1.0, 0.7, 0.4)
    word_weights: tuple[float, ...] = (1.0,)
    entity_weight: float = 1.0


@dataclass(frozen=True)
class Features:
    """What the classifier sees of one message."""

    text: str
    words: Sequence[str] = ()
    entities: Sequence[str] = ()
    whole: bool = False
    """The entities cover the message."""


def weighted_features(message: Features, spec: FeatureSpec) -> dict[str, float]:
    """The weight of each feature that the message has; how often it occurs does not count."""
    weights: dict[str, float] = {}
    text = normalise(message.text)
    for size, weight in enumerate(spec.char_weights, start=1):
        if weight:
            bounded = f"^{text}$" if size > 1 else text
            for start in range(len(bounded) - size + 1):
                weights[f"{size}{bounded[start : start + size]}"] = weight
    for size, weight in enumerate(spec.word_weights, start=1):
        if weight:
            for gram in _word_ngrams(message.words, size):
                weights[f"w{gram}"] = weight
    if spec.entity_weight:
        for feature in _entity_features(message):
            weights[feature] = spec.entity_weight
    return weights


def _word_ngrams(words: Sequence[str], size: int) -> Iterator[str]:
    folded = [fold(word) for word in words]
    if size > 1:
        folded = ["^", *folded, "$"]
    for start in range(len(folded) - size + 1):
        yield " ".join(folded[start : start + size])


def _entity_features(message: Features) -> Iterable[str]:
    kinds = sorted(set(message.entities))
    yield from (f"e{kind}" for kind in kinds)
    if message.whole:
        yield "e=" + "+".join(kinds)
