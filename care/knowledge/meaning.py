"""Likeness in meaning between a question and the entries, by sentence vectors.

Vectors of one entry's wordings differ from each other along directions that say nothing about which entry is meant
(politeness, length, who speaks). These are weighed down before anything is compared: vectors are whitened by the spread
within entries, as in linear discriminant analysis. Two things are then asked of an entry: how near the question lies to
its *point*, between its wordings and its answer, and how near to the *nearest* of its wordings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from care.knowledge.sentence_encoder import SIZE, Vectors, unit

ANSWER_SHARE = 0.5
"""What the answer counts beside the wordings, which count 1 together."""
FLOOR = 1.0
"""Added to the spread in every direction, in parts of its mean: without it, rare directions would count too much."""

Owners = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Near:
    """Cosines, -1..1, of a question with the points of entries and with the nearest wording of each."""

    point: Vectors
    nearest: Vectors


class MeaningIndex:
    """The points of entries and their wordings.

    ``owners`` say for each vector to which entry it belongs, in the order of the entries; every entry has a wording.
    Without ``each``, wordings are not kept one by one: their nearest is then taken to lie where the point does.
    """

    def __init__(
        self,
        count: int,
        wordings: Vectors,
        owners: Owners,
        answers: Vectors,
        answering: Owners,
        *,
        each: bool = True,
    ) -> None:
        self._mean: Vectors = np.asarray(wordings.mean(axis=0), dtype=np.float32)
        self._whiten = _whitening(count, wordings, owners)
        seen = self._seen(wordings)
        points = unit(_sums(count, seen, owners))
        if len(answers):
            said = unit(_sums(count, self._seen(answers), answering))
            points = unit(points + np.float32(ANSWER_SHARE) * said)
        self._points = points
        self._wordings = seen if each else None
        self._starts = np.searchsorted(owners, np.arange(count))

    def near(self, question: Vectors, places: Sequence[int] | Owners | None = None) -> Near:
        """How near a question's vector (``SIZE``) lies to every entry, or to those at ``places``."""
        points = self._points if places is None else self._points[places]
        if not question.any():
            nothing = np.zeros(len(points), dtype=np.float32)
            return Near(nothing, nothing)
        seen = self._seen(question[np.newaxis])[0]
        point = np.asarray(points @ seen, dtype=np.float32)
        if self._wordings is None:
            return Near(point, point)
        nearest = np.maximum.reduceat(self._wordings @ seen, self._starts)
        return Near(point, nearest if places is None else nearest[places])

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
