"""What the catalogue names."""

from pathlib import Path

import pytest

from bot.nlu.fold import fold
from bot.nlu.lexicon import Lexicon
from bot.nlu.matcher import LexiconMatcher


@pytest.fixture(scope="module")
def matcher(lexicon: Lexicon) -> LexiconMatcher:
    return LexiconMatcher(lexicon, ["plan"], ["country", "area"])


def named(matcher: LexiconMatcher, text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], str(span.value)) for span in matcher.find(fold(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("帮我改成畅享59", [("畅享59", "p59")]),
        ("我要換到暢享１２９", [("暢享１２９", "p129")]),
        ("彩铃月使用费是啥", [("彩铃月使用费", "crbt_fee")]),  # the longest wins over 彩铃
        ("开通彩铃业务", [("彩铃业务", "crbt")]),
        ("los灯红了", [("los灯红", "ont_los_red")]),
        ("129套餐", [("129套餐", "p129")]),  # and not 29套餐
        ("129 那个", [("129 那个", "p129")]),
        ("七十九块的套餐", []),
        ("一百五十九块的", []),  # and not 五十九块的
        ("幸福里路怎么走", []),  # another place than 幸福里
        ("幸福里小区断网", [("幸福里小区", "xingfuli")]),
        ("", []),
    ],
)
def test_names(matcher: LexiconMatcher, text: str, expected: list[tuple[str, str]]) -> None:
    assert named(matcher, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("129和59差在哪", [("129", "p129"), ("59", "p59")]),
        ("换成59", [("59", "p59")]),
        ("给我换一百二十九的", [("一百二十九", "p129")]),
        ("就59的", [("59", "p59")]),
        ("59", [("59", "p59")]),
        ("畅享59比129多什么", [("畅享59", "p59"), ("129", "p129")]),
        ("129好还是59好", [("129", "p129"), ("59", "p59")]),
        ("difference between 59 and 129", [("59", "p59"), ("129", "p129")]),
        ("有比129便宜的吗", [("129", "p129")]),
        ("switch to 129 please", [("129", "p129")]),
        ("上个月59这个月129，差在哪", []),
        ("充59", []),
        ("扣了59", []),
        ("59分钟", []),
        ("换成60", []),
        ("59号线", []),
    ],
)
def test_bare_numbers(matcher: LexiconMatcher, text: str, expected: list[tuple[str, str]]) -> None:
    assert named(matcher, text) == expected


def test_some_names_do_not_cut_through_words(matcher: LexiconMatcher) -> None:
    text = "大马路上没信号"
    assert [span.value for span in matcher.find(text, {0, 3, 4, 7})] == []
    assert [span.value for span in matcher.find("去大马", {0, 1, 3})] == ["MY"]


def test_offsets_are_those_of_the_message(matcher: LexiconMatcher) -> None:
    (span,) = matcher.find(fold("我要 暢享５９ 謝謝"))
    assert "我要 暢享５９ 謝謝"[span.start : span.end] == "暢享５９"


def test_a_saved_matcher_finds_the_same(matcher: LexiconMatcher, tmp_path: Path) -> None:
    matcher.save(tmp_path)
    restored = LexiconMatcher.restore(tmp_path, ["plan"], ["country", "area"])
    for text in ("畅享59和129差在哪", "光猫亮红灯", "去日本开漫游", "幸福里"):
        assert restored.find(text) == matcher.find(text)


def test_an_empty_lexicon_names_nothing() -> None:
    assert LexiconMatcher(Lexicon(())).find("畅享59") == []
