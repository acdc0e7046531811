"""A network of one hidden layer over n-grams and sentence vectors, beside the linear machines.

What a linear machine cannot say — these two n-grams together mean something else than each — a hidden layer can; and the two
err on different messages, so that both together are right more often than either (``docs/explanation/understanding.md``).

Trained with numpy alone, in a few seconds for ten thousand messages: each has a hundred n-grams of a hundred thousand, and
only their rows of the first layer are touched. Those learn by Adagrad with one rate a row, all else by Adam (Duchi et al.
2011; Kingma and Ba 2014). Half of what a message has is left out at random each time, against learning by heart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

UNITS = 256
"""Of the hidden layer, where nothing else is asked for."""

_BATCH = 64
_EPOCHS = 12
_STEPS = 1000
"""At least, so that few messages are seen more often."""
_RATE = 0.003
_RATE_OF_ROWS = 0.08
_DECAY = 0.01
_LEFT_OUT, _LEFT_OUT_OF_VECTOR, _LEFT_OUT_OF_UNITS = 0.5, 0.25, 0.5
_VECTOR = np.float32(3)
"""How much a sentence vector counts; n-grams of a message have about unit length a kind."""
_NO_ZERO = 1e-8

_FILES = ("rows", "scales", "of_vector", "threshold", "second", "bias")
_HIGHEST = 127
"""Of a whole number of 8 bits."""


@dataclass(frozen=True)
class Network:
    """``rows`` are those of the n-grams, ``of_vector`` those of the sentence vector, both features × units.

    The rows are many: they are kept as whole numbers of 8 bits, each row with its scale, which changes no chance by a
    hundredth.
    """

    rows: np.ndarray
    scales: np.ndarray
    of_vector: np.ndarray
    threshold: np.ndarray
    second: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(
        cls, grams: csr_matrix, vectors: np.ndarray, places: np.ndarray, units: int = UNITS
    ) -> Network:
        """Learns messages; ``places`` are those of their labels, counted from 0, and ``vectors`` may have no columns."""
        rng = np.random.default_rng(0)
        learner = _Learner(rng, grams.shape[1], vectors.shape[1], units, int(places.max()) + 1)
        steps = max(_STEPS, _EPOCHS * math.ceil(len(places) / _BATCH))
        grams = grams.astype(np.float32)
        for step, batch in zip(range(steps), _batches(rng, len(places)), strict=False):
            learner.learn(grams[batch], vectors[batch], places[batch], 1 - step / steps)
        return learner.network()

    def scores(self, places: np.ndarray, values: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """Of a message with n-grams at these places, of these values: the logarithms of its chances, but for a constant."""
        hidden = (values * self.scales[places]) @ self.rows[places].astype(np.float32)
        hidden = np.maximum(hidden + vector @ self.of_vector + self.threshold, 0)
        result: np.ndarray = hidden @ self.second + self.bias
        return result

    def scores_of_many(self, grams: csr_matrix, vectors: np.ndarray) -> np.ndarray:
        """The scores of messages × labels."""
        rows = self.rows.astype(np.float32) * self.scales[:, None]
        hidden = grams @ rows + vectors @ self.of_vector + self.threshold
        result: np.ndarray = np.maximum(hidden, 0) @ self.second + self.bias
        return result

    def times(self, factor: float) -> Network:
        """One with these scores times ``factor``."""
        return Network(
            self.rows,
            self.scales,
            self.of_vector,
            self.threshold,
            (self.second * factor).astype(np.float32),
            (self.bias * factor).astype(np.float32),
        )

    def save(self, folder: Path) -> None:
        """Writes plain arrays."""
        for name in _FILES:
            np.save(_file(folder, name), getattr(self, name), allow_pickle=False)

    @classmethod
    def restore(cls, folder: Path) -> Network | None:
        """Reads what :meth:`save` wrote; None where there was none."""
        if not _file(folder, _FILES[0]).exists():
            return None
        return cls(*(np.load(_file(folder, name), allow_pickle=False) for name in _FILES))


def _file(folder: Path, name: str) -> Path:
    return folder / f"network_{name}.npy"


def _batches(rng: np.random.Generator, count: int) -> Iterator[np.ndarray]:
    """Places of messages, each once before any comes again."""
    while True:
        order = rng.permutation(count)
        yield from (order[start : start + _BATCH] for start in range(0, count, _BATCH))


class _Learner:
    """The network while it learns, with what its rates depend on."""

    def __init__(
        self, rng: np.random.Generator, grams: int, size: int, units: int, labels: int
    ) -> None:
        self._rng = rng
        self._rows = rng.standard_normal((grams, units), np.float32) * np.float32(0.05)
        self._seen = np.zeros(grams, np.float32)
        self._dense = [
            rng.standard_normal((size, units), np.float32) / np.float32(math.sqrt(max(size, 1))),
            np.zeros(units, np.float32),
            rng.standard_normal((units, labels), np.float32) / np.float32(math.sqrt(units)),
            np.zeros(labels, np.float32),
        ]
        self._mean = [np.zeros_like(one) for one in self._dense]
        self._square = [np.zeros_like(one) for one in self._dense]
        self._wanted = np.eye(labels, dtype=np.float32)
        self._steps = 0

    def learn(
        self, grams: csr_matrix, vectors: np.ndarray, places: np.ndarray, slower: float
    ) -> None:
        """One step, at a rate that is ``slower`` than at the beginning."""
        known, columns = self._left_over(grams)
        vectors = vectors * _VECTOR * self._mask(vectors.shape, _LEFT_OUT_OF_VECTOR)
        of_vector, threshold, second, bias = self._dense
        rows = self._rows[columns]
        hidden = np.maximum(known @ rows + vectors @ of_vector + threshold, 0)
        mask = self._mask(hidden.shape, _LEFT_OUT_OF_UNITS)
        hidden = hidden * mask
        wrong = (_softmax(hidden @ second + bias) - self._wanted[places]) / np.float32(len(places))
        back = (wrong @ second.T) * mask * (hidden > 0)
        changes = (vectors.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0))
        self._adam(changes, slower)
        change = known.T @ back
        self._seen[columns] += np.einsum("ij,ij->i", change, change) / change.shape[1]
        rates = _RATE_OF_ROWS * slower / (np.sqrt(self._seen[columns]) + _NO_ZERO)
        self._rows[columns] = rows - change * rates[:, None].astype(np.float32)

    def _left_over(self, grams: csr_matrix) -> tuple[csr_matrix, np.ndarray]:
        """Half of the messages' n-grams, and which they are: one column each."""
        kept = self._rng.random(grams.nnz, np.float32) > _LEFT_OUT
        columns, numbers = np.unique(grams.indices[kept], return_inverse=True)
        counts = np.add.reduceat(np.append(kept, False), grams.indptr[:-1]) * (
            np.diff(grams.indptr) > 0
        )
        starts = np.concatenate([[0], np.cumsum(counts)])
        values = grams.data[kept] / np.float32(1 - _LEFT_OUT)
        return csr_matrix((values, numbers, starts), shape=(grams.shape[0], len(columns))), columns

    def _mask(self, shape: tuple[int, ...], left_out: float) -> np.ndarray:
        kept = self._rng.random(shape, np.float32) > left_out
        return kept / np.float32(1 - left_out)

    def _adam(self, changes: Sequence[np.ndarray], slower: float) -> None:
        self._steps += 1
        of_mean, of_square = 1 - 0.9**self._steps, 1 - 0.999**self._steps
        rate = np.float32(_RATE * slower)
        for number, change in enumerate(changes):
            mean, square, weights = (
                self._mean[number],
                self._square[number],
                self._dense[number],
            )
            mean += 0.1 * (change - mean)
            square += 0.001 * (change * change - square)
            if weights.ndim == 2:
                weights *= 1 - rate * _DECAY
            weights -= rate * (mean / of_mean) / (np.sqrt(square / of_square) + _NO_ZERO)

    def network(self) -> Network:
        """What was learned."""
        of_vector, threshold, second, bias = self._dense
        scales = np.maximum(np.abs(self._rows).max(axis=1), _NO_ZERO) / _HIGHEST
        rows = np.rint(self._rows / scales[:, None]).astype(np.int8)
        return Network(rows, scales, of_vector * _VECTOR, threshold, second, bias)


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: np.ndarray = raised / raised.sum(axis=-1, keepdims=True)
    return result
