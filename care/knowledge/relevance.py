"""One figure for how well an entry answers a question, of what its words and its meaning say.

A logistic model over three measures. Its weights were fitted as the choice between the entries and "none of these", on
wordings held out of their entries and on questions that no entry answers: ``python -m benchmarks.knowledge_weights``.
"""

import numpy as np

from care.knowledge.index import Floats, Measured
from care.knowledge.sentence_encoder import Vectors

LIKENESS, COVER, MEANING = 1.1, 8.9, 12.7
NONE = 7.6
"""What the weighted sum of an entry must reach to be as likely as that no entry answers."""


def relevance(measured: Measured, meaning: Vectors) -> Floats:
    """The chance, 0..1, that each document answers the question, rather than none; 1 for a wording as it stands."""
    total = LIKENESS * measured.likeness + COVER * measured.cover + MEANING * meaning - NONE
    return np.where(measured.likeness >= 1, 1.0, 1 / (1 + np.exp(-total)))
