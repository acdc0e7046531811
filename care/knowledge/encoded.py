"""The sentence vectors of a library: of its wordings, of the sentences of its answers, and of what is refused."""

import re
from dataclasses import dataclass

import numpy as np

from care.knowledge.analysis import normalise
from care.knowledge.entries import Library
from care.knowledge.meaning import MeaningIndex, Owners
from care.knowledge.sentence_encoder import SentenceEncoder, Vectors
from care.knowledge.vector_cache import VectorCache

SENTENCE_END = re.compile(r"[。！？；\n]")


@dataclass(frozen=True, slots=True)
class Said:
    """Texts with their vectors, and the place of the entry that each belongs to."""

    texts: tuple[str, ...]
    vectors: Vectors
    owners: Owners


@dataclass(frozen=True, slots=True)
class Encoded:
    """``wordings`` in the order of the entries, ``answers`` sentence by sentence, vectors of what is ``refused``."""

    count: int
    wordings: Said
    answers: Said
    refused: Vectors

    def meaning(self, *, each: bool) -> MeaningIndex:
        """The entries by their meaning; ``each`` wording is looked at one by one where wanted."""
        return MeaningIndex(
            self.count,
            self.wordings.vectors,
            self.wordings.owners,
            self.answers.vectors,
            self.answers.owners,
            each=each,
        )


def encode(
    library: Library, encoder: SentenceEncoder, cache: VectorCache, *, answers: bool
) -> Encoded:
    """A library's vectors, from ``cache`` where they are there; those of its answers where wanted."""
    said = [(place, text) for place, entry in enumerate(library.entries) for text in entry.wordings]
    answered = [
        (place, text)
        for place, entry in enumerate(library.entries)
        for text in (SENTENCE_END.split(entry.answer) if answers else ())
        if text.strip()
    ]
    texts = [*(text for _, text in said), *(text for _, text in answered), *library.refused]
    vectors = cache.vectors([normalise(text) for text in texts], encoder.encode)
    wordings, sentences, refused = np.split(vectors, [len(said), len(said) + len(answered)])
    return Encoded(
        len(library.entries), _said(said, wordings), _said(answered, sentences), refused.copy()
    )


def _said(texts: list[tuple[int, str]], vectors: Vectors) -> Said:
    owners = np.array([place for place, _ in texts], dtype=np.intp)
    return Said(tuple(text for _, text in texts), vectors, owners)
