"""Where a message is parted, and when its parts are wishes of their own."""

import copy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.nlu.clauses import Link, asks, clauses
from bot.nlu.wish_rules import WishRules, WishRulesError
from bot.nlu.wishes import MOST_WISHES, Wish, find_wishes

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "data" / "wishes.yml"
RULES = WishRules.load(FILE)
CONTENT: dict[str, Any] = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))

KEYWORDS = {
    "人工": "request_human",
    "流量包": "subscribe_addon",
    "流量": "query_usage",
    "账单": "query_bill",
    "话费": "query_balance",
    "积分": "query_points",
    "发票": "request_invoice",
    "套餐": "change_plan",
    "彩铃": "cancel_addon",
    "宽带": "report_broadband_fault",
    "修好": "query_outage",
    "谢谢": "thank",
    "你好": "greet",
}


def wishes_of(text: str, sure: float = 0.95) -> list[Wish]:
    """As an assistant understands that knows keywords and is torn between all that it hears."""

    def understand(start: int, end: int) -> list[tuple[str, float]]:
        part = text[start:end]
        found = list(dict.fromkeys(intent for word, intent in KEYWORDS.items() if word in part))
        return [(intent, sure / len(found)) for intent in found] + [("noise", 1 - sure)]

    return find_wishes(text, understand, RULES)


def parts(text: str) -> list[str]:
    return [text[clause.start : clause.end] for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("查话费，另外查流量", ["查话费", "查流量"]),
        ("查话费另外查流量", ["查话费", "查流量"]),
        ("查话费，对了，再查流量！", ["查话费", "再查流量"]),
        ("查话费\n查流量", ["查话费", "查流量"]),
        ("查话费 顺便 查流量", ["查话费", "查流量"]),
        ("第一，查话费；第二，查流量", ["查话费", "查流量"]),
        ("第一帮我查话费，第二帮我查流量", ["查话费", "查流量"]),
        ("1、查话费 2、查流量", ["查话费", "查流量"]),
        ("話費查一下，順便查流量", ["話費查一下", "查流量"]),
        ("话费和流量", ["话费", "流量"]),
        ("加1.5G流量", ["加1.5G流量"]),
        ("还有什么套餐", ["还有什么套餐"]),
        ("我还有多少流量", ["我还有多少流量"]),
        ("另外一个号码的话费", ["另外一个号码的话费"]),
        ("同时开两个流量包", ["同时开两个流量包"]),
        ("第二个月的账单", ["第二个月的账单"]),
        ("再说一遍", ["再说一遍"]),
        ("先查话费再决定换不换", ["先查话费再决定换不换"]),
        ("查话费。还有一件事，查流量", ["查话费", "查流量"]),
        ("报修过了，还要等多久", ["报修过了", "还要等多久"]),
        ("", []),
        ("，。！", []),
    ],
)
def test_where_a_message_is_parted(text: str, expected: list[str]) -> None:
    # 帮我 belongs to the clause, whatever stood before it.
    assert [part.removeprefix("帮我") for part in parts(text)] == expected


def test_how_clauses_are_tied() -> None:
    links = [
        clause.link
        for clause in clauses("查话费，流量和积分，还有账单。发票，套餐也看了帮我查话费")
    ]
    assert links == [
        Link.FIRST,
        Link.COMMA,
        Link.LIST,
        Link.CONNECTOR,
        Link.SENTENCE,
        Link.COMMA,
        Link.GOING_ON,
        Link.NOTHING,
    ]


def test_first_this_then_that() -> None:
    assert [clause.link for clause in clauses("先查话费，再查流量")][1:] == [Link.CONNECTOR]
    assert [clause.link for clause in clauses("查话费，再查流量")][1:] == [Link.GOING_ON]


