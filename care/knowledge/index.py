"""Compares a question with entries by their words.

Two views of an entry are taken. *Likeness* compares the question with each of the entry's wordings, by the BM25
weights of the terms they share over what both weigh, and keeps the best: it is 1 for a wording typed as it stands.
*Cover* asks how much of the question is found anywhere in the entry, answer included: it carries a question that
nobody has worded that way. Both lie in 0..1, and so does their mean, the score by words alone.
"""

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


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


@dataclass(frozen=True, slots=True)
class Measured:
    """What the words say of every document: likeness and cover in 0..1, and the wording most like the question.

    A likeness of 1 is a wording as it stands.
    """

    likeness: Floats
    cover: Floats
    wording: Integers

    def at(self, places: Integers) -> "Measured":
        """The same of the documents at these places alone."""
        return Measured(self.likeness[places], self.cover[places], self.wording[places])

    def scores(self) -> Floats:
        """The score by words alone."""
        mean = LIKENESS_SHARE * self.likeness + (1 - LIKENESS_SHARE) * self.cover
        return np.where(self.likeness >= 1, 1.0, np.minimum(mean, 1.0))


class LexicalIndex:
    """An unchanging index over documents, which are read once and not kept."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._terms: dict[str, int] = {}
        term_in_wording, wording_of_term, weight = array("q"), array("q"), array("d")
        term_in_answer, document_of_answer = array("q"), array("q")
        owner, nth_of = array("q"), array("q")
        place = -1
        for place, document in enumerate(documents):
            for nth, wording in enumerate(document.wordings):
                for term, value in wording.weights.items():
                    term_in_wording.append(self._terms.setdefault(term, len(self._terms)))
                    wording_of_term.append(len(owner))
                    weight.append(value)
                owner.append(place)
                nth_of.append(nth)
            for term in document.answer.weights:
                term_in_answer.append(self._terms.setdefault(term, len(self._terms)))
                document_of_answer.append(place)
        self._count = place + 1
        self._owner, self._nth = _integers(owner), _integers(nth_of)
        in_wording, wordings = _integers(term_in_wording), _integers(wording_of_term)
        pairs, times = _pairs(in_wording, self._owner[wordings], self._count)
        beside = np.setdiff1d(
            _pairs(_integers(term_in_answer), _integers(document_of_answer), self._count)[0], pairs
        )
        self._rarest = math.log(1 + (self._count + 0.5) / 0.5)
        frequency = np.bincount(pairs // max(self._count, 1), minlength=len(self._terms))
        self._idf = np.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))
        mass = np.bincount(
            wordings, weights=_floats(weight) * self._idf[in_wording], minlength=len(self._owner)
        )
        self._against = np.maximum(mass, 1e-9) ** (1 - QUESTION_SHARE)
        self._in_wordings = _Postings(in_wording, wordings, None, len(self._terms))
        both = np.concatenate([pairs, beside])
        part = np.concatenate(
            [np.where(times > 1, 1.0, ONCE), np.full(len(beside), ANSWER_ONLY)]
        ).astype(np.float32)
        self._in_documents = _Postings(
            both // max(self._count, 1), both % max(self._count, 1), part, len(self._terms)
        )

    def measure(self, question: Terms) -> Measured | None:
        """Every document against the question; none where the question says nothing or there is no document."""
        if not question.telling or not self._count:
            return None
        known = [
            (self._terms[term], weight)
            for term, weight in question.weights.items()
            if term in self._terms
        ]
        strange = sum(
            weight for term, weight in question.weights.items() if term not in self._terms
        )
        terms = np.array([term for term, _ in known], dtype=np.int64)
        values = np.array([weight for _, weight in known]) * self._idf[terms]
        mass = float(values.sum()) + strange * self._rarest
        shared = self._in_wordings.add_up(terms, values, len(self._owner))
        alike = np.minimum(shared / (mass**QUESTION_SHARE * self._against), 1.0)
        alike[alike >= SAME] = 1.0
        likeness = np.zeros(self._count)
        np.maximum.at(likeness, self._owner, alike)
        best = np.flatnonzero((alike > 0) & (alike == likeness[self._owner]))[::-1]
        wording = np.zeros(self._count, dtype=np.int64)
        wording[self._owner[best]] = self._nth[best]  # of equals the first, which is set last
        cover = self._in_documents.add_up(terms, values, self._count) / (mass + DOUBT_MASS)
        return Measured(likeness, np.minimum(cover, 1.0), wording)

    def rank(self, question: Terms) -> list[Ranked]:
        """The documents that share anything with the question, best first; ties in the order of the index."""
        measured = self.measure(question)
        if measured is None:
            return []
        scores = measured.scores()
        order = np.argsort(-scores, kind="stable")
        return [
            Ranked(int(place), float(scores[place]), int(measured.wording[place]))
            for place in order
            if scores[place] > 0
        ]


class _Postings:
    """For each term the places where it stands, and what it counts there."""

    def __init__(
        self, terms: Integers, places: Integers, part: NDArray[np.float32] | None, count: int
    ) -> None:
        order = np.argsort(terms, kind="stable")
        self._places = places[order].astype(np.int32)
        self._part = None if part is None else part[order]
        self._starts = np.searchsorted(terms[order], np.arange(count + 1))

    def add_up(self, terms: Integers, values: Floats, count: int) -> Floats:
        """For each of ``count`` places the sum of the values of the terms that stand there."""
        if not len(terms):
            return np.zeros(count)
        slices = [slice(self._starts[term], self._starts[term + 1]) for term in terms]
        places = np.concatenate([self._places[each] for each in slices])
        amounts = np.repeat(values, [each.stop - each.start for each in slices])
        if self._part is not None:
            amounts *= np.concatenate([self._part[each] for each in slices])
        return np.bincount(places, weights=amounts, minlength=count)


def _integers(numbers: "array[int]") -> Integers:
    return np.frombuffer(numbers, dtype=np.int64) if len(numbers) else np.zeros(0, dtype=np.int64)


def _floats(numbers: "array[float]") -> Floats:
    return np.frombuffer(numbers, dtype=np.float64) if len(numbers) else np.zeros(0)


def _pairs(terms: Integers, documents: Integers, count: int) -> tuple[Integers, Integers]:
    """The pairs of term and document that occur, each as one number, and how often."""
    found, times = np.unique(terms * count + documents, return_counts=True)
    return found, times
