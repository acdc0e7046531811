"""One-time codes as people write and dictate them: 482913, 482 913, 482-913, ４８２９１３, 四八二九幺三.

Six digits, Arabic or Chinese, in one piece or in groups. What else has digits (mobile numbers, longer numbers, amounts,
dates) is left alone. Where a text can be read in both ways, it is a code: a code that is kept costs more than an
amount that is hidden.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DIGITS = 6

_CHINESE = {
    char: str(value)
    for value, chars in enumerate(
        (
            "零〇○",
            "一幺壹",
            "二两贰貳兩",
            "三叁參",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for char in chars
}
# 一直, 两次: words that may stand right behind a code.
_WORD = re.compile(r"一(?=[直下个会样定共起次遍点些条再般切边旦])|两(?=[个次遍条])")

_MOBILE = re.compile(
    r"(?<!\d)(?:(?:\+|00)?86[-\s]?)?1[3-9]\d(?:[-\s]?\d{4}){2}(?!\d)"  # 138 1234 5678
    r"|(?<!\d)1[-\s][3-9](?:[-\s]\d){9}(?!\d)"  # 1 3 8 1 2 3 4 5 6 7 8
)
_SOLID = re.compile(r"(?<!\d)\d{6}(?!\d)")
_GROUP = re.compile(r"\d+")
_RUN = re.compile(r"\d+(?:[\s,，、.·–—－-]{1,3}\d+)*")
_STRONG = re.compile(r"[,，、\n]")
"""Separates two numbers rather than the groups of one, unless the groups are single digits."""

_HARD = re.compile(r"[,，、.·\n]")
_DATE_MARK = re.compile(r"[.·–—－-]")
_CODE_WORD = re.compile(r"(?:(?<!号)码|code)[^\d*]{0,6}$", re.IGNORECASE)
_CODE_WORD_REACH = 12
_AMOUNT_BEFORE = re.compile(r"[¥￥$]\s?$")
_AMOUNT_AFTER = re.compile(r"(?:\.\d{1,2})?\s?(?:元|块(?!点)|圆|万元|亿元)|月(?!租)")


@dataclass(frozen=True)
class TypedCode:
    """A code in a text: from ``start`` up to ``end``, and its six ASCII digits."""

    start: int
    end: int
    digits: str


def find(text: str) -> list[TypedCode]:
    """The one-time codes in ``text``, in order; for where one is expected."""
    arabic = "".join(_arabic(char) for char in text)
    spoken = _with_chinese(arabic)
    for number in _MOBILE.finditer(spoken):
        arabic, spoken = (_without(one, number.start(), number.end()) for one in (arabic, spoken))
    found = []
    for solid in _SOLID.finditer(arabic):
        if not _is_amount(arabic, solid.start(), solid.end()):
            found.append(TypedCode(solid.start(), solid.end(), solid[0]))
        spoken = _without(spoken, solid.start(), solid.end())
    for run in _RUN.finditer(spoken):
        groups = list(_GROUP.finditer(spoken, run.start(), run.end()))
        found += _codes_of_run(text, spoken, groups)
    return sorted(found, key=lambda code: code.start)


type _Groups = Sequence[re.Match[str]]


def _arabic(char: str) -> str:
    """``char``, as an ASCII digit when it is a digit of any width or form."""
    if char.isascii():
        return char
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _with_chinese(text: str) -> str:
    words = {match.start() for match in _WORD.finditer(text)}
    return "".join(
        char if place in words else _CHINESE.get(char, char) for place, char in enumerate(text)
    )


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + "x" * (end - start) + text[end:]


def _codes_of_run(text: str, plain: str, groups: _Groups) -> Iterator[TypedCode]:
    """The codes among groups of digits with nothing but separators between them."""
    for part in _parts(plain, groups):
        for candidate in (part, _without_words(text, plain, part)):
            if _count(candidate) == DIGITS:
                start, end = candidate[0].start(), candidate[-1].end()
                if _is_code(plain, candidate, start, end):
                    yield TypedCode(start, end, "".join(group[0] for group in candidate))
                break


def _parts(plain: str, groups: _Groups) -> Iterator[_Groups]:
    """``groups`` if they have six digits; else cut at groups of six, and then at commas and lines."""
    if _count(groups) == DIGITS:
        yield groups
        return
    part: list[re.Match[str]] = []
    for group in groups:
        if len(group[0]) == DIGITS:
            yield from _lists(plain, part)
            yield [group]
            part = []
        else:
            part.append(group)
    yield from _lists(plain, part)


def _lists(plain: str, groups: _Groups) -> Iterator[_Groups]:
    if _count(groups) == DIGITS:
        yield groups
        return
    part: list[re.Match[str]] = []
    for group in groups:
        if part and _STRONG.search(plain, part[-1].end(), group.start()):
            yield part
            part = []
        part.append(group)
    if part:
        yield part


def _without_words(text: str, plain: str, groups: _Groups) -> _Groups:
    """Without a lone Chinese digit at either end that belongs to a word (五分钟 after, 第一 before)."""
    first, last = groups[0], groups[-1]
    if _is_lone(text, last) and _is_word(plain[last.end() : last.end() + 1]):
        groups = groups[:-1]
    if groups and _is_lone(text, first) and _is_word(plain[: first.start()][-1:]):
        groups = groups[1:]
    return groups


def _is_lone(text: str, group: re.Match[str]) -> bool:
    return text[group.start() : group.end()] in _CHINESE


def _is_word(char: str) -> bool:
    return char.isalpha() and not char.isascii()


def _count(groups: _Groups) -> int:
    return sum(len(group[0]) for group in groups)


def _is_amount(plain: str, start: int, end: int) -> bool:
    before = plain[max(0, start - 2) : start]
    return bool(_AMOUNT_BEFORE.search(before) or _AMOUNT_AFTER.match(plain, end))


def _is_code(plain: str, groups: _Groups, start: int, end: int) -> bool:
    """Whether six digits in this form are a code."""
    if _is_amount(plain, start, end):
        return False
    sizes = [len(group[0]) for group in groups]
    if len(sizes) in (1, DIGITS):
        return True
    if _CODE_WORD.search(plain[max(0, start - _CODE_WORD_REACH) : start]):
        return True
    between = plain[start:end]
    if _is_date([group[0] for group in groups], bool(_DATE_MARK.search(between))):
        return False
    if min(sizes) > 1 and not _says_anything(plain[:start]) and not _says_anything(plain[end:]):
        return True  # groups of two or three, and nothing else
    if _HARD.search(between):
        return False
    if sizes in ([3, 3], [2, 2, 2]):
        return True
    return sizes in ([2, 4], [4, 2]) and between.replace(" ", "").isdigit()


def _says_anything(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _is_date(groups: Sequence[str], marked: bool) -> bool:
    """2026-1-2, 2026 11, 11 2026; and 26-11-22, but not 26 11 22: that is how codes are read out."""
    numbers = [int(group) for group in groups]
    sizes = [len(group) for group in groups]
    if sizes == [2, 4]:
        return _is_year(numbers[1]) and 1 <= numbers[0] <= 12
    if sizes[0] == 4:
        return _is_year(numbers[0]) and _are_month_and_day(numbers[1:])
    return sizes == [2, 2, 2] and marked and _are_month_and_day(numbers[1:])


def _is_year(number: int) -> bool:
    return 1900 <= number < 2100


def _are_month_and_day(numbers: Sequence[int]) -> bool:
    month, *days = numbers
    return 1 <= month <= 12 and len(days) <= 1 and all(1 <= day <= 31 for day in days)
