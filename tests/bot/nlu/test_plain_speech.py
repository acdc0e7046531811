"""Hesitation, calls and repetition go, what is meant stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.ngrams import normalise
from bot.nlu.plain_speech import plain

PLAIN = {
    "嗯那个我想查下话费": "我想查下话费",
    "喂你好我想问一下我的话费": "我的话费",
    "帮我查一下帮我查一下": "帮我查一下",
    "转人工，转人工，转人工": "转人工",
    "呃就是说我的宽带断了": "我的宽带断了",
    "我的我的流量还剩多少": "我的流量还剩多少",
}
KEPT = [
    *("嗯", "你好", "那个嗯就是", "喂喂", "你好我想问一下", "那个不要了", "那个套餐", "额度还剩多少"),
    *("余额多少", "唔该帮我查", "三三零零", "12341234", "天天断网", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), PLAIN.items())
def test_speech_becomes_plain(text: str, wanted: str) -> None:
    assert plain(normalise(text)) == wanted


@pytest.mark.parametrize("text", KEPT)
def test_what_has_no_such_words_stays(text: str) -> None:
    assert plain(normalise(text)) == normalise(text)


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    normal = normalise(text)
    assert len(plain(normal)) <= len(normal)
    assert bool(plain(normal)) == bool(normal)


@pytest.mark.parametrize("piece", ["嗯", "那个", "帮我查", "喂，", "你好", "我", "然后嗯"])
def test_long_repetitions_are_no_trap(piece: str) -> None:
    begin = time.process_time()
    plain(piece * (2000 // len(piece)))
    assert time.process_time() - begin < 1
