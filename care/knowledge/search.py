"""The knowledge base searched by words and meaning, and its replacement while the server runs."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from care.knowledge.analysis import Analyzer, Terms, normalise
from care.knowledge.entries import Entry, Library, load_library
from care.knowledge.index import Document, Floats, LexicalIndex, Measured
from care.knowledge.meaning import MeaningIndex, Near
from care.knowledge.protocol import Answer, Candidates, Hit, KnowledgeBase, Outcome, Unknown
from care.knowledge.relevance import USUAL, relevance
from care.knowledge.sentence_encoder import SentenceEncoder, Vectors, load_encoder
from care.knowledge.vector_cache import VectorCache

WHOLE = 10_000
"""Up to so many entries, the meaning of all of them is asked."""
SHORTLIST = 300
"""How many entries are left to meaning in a larger base."""
SENTENCE_END = re.compile(r"[。！？；\n]")
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


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of the entries at ``places`` before it is brought to one figure.

    ``refused`` is the question's greatest cosine with one that no entry answers.
    """

    places: NDArray[np.intp]
    words: Measured
    meaning: Near
    refused: float


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
        self.limits = limits or Limits()
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
        self._meaning, self._refused = meanings(library, self._encoder, kept, self._whole)

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
        return Measures(places, measured, self._meaning.near(vector, places), refused)

    def hits(self, found: Measures | None, limit: int) -> list[Hit]:
        """The best of what was measured, best first."""
        if found is None:
            return []
        scores = relevance(found.words, found.meaning, found.refused)
        hits = []
        for nth in best_places(scores, limit):
            entry = self._entries[found.places[nth]]
            hits.append(Hit(entry, float(scores[nth]), entry.wordings[found.words.wording[nth]]))
        return hits

    def _ranked(self, question: str, terms: Terms, limit: int) -> list[Hit]:
        return self.hits(self.measures(question, terms), limit)


def meanings(
    library: Library, encoder: SentenceEncoder, cache: VectorCache, answers: bool
) -> tuple[MeaningIndex, Vectors]:
    """The entries by their meaning, and the vectors of what is refused.

    An entry's are those of its wordings and, where wanted, of the sentences of its answer; only then are its wordings
    also looked at one by one.
    """
    said = [(place, text) for place, entry in enumerate(library.entries) for text in entry.wordings]
    answered = [
        (place, text)
        for place, entry in enumerate(library.entries)
        for text in (SENTENCE_END.split(entry.answer) if answers else ())
        if text.strip()
    ]
    texts = [*(text for _, text in said), *(text for _, text in answered), *library.refused]
    vectors = cache.vectors([normalise(text) for text in texts], encoder.encode)
    wordings, sentences, refused = np.split(vectors, [len(said), len(said) + len(answered)])
    index = MeaningIndex(
        len(library.entries),
        wordings,
        np.array([place for place, _ in said], dtype=np.intp),
        sentences,
        np.array([place for place, _ in answered], dtype=np.intp),
        each=answers,
    )
    return index, refused


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


class LiveKnowledgeBase:
    """A ``KnowledgeBase`` that can be built anew while it is used.

    ``reload`` builds the new one first and then puts it in place by one assignment: whoever is
    asking goes on with the old one, and a mistake in the files leaves the old one standing.
    """

    def __init__(self, build: Callable[[], KnowledgeBase]) -> None:
        self._build = build
        self._current = build()

    def reload(self) -> None:
        """Take up changed files. Raises ``DataFileError``; the former content then stays."""
        self._current = self._build()

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        """The entries that come nearest, best first, however weak."""
        return self._current.search(question, limit)

    def answer_for(self, question: str) -> Outcome:
        """What may be told to the customer who asks this."""
        return self._current.answer_for(question)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of this id."""
        return self._current.entry(entry_id)

    def entry_for_intent(self, intent: str, text: str) -> Entry | None:
        """The best entry serving the intent, else the general one, else none."""
        return self._current.entry_for_intent(intent, text)


def open_knowledge_base(
    folder: Path,
    intents: Collection[str] | None = None,
    limits: Limits | None = None,
    cache: Path | None = None,
) -> LiveKnowledgeBase:
    """The knowledge base of a folder such as ``data/faq``; entries may serve only the given intents.

    ``cache`` is a folder in which sentence vectors are kept. Takes a second or two with it, ten the first time: call
    it off the event loop. Raises ``DataFileError`` naming file and entry, ``EncoderUnavailable``.
    """
    return LiveKnowledgeBase(
        lambda: HybridKnowledgeBase(load_library(folder, intents), limits, cache=cache)
    )
