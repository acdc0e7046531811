"""Folding of text for matching."""

import pytest

from bot.nlu.fold import fold
from bot.nlu.ngrams import normalise


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＧＤ２０２６　号", "gd2026 号"),
        ("LOS灯", "los灯"),
        ("給我看上個月的帳單", "给我看上个月的账单"),
        ("暢享129", "畅享129"),
        ("İstanbul", "İstanbul"),  # its small letter would be two characters
        ("", ""),
    ],
)
def test_width_case_and_script(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("寬頻斷線了", "宽带断线了"),
        ("啊啊啊啊断网了！！！！", "啊啊断网了!!"),
        ("  两   个  空格 ", "两 个 空格"),
        ("充1000", "充1000"),  # digits that repeat are a number
    ],
)
def test_features_see_mainland_words_without_repetitions(text: str, normalised: str) -> None:
    assert normalise(text) == normalised
