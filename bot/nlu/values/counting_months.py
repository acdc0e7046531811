"""What months, quarters and years have in common: words for years, and counting months."""

from __future__ import annotations

from datetime import date

from bot.nlu.values.numbers import parse_digits, parse_integer

YEAR = (
    r"(?:(?:20\d{2}|二[零〇][零〇一二三四五六七八九]{2}|(?<!\d)[12]\d|[一二][零〇一二三四五六七八九])年"
    r"|(?<!\d)20\d{2}(?=[上下]半年|全年|第?[一二三四1-4]个?季度|q[1-4]))"
)
YEAR_WORD = r"(?:今年|去年|上年度?|旧年|大前年|前年|本年度?|明年)"
TO = r"\s*(?:一?直?到|至|~|-+|—+|–)\s*"
# What asks for something of these months; 三个月内 alone counts a term.
OF = r"的?(?=\s*(?:账|话费|费用|流量|消费|缴费|交费|充值|扣费|扣款|通话|详单|清单|明细|发票|单|记录|花))"
AND = r"(?:\s*(?:[、,，/.+&和跟与及同]|还有|以及)\s*|(?<=\d)\s+(?=\d))"


def add_months(year: int, month: int, count: int) -> tuple[int, int]:
    """The month ``count`` months later (earlier when negative)."""
    index = year * 12 + month - 1 + count
    return index // 12, index % 12 + 1


def iso(year: int, month: int) -> str:
    """``YYYY-MM``."""
    return f"{year:04d}-{month:02d}"


def resolve_year(word: str | None, today: date) -> int | None:
    """The year that 去年, 2025年 or 25年 names; None when there is no word."""
    if word is None:
        return None
    named = {
        "今年": 0,
        "本年": 0,
        "本年度": 0,
        "去年": -1,
        "上年": -1,
        "上年度": -1,
        "旧年": -1,
        "前年": -2,
        "大前年": -3,
        "明年": 1,
    }
    if word in named:
        return today.year + named[word]
    digits = parse_digits(word.rstrip("年"))
    assert digits is not None  # the pattern lets only digits through
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def past(month: int, today: date) -> tuple[int, int]:
    """The latest month of that number that is not after today's."""
    return today.year if month <= today.month else today.year - 1, month


def between(first: tuple[int, int], last: tuple[int, int]) -> list[str]:
    """The months from the first to the last, 36 at most."""
    months = []
    while first <= last and len(months) < 36:
        months.append(iso(*first))
        first = add_months(*first, 1)
    return months


def one_or_many(months: list[str]) -> str | list[str]:
    """One month alone, several as their list."""
    return months[0] if len(months) == 1 else months


def number(text: str) -> int:
    """The number that a pattern has let through."""
    value = parse_integer(text)
    assert value is not None
    return value


def elapsed(first: tuple[int, int], length: int, today: date) -> list[str]:
    """``length`` months from ``first``, cut at the current month; all of them when none has come."""
    last = add_months(*first, length - 1)
    this = (today.year, today.month)
    return between(first, min(last, this) if first <= this else last)
