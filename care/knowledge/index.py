"""Scores entries against a question.

Two views of an entry are taken together. *Likeness* compares the question with each of the entry's wordings, by the
BM25 weights of the terms they share over what both weigh, and keeps the best: it is 1 for a wording typed as it stands.
*Cover* asks how much of the question is found anywhere in the entry, answer included: it carries a question that
nobody has worded that way. Both lie in 0..1, and so does their mean, the score.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from care.knowledge.analysis import Terms

LIKENESS_SHARE = 0.35
QUESTION_SHARE = 0.3
"""How much of the likeness is measured against the question's weight; the rest against the wording's."""
DOUBT_MASS = 3.0
"""Added to a question's weight: the less is said, the less sure is what it means."""
ONCE = 0.7
"""What a term counts that occurs in only one wording; in two or more it counts fully."""
ANSWER_ONLY = 0.85
"""What a term counts that occurs in the answer alone."""
SAME = 0.999


@dataclass(frozen=True, slots=True)
class Document:
    """The terms of one entry."""

    wordings: tuple[Terms, ...]
    answer: Terms


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document by its place in the index, its score in 0..1 and the place of its wording most like the question."""

    document: int
    score: float
    wording: int


class LexicalIndex:
    """An unchanging index over documents; building takes milliseconds a hundred documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        occurrences: dict[str, Counter[int]] = defaultdict(Counter)
        for place, document in enumerate(documents):
            for wording in document.wordings:
                for term in wording.weights:
                    occurrences[term][place] += 1
        count = len(documents)
        self._rarest = math.log(1 + (count + 0.5) / 0.5)
        self._idf = {
            term: math.log(1 + (count - len(places) + 0.5) / (len(places) + 0.5))
            for term, places in occurrences.items()
        }
        self._owner: list[tuple[int, int]] = []
        self._mass: list[float] = []
        self._in_wordings: dict[str, list[int]] = defaultdict(list)
        self._in_documents: dict[str, list[tuple[int, float]]] = {
            term: [(place, 1.0 if times > 1 else ONCE) for place, times in places.items()]
            for term, places in occurrences.items()
        }
        for place, document in enumerate(documents):
            for nth, wording in enumerate(document.wordings):
                self._owner.append((place, nth))
                self._mass.append(self._weigh(wording))
                for term in wording.weights:
                    self._in_wordings[term].append(len(self._owner) - 1)
            for term in document.answer.weights:
                if place not in occurrences.get(term, ()):
                    self._in_documents.setdefault(term, []).append((place, ANSWER_ONLY))

    def rank(self, question: Terms) -> list[Ranked]:
        """The documents that share anything with the question, best first; ties in the order of the index."""
        if not question.telling or not self._owner:
            return []
        shared: dict[int, float] = defaultdict(float)
        covered: dict[int, float] = defaultdict(float)
        for term, weight in question.weights.items():
            value = weight * self._idf.get(term, self._rarest)
            for wording in self._in_wordings.get(term, ()):
                shared[wording] += value
            for place, part in self._in_documents.get(term, ()):
                covered[place] += value * part
        mass = self._weigh(question)
        likeness = self._likeness(shared.items(), mass)
        ranked = []
        for place, cover in covered.items():
            alike, wording = likeness.get(place, (0.0, 0))
            score = LIKENESS_SHARE * alike + (1 - LIKENESS_SHARE) * cover / (mass + DOUBT_MASS)
            ranked.append(Ranked(place, 1.0 if alike >= SAME else min(score, 1.0), wording))
        ranked.sort(key=lambda found: (-found.score, found.document))
        return ranked

    def _weigh(self, terms: Terms) -> float:
        return sum(
            weight * self._idf.get(term, self._rarest) for term, weight in terms.weights.items()
        )

    def _likeness(
        self, shared: Iterable[tuple[int, float]], mass: float
    ) -> dict[int, tuple[float, int]]:
        best: dict[int, tuple[float, int]] = {}
        for wording, value in shared:
            place, nth = self._owner[wording]
            against = mass**QUESTION_SHARE * self._mass[wording] ** (1 - QUESTION_SHARE)
            alike = min(1.0, value / against)
            if alike > best.get(place, (0.0, 0))[0]:
                best[place] = (alike, nth)
        return best
