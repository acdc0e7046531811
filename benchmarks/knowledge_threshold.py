"""How well the FAQ search finds entries, and where its threshold should lie: ``python -m benchmarks.knowledge_threshold``

Each wording of each entry is taken out in turn, the index built without it, and the wording asked. Sentences that no
entry answers are asked too (``knowledge_unanswerable.yml``). Entries and sentences are each split into two halves:
threshold and doubt are chosen on one, and the figures that may be quoted are taken on the other, to which nothing was
tuned (the weights of the search and the vocabulary were settled on the choosing half as well).

A wording held out is harder than most questions of customers, since the wordings of an entry were written to differ;
and both were written by the same hand, so that a customer's own words may be harder again.
"""

import argparse
import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

from care.knowledge.analysis import Analyzer
from care.knowledge.entries import Entry, Library, load_library
from care.knowledge.index import Document, LexicalIndex
from care.knowledge.protocol import Answer, Candidates, Hit, Outcome
from care.knowledge.search import MOST_CANDIDATES, LexicalKnowledgeBase, Limits, decide

ROOT = Path(__file__).resolve().parent.parent
FAQ = ROOT / "data" / "faq"
UNANSWERABLE = Path(__file__).with_name("knowledge_unanswerable.yml")

Half = Literal["choose", "report"]

WORTH = {"right": 1.0, "offered": 0.6, "unknown": 0.0, "offered_wrong": -0.4, "wrong": -1.0}
"""What an outcome is worth to a customer whose question has an answer; a wrong answer is worse than none."""
TO_REFUSE = 0.9
"""The share of the questions without an answer that must be refused."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it; ``wanted`` is the id of its entry, none if there is none."""

    text: str
    wanted: str | None
    kind: str
    hits: tuple[Hit, ...]
    bare: bool = False

    def verdict(self, limits: Limits) -> str:
        """What the customer gets: one of the keys of ``WORTH``."""
        outcome: Outcome = decide(list(self.hits), limits, bare=self.bare)
        if isinstance(outcome, Answer):
            return "right" if outcome.entry.id == self.wanted else "wrong"
        if isinstance(outcome, Candidates):
            offered = {hit.entry.id for hit in outcome.hits}
            return "offered" if self.wanted in offered else "offered_wrong"
        return "unknown"


def half_of(entry: Entry) -> Half:
    """The half an entry belongs to, by its id alone."""
    return "choose" if hashlib.sha256(entry.id.encode()).digest()[0] % 2 else "report"


def ask_held_out(library: Library, half: Half, every: int = 1) -> list[Asked]:
    """Ask the wordings of a half's entries, each of an index built without it; ``every`` nth only."""
    analyzer, entries = Analyzer(library.vocabulary), library.entries
    documents = [
        Document(tuple(map(analyzer.terms, entry.wordings)), analyzer.terms(entry.answer))
        for entry in entries
    ]
    asked, number = [], 0
    for place, entry in enumerate(entries):
        if half_of(entry) != half:
            continue
        whole = documents[place]
        for nth, wording in enumerate(entry.wordings):
            number += 1
            if number % every:
                continue
            documents[place] = replace(
                whole, wordings=whole.wordings[:nth] + whole.wordings[nth + 1 :]
            )
            terms = whole.wordings[nth]
            ranked = LexicalIndex(documents).rank(terms)[:MOST_CANDIDATES]
            hits = tuple(Hit(entries[found.document], found.score, "") for found in ranked)
            asked.append(Asked(wording, entry.id, entry.topic, hits, terms.bare))
        documents[place] = whole
    return asked


def ask_unanswerable(library: Library, half: Half) -> list[Asked]:
    """Ask the sentences of a half that no entry answers."""
    base, analyzer = LexicalKnowledgeBase(library), Analyzer(library.vocabulary)
    kinds = YAML(typ="safe", pure=True).load(UNANSWERABLE.read_text(encoding="utf-8"))[half]
    return [
        Asked(
            text, None, kind, tuple(base.search(text, MOST_CANDIDATES)), analyzer.terms(text).bare
        )
        for kind, texts in kinds.items()
        for text in texts
    ]


