"""Numbers as customers write and say them: 1,000 · 18.5 · 一百二十九 · 两百五 · 幺三八零零.

All functions take folded text (see ``bot.nlu.fold``): half width, lower case, simplified characters.
"""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {
    "零": 0, "〇": 0, "○": 0, "一": 1, "壹": 1, "幺": 1, "二": 2, "贰": 2, "两": 2, "俩": 2,
    "三": 3, "叁": 3, "仨": 3, "四": 4, "肆": 4, "五": 5, "伍": 5, "六": 6, "陆": 6,
    "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9,
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIAD = "万"
_LONGEST = 24  # characters; what is longer is no number that anybody means
_COLLECTIVE = "俩仨"

#: Characters of a spoken digit string such as 四七二一九零 (no tens, hundreds …).
SPOKEN_DIGITS = "零〇○一幺二两三四五六七八九"
#: Every character that can be part of a number, for checks of what stands beside a match.
NUMBER_CHARS = frozenset("0123456789.") | frozenset(_DIGITS) | frozenset(_UNITS) | {_MYRIAD}

#: Regular expression of one number: ASCII with an optional decimal part and myriad unit, or Chinese.
#: The look-arounds keep it from starting or ending inside a longer run of digits.
ASCII_NUMBER = r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d])"
CHINESE_NUMBER = (
    r"(?<![零〇一幺二两三四五六七八九十百千万几\d])(?<!(?<!尾)数)"
    r"[零〇一幺二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟]+(?:点[零〇一二三四五六七八九]+)?"
)
#: Either of them, or ASCII digits with a Chinese unit behind (3千, 1.5万, 1万5).
NUMBER = (
    rf"(?:{ASCII_NUMBER}(?:[千万][1-9一二三四五六七八九](?![\d.百千零〇一二三四五六七八九十])|[百千万])?"
    rf"|{CHINESE_NUMBER})"
)


_VAGUE = re.compile("一[二两]|[二两]三|三[四五]|四五|五六|六七|七八|八九")


def is_vague(text: str) -> bool:
    """Whether the number is none in particular: 七八 (块), 两三 (个G)."""
    return bool(_VAGUE.fullmatch(text))


def parse_digits(text: str) -> str | None:
    """The ASCII digits of a string read out digit by digit (幺三八零零…); None when it is not one."""
    digits = []
    for char in text:
        if char.isdigit() and char.isascii():
            digits.append(char)
        elif char in SPOKEN_DIGITS:
            digits.append(str(_DIGITS[char]))
        else:
            return None
    return "".join(digits) or None


def parse_number(text: str) -> Decimal | None:
    """The value of one number, ASCII, Chinese or mixed (3千, 1.5万); None when it is not a number.

    Spoken short forms count as people mean them: 两百五 is 250, 一万二 is 12000, 一百零五 is 105.
    """
    text = text.replace(",", "").strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        return Decimal(text) if text.isascii() else _parse_mixed(text)
    except ArithmeticError:
        return None


def parse_integer(text: str) -> int | None:
    """The value of a whole number; None for anything else."""
    number = parse_number(text)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _parse_mixed(text: str) -> Decimal | None:
    whole, point, fraction = text.partition("点")
    if point:
        base = _parse_whole(whole)
        digits = parse_digits(fraction)
        if base is None or digits is None:
            return None
        return Decimal(base) + Decimal(digits) / (Decimal(10) ** len(digits))
    leading = _leading_ascii(text)
    if leading:
        unit, rest = text[len(leading) : len(leading) + 1], text[len(leading) + 1 :]
        multiplier = {**_UNITS, _MYRIAD: 10_000}.get(unit)
        digit = parse_digits(rest) if len(rest) == 1 else None
        if multiplier is None or (rest and digit is None):
            return None
        return Decimal(leading) * multiplier + Decimal(digit or 0) * multiplier / 10
    value = _parse_whole(text)
    return None if value is None else Decimal(value)


def _leading_ascii(text: str) -> str:
    end = 0
    while end < len(text) and (text[end].isdigit() or text[end] == ".") and text[end].isascii():
        end += 1
    return text[:end]


def _parse_whole(text: str) -> int | None:
    if not text:
        return None
    if all(char in _DIGITS for char in text):
        if len(text) > 1 and any(char in _COLLECTIVE for char in text):
            return None
        return int("".join(str(_DIGITS[char]) for char in text))
    high, myriad, low = text.rpartition(_MYRIAD)
    if myriad:
        thousands = _parse_section(high) if high else None
        if thousands is None:
            return None
        if not low:
            return thousands * 10_000
        if len(low) == 1 and low in _DIGITS:  # 一万二: the next lower unit is left out
            return thousands * 10_000 + _DIGITS[low] * 1_000
        rest = _parse_section(low)
        return None if rest is None else thousands * 10_000 + rest
    return _parse_section(text)


def _parse_section(text: str) -> int | None:
    """A number below ten thousand; None when the characters do not make one."""
    total, digit, last_unit, zero = 0, None, 10_000, False
    for char in text:
        if char in _UNITS:
            unit = _UNITS[char]
            if unit >= last_unit:
                return None
            if digit is None:
                if unit != 10:
                    return None
                digit = 1  # 十五, 一百十五, 一百零十五
            total += digit * unit
            digit, last_unit, zero = None, unit, False
        elif char in _DIGITS:
            if digit is not None:
                if digit != 0:
                    return None
            if _DIGITS[char] == 0:
                zero = True
                digit = None
            else:
                digit = _DIGITS[char]
        else:
            return None
    if digit is not None:
        if last_unit < 10_000 and last_unit > 10 and not zero:
            digit *= last_unit // 10  # 两百五: the next lower unit is left out
        total += digit
    return total
