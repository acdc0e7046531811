"""The knowledge base searched by words alone, and its replacement while the server runs."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from care.knowledge.analysis import Analyzer
from care.knowledge.entries import Entry, Library, load_library
from care.knowledge.index import Document, LexicalIndex, Ranked
from care.knowledge.protocol import Answer, Candidates, Hit, KnowledgeBase, Outcome, Unknown

MOST_CANDIDATES = 3
COMPANION = 0.8
"""The share of the threshold that a candidate beside the best must reach."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a hit is good enough to be said.

    Below ``threshold`` the question is unknown. Another entry is a candidate beside the best when it
    stays behind by less than ``doubt`` times what the best lacks to 1. Both are chosen by
    ``benchmarks/knowledge_threshold.py`` on wordings held out from the entries and on sentences that
    the entries do not answer.
    """

    threshold: float = 0.47
    doubt: float = 0.35


class LexicalKnowledgeBase:
    """A ``KnowledgeBase`` that finds entries by their words. Unchanging once built."""

    def __init__(self, library: Library, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._entries = library.entries
        self._by_id = {entry.id: entry for entry in library.entries}
        self._analyzer = Analyzer(library.vocabulary)
        terms = self._analyzer.terms
        self._index = LexicalIndex(
            [
                Document(tuple(map(terms, entry.wordings)), terms(entry.answer))
                for entry in library.entries
            ]
        )

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        """The entries that come nearest, best first, however weak."""
        return self._ranked(question)[:limit]

    def answer_for(self, question: str) -> Outcome:
        """What may be told to the customer who asks this."""
        terms = self._analyzer.terms(question)
        hits = self._hits(self._index.rank(terms)[:MOST_CANDIDATES])
        return decide(hits, self.limits, bare=terms.bare)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of this id."""
        return self._by_id.get(entry_id)

    def entry_for_intent(self, intent: str, text: str) -> Entry | None:
        """The best entry serving the intent, else the general one, else none."""
        serving = [hit for hit in self._ranked(text) if intent in hit.entry.serves]
        if serving and serving[0].score >= self.limits.threshold:
            return serving[0].entry
        for entry in self._entries:
            if intent in entry.general_for:
                return entry
        return serving[0].entry if serving else None

    def _ranked(self, question: str) -> list[Hit]:
        return self._hits(self._index.rank(self._analyzer.terms(question)))

    def _hits(self, found: list[Ranked]) -> list[Hit]:
        hits = []
        for ranked in found:
            entry = self._entries[ranked.document]
            hits.append(Hit(entry, ranked.score, entry.wordings[ranked.wording]))
        return hits


def decide(hits: list[Hit], limits: Limits, *, bare: bool = False) -> Outcome:
    """What may be said after a search that found ``hits``, best first.

    A ``bare`` topic (one word and no question) is asked back unless it is an entry's own wording.
    """
    if not hits or hits[0].score < limits.threshold:
        return Unknown(hits[0] if hits else None)
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
    folder: Path, intents: Collection[str] | None = None, limits: Limits | None = None
) -> LiveKnowledgeBase:
    """The knowledge base of a folder such as ``data/faq``; entries may serve only the given intents.

    Raises ``DataFileError`` naming file and entry. Takes some tenths of a second: call it off the event loop.
    """
    return LiveKnowledgeBase(lambda: LexicalKnowledgeBase(load_library(folder, intents), limits))
