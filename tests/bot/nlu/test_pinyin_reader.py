"""Pinyin typed in letters."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

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


@pytest.mark.parametrize("junk", ["", "zq "])
@pytest.mark.parametrize("syllables", ["cha hua fei ", "fei ren huan de ", "shengduoshao"])
def test_no_text_takes_long(syllables: str, junk: str) -> None:
    # Each character of a big alphabet for each syllable, and no pair that was ever seen twice.
    chars = [chr(code) for code in range(0x4E00, 0x5E00)]
    reader = PinyinReader.learn(["".join(chars[place : place + 8]) for place in range(0, 4096, 8)])
    text = " ".join(lazy_pinyin("".join(chars[::7]))) + syllables + junk
    began = time.process_time()
    reader.read((text * 10)[:2000])
    reader.read(f"{junk}{syllables}" * 60)
    assert time.process_time() - began < 2  # it took minutes before runs were bounded


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz '我话费5", max_size=60))
def test_any_text_is_read(text: str) -> None:
    READER.read(text)
