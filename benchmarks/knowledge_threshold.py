"""How well the FAQ search finds entries, and where its threshold should lie: ``python -m benchmarks.knowledge_threshold``

Each wording of each entry is asked of a knowledge base built without it (``knowledge_folds.py``). Questions that no
entry answers are asked too: those of ``knowledge_unanswerable.yml``, and those of ``data/faq/refused.yml`` of a base that
knows none of the same writer. Entries and questions are each split into two halves: threshold and doubt are chosen on
one, and the figures that may be quoted are taken on the other, to which nothing was tuned (the weights of the search
and the vocabulary were settled on the choosing half as well).

A wording held out is harder than most questions of customers, since the wordings of an entry were written to differ.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.knowledge_folds import (
    CACHE,
    FAQ,
    FOLDS,
    Half,
    Question,
    held_out,
    remembering,
    taught,
    unanswerable,
    wordings,
)
from care.knowledge.entries import Library, load_library
from care.knowledge.protocol import Answer, Candidates, Hit, Outcome, Unknown
from care.knowledge.search import LEARNED, MOST_CANDIDATES, HybridKnowledgeBase, Limits, decide
from care.knowledge.sentence_encoder import SentenceEncoder

WORTH = {"right": 1.0, "offered": 0.6, "unknown": 0.0, "offered_wrong": -0.4, "wrong": -1.0}
"""What an outcome is worth to a customer whose question has an answer; a wrong answer is worse than none."""
TO_REFUSE = 0.9
"""The share of the questions without an answer that must be refused."""
ASKED_BACK = 0.2
"""The share of the questions without an answer to which entries may be offered as a question back."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it; ``wanted`` is the id of its entry, none if there is none."""

    wanted: str | None
    kind: str
    hits: tuple[Hit, ...]
    bare: bool = False

    def outcome(self, limits: Limits) -> Outcome:
        """What the search makes of it."""
        return decide(list(self.hits), limits, bare=self.bare)

    def verdict(self, limits: Limits) -> str:
        """What the customer gets: one of the keys of ``WORTH``."""
        outcome = self.outcome(limits)
        if isinstance(outcome, Answer):
            return "right" if outcome.entry.id == self.wanted else "wrong"
        if isinstance(outcome, Candidates):
            offered = {hit.entry.id for hit in outcome.hits}
            return "offered" if self.wanted in offered else "offered_wrong"
        return "unknown"


def asked(base: HybridKnowledgeBase, library: Library, question: Question) -> Asked:
    """The question with the hits of a knowledge base."""
    wanted = None if question.wanted is None else library.entries[question.wanted].id
    hits = base.hits(question.found, MOST_CANDIDATES)
    return Asked(wanted, question.kind, tuple(hits), question.terms.bare)


def ask_held_out(library: Library, encoder: SentenceEncoder, folds: int = FOLDS) -> list[Asked]:
    """The wordings of the first ``folds`` folds, each asked of a knowledge base without it."""
    return [
        asked(base, library, question)
        for base, questions in held_out(library, encoder, folds)
        for question in questions
    ]


def ask_unanswerable(library: Library, base: HybridKnowledgeBase) -> list[Asked]:
    """The questions that no entry answers."""
    return [asked(base, library, question) for question in unanswerable(library, base)]


def of_half(questions: Sequence[Asked], half: Half) -> list[Asked]:
    """Those of one half."""
    return [one for one in questions if one.kind.split("/")[0] == half]


def share(asked: Sequence[Asked], limits: Limits, *verdicts: str) -> float:
    """The share of the questions that ended in one of these verdicts."""
    return sum(question.verdict(limits) in verdicts for question in asked) / len(asked)


def worth(answerable: Sequence[Asked], limits: Limits) -> float:
    """The mean worth to a customer whose question has an answer."""
    return sum(WORTH[question.verdict(limits)] for question in answerable) / len(answerable)


def choose(answerable: Sequence[Asked], unanswerable: Sequence[Asked]) -> Limits:
    """The lowest threshold that refuses enough, and the doubt of the greatest worth at it."""
    thresholds = (step / 100 for step in range(5, 100))
    threshold = next(
        level for level in thresholds if share(unanswerable, Limits(level), "unknown") >= TO_REFUSE
    )
    tried = (Limits(threshold, doubt / 20) for doubt in range(61))
    best = max(tried, key=lambda limits: worth(answerable, limits))
    guesses = (replace(best, guess=step / 100) for step in range(5, 100))
    return next(limits for limits in guesses if guessed(unanswerable, limits) <= ASKED_BACK)


