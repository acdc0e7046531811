"""Names that customers misspell, and everyday words that are none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.fold import fold
from bot.nlu.lexicon import Lexicon
from bot.nlu.matcher import LexiconMatcher
from bot.nlu.near_names import ENTITIES
from bot.nlu.segmenter import blank_segmenter

ROOT = Path(__file__).parents[3]
LEXICON = Lexicon.load(ROOT / "data/demo/lexicon.json")

MISSPELT = {
    "换成畅想五九": ("plan", "畅想五九", "p59"),
    "畅想一二九": ("plan", "畅想一二九", "p129"),
    "轻想19": ("plan", "轻想19", "p19"),
    "校园桃餐": ("plan", "校园桃餐", "p39"),
    "学生的套餐": ("plan", "学生的套餐", "p39"),
    "彩玲取消": ("addon", "彩玲", "crbt"),
    "彩林怎么开": ("addon", "彩林", "crbt"),
    "来电现示": ("addon", "来电现示", "caller_id"),
    "漏话题醒": ("addon", "漏话题醒", "missed_call"),
    "骚扰拦接": ("addon", "骚扰拦接", "spam_guard"),
    "视频会圆": ("addon", "视频会圆", "video_member"),
    "视频会会员": ("addon", "视频会会员", "video_member"),
    "流量加油抱": ("addon", "流量加油抱", "data_boost_5g"),
    "停机宝号费": ("charge_item", "停机宝号费", "suspend_fee"),
    "违约斤": ("charge_item", "违约斤", "late_fee"),
    "紫金苑": ("area", "紫金苑", "zijing"),
    "翠胡花园": ("area", "翠胡花园", "cuihu"),
    "旺江营业厅": ("store", "旺江营业厅", "s_wangjiang"),
    "新家坡": ("country", "新家坡", "SG"),
    "手机没信昊": ("device_symptom", "手机没信昊", "no_signal"),
}
EVERYDAY = [
    *("全家想换套餐", "没过期", "没忘了密码", "视频会议", "流量月报", "畅享49", "电视电影包", "的流量包", "日流量包"),
    *("流量每", "来电提示", "手机晚报", "光猫灯亮", "家里的钱", "宽带年费", "日报", "发过短信", "三百九套餐"),
    "人家打来先听",
]  # fmt: skip
IN_EXAMPLES = {
    *("手机没信昊", "电话打不粗去", "机定盒坏了", "学生的套餐", "五十九的那个", "彩玲"),
    *(
        "款带断了",
        "心号不好",
        "超出的通话费",
        "宽待断了",
        "宽代断了",
        "信耗不好",
        "光毛红灯",
        "加油宝",
    ),
    *("电话打布通", "通话断断徐徐", "新号太差", "电视黑平", "鸡顶盒打不开"),
    *("采铃", "听歌的会员", "拦骚扰电话", "手机没新号", "总是掉现", "打电化没声音", "通话杂因"),
    *("上步了网", "上不去往", "不能上王", "宽代上不了网", "摇控器按了没反映", "有个灯红"),
}
"""What is misspelt in the training examples; each was looked at."""


@pytest.fixture(scope="module")
def matcher() -> LexiconMatcher:
    """Finds the demonstration's names, misspelt ones, too."""
    return LexiconMatcher(
        LEXICON, ["plan"], ["country", "area", "device_symptom"], names=LEXICON.of(ENTITIES)
    )


@pytest.fixture(scope="module")
def exact() -> LexiconMatcher:
    """Finds the same names, spelt as they are."""
    return LexiconMatcher(LEXICON, ["plan"], ["country", "area", "device_symptom"])


_WORDS = [surface for entry in LEXICON.of(ENTITIES[:-1]).entries for surface in entry.surfaces]
_SEGMENTER = blank_segmenter(_WORDS)


def _borders(text: str) -> frozenset[int]:
    words = [word for word in _SEGMENTER.make_doc(text) if not word.is_space]
    return frozenset(end for word in words for end in (word.idx, word.idx + len(word)))


def _found(matcher: LexiconMatcher, text: str) -> list[tuple[str, str, object]]:
    spans = matcher.find(fold(text), _borders(text))
    return [(span.entity, text[span.start : span.end], span.value) for span in spans]


@pytest.mark.parametrize(("text", "wanted"), MISSPELT.items())
def test_a_misspelt_name_is_found(
    text: str, wanted: tuple[str, str, str], matcher: LexiconMatcher, exact: LexiconMatcher
) -> None:
    assert wanted in _found(matcher, text)
    assert wanted not in _found(exact, text)


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_words_are_no_names(
    text: str, matcher: LexiconMatcher, exact: LexiconMatcher
) -> None:
    assert _found(matcher, text) == _found(exact, text)


def test_a_name_as_it_is_stays_what_it_is(matcher: LexiconMatcher, exact: LexiconMatcher) -> None:
    for entry in LEXICON.entries:
        for surface in entry.surfaces:
            assert _found(matcher, surface) == _found(exact, surface)


def _examples() -> Iterator[str]:
    for example in load_data(str(ROOT / "data/nlu")).nlu_examples:
        yield example.get("text")


def test_no_example_has_a_name_that_nobody_meant(
    matcher: LexiconMatcher, exact: LexiconMatcher
) -> None:
    new = set()
    for text in _examples():
        new |= set(_found(matcher, text)) - set(_found(exact, text))
    assert {written for _, written, _ in new} == IN_EXAMPLES


def test_the_names_are_kept_with_the_model(matcher: LexiconMatcher, tmp_path: Path) -> None:
    matcher.save(tmp_path)
    again = LexiconMatcher.restore(tmp_path, ["plan"], ["country", "area", "device_symptom"])
    assert _found(again, "换成畅想五九") == [MISSPELT["换成畅想五九"]]
    assert json.loads((tmp_path / "names.json").read_text()) == LEXICON.of(ENTITIES).dump()


@pytest.mark.parametrize(
    "text", ["", "。", "视频", "流量", "视频会" * 400, "的" * 2000, "abc 123 😀"]
)
def test_any_text_is_read(text: str, matcher: LexiconMatcher) -> None:
    matcher.find(fold(text))
