"""Words of time that were heard or typed as others of the same sound: 民天 for 明天, 上个越 for 上个月.

Tones do not count, nor do n and ng at the end, which half the country does not tell apart. One character of a word
may be another than the right one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

# Words of three characters, and pairs where what else the other characters spell is told apart by what stands beside.
_WHOLE = ("上个月", "这个月", "下个月")
_DAYS = ("今天", "明天", "昨天", "后天", "前天")
# 工作天数, 时候天天, 一千天 and 做天线 are what they say; 天天 is a word of its own.
_NO_DAY_BEFORE = r"(?<![每天])(?<!工(?=作))(?<!时(?=候))(?<![\d一二两三四五六七八九十几百](?=千))"
_NO_DAY_AFTER = r"(?![天线津猫气数然翼窗涯空]|下(?![午晌昼])|上(?![午昼]))"
# 这个越来越慢, 这个约定
_NO_MONTH = r"(?![来定好会过])"


def _sound(char: str) -> str:
    syllable = str(lazy_pinyin(char)[0])
    return syllable[:-1] if syllable.endswith("ng") else syllable


@lru_cache(maxsize=1)
def _alike() -> dict[str, str]:
    """The commonest characters (the first level of GB 2312) by their sound."""
    sounds: dict[str, str] = {}
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue  # five places at the end of the level are empty
            sounds[_sound(char)] = sounds.get(_sound(char), "") + char
    return sounds


def _others(char: str) -> str:
    return _alike()[_sound(char)].replace(char, "")


def _misheard(word: str, places: range) -> str:
    """A pattern of the word with another character of the same sound at one of the places."""
    return "|".join(
        f"{word[:place]}[{_others(word[place])}]{word[place + 1 :]}" for place in places
    )


@lru_cache(maxsize=1)
def misheard() -> re.Pattern[str]:
    """What was heard wrongly, each word in a group of its own, in the order of :data:`RIGHT`."""
    months = (f"((?:{_misheard(word, range(3))}){_NO_MONTH})" for word in _WHOLE)
    days = (
        f"((?:{_NO_DAY_BEFORE}(?:{_misheard(word, range(1))})|(?<!以){word[0]}[添田甜]){_NO_DAY_AFTER})"
        for word in _DAYS
    )
    return re.compile("|".join((*months, *days)))


#: The words that are meant, in the order of the groups of :func:`misheard`.
RIGHT = (*_WHOLE, *_DAYS)


def meant(match: re.Match[str]) -> str:
    """The word that was heard as what has matched."""
    assert match.lastindex is not None
    return RIGHT[match.lastindex - 1]
