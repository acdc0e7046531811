"""Questions with a known answer, made of the entries' own wordings, and questions without one.

The wordings are dealt into folds, near duplicates together; each fold is asked of a knowledge base built without it.
A question of ``data/faq/refused.yml`` is asked of one that knows none of its writer's: two writers wrote a half each.
Nothing of ``tests/knowledge/questions.yml`` is used here. Vectors are encoded once and kept in ``var/cache/bench``.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from ruamel.yaml import YAML

from benchmarks.nlu.near_duplicates import groups
from care.knowledge.analysis import Analyzer, Terms, normalise
from care.knowledge.entries import Entry, Library
from care.knowledge.learner import learn
from care.knowledge.search import HybridKnowledgeBase, Measures
from care.knowledge.sentence_encoder import SentenceEncoder, Vectors, load_encoder
from care.knowledge.vector_cache import VectorCache

ROOT = Path(__file__).resolve().parent.parent
FAQ = ROOT / "data" / "faq"
CACHE = ROOT / "var" / "cache" / "bench"
DEVELOPMENT = Path(__file__).with_name("knowledge_development.yml")
UNANSWERABLE = Path(__file__).with_name("knowledge_unanswerable.yml")

FOLDS = 10
Half = Literal["choose", "report"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; ``wanted`` is the place of its entry in the library, none if no entry answers."""

    text: str
    terms: Terms
    wanted: int | None
    kind: str
    found: Measures | None


class _Remembering(SentenceEncoder):
    """An encoder that encodes no text twice."""

    def __init__(self, encoder: SentenceEncoder, texts: Sequence[str]) -> None:
        self.name = encoder.name
        self._encoder = encoder
        vectors = VectorCache(CACHE, self.name).vectors(texts, encoder.encode)
        self._known = dict(zip(texts, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The texts' vectors."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.array([self._known[text] for text in texts])


def half_of(name: str) -> Half:
    """The half an entry (by its id) or a question without one (by its text) belongs to."""
    return "choose" if hashlib.sha256(name.encode()).digest()[0] % 2 else "report"


def wordings(entries: Iterable[Entry]) -> list[str]:
    """All wordings of all entries."""
    return [wording for entry in entries for wording in entry.wordings]


def remembering(library: Library) -> SentenceEncoder:
    """The encoder, with the vectors of the library's wordings at hand."""
    return _Remembering(
        load_encoder(), sorted({normalise(text) for text in wordings(library.entries)})
    )


def deal(texts: Sequence[str]) -> list[int]:
    """The fold of each text: near duplicates in one, by their first text alone."""
    folds = [0] * len(texts)
    for group in groups(texts):
        number = hashlib.sha256(texts[group[0]].encode()).digest()[0] % FOLDS
        for place in group:
            folds[place] = number
    return folds


def without(library: Library, away: frozenset[str]) -> Library:
    """The library without these wordings and refused questions; an entry that would lose all keeps its first."""
    entries = []
    for entry in library.entries:
        kept = [text for text in entry.wordings if text not in away] or [entry.question]
        entries.append(replace(entry, question=kept[0], other=tuple(kept[1:])))
    refused = tuple(text for text in library.refused if text not in away)
    return replace(library, entries=tuple(entries), refused=refused)


def taught(library: Library, encoder: SentenceEncoder) -> HybridKnowledgeBase:
    """The knowledge base, with what can be learned of it."""
    base = HybridKnowledgeBase(library, encoder=encoder)
    return base.taught(learn(library, encoder, VectorCache(None, encoder.name)))


def held_out(
    library: Library, encoder: SentenceEncoder, folds: int = FOLDS
) -> Iterator[tuple[HybridKnowledgeBase, list[Question]]]:
    """For each of the first ``folds`` folds, the knowledge base without it and its questions."""
    texts = [*wordings(library.entries), *library.refused]
    dealt = dict(zip(texts, deal(texts), strict=True))
    middle = len(library.refused) // 2
    writers = library.refused[:middle], library.refused[middle:]
    analyzer = Analyzer(library.vocabulary)
    for fold in range(folds):
        of_writer = writers[fold % 2]
        away = frozenset(text for text in wordings(library.entries) if dealt[text] == fold)
        away |= frozenset(of_writer)
        rest = without(library, away)
        base = taught(rest, encoder)
        asked = []
        for place, entry in enumerate(library.entries):
            for text in sorted(away & set(entry.wordings) - set(rest.entries[place].wordings)):
                terms = analyzer.terms(text)
                asked.append(
                    Question(text, terms, place, half_of(entry.id), base.measures(text, terms))
                )
        for text in of_writer:
            if dealt[text] // 2 == fold // 2:
                terms = analyzer.terms(text)
                found = base.measures(text, terms)
                asked.append(Question(text, terms, None, f"{half_of(text)}/refused", found))
        yield base, asked


def unanswerable(library: Library, base: HybridKnowledgeBase) -> list[Question]:
    """Further questions without an answer; the kind begins with their half."""
    yaml = YAML(typ="safe", pure=True)
    analyzer = Analyzer(library.vocabulary)
    texts = [
        (f"{half}/{kind}", text)
        for half, kinds in yaml.load(UNANSWERABLE.read_text(encoding="utf-8")).items()
        for kind, listed in kinds.items()
        for text in listed
    ]
    return [
        Question(text, terms, None, kind, base.measures(text, terms))
        for kind, text in texts
        for terms in [analyzer.terms(text)]
    ]


def development(library: Library, base: HybridKnowledgeBase) -> list[Question]:
    """The questions that were written to develop the search."""
    listed = YAML(typ="safe", pure=True).load(DEVELOPMENT.read_text(encoding="utf-8"))["questions"]
    places = {entry.id: place for place, entry in enumerate(library.entries)}
    analyzer = Analyzer(library.vocabulary)
    return [
        Question(text, terms, places[name], "development", base.measures(text, terms))
        for name, texts in listed.items()
        for text in texts
        for terms in [analyzer.terms(text)]
    ]
