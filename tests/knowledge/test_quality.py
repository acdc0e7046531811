"""How well the search does. Figures to quote: ``python -m benchmarks.knowledge_threshold``; these are floors."""

import time
from collections import Counter

import pytest

from benchmarks.knowledge_folds import held_out, remembering, wordings
from benchmarks.knowledge_threshold import ask_unanswerable, asked, share
from benchmarks.knowledge_weights import places_of_right
from care.knowledge import Answer, HybridKnowledgeBase, KnowledgeBase, Library, Unknown
from care.knowledge.search import LEARNED


def test_every_wording_finds_its_own_entry(base: KnowledgeBase, library: Library) -> None:
    for nth, entry in enumerate(library.entries):
        for wording in entry.wordings[nth % 5 :: 5]:
            outcome = base.answer_for(wording)
            assert isinstance(outcome, Answer), (entry.id, wording)
            assert outcome.entry.id == entry.id, (wording, outcome.entry.id)


@pytest.mark.slow
def test_held_out_wordings_are_found_at_the_stated_rate_and_by_words_alone_less_often(
    library: Library,
) -> None:
    encoder = remembering(library)
    ((base, held),) = held_out(library, encoder, folds=1)
    questions = [one for one in held if one.wanted is not None]
    assert len(questions) > 400
    ranked = [asked(base, library, one) for one in questions]
    first = sum(bool(one.hits) and one.hits[0].entry.id == one.wanted for one in ranked)
    within = sum(any(hit.entry.id == one.wanted for hit in one.hits) for one in ranked)
    known = [one for one in questions if one.found]
    alone = int((places_of_right(known, None) == 0).sum())
    assert first / len(ranked) >= 0.8
    assert within / len(ranked) >= 0.92
    assert first >= alone + 0.05 * len(ranked), "vectors must be worth their cost"
    assert share(ranked, LEARNED, "wrong") <= 0.08


def test_sentences_without_an_answer_are_refused_at_the_stated_rate(
    base: HybridKnowledgeBase, library: Library
) -> None:
    ours = ask_unanswerable(library, base)
    for half, least in (("choose", 0.75), ("report", 0.85)):
        verdicts = Counter(one.verdict(LEARNED) for one in ours if one.kind.startswith(half))
        assert verdicts["unknown"] / verdicts.total() >= least, (half, verdicts)


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


def test_a_search_takes_a_moment_only(base: HybridKnowledgeBase, library: Library) -> None:
    """Three milliseconds on an idle machine, most of it for the sentence vector."""
    times = []
    for text in wordings(library.entries)[::20]:
        start = time.perf_counter()
        base.answer_for(text)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.03
