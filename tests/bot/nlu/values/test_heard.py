"""Words of time that were heard as others of the same sound."""

import pytest

from bot.nlu.values.heard import meant, misheard
from tests.bot.nlu.values.understood import understood


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("民天", "明天"),
        ("进天", "今天"),
        ("钱天充的", "前天"),
        ("坐天", "昨天"),
        ("上个粤的", "上个月"),
        ("者个月", "这个月"),
        ("下哥月", "下个月"),
    ],
)
def test_one_other_character_of_the_same_sound_is_read(said: str, word: str) -> None:
    match = misheard().search(said)
    assert match is not None
    assert meant(match) == word


@pytest.mark.parametrize(
    "said",
    ["明天", "上个月", "工作天数", "一千天", "时候天黑", "每天天亮", "欠天天会员", "这个越来越慢", "这个约定", "前天线"],
)  # fmt: skip
def test_what_is_said_rightly_or_is_another_word_stays(said: str) -> None:
    assert misheard().search(said) is None


def test_the_value_stands_where_it_was_written() -> None:
    assert understood("师傅民天下午来") == [("date", "2026-11-23"), ("time_slot", "14:00-18:00")]
