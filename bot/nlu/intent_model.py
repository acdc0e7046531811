"""TF-IDF over n-grams beside sentence vectors, under linear machines and a network, with calibrated probabilities.

One machine an intent, against all others. Where examples are few, a sentence vector is seen as its nearness to that of each
example: a radial kernel, which bends what is straight otherwise, and costs too much where they are many. A small network
(:mod:`bot.nlu.network`) has as much to say as the machines. The scores become probabilities by a softmax whose temperature
is fitted on scores of held-out examples, so that of a hundred messages understood with 0.8 some eighty are right.

Trained with scikit-learn, kept and run as plain arrays: the model is written as JSON and ``.npy`` without
pickle, so that loading one executes nothing from it and asks for no version of scikit-learn.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.nlu.network import UNITS, Network
from bot.nlu.ngrams import Features, FeatureSpec, features, normalise
from bot.nlu.pinyin_reader import PinyinReader
from bot.nlu.plain_speech import plain
from bot.nlu.sentence_vectors import USUAL, check, sentence_vectors, warm_up

STRENGTH = 0.5
"""The inverse of the regularisation, where nothing else is asked for."""

FEW = 1500
"""Up to so many examples are few."""

_WIDTH = 2.0
"""How fast nearness falls with the distance; chosen with `_NEARNESS` by cross-validation, as ``FeatureSpec`` was."""
_NEARNESS = 16 / 9
"""How much nearness counts, as a multiple of the product of two vectors."""

_CALIBRATION_FOLDS = 3
_USUAL_TEMPERATURE = 0.3
"""Of data too few to fit it on."""

_META_FILE, _ARRAYS = "intents.json", ("idf", "weights", "bias", "neighbours")


class IntentModel:
    """Gives each intent a probability. Made by :meth:`fit` or :meth:`restore`."""

    def __init__(
        self,
        spec: FeatureSpec,
        reader: PinyinReader,
        vocabulary: Vocabulary,
        labels: Sequence[str],
        weights: np.ndarray,
        bias: np.ndarray,
        neighbours: np.ndarray,
        network: Network | None = None,
        encoders: Sequence[str] = USUAL,
    ) -> None:
        self.spec = spec
        self._reader = reader
        self.labels = tuple(labels)
        self._vocabulary = vocabulary
        self._weights = weights  # features × intents, so that a message reads few rows
        self._bias = bias
        self._neighbours = neighbours  # vectors of the examples where they are few, else none
        self._network = network
        self._encoders = tuple(encoders)

    @classmethod
    def fit(
        cls,
        messages: Sequence[Features],
        labels: Sequence[str],
        spec: FeatureSpec,
        strength: float,
        few: int = FEW,
        units: int = UNITS,
        encoders: Sequence[str] = USUAL,
    ) -> IntentModel:
        """Trains on labelled messages; ``strength`` is the inverse of the regularisation.

        Up to ``few`` messages, vectors are seen as their nearness to each other. ``units`` are those of the network, 0
        for none. Raises ``UnknownEncoder``.
        """
        check(encoders)
        written = [normalise(message.text) for message in messages]
        reader = PinyinReader.learn(written)
        texts = [reader.read(text) for text in written]
        found = [features(*each, spec) for each in zip(texts, messages, strict=True)]
        vocabulary = Vocabulary.of(found, least=1 if len(texts) <= few else 2)
        grams = matrix = _sparse([vocabulary.row(one, spec) for one in found], len(vocabulary))
        vectors = np.empty((len(texts), 0), np.float32)
        neighbours = roots = np.empty((0, 0), np.float32)
        if spec.vector:
            vectors = sentence_vectors(texts, encoders)
            roots = np.eye(vectors.shape[1], dtype=np.float32)
            if len(texts) <= few:
                # Nearness to neighbours is kept exactly: the folds of `_temperature` score as if they had only their own.
                neighbours = vectors
                roots = _roots(_nearness(vectors, vectors, len(encoders)))
            seen = _seen(vectors, neighbours, len(encoders)) @ roots * spec.vector
            matrix = hstack([matrix, csr_matrix(seen)], format="csr")
        wanted = np.asarray(labels)
        learning = _Learning(matrix, grams, vectors, wanted, strength, units)
        temperature, of_network = learning.temperatures(few)
        machine, network = learning.both()
        weights, bias = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:  # scikit-learn keeps one row for two classes
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        weights = weights.T / temperature
        if spec.vector:  # what is seen of a vector is turned here once, instead of in every message
            of_vectors = roots @ weights[len(vocabulary) :] * spec.vector
            weights = np.concatenate([weights[: len(vocabulary)], of_vectors])
        return cls(
            spec,
            reader,
            vocabulary,
            [str(label) for label in machine.classes_],
            np.ascontiguousarray(weights, dtype=np.float32),
            (bias / temperature).astype(np.float32),
            neighbours,
            network.times(1 / of_network) if network else None,
            encoders,
        )

    def probabilities(self, message: Features) -> np.ndarray:
        """The probability of each of ``labels``, in their order."""
        text = self._reader.read(plain(normalise(message.text)))
        places, values = self._vocabulary.row(features(text, message, self.spec), self.spec)
        scores = values @ self._weights[places] + self._bias
        vectors = np.empty((1, 0), np.float32)
        if self.spec.vector:
            vectors = sentence_vectors([text], self._encoders)
            (seen,) = _seen(vectors, self._neighbours, len(self._encoders))
            scores = scores + seen @ self._weights[len(self._vocabulary) :]
        if self._network is not None:
            scores = scores + self._network.scores(places, values, vectors[0])
        return _softmax(scores)

    def ranking(self, message: Features, length: int) -> list[tuple[str, float]]:
        """The ``length`` likeliest intents with their probabilities, likeliest first."""
        probabilities = self.probabilities(message)
        order = np.argsort(-probabilities, kind="stable")[:length]
        return [(self.labels[place], float(probabilities[place])) for place in order]

    def save(self, folder: Path) -> None:
        """Writes the model into a folder, without pickle."""
        meta = {
            "spec": asdict(self.spec),
            "labels": self.labels,
            "encoders": self._encoders,
            "pinyin": self._reader.content(),
            "vocabulary": self._vocabulary.names,
        }
        (folder / _META_FILE).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
        arrays = (self._vocabulary.idf, self._weights, self._bias, self._neighbours)
        for name, array in zip(_ARRAYS, arrays, strict=True):
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        if self._network is not None:
            self._network.save(folder)

    @classmethod
    def restore(cls, folder: Path) -> IntentModel:
        """Reads what :meth:`save` wrote."""
        meta = json.loads((folder / _META_FILE).read_text(encoding="utf-8"))
        idf, weights, bias, neighbours = (
            np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS
        )
        vocabulary = Vocabulary(meta["vocabulary"], idf)
        spec, reader = FeatureSpec(**meta["spec"]), PinyinReader(**meta["pinyin"])
        encoders, network = meta["encoders"], Network.restore(folder)
        if spec.vector:
            warm_up(encoders)
        return cls(
            spec,
            reader,
            vocabulary,
            meta["labels"],
            weights,
            bias,
            neighbours,
            network,
            encoders,
        )


class Vocabulary:
    """The features of the training data: ``names`` by kind, and how much each tells (``idf``), in one order."""

    def __init__(self, names: Mapping[str, Sequence[str]], idf: np.ndarray) -> None:
        self.names = names
        self.idf = idf
        self._places: dict[str, dict[str, int]] = {}
        place = 0
        for kind, known in names.items():
            self._places[kind] = {name: place + number for number, name in enumerate(known)}
            place += len(known)

    @classmethod
    def of(cls, found: Sequence[Mapping[str, set[str]]], least: int = 1) -> Vocabulary:
        """Of the features that at least so many training messages have."""
        counts: dict[str, Counter[str]] = {kind: Counter() for kind in found[0]}
        for message in found:
            for kind, names in message.items():
                counts[kind].update(names)
        names = {
            kind: sorted(name for name, count in counted.items() if count >= least)
            for kind, counted in counts.items()
        }
        total = len(found)
        idf = [
            math.log((1 + total) / (1 + counts[kind][name])) + 1
            for kind, known in names.items()
            for name in known
        ]
        return cls(names, np.array(idf, dtype=np.float32))

    def __len__(self) -> int:
        return len(self.idf)

    def row(
        self, found: Mapping[str, set[str]], spec: FeatureSpec
    ) -> tuple[np.ndarray, np.ndarray]:
        """Places and values of a message's known features; each kind has the length that ``spec`` gives it."""
        all_places, all_values = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        for kind, names in found.items():
            known = self._places[kind]
            places = np.array(sorted(known[name] for name in names if name in known), np.int32)
            if len(places):
                values = self.idf[places]
                all_places.append(places)
                all_values.append(values * (getattr(spec, kind) / np.linalg.norm(values)))
        return np.concatenate(all_places), np.concatenate(all_values)


