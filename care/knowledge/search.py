"""The knowledge base searched by words, by meaning, and by what was learned of its wordings."""

from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from care.knowledge.analysis import Analyzer, Terms, normalise
from care.knowledge.encoded import encode
from care.knowledge.entries import Entry, Library
from care.knowledge.index import Document, Floats, LexicalIndex, Measured
from care.knowledge.learned import Learned, file_of, worth_learning
from care.knowledge.meaning import Near
from care.knowledge.network import Numbers
from care.knowledge.protocol import Answer, Candidates, Hit, Outcome, Unknown
from care.knowledge.relevance import USUAL, relevance
from care.knowledge.sentence_encoder import SentenceEncoder, load_encoder
from care.knowledge.vector_cache import VectorCache

WHOLE = 10_000
"""Up to so many entries, the meaning of all of them is asked."""
SHORTLIST = 300
"""How many entries are left to meaning in a larger base."""
MOST_CANDIDATES = 3
COMPANION = 0.8
"""The share of the threshold that a candidate beside the best must reach."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a hit is good enough to be said.

    Below ``threshold`` the question is unknown. Another entry is a candidate beside the best when it
    stays behind by less than ``doubt`` times what the best lacks to 1. From ``guess`` on, entries are
    offered as a question back to one that is unknown. All are chosen by
    ``benchmarks/knowledge_threshold.py`` on wordings held out from the entries and on sentences that
    the entries do not answer.
    """

    threshold: float = 0.86
    doubt: float = 2.95
    guess: float = 0.37


LEARNED = Limits(threshold=0.81, doubt=3.0, guess=0.47)
"""For a base of whose wordings was learned; ``Limits()`` are those of one of which was not, or not yet."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of the entries at ``places`` before it is brought to one figure.

    ``refused`` is the question's greatest cosine with one that no entry answers, ``learned`` are the logarithms of the
    chances that it is about the entries: none where nothing was learned.
    """

    places: NDArray[np.intp]
    words: Measured
    meaning: Near
    refused: float
    learned: Numbers | None = None


class HybridKnowledgeBase:
    """A ``KnowledgeBase`` that finds entries by their words and their meaning. Unchanging once built.

    In a base of more than ``WHOLE`` entries, meaning is asked only of the ``SHORTLIST`` that come nearest by their
    words, and answers have no say in it: encoding them would take too long.
    """

    def __init__(
        self,
        library: Library,
        limits: Limits | None = None,
        *,
        encoder: SentenceEncoder | None = None,
        cache: Path | None = None,
    ) -> None:
        self._limits = limits
        self._entries = library.entries
        self._by_id = {entry.id: entry for entry in library.entries}
        self._analyzer = Analyzer(library.vocabulary)
        self._encoder = encoder or load_encoder()
        self._whole = len(self._entries) <= WHOLE
        terms = self._analyzer.terms
        self._index = LexicalIndex(
            Document(tuple(map(terms, entry.wordings)), terms(entry.answer))
            for entry in library.entries
        )
        kept = VectorCache(cache, self._encoder.name)
        encoded = encode(library, self._encoder, kept, answers=self._whole)
        self._meaning, self._refused = encoded.meaning(each=self._whole), encoded.refused
        self._file = None
        if cache is not None and worth_learning(library):
            self._file = file_of(cache, library, self._encoder.name)
        self._learned = Learned.restore(self._file) if self._file else None

    @property
    def limits(self) -> Limits:
        """When a hit is good enough to be said."""
        return self._limits or (LEARNED if self._learned else Limits())

    @property
    def may_learn(self) -> bool:
        """Whether this base would be better by what can be learned of its wordings, and has a place to keep it."""
        return self._file is not None and self._learned is None

    def with_what_was_learned(self) -> "HybridKnowledgeBase | None":
        """The same base that searches by what was learned of it, too; none where that is not on disk."""
        learned = Learned.restore(self._file) if self._file else None
        return self.taught(learned) if learned else None

    def taught(self, learned: Learned) -> "HybridKnowledgeBase":
        """The same base that searches by this, too."""
        other = copy(self)
        other._learned = learned
        return other

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        """The entries that come nearest, best first, however weak."""
        return self._ranked(question, self._analyzer.terms(question), limit)

    def answer_for(self, question: str) -> Outcome:
        """What may be told to the customer who asks this."""
        terms = self._analyzer.terms(question)
        hits = self._ranked(question, terms, MOST_CANDIDATES)
        return decide(hits, self.limits, bare=terms.bare)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of this id."""
        return self._by_id.get(entry_id)

    def entry_for_intent(self, intent: str, text: str) -> Entry | None:
        """The best entry serving the intent, else the general one, else none."""
        hits = self._ranked(text, self._analyzer.terms(text), len(self._entries))
        serving = [hit for hit in hits if intent in hit.entry.serves]
        if serving and serving[0].score >= self.limits.threshold:
            return serving[0].entry
        for entry in self._entries:
            if intent in entry.general_for:
                return entry
        return serving[0].entry if serving else None

    def measures(self, question: str, terms: Terms) -> Measures | None:
        """What words and meaning say of the entries that come into question; none where nothing is asked."""
        measured = self._index.measure(terms)
        if measured is None:
            return None
        places = np.arange(len(self._entries))
        if not self._whole:
            places = best_places(measured.scores(), SHORTLIST)
            measured = measured.at(places)
        vector = self._encoder.encode([normalise(question)])[0]
        refused = float((self._refused @ vector).max()) if len(self._refused) else USUAL
        learned = None
        if self._learned is not None:
            learned = self._learned.logarithms(question, vector, self._analyzer)[places]
        return Measures(places, measured, self._meaning.near(vector, places), refused, learned)

    def hits(self, found: Measures | None, limit: int) -> list[Hit]:
        """The best of what was measured, best first."""
        if found is None:
            return []
        scores = relevance(found.words, found.meaning, found.refused, found.learned)
        hits = []
        for nth in best_places(scores, limit):
            entry = self._entries[found.places[nth]]
            hits.append(Hit(entry, float(scores[nth]), entry.wordings[found.words.wording[nth]]))
        return hits

    def _ranked(self, question: str, terms: Terms, limit: int) -> list[Hit]:
        return self.hits(self.measures(question, terms), limit)


def best_places(scores: Floats, limit: int) -> NDArray[np.intp]:
    """The places of the best scores, best first; of equals the first in the index."""
    if limit >= len(scores):
        return np.argsort(-scores, kind="stable")
    edge = np.partition(scores, len(scores) - limit)[len(scores) - limit] if limit > 0 else np.inf
    found = np.flatnonzero(scores >= edge)
    return found[np.argsort(-scores[found], kind="stable")][:limit]


def decide(hits: list[Hit], limits: Limits, *, bare: bool = False) -> Outcome:
    """What may be said after a search that found ``hits``, best first.

    A ``bare`` topic (one word and no question) is asked back unless it is an entry's own wording.
    """
    if not hits or hits[0].score < limits.threshold:
        guesses = tuple(hit for hit in hits[:MOST_CANDIDATES] if hit.score >= limits.guess)
        return Unknown(hits[0] if hits else None, guesses)
    best, *others = hits[:MOST_CANDIDATES]
    reach = 0.0 if bare and best.score < 1 else best.score - limits.doubt * (1 - best.score)
    near = [hit for hit in others if hit.score > max(reach, limits.threshold * COMPANION)]
    return Candidates((best, *near)) if near else Answer(best)
