"""A network of one hidden layer that tells which entry a question is about, from its n-grams and its sentence vector.

It is learned from the entries' own wordings by numpy alone, in some six seconds of CPU for ten thousand of them: each has
sixty n-grams of forty thousand, and only their rows of the first layer are touched. Those learn by Adagrad with one rate
a row, all else by Adam (Duchi et al. 2011; Kingma and Ba 2014). Half of what a wording has is left out at random each
time, against learning by heart. The bot's ``bot/nlu/network.py`` is its sister for intents; neither side imports the other.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from care.knowledge.sentence_encoder import SIZE, Vectors

UNITS = 256
"""Of the hidden layer; 384 were right 0.002 more often, for half as much time again."""

_BATCH = 64
_EPOCHS = 12
_RATE = 0.003
_RATE_OF_ROWS = 0.08
_DECAY = 0.01
_LEFT_OUT, _LEFT_OUT_OF_VECTOR, _LEFT_OUT_OF_UNITS = 0.5, 0.25, 0.5
_VECTOR = np.float32(3)
"""How much a sentence vector counts; the n-grams of a wording have unit length a kind."""
_NO_ZERO = 1e-8
_HIGHEST = 127
"""Of a whole number of 8 bits."""

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]
Row = tuple[Places, Numbers]
"""Where a wording's n-grams stand among all that are known, and how much each counts."""


@dataclass(frozen=True, slots=True)
class Network:
    """``rows`` are those of the n-grams, ``of_vector`` those of the sentence vector, both features × units.

    The rows are many: they are kept as whole numbers of 8 bits, each row with its scale.
    """

    rows: NDArray[np.int8]
    scales: Numbers
    of_vector: Numbers
    threshold: Numbers
    second: Numbers
    bias: Numbers

    @classmethod
    def fit(
        cls, rows: Sequence[Row], vectors: Vectors, owners: Places, known: int, count: int
    ) -> "Network":
        """Learns wordings of ``known`` n-grams whose ``owners`` are numbered below ``count``; always the same."""
        learner = _Learner(known, count)
        steps = _EPOCHS * math.ceil(len(rows) / _BATCH)
        batches = _batches(np.random.default_rng(0), len(rows))
        for step, batch in zip(range(steps), batches, strict=False):
            learner.learn(
                [rows[place] for place in batch], vectors[batch], owners[batch], 1 - step / steps
            )
        return learner.network()

    def logarithms(self, row: Row, vector: Vectors) -> Numbers:
        """Of the chances that a question with this row and vector (``SIZE``) is about each of the owners."""
        places, values = row
        hidden = (values * self.scales[places]) @ self.rows[places].astype(np.float32)
        hidden = np.maximum(hidden + vector @ self.of_vector + self.threshold, 0)
        scores = hidden @ self.second + self.bias
        scores -= scores.max()
        result: Numbers = (scores - np.log(np.exp(scores).sum())).astype(np.float32)
        return result


def _batches(chance: np.random.Generator, count: int) -> Iterator[Places]:
    """Places of wordings, each once before any comes again."""
    while True:
        order = chance.permutation(count)
        yield from (order[start : start + _BATCH] for start in range(0, count, _BATCH))


class _Learner:
    """The network while it learns, with what its rates depend on."""

    def __init__(self, known: int, count: int) -> None:
        self._chance = chance = np.random.default_rng(1)
        self._rows = chance.standard_normal((known, UNITS), np.float32) * np.float32(0.05)
        self._seen = np.zeros(known, np.float32)
        self._dense = [
            chance.standard_normal((SIZE, UNITS), np.float32) / np.float32(math.sqrt(SIZE)),
            np.zeros(UNITS, np.float32),
            chance.standard_normal((UNITS, count), np.float32) / np.float32(math.sqrt(UNITS)),
            np.zeros(count, np.float32),
        ]
        self._mean = [np.zeros_like(one) for one in self._dense]
        self._square = [np.zeros_like(one) for one in self._dense]
        self._steps = 0

    def learn(self, rows: Sequence[Row], vectors: Vectors, owners: Places, slower: float) -> None:
        """One step, at a rate that is ``slower`` than at the beginning."""
        grams, columns = self._some(rows)
        seen = vectors * _VECTOR * self._mask(vectors.shape, _LEFT_OUT_OF_VECTOR)
        of_vector, threshold, second, bias = self._dense
        touched = self._rows[columns]
        hidden = np.maximum(grams @ touched + seen @ of_vector + threshold, 0)
        mask = self._mask(hidden.shape, _LEFT_OUT_OF_UNITS)
        hidden *= mask
        wrong = _softmax(hidden @ second + bias)
        wrong[np.arange(len(owners)), owners] -= 1
        wrong /= len(owners)
        back = (wrong @ second.T) * mask * (hidden > 0)
        self._adam((seen.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)), slower)
        change = grams.T @ back
        self._seen[columns] += np.einsum("ij,ij->i", change, change) / UNITS
        rates = _RATE_OF_ROWS * slower / (np.sqrt(self._seen[columns]) + _NO_ZERO)
        self._rows[columns] = touched - change * rates[:, None].astype(np.float32)

    def _some(self, rows: Sequence[Row]) -> tuple[Numbers, Places]:
        """Half of the wordings' n-grams, wordings × columns, and which n-grams the columns are."""
        places = np.concatenate([places for places, _ in rows])
        values = np.concatenate([values for _, values in rows])
        wording = np.repeat(np.arange(len(rows)), [len(places) for places, _ in rows])
        kept = self._chance.random(len(places), np.float32) > _LEFT_OUT
        columns, numbers = np.unique(places[kept], return_inverse=True)
        grams = np.zeros((len(rows), len(columns)), np.float32)
        grams[wording[kept], numbers] = values[kept] / np.float32(1 - _LEFT_OUT)
        return grams, columns

    def _mask(self, shape: tuple[int, ...], left_out: float) -> Numbers:
        kept = self._chance.random(shape, np.float32) > left_out
        return np.asarray(kept / np.float32(1 - left_out), dtype=np.float32)

    def _adam(self, changes: Sequence[Numbers], slower: float) -> None:
        self._steps += 1
        of_mean, of_square = 1 - 0.9**self._steps, 1 - 0.999**self._steps
        rate = np.float32(_RATE * slower)
        for number, change in enumerate(changes):
            mean, square = self._mean[number], self._square[number]
            weights = self._dense[number]
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
        return Network(
            rows, scales.astype(np.float32), of_vector * _VECTOR, threshold, second, bias
        )


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)