def _sparse(rows: Sequence[tuple[np.ndarray, np.ndarray]], width: int) -> csr_matrix:
    return csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([places for places, _ in rows]),
            np.cumsum([0, *(len(places) for places, _ in rows)]),
        ),
        shape=(len(rows), width),
    )


def _machines(strength: float) -> LinearSVC:
    """Not trained yet; a finer tolerance takes longer and understands no more."""
    return LinearSVC(C=strength, tol=0.1, random_state=0)


@dataclass(frozen=True)
class _Learning:
    """What is learned from: ``matrix`` is seen by the machines, ``grams`` and ``vectors`` by the network."""

    matrix: csr_matrix
    grams: csr_matrix
    vectors: np.ndarray
    labels: np.ndarray
    strength: float
    units: int

    def both(self, messages: np.ndarray | slice = slice(None)) -> tuple[LinearSVC, Network | None]:
        """The machines and the network of these messages, each learned on a core of its own where there are two."""
        labels = self.labels[messages]
        with ThreadPoolExecutor(1) as beside:
            network = beside.submit(self._network, messages) if self.units else None
            machine = _machines(self.strength).fit(self.matrix[messages], labels)
            return machine, network.result() if network else None

    def _network(self, messages: np.ndarray | slice) -> Network:
        places = np.unique(self.labels[messages], return_inverse=True)[1]
        return Network.fit(self.grams[messages], self.vectors[messages], places, self.units)

    def temperatures(self, few: int) -> tuple[float, float]:
        """What the scores of the machines and of the network must be divided by before they are added.

        Their softmax is right as often as it says then, on held-out examples. Where examples are more than ``few``, a
        third of them tells enough.
        """
        names, counts = np.unique(self.labels, return_counts=True)
        if len(names) < 3 or counts.min() < _CALIBRATION_FOLDS:
            return (2 * _USUAL_TEMPERATURE, 2.0) if self.units else (_USUAL_TEMPERATURE, 1.0)
        folds = StratifiedKFold(_CALIBRATION_FOLDS).split(self.matrix, self.labels)
        of_machines, of_network, right = [], [], []
        for rest, held_out in islice(folds, 1 if len(self.labels) > few else None):
            machine, network = self.both(rest)
            of_machines.append(machine.decision_function(self.matrix[held_out]))
            if network:
                vectors = self.vectors[held_out]
                of_network.append(network.scores_of_many(self.grams[held_out], vectors))
            right.append(np.searchsorted(names, self.labels[held_out]))
        wanted, machines = np.concatenate(right), np.concatenate(of_machines)
        temperature = _temperature(machines, wanted)
        if not self.units:
            return temperature, 1.0
        # Each is made as sure as it should be before they are added, and then their sum.
        networks = np.concatenate(of_network)
        other = _temperature(networks, wanted)
        both = _temperature(machines / temperature + networks / other, wanted, least=1.0)
        return temperature * both, other * both


