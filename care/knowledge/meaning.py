"""Likeness in meaning between a question and the entries, by sentence vectors.

Vectors of one entry's wordings differ from each other along directions that say nothing about which entry is meant
(politeness, length, who speaks). These are weighed down before anything is compared: vectors are whitened by the spread
within entries, as in linear discriminant analysis. Then each entry is one point, between its wordings and its answer.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from care.knowledge.sentence_encoder import SIZE, Vectors, unit

ANSWER_SHARE = 0.5
"""What the answer counts beside the wordings, which count 1 together."""
FLOOR = 1.0
"""Added to the spread in every direction, in parts of its mean: without it, rare directions would count too much."""

Owners = NDArray[np.intp]


class MeaningIndex:
    """One point for each entry. ``owners`` say for each vector to which entry it belongs; every entry has a wording."""

    def __init__(
        self, count: int, wordings: Vectors, owners: Owners, answers: Vectors, answering: Owners
    ) -> None:
        self._mean: Vectors = np.asarray(wordings.mean(axis=0), dtype=np.float32)
        self._whiten = _whitening(count, wordings, owners)
        points = unit(_sums(count, self._seen(wordings), owners))
        if len(answers):
            said = unit(_sums(count, self._seen(answers), answering))
            points = unit(points + np.float32(ANSWER_SHARE) * said)
        self._points = points

    def likeness(self, question: Vectors, places: Sequence[int] | Owners | None = None) -> Vectors:
        """The cosine, -1..1, of a question's vector (``SIZE``) with every entry, or with those at ``places``."""
        points = self._points if places is None else self._points[places]
        if not question.any():
            return np.zeros(len(points), dtype=np.float32)
        return np.asarray(points @ self._seen(question[np.newaxis])[0], dtype=np.float32)

    def _seen(self, vectors: Vectors) -> Vectors:
        return unit(np.asarray((vectors - self._mean) @ self._whiten, dtype=np.float32))


def _sums(count: int, vectors: Vectors, owners: Owners) -> Vectors:
    sums = np.zeros((count, SIZE), dtype=np.float32)
    np.add.at(sums, owners, vectors)
    return sums


def _whitening(count: int, vectors: Vectors, owners: Owners) -> Vectors:
    """The matrix that evens out the spread within entries; with few wordings an entry it does little."""
    sizes = np.maximum(np.bincount(owners, minlength=count), 1).astype(np.float32)
    means = _sums(count, vectors, owners) / sizes[:, np.newaxis]
    apart = vectors - means[owners]
    freedom = len(vectors) - len(np.unique(owners))
    spread = apart.T @ apart / max(freedom, 1)
    level = float(np.trace(spread)) / SIZE
    if level <= 0:
        return np.eye(SIZE, dtype=np.float32)
    values, directions = np.linalg.eigh(spread.astype(np.float64))
    certain = freedom / (freedom + SIZE)
    scale = np.sqrt(certain * np.maximum(values, 0) / level + FLOOR)
    result: Vectors = ((directions / scale) @ directions.T).astype(np.float32)
    return result
