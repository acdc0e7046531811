"""Measures of a classifier: what was wanted, what it found, and how sure it was."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
"""Equal bins of confidence, of the calibration error and of the diagrams."""


@dataclass(frozen=True)
class Answers:
    """A system's answers to labelled sentences: ``chances`` is an array of (sentences, ``names``)."""

    wanted: Sequence[str]
    names: Sequence[str]
    chances: np.ndarray

    @property
    def found(self) -> list[str]:
        """The likeliest intent of each sentence."""
        return [self.names[place] for place in self.chances.argmax(axis=1)]

    @property
    def right(self) -> np.ndarray:
        """Of each sentence, whether the likeliest intent is the wanted one."""
        return np.array(self.wanted) == np.array(self.found)

    @property
    def confidence(self) -> np.ndarray:
        """Of each sentence, the probability of the likeliest intent."""
        return np.asarray(self.chances.max(axis=1))


def f1(right: int, found: int, wanted: int) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * right / (found + wanted) if found + wanted else 0.0


def macro_f1(wanted: Iterable[str], found: Iterable[str]) -> float:
    """The mean of the F1 of each wanted intent."""
    pairs = list(zip(wanted, found, strict=True))
    all_wanted, all_found = Counter(w for w, _ in pairs), Counter(f for _, f in pairs)
    right = Counter(w for w, f in pairs if w == f)
    return sum(f1(right[n], all_found[n], all_wanted[n]) for n in all_wanted) / len(all_wanted)


def calibration(
    confidence: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray
) -> list[tuple[float, float, float]]:
    """Of each bin of confidence that is not empty: mean confidence, accuracy, and its share of the sentences."""
    confidences, rights = np.asarray(confidence), np.asarray(right)
    # A bin holds its upper bound; the lowest holds 0, too.
    bins = np.maximum(np.ceil(confidences * BINS).astype(int), 1)
    inside = [bins == number for number in sorted(set(bins))]
    return [
        (float(confidences[one].mean()), float(rights[one].mean()), float(one.mean()))
        for one in inside
    ]


def calibration_error(
    confidence: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray
) -> float:
    """The expected calibration error: how far confidence and accuracy are apart, weighted over the bins.

    Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    return sum(abs(mean - share) * part for mean, share, part in calibration(confidence, right))


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share."""
    z = 1.96
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return middle - half, middle + half