def _temperature(scores: np.ndarray, right: np.ndarray, least: float = 0.02) -> float:
    """What scores must be divided by so that their softmax is right as often as it says; not less than ``least``."""

    def loss(log_temperature: float) -> float:
        chances = _softmax(scores / math.exp(log_temperature))
        return float(-np.log(chances[np.arange(len(right)), right] + 1e-12).mean())

    return math.exp(minimize_scalar(loss, bounds=(math.log(least), 2), method="bounded").x)


def _seen(vectors: np.ndarray, neighbours: np.ndarray, encoders: int) -> np.ndarray:
    """What the machines see of sentence vectors: how near they are to the neighbours or, without any, the vectors."""
    return _nearness(vectors, neighbours, encoders) if len(neighbours) else vectors


def _nearness(vectors: np.ndarray, neighbours: np.ndarray, encoders: int) -> np.ndarray:
    """A radial kernel of vectors that have unit length an encoder, times ``_NEARNESS`` an encoder."""
    likeness = vectors @ neighbours.T / encoders
    result: np.ndarray = _NEARNESS * encoders * np.exp(_WIDTH * (likeness - 1))
    return result


def _roots(nearness: np.ndarray) -> np.ndarray:
    """What turns nearness into vectors whose products are nearness again (Williams and Seeger 2001, the Nyström method)."""
    values, axes = np.linalg.eigh(nearness)
    result: np.ndarray = axes / np.sqrt(np.maximum(values, 1e-6))
    return result


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: np.ndarray = raised / raised.sum(axis=-1, keepdims=True)
    return result
