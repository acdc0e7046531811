"""How much a sentence teaches: a number, and the one reason that says most.

The weights are in the order in which a trainer's minute is best spent: what people said was wrong comes before what
the customer's next step suggests, and this before what the model itself doubts.
"""

import math
from enum import IntFlag


class Signal(IntFlag):
    """What happened around a sentence. Bits, since several may."""

    FALLBACK = 1  # the model gave up
    REPHRASED = 2  # the customer said it again in other words
    HUMAN = 4  # the customer asked for a person next
    WRONG = 8  # an agent marked it as misunderstood
    THUMB_DOWN = 16  # the customer did not like the answer
    DISAGREES = 32  # the candidate model takes it for something else


WEIGHTS = {
    Signal.WRONG: 90,
    Signal.THUMB_DOWN: 60,
    Signal.HUMAN: 40,
    Signal.FALLBACK: 35,
    Signal.REPHRASED: 30,
    Signal.DISAGREES: 25,
}
UNSURE, NARROW = 40, 20
"""Most that a low confidence and a small margin add."""

REASONS = ("wrong", "thumb_down", "human", "fallback", "rephrased", "disagrees", "unsure", "sure")
"""What ``reason_of`` may give, the weightiest first."""

FALLBACK_INTENTS = frozenset({"nlu_fallback", "out_of_scope", "noise"})
SURE = 0.8
"""Confidence from which a sentence without a signal is listed as understood."""


def points_of(confidence: float, margin: float, signals: Signal) -> int:
    """How much one sentence teaches, whatever its likes; 0 to some 340. ``margin``: first minus second confidence."""
    points = UNSURE * (1 - _part(confidence)) + NARROW * (1 - _part(margin))
    return round(points + sum(weight for signal, weight in WEIGHTS.items() if signal & signals))


def score_of(points: int, sentences: int) -> int:
    """The score of a group: its best sentence's points, more when many say the same."""
    return points + round(8 * math.log2(max(1, sentences)))


def reason_of(confidence: float, signals: Signal) -> str:
    """The weightiest reason to look at a sentence."""
    for signal in WEIGHTS:
        if signal & signals:
            return str(signal.name).lower()
    return "unsure" if confidence < SURE else "sure"


def weightier(one: str, other: str) -> str:
    """Of two reasons the one that says more."""
    return min(one, other, key=REASONS.index)


def _part(value: float) -> float:
    return min(1.0, max(0.0, value))
