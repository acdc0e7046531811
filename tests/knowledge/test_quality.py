"""How well the search does. Figures to quote: ``python -m benchmarks.knowledge_threshold``; these are floors."""

import time
from collections import Counter

import pytest

from benchmarks.knowledge_threshold import (
    Half,
    ask_held_out,
    ask_unanswerable,
    share,
    wordings,
)
from care.knowledge import Answer, KnowledgeBase, LexicalKnowledgeBase, Library, Limits, Unknown


def test_every_wording_finds_its_own_entry(base: KnowledgeBase, library: Library) -> None:
    for entry in library.entries:
        for wording in entry.wordings:
            outcome = base.answer_for(wording)
            assert isinstance(outcome, Answer), (entry.id, wording)
            assert outcome.entry.id == entry.id, (wording, outcome.entry.id)


@pytest.mark.slow
@pytest.mark.parametrize("half", ["choose", "report"])
def test_held_out_wordings_are_found_at_the_stated_rate(library: Library, half: Half) -> None:
    asked = ask_held_out(library, half, every=11)
    first = sum(bool(one.hits) and one.hits[0].entry.id == one.wanted for one in asked)
    within = sum(any(hit.entry.id == one.wanted for hit in one.hits) for one in asked)
    assert first / len(asked) >= 0.50
    assert within / len(asked) >= 0.70
    assert share(asked, Limits(), "wrong") <= 0.10


@pytest.mark.parametrize("half", ["choose", "report"])
def test_sentences_without_an_answer_are_refused_at_the_stated_rate(
    library: Library, half: Half
) -> None:
    asked = ask_unanswerable(library, half)
    verdicts = Counter(one.verdict(Limits()) for one in asked)
    assert verdicts["unknown"] / len(asked) >= 0.9, verdicts


@pytest.mark.parametrize(
    "text",
    [
        "帮我订张去北京的火车票",
        "红烧肉怎么做才好吃",
        "今天天气真好",
        "asdfgh",
        "那个嗯就是",
        "一加一等于几",
    ],
)
def test_what_is_none_of_our_business_is_unknown(base: KnowledgeBase, text: str) -> None:
    assert isinstance(base.answer_for(text), Unknown)


def test_a_search_takes_a_moment_only(base: LexicalKnowledgeBase, library: Library) -> None:
    """The goal is 2 ms; the median over all wordings is a quarter of it on an idle machine."""
    texts = wordings(library.entries)
    times = []
    for text in texts:
        start = time.perf_counter()
        base.answer_for(text)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.004
