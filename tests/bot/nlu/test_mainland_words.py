"""Cantonese and pictures are told in the words of the mainland."""

import pytest

from bot.nlu.mainland_words import mainland_words
from bot.nlu.ngrams import normalise


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("唔使喇", "不用了"),
        ("佢係邊個", "他是谁"),
        ("👍🏽👍", "点赞点赞"),
        ("❤️", "爱你"),
        ("增值业务", "增值业务"),  # a word of Mandarin, where nothing is Cantonese
        ("睇下我增值成功未", "看下我充值成功未"),
        ("我喺台灣，返回上一頁", "我在台灣，返回上一頁"),
        ("别再让我等了😡", "别再让我等了😡"),
        ("🐶", "🐶"),
        ("ok", "ok"),
    ],
)
def test_what_is_meant(written: str, meant: str) -> None:
    assert mainland_words(written) == meant


def test_features_see_what_is_meant() -> None:
    assert normalise("屋企冇網") == normalise("家里没网")
