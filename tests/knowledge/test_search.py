"""What the knowledge base answers, and how it is replaced."""

from datetime import date
from pathlib import Path

import pytest

from care.datafiles import DataFileError
from care.knowledge import (
    Answer,
    Candidates,
    Entry,
    Hit,
    KnowledgeBase,
    Limits,
    Unknown,
    open_knowledge_base,
)
from care.knowledge.search import decide

LIMITS = Limits(threshold=0.5, doubt=0.4, guess=0.3)


def hit(name: str, score: float) -> Hit:
    return Hit(Entry(name, name, (), "答", "源", date(2026, 1, 1)), score, name)


def ids(outcome: object) -> list[str]:
    assert isinstance(outcome, Candidates)
    return [one.entry.id for one in outcome.hits]


def test_below_the_threshold_is_unknown_with_the_nearest_on_record() -> None:
    best = hit("a", 0.29)
    assert decide([best], LIMITS) == Unknown(best)
    assert decide([], LIMITS) == Unknown(None)


def test_what_comes_near_is_offered_and_not_told() -> None:
    hits = [hit("a", 0.49), hit("b", 0.3), hit("c", 0.29)]
    assert decide(hits, LIMITS) == Unknown(hits[0], (hits[0], hits[1]))
    four = [hit(name, 0.4) for name in "abcd"]
    assert decide(four, LIMITS) == Unknown(four[0], tuple(four[:3]))


def test_one_clear_hit_is_the_answer() -> None:
    outcome = decide([hit("a", 0.8), hit("b", 0.6)], LIMITS)
    assert isinstance(outcome, Answer)
    assert outcome.entry.id == "a"


def test_near_equal_hits_are_candidates() -> None:
    assert ids(decide([hit("a", 0.8), hit("b", 0.75)], LIMITS)) == ["a", "b"]


def test_there_are_at_most_three_candidates() -> None:
    assert ids(decide([hit(name, 0.8) for name in "abcd"], LIMITS)) == ["a", "b", "c"]


def test_the_surer_the_best_the_nearer_a_rival_must_be() -> None:
    assert isinstance(decide([hit("a", 1.0), hit("b", 0.99)], LIMITS), Answer)
    assert isinstance(decide([hit("a", 0.6), hit("b", 0.5)], LIMITS), Candidates)


def test_a_weak_hit_is_no_companion() -> None:
    wide = Limits(threshold=0.5, doubt=0.8)
    assert isinstance(decide([hit("a", 0.5), hit("b", 0.2)], wide), Answer)


def test_a_bare_topic_is_asked_back_unless_it_is_a_wording() -> None:
    hits = [hit("a", 0.9), hit("b", 0.6)]
    assert isinstance(decide(hits, LIMITS), Answer)
    assert ids(decide(hits, LIMITS, bare=True)) == ["a", "b"]
    assert isinstance(decide([hit("a", 1.0), hit("b", 0.6)], LIMITS, bare=True), Answer)


@pytest.mark.parametrize("topic", ["流量", "宽带"])
def test_bare_topics_of_the_trade_are_asked_back(base: KnowledgeBase, topic: str) -> None:
    assert isinstance(base.answer_for(topic), Candidates)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("请问一下VoLTE是什么呀？", "volte-what"),
        ("上个月剩的流量这个月还能用不", "data-rollover"),
        ("流量结转规则", "data-rollover"),
        ("要怎么申诉到工信部", "appeal"),
        ("寬頻網速好慢怎麼辦", "broadband-slow"),
        ("手機沒訊號怎麼辦", "mobile-no-signal"),
        ("异地能不能补卡", "sim-remote-replace"),
        ("ｗｉｆｉ名字怎么改", "wifi-password"),
    ],
)
def test_questions_in_customers_words(base: KnowledgeBase, question: str, expected: str) -> None:
    outcome = base.answer_for(question)
    assert isinstance(outcome, Answer)
    assert outcome.entry.id == expected


def test_of_two_that_are_about_as_likely_the_likelier_is_offered_first(base: KnowledgeBase) -> None:
    assert ids(base.answer_for("发票能开公司的吗"))[:2] == ["invoice-company", "invoice"]
    both = {"international-call", "roaming-call-home"}  # from here, or from there
    assert set(ids(base.answer_for("怎么拨国外的号"))[:2]) == both


def test_a_hit_names_the_wording_that_is_most_like_the_question(base: KnowledgeBase) -> None:
    best = base.search("高清通话是啥意思")[0]
    assert best.wording == "高清通话是啥意思"
    assert best.score == 1.0


def test_search_keeps_to_its_limit(base: KnowledgeBase) -> None:
    assert len(base.search("流量怎么收费", limit=4)) == 4
    assert len(base.search("流量怎么收费")) == 5


def test_an_entry_by_its_id(base: KnowledgeBase) -> None:
    entry = base.entry("volte-what")
    assert entry is not None
    assert entry.question == "VoLTE是什么"
    assert base.entry("no-such-entry") is None


def test_an_intent_gets_the_entry_that_fits_the_words(base: KnowledgeBase) -> None:
    entry = base.entry_for_intent("port_out", "有合约能转网吗")
    assert entry is not None
    assert entry.id == "port-contract"


@pytest.mark.parametrize("text", ["", "嗯", "😀", "下周我就要动身出发啦好开心"])
def test_an_intent_gets_its_general_entry_when_the_words_fit_none(
    base: KnowledgeBase, text: str
) -> None:
    entry = base.entry_for_intent("port_out", text)
    assert entry is not None
    assert entry.id == "port-out"


def test_an_intent_is_not_answered_by_the_entry_of_another(base: KnowledgeBase) -> None:
    entry = base.entry_for_intent("port_out", "VoLTE是什么")
    assert entry is not None
    assert "port_out" in entry.serves


def test_an_intent_that_no_entry_serves_gets_none(base: KnowledgeBase) -> None:
    assert base.entry_for_intent("chitchat", "VoLTE是什么") is None


FAQ = """
entries:
  - id: first
    question: {question}
    other: []
    answer: 答。
    source: 规则
    reviewed: 2026-11-20
"""


def test_reload_takes_up_changes_and_survives_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "faq.yml"
    path.write_text(FAQ.format(question="彩铃怎么开通"))
    base = open_knowledge_base(tmp_path, intents=())
    assert isinstance(base.answer_for("彩铃怎么开通"), Answer)

    path.write_text(FAQ.format(question="光猫红灯"))
    assert isinstance(base.answer_for("彩铃怎么开通"), Answer), "nothing changes before the reload"
    base.reload()
    assert isinstance(base.answer_for("彩铃怎么开通"), Unknown)
    assert isinstance(base.answer_for("光猫红灯"), Answer)

    path.write_text("entries: [")
    with pytest.raises(DataFileError):
        base.reload()
    assert isinstance(base.answer_for("光猫红灯"), Answer)
    assert base.search("光猫红灯")[0].entry.id == "first"
    assert base.entry("first") is not None


def test_a_knowledge_base_of_one_entry_still_refuses(tmp_path: Path) -> None:
    (tmp_path / "faq.yml").write_text(FAQ.format(question="彩铃怎么开通"))
    base = open_knowledge_base(tmp_path)
    assert isinstance(base.answer_for("红烧肉怎么做"), Unknown)