def guessed(asked: Sequence[Asked], limits: Limits, right: bool = False) -> float:
    """The share of the questions to which entries are offered as a question back, the right one among them."""
    outcomes = ((one, one.outcome(limits)) for one in asked)
    return sum(
        isinstance(outcome, Unknown)
        and bool(outcome.guesses)
        and (not right or one.wanted in {hit.entry.id for hit in outcome.guesses})
        for one, outcome in outcomes
    ) / len(asked)


def describe(answerable: Sequence[Asked], unanswerable: Sequence[Asked], limits: Limits) -> str:
    """One line of figures in percent."""
    of_answerable = (share(answerable, limits, verdict) * 100 for verdict in WORTH)
    of_unanswerable = share(unanswerable, limits, "unknown") * 100
    cells = "  ".join(f"{value:5.1f}" for value in (*of_answerable, of_unanswerable))
    return f"{limits.threshold:9.2f} {limits.doubt:5.2f}  {cells}  {worth(answerable, limits):6.3f}"


def search_milliseconds(base: HybridKnowledgeBase, library: Library) -> tuple[float, float]:
    """The median and the 95th percentile of a search with every fifth wording."""
    times = []
    for text in wordings(library.entries)[::5]:
        start = time.perf_counter()
        base.answer_for(text)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Threshold and quality of the FAQ search.")
    parser.add_argument(
        "--folds", type=int, default=FOLDS, help="ask only so many of the ten folds (quicker)"
    )
    folds = parser.parse_args().folds
    library = load_library(FAQ)
    encoder = remembering(library)
    HybridKnowledgeBase(library, cache=CACHE.parent)
    start = time.perf_counter()
    base = HybridKnowledgeBase(library, cache=CACHE.parent)
    built = time.perf_counter() - start
    print(
        f"{len(library.entries)} entries, {len(wordings(library.entries))} wordings; built in {built:.2f} s"
    )
    print("search: median {:.2f} ms, p95 {:.2f} ms".format(*search_milliseconds(base, library)))
    heads = "threshold doubt  right  offer  unkn.  offwr  wrong  refused   worth"
    held = ask_held_out(library, encoder, folds)
    answerable = [one for one in held if one.wanted]
    others = [
        *ask_unanswerable(library, taught(library, encoder)),
        *(one for one in held if not one.wanted),
    ]
    halves: tuple[Half, Half] = ("choose", "report")
    for half in halves:
        ours = of_half(answerable, half)
        first = sum(bool(one.hits) and one.hits[0].entry.id == one.wanted for one in ours)
        within = sum(any(hit.entry.id == one.wanted for hit in one.hits) for one in ours)
        print(
            f"\n{half}: {len(ours)} wordings held out, {len(of_half(others, half))} questions without answer; "
            f"right entry first {first / len(ours):.1%}, among three {within / len(ours):.1%}"
        )
    choosing = (of_half(answerable, "choose"), of_half(others, "choose"))
    reporting = (of_half(answerable, "report"), of_half(others, "report"))
    print("\nChoosing half, percent:\n" + heads)
    best = choose(*choosing)
    for step in range(15, 95, 10):
        print(describe(*choosing, Limits(step / 100, best.doubt)))
    print("chosen:\n" + describe(*choosing, best))
    print("\nReporting half, percent:\n" + heads)
    print("as chosen here:\n" + describe(*reporting, best))
    print("as care/knowledge/search.py has it:\n" + describe(*reporting, LEARNED))
    for name, limits in (("chosen", best), ("care/knowledge/search.py", LEARNED)):
        back, all_back = (guessed(reporting[0], limits, right) for right in (True, False))
        print(
            f"asked back from {limits.guess:.2f} ({name}): {all_back:.1%} of the questions with an answer, the right "
            f"entry among them {back:.1%}; {guessed(reporting[1], limits):.1%} of those without"
        )
    for kind in dict.fromkeys(one.kind for one in others):
        of_kind = [question for question in others if question.kind == kind]
        print(f"refused of {kind}: {share(of_kind, LEARNED, 'unknown'):.1%} of {len(of_kind)}")


if __name__ == "__main__":
    main()
