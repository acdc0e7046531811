"""One figure for how well an entry answers a question, of what its words and its meaning say.

A logistic model over four measures of the entry, and one of the question: how near it comes to one that is refused.
Its weights were fitted as the choice between the entries and "none of these", on wordings held out of their entries and
on questions that no entry answers: ``python -m benchmarks.knowledge_weights``.
"""

import numpy as np

from care.knowledge.index import Floats, Measured
from care.knowledge.meaning import Near

LIKENESS, COVER, MEANING, NEAREST = 1.9, 9.4, 7.3, 6.5
NONE, REFUSED = 7.1, 6.2
"""What the weighted sum of an entry must reach to be as likely as that no entry answers, and how much more, the nearer
a question comes to one that is refused."""
USUAL = 0.49
"""How near a question with an answer comes to a refused one, on average: taken where nothing is known."""


def relevance(measured: Measured, meaning: Near, refused: float = USUAL) -> Floats:
    """The chance, 0..1, that each document answers the question, rather than none; 1 for a wording as it stands.

    ``refused`` is the question's greatest cosine with one that is refused.
    """
    total = (
        LIKENESS * measured.likeness
        + COVER * measured.cover
        + MEANING * meaning.point
        + NEAREST * meaning.nearest
        - NONE
        - REFUSED * refused
    )
    return np.where(measured.likeness >= 1, 1.0, 1 / (1 + np.exp(-total)))
