"""Pinyin typed in letters."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.pinyin_reader import PinyinReader

READER = PinyinReader.learn(
    [
        "查话费",
        "帮我查一下话费还剩多少",
        "我的流量还剩多少",
        "宽带断了",
        "家里的宽带连不上",
        "换套餐",
        "我要换套餐",
        "转人工",
        "how much data do i have left",
        "my data is gone",
        "wifi连不上",
    ]
    * 5
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cha huafei", "查话费"),
        ("chahuafei", "查话费"),
        ("cha hua fei", "查话费"),
        ("wo yao huan taocan", "我要换套餐"),
        ("宽带 lian bu shang", "宽带 连不上"),
        ("wo de wifi lianbushang", "我的 wifi 连不上"),
        ("huan 59 taocan", "huan 59 套餐"),
    ],
)
def test_pinyin_is_read(typed: str, meant: str) -> None:
    assert READER.read(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wifi",
        "5g",
        "how much data do i have left",
        "我的data",
        "asdfgh",
        "查话费",
        "zzz",
        "los",
        "e",
    ],
)
def test_what_is_no_pinyin_stays(text: str) -> None:
    assert READER.read(text) == text


def test_a_restored_reader_reads_the_same() -> None:
    restored = PinyinReader(**json.loads(json.dumps(READER.content())))
    for text in ("cha huafei", "wo de data", "我的data", "wifi lian bu shang"):
        assert restored.read(text) == READER.read(text)


def test_without_examples_nothing_is_read() -> None:
    assert PinyinReader.learn([]).read("cha huafei") == "cha huafei"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz '我话费5", max_size=60))
def test_any_text_is_read(text: str) -> None:
    READER.read(text)
