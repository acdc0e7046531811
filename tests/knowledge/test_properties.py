"""Whatever a customer types: nothing raises, scores stay in 0..1."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care.knowledge import Answer, Candidates, KnowledgeBase, Library, Unknown

ANY_TEXT = st.text(max_size=5000)
NASTY = st.sampled_from(
    [
        "\x00\x01\x1b[31m",
        "\u202e\u200b\ufeff",
        "😀👨‍👩‍👧‍👦🇨🇳",
        "<script>alert(1)</script>",
        "'; DROP TABLE faq; --",
        "%s %d {0} \\1 (?P<x>",
        "流量" * 2500,
        "ﷺ" * 5000,
        "\ud7ff\ue000",
    ]
)
TRADE = st.lists(
    st.sampled_from(["流量", "怎么", "宽带", " ", "5G", "，", "取消", "套餐", "e sim", "wi-fi"]),
    max_size=40,
).map("".join)

QUICK = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(question=ANY_TEXT | NASTY | TRADE)
def test_any_text_is_answered(base: KnowledgeBase, library: Library, question: str) -> None:
    hits = base.search(question, limit=len(library.entries))
    scores = [hit.score for hit in hits]
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
    assert len({hit.entry.id for hit in hits}) == len(hits)
    assert all(hit.wording in hit.entry.wordings for hit in hits)
    outcome = base.answer_for(question)
    if isinstance(outcome, Candidates):
        assert 2 <= len(outcome.hits) <= 3
        assert outcome.hits[0] == hits[0]
    elif isinstance(outcome, Answer):
        assert outcome.hit == hits[0]
    else:
        assert outcome.nearest == (hits[0] if hits else None)
    assert base.answer_for(question) == outcome


@QUICK
@given(text=ANY_TEXT | NASTY | TRADE, intent=st.sampled_from(["port_out", "complain", "top_up"]))
def test_an_intent_with_entries_always_has_an_answer(
    base: KnowledgeBase, text: str, intent: str
) -> None:
    entry = base.entry_for_intent(intent, text)
    assert entry is not None
    assert intent in entry.serves


@pytest.mark.parametrize("text", ["", " ", "\n\t", "。。。", "😀", "\x00", "吗", "怎么", "你好"])
def test_texts_that_say_nothing_are_unknown(base: KnowledgeBase, text: str) -> None:
    assert base.answer_for(text) == Unknown(None)
