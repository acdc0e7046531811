"""One figure for how well an entry answers a question, of what its words and its meaning say.

A logistic model over the measures of the entry, and one of the question: how near it comes to one that is refused.
Its weights were fitted as the choice between the entries and "none of these", on wordings held out of their entries and
on questions that no entry answers: ``python -m benchmarks.knowledge_weights``.
"""

from dataclasses import dataclass

import numpy as np

from care.knowledge.index import Floats, Measured
from care.knowledge.meaning import Near
from care.knowledge.network import Numbers

USUAL = 0.49
"""How near a question with an answer comes to a refused one, on average: taken where nothing is known."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each measure of an entry counts.

    ``none`` is what their weighted sum must reach for the entry to be as likely as that no entry answers, and ``refused``
    how much more, the nearer a question comes to one that is refused.
    """

    likeness: float
    cover: float
    meaning: float
    nearest: float
    learned: float
    none: float
    refused: float


PLAIN = Weights(1.9, 9.4, 7.3, 6.5, 0.0, 7.1, 6.2)
"""Where nothing was learned of the entries' wordings, or not yet."""
LEARNED = Weights(0.3, 7.4, 1.5, 4.2, 0.66, 2.45, 4.8)


def relevance(
    measured: Measured, meaning: Near, refused: float = USUAL, learned: Numbers | None = None
) -> Floats:
    """The chance, 0..1, that each document answers the question, rather than none; 1 for a wording as it stands.

    ``refused`` is the question's greatest cosine with one that is refused, ``learned`` are the logarithms of the chances
    of the documents by what was learned.
    """
    weights = PLAIN if learned is None else LEARNED
    total = (
        weights.likeness * measured.likeness
        + weights.cover * measured.cover
        + weights.meaning * meaning.point
        + weights.nearest * meaning.nearest
        - weights.none
        - weights.refused * refused
    )
    if learned is not None:
        total = total + weights.learned * learned
    return np.where(measured.likeness >= 1, 1.0, 1 / (1 + np.exp(-total)))