def share(asked: Sequence[Asked], limits: Limits, *verdicts: str) -> float:
    """The share of the questions that ended in one of these verdicts."""
    return sum(question.verdict(limits) in verdicts for question in asked) / len(asked)


def worth(answerable: Sequence[Asked], limits: Limits) -> float:
    """The mean worth to a customer whose question has an answer."""
    return sum(WORTH[question.verdict(limits)] for question in answerable) / len(answerable)


def choose(answerable: Sequence[Asked], unanswerable: Sequence[Asked]) -> Limits:
    """The lowest threshold that refuses enough, and the doubt of the greatest worth at it."""
    thresholds = (step / 100 for step in range(20, 100))
    threshold = next(
        level for level in thresholds if share(unanswerable, Limits(level), "unknown") >= TO_REFUSE
    )
    tried = (Limits(threshold, doubt / 20) for doubt in range(17))
    return max(tried, key=lambda limits: worth(answerable, limits))


def describe(answerable: Sequence[Asked], unanswerable: Sequence[Asked], limits: Limits) -> str:
    """One line of figures in percent."""
    of_answerable = (share(answerable, limits, verdict) * 100 for verdict in WORTH)
    of_unanswerable = share(unanswerable, limits, "unknown") * 100
    cells = "  ".join(f"{value:5.1f}" for value in (*of_answerable, of_unanswerable))
    return f"{limits.threshold:9.2f} {limits.doubt:5.2f}  {cells}  {worth(answerable, limits):6.3f}"


def search_milliseconds(library: Library) -> tuple[float, float]:
    """The median and the 95th percentile of a search with every wording."""
    base = LexicalKnowledgeBase(library)
    times = []
    for text in wordings(library.entries):
        start = time.perf_counter()
        base.answer_for(text)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def wordings(entries: Iterable[Entry]) -> list[str]:
    """All wordings of all entries."""
    return [wording for entry in entries for wording in entry.wordings]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Threshold and quality of the FAQ search.")
    parser.add_argument(
        "--every", type=int, default=1, help="hold out only every nth wording (quicker)"
    )
    every = parser.parse_args().every
    library = load_library(FAQ)
    start = time.perf_counter()
    LexicalKnowledgeBase(library)
    built = time.perf_counter() - start
    print(
        f"{len(library.entries)} entries, {len(wordings(library.entries))} wordings; built in {built:.2f} s"
    )
    print("search: median {:.2f} ms, p95 {:.2f} ms".format(*search_milliseconds(library)))
    heads = "threshold doubt  right  offer  unkn.  offwr  wrong  refused   worth"
    asked: dict[Half, tuple[list[Asked], list[Asked]]] = {}
    for half in ("choose", "report"):
        asked[half] = (ask_held_out(library, half, every), ask_unanswerable(library, half))
    for half, (answerable, unanswerable) in asked.items():
        first = sum(bool(one.hits) and one.hits[0].entry.id == one.wanted for one in answerable)
        within = sum(any(hit.entry.id == one.wanted for hit in one.hits) for one in answerable)
        print(
            f"\n{half}: {len(answerable)} wordings held out, {len(unanswerable)} sentences without answer; "
            f"right entry first {first / len(answerable):.1%}, among three {within / len(answerable):.1%}"
        )
    print("\nChoosing half, percent:\n" + heads)
    best = choose(*asked["choose"])
    for step in range(25, 80, 5):
        print(describe(*asked["choose"], Limits(step / 100, best.doubt)))
    print("chosen:\n" + describe(*asked["choose"], best))
    print("\nReporting half, percent:\n" + heads)
    print("as chosen here:\n" + describe(*asked["report"], best))
    print("as care/knowledge/search.py has it:\n" + describe(*asked["report"], Limits()))
    for kind in ("elsewhere", "noise", "near"):
        of_kind = [question for question in asked["report"][1] if question.kind == kind]
        print(f"refused of {kind}: {share(of_kind, Limits(), 'unknown'):.1%} of {len(of_kind)}")


if __name__ == "__main__":
    main()
