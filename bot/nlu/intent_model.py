"""TF-IDF over n-grams under a multinomial logistic regression.

Trained with scikit-learn, kept and run as plain arrays: the model is written as JSON and ``.npy`` without
pickle, so that loading one executes nothing from it and asks for no version of scikit-learn.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.nlu.ngrams import Features, FeatureSpec, weighted_features

_META_FILE, _ARRAYS = "intents.json", ("idf", "weights", "bias")


class IntentModel:
    """Gives each intent a probability. Made by :meth:`fit` or :meth:`restore`."""

    def __init__(
        self,
        spec: FeatureSpec,
        vocabulary: dict[str, int],
        idf: np.ndarray,
        labels: Sequence[str],
        weights: np.ndarray,
        bias: np.ndarray,
    ) -> None:
        self.spec = spec
        self.labels = tuple(labels)
        self._vocabulary = vocabulary
        self._idf = idf
        self._weights = weights  # features × intents, so that a message reads few rows
        self._bias = bias

    @classmethod
    def fit(
        cls,
        messages: Sequence[Features],
        labels: Sequence[str],
        spec: FeatureSpec,
        strength: float,
        max_iterations: int = 60,
        idf_power: float = 0.5,
    ) -> IntentModel:
        """Trains on labelled messages; ``strength`` is the inverse of the regularisation."""
        documents = [weighted_features(message, spec) for message in messages]
        counts = Counter(feature for document in documents for feature in document)
        vocabulary = {feature: place for place, feature in enumerate(sorted(counts))}
        idf = np.array(
            [
                (math.log((1 + len(documents)) / (1 + counts[feature])) + 1) ** idf_power
                for feature in vocabulary
            ],
            dtype=np.float32,
        )
        rows = [_vector(document, vocabulary, idf) for document in documents]
        matrix = csr_matrix(
            (
                np.concatenate([values for _, values in rows]),
                np.concatenate([places for places, _ in rows]),
                np.cumsum([0, *(len(places) for places, _ in rows)]),
            ),
            shape=(len(rows), len(vocabulary)),
        )
        # SAGA works on the non-zero features of one message at a time: seconds where L-BFGS, which keeps
        # several copies of all weights, takes a minute.
        regression = LogisticRegression(
            C=strength,
            solver="saga",
            multi_class="multinomial",
            max_iter=max_iterations,
            tol=5e-3,
            random_state=0,
        )
        regression.fit(matrix, np.asarray(labels))
        weights, bias = regression.coef_, regression.intercept_
        if len(regression.classes_) == 2:  # scikit-learn keeps one row for two classes
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        return cls(
            spec,
            vocabulary,
            idf,
            [str(label) for label in regression.classes_],
            np.ascontiguousarray(weights.T, dtype=np.float32),
            bias.astype(np.float32),
        )

    def probabilities(self, message: Features) -> np.ndarray:
        """The probability of each of ``labels``, in their order."""
        places, values = _vector(weighted_features(message, self.spec), self._vocabulary, self._idf)
        scores = values @ self._weights[places] + self._bias
        scores = np.exp(scores - scores.max())
        result: np.ndarray = scores / scores.sum()
        return result

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
            "vocabulary": list(self._vocabulary),
        }
        (folder / _META_FILE).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, f"_{name}"), allow_pickle=False)

    @classmethod
    def restore(cls, folder: Path) -> IntentModel:
        """Reads what :meth:`save` wrote."""
        meta = json.loads((folder / _META_FILE).read_text(encoding="utf-8"))
        spec = FeatureSpec(
            tuple(meta["spec"]["char_weights"]),
            tuple(meta["spec"]["word_weights"]),
            meta["spec"]["entity_weight"],
        )
        vocabulary = {feature: place for place, feature in enumerate(meta["vocabulary"])}
        idf, weights, bias = (
            np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS
        )
        return cls(spec, vocabulary, idf, meta["labels"], weights, bias)


def _vector(
    weights: dict[str, float], vocabulary: dict[str, int], idf: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Places and values of a message's known features, of unit length."""
    known = [
        (place, weight)
        for name, weight in weights.items()
        if (place := vocabulary.get(name)) is not None
    ]
    places = np.array([place for place, _ in known], dtype=np.int32)
    values = np.array([weight for _, weight in known], dtype=np.float32) * idf[places]
    length = float(np.sqrt(values @ values))
    return places, values / length if length else values