@pytest.mark.parametrize(
    "text", ["帮我查话费", "话费还剩多少", "彩铃退了", "eSIM支持吗", "怎么办理"]
)
def test_a_clause_that_asks(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text", ["流量不够用", "宽带断了", "话费太贵了", "我根本不用", "家里上不了网"]
)
def test_a_clause_that_tells(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("查话费，另外查流量", ["query_balance", "query_usage"]),
        ("宽带断了，顺便帮我查账单", ["report_broadband_fault", "query_bill"]),
        ("查账单，顺便开张发票，再把彩铃退了", ["query_bill", "request_invoice", "cancel_addon"]),
        ("你好，查话费，还有流量也看看，谢谢", ["query_balance", "query_usage"]),
        ("查账单，开发票", ["query_bill", "request_invoice"]),
        ("话费和流量", ["query_balance", "query_usage"]),
        # A person wins over all.
        ("查话费，另外找个人工", ["request_human"]),
        # One wish.
        ("查话费", []),
        ("查话费，谢谢", []),
        ("流量不够用，换个大点的套餐", []),
        ("宽带断了，什么时候能修好", []),
        ("宽带断了，还有什么时候能修好", []),
        ("不是查话费，是查流量", []),
        ("先不查账单了，帮我开发票", []),
        ("查话费，另外再查话费", []),
        ("查账单，能开吗", []),
        ("彩铃和流量包", []),
        ("查话费，另外那个流量包", []),
    ],
)
def test_what_is_a_wish_of_its_own(text: str, expected: list[str]) -> None:
    assert [wish.intent for wish in wishes_of(text)] == expected


def test_who_is_not_sure_sees_one_wish() -> None:
    assert wishes_of("查话费，另外查流量", sure=0.4) == []
    assert len(wishes_of("查话费，另外查流量", sure=0.55)) == 2
    assert wishes_of("查账单，开发票", sure=0.65) == []


def test_each_wish_has_its_place() -> None:
    text = "你好，查话费，我爸说的，另外查流量，谢谢"
    first, second = wishes_of(text)
    assert text[first.start : first.end] == "你好，查话费，我爸说的"
    assert text[second.start : second.end] == "查流量，谢谢"


def test_a_long_story_is_not_parted() -> None:
    assert wishes_of("查话费，另外查流量" + "啊" * 200) == []
    assert wishes_of("查话费，" * 10 + "另外查流量") == []


PIECES = st.sampled_from(
    [
        *KEYWORDS,
        "查",
        "帮我",
        "另外",
        "还有",
        "顺便",
        "，",
        "。",
        "、",
        "和",
        " ",
        "\n",
        "a",
        "5",
        ".",
        "😀",
        "話",
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=60))


@given(TEXTS)
def test_clauses_are_in_order_and_have_content(text: str) -> None:
    found = clauses(text)
    ends = [0, *(clause.end for clause in found)]
    assert all(clause.start >= end for clause, end in zip(found, ends, strict=False))
    assert all(clause.end - clause.start >= 2 for clause in found)
    assert all(clause.end <= len(text) for clause in found)
    assert [clause.link for clause in found[:1]] in ([], [Link.FIRST])
    assert Link.FIRST not in [clause.link for clause in found[1:]]


@given(TEXTS)
def test_wishes_are_several_different_and_apart(text: str) -> None:
    found = wishes_of(text)
    intents = [wish.intent for wish in found]
    if intents == [RULES.person]:
        return
    assert len(found) != 1
    assert len(found) <= MOST_WISHES
    assert len(set(intents)) == len(intents)
    assert RULES.intents.issuperset(intents)
    for wish, following in pairwise(found):
        assert wish.start < wish.end <= following.start < following.end <= len(text)


# The file


def test_the_rules_are_packed_and_read_again(tmp_path: Path) -> None:
    assert WishRules.restore(tmp_path) is None
    RULES.save(tmp_path)
    again = WishRules.restore(tmp_path)
    assert again == RULES
    assert again is not None
    assert again.digest() == RULES.digest()


def test_the_file_knows_the_domain() -> None:
    domain = YAML(typ="safe", pure=True).load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert RULES.intents | {RULES.person} <= set(domain["intents"])
    talk = {"greet", "goodbye", "thank", "affirm", "deny", "inform", "help", "repeat", "vent"}
    assert not RULES.intents & (talk | {"praise", "chitchat", "out_of_scope", "noise"})


@pytest.mark.parametrize(
    "missing", ["person", "titles", "lookups", "matters", "one_question", "topics"]
)
def test_a_file_without_a_part_is_refused(tmp_path: Path, missing: str) -> None:
    content = copy.deepcopy(CONTENT)
    del content["wishes"][missing]
    file = tmp_path / "wishes.yml"
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe", pure=True).dump(content, stream)
    with pytest.raises(WishRulesError, match=r"wishes\.yml"):
        WishRules.load(file)


def test_an_intent_without_a_title_is_refused() -> None:
    content = copy.deepcopy(CONTENT)["wishes"]
    content["lookups"].append("query_weather")
    with pytest.raises(WishRulesError, match="query_weather"):
        WishRules.parse(content)
