"""Quarters, half-years and years as the months of them: 三季度 · 上半年 · 去年全年 · 最近一年."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.nlu.spans import Span
from bot.nlu.values.counting_months import (
    AND,
    OF,
    TO,
    YEAR,
    YEAR_WORD,
    add_months,
    between,
    elapsed,
    number,
    one_or_many,
    resolve_year,
)

ENTITY = "month"

_QUARTER = re.compile(
    rf"(?<![近这两前头])(?:(?P<y>{YEAR}|{YEAR_WORD})的?)?(?:(?:第|头(?=一))?(?P<q>[一二三四1-4](?:(?:{AND}|{TO})?第?[一二三四1-4])*)个?季(?:度|(?={OF}|的?$))|(?<![a-z])q(?P<l>[1-4])(?![\da-z]))"
)
_RELATIVE_QUARTER = re.compile(
    rf"(?:(?<!上)(?P<back>上{{1,3}})一?个?|(?P<now>本|这一?个?|当前?))季(?:度|{OF}|$)"
)
_QUARTERS = re.compile(
    rf"(?:(?P<y>{YEAR}|{YEAR_WORD})的?)?(?:前|头)(?P<first>[两三2-3])季度|(?:前|上|过去)(?P<before>[两三四2-4])个季度|(?:最近|近|这)(?P<n>[一两二三四1-4])个季度"
)
_HALF_YEAR = re.compile(
    rf"(?:(?P<y>{YEAR}|{YEAR_WORD})的?)?(?P<half>[上下]|(?<=年)前|后)半年"
    r"|(?P<upto>最近|近|这)(?P<a>半|一)年|(?P<before>前|过去)(?P<b>半|一)年"
)
_WHOLE_YEAR = re.compile(
    rf"(?P<y>{YEAR}|今年|去年|上年|前年|本年度?)(?:全年|一整年)?(?!\d|的?[一二三四五六七八九十]+(?:月|季|岁|、|到|至)|的?[正腊冬]月)"
    r"|(?<!\d)(?P<c>20\d{2})(?=全年|年度)(?:全年|年度)|(?<![半\d一二三四五])(?P<all>全年|整年)(?=的?(?:账|话费|费用|消费|发票|缴费))"
)
# A year and nothing else answers the question for the months: 去年的.
_ELLIPTIC = re.compile(r"\W*(?:就|要|查|那|我要|看|是)*$"), re.compile(r"(?:的|整年|吧|呢|\W)*$")
_MONEY_TALK = re.compile(r"费|账|钱|充|交|缴|花|扣|发票|流量|积分|通话|短信|详单|消费|记录|纪录")
_AGE = re.compile(r"[^,，。]{0,2}(?:\d+|[一二三四五六七八九十]+)岁")


def find(text: str, today: date) -> Iterator[Span]:
    """Every mention of a period in folded text; one that is not over ends with the current month."""
    yield from _quarters(text, today)
    yield from _years(text, today)


def _quarters(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _QUARTER.finditer(text):
        quarters = [number(one) for one in re.findall(r"[一二三四\d]", match["q"] or match["l"])]
        start, length = quarters[0] * 3 - 2, (quarters[-1] - quarters[0] + 1) * 3
        if length <= 0:
            continue
        year = resolve_year(match["y"], today)
        if year is None:
            year = today.year if (today.year, start) <= this else today.year - 1
        months = elapsed((year, start), length, today)
        yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
    for match in _RELATIVE_QUARTER.finditer(text):
        current = (today.year, (today.month - 1) // 3 * 3 + 1)
        first = add_months(*current, -3 * len(match["back"] or ""))
        months = elapsed(first, 3, today)
        yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
    for match in _QUARTERS.finditer(text):
        if match["first"]:
            year = resolve_year(match["y"], today) or today.year
            months = elapsed((year, 1), 3 * number(match["first"]), today)
        elif match["before"]:
            current = (today.year, (today.month - 1) // 3 * 3 + 1)
            first = add_months(*current, -3 * number(match["before"]))
            months = between(first, add_months(*current, -1))
        else:
            months = between(add_months(*this, 1 - 3 * number(match["n"])), this)
        yield Span(match.start(), match.end(), ENTITY, one_or_many(months))


def _years(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _HALF_YEAR.finditer(text):
        if match["half"]:
            start = 1 if match["half"] in "上前" else 7
            year = resolve_year(match["y"], today)
            if year is None:
                year = today.year if start <= today.month else today.year - 1
            months = elapsed((year, start), 6, today)
        else:
            count = 6 if "半" in (match["a"], match["b"]) else 12
            last = this if match["upto"] else add_months(*this, -1)
            months = between(add_months(*last, 1 - count), last)
        yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
    for match in _WHOLE_YEAR.finditer(text):
        of_money = match[0].endswith("年") and match[0][-2:] not in ("全年", "整年")
        topic = _MONEY_TALK.search(text) or (
            _ELLIPTIC[0].match(text, 0, match.start()) and _ELLIPTIC[1].match(text, match.end())
        )
        if _AGE.match(text, match.end()) or (of_money and not topic):
            continue
        year = int(match["c"]) if match["c"] else resolve_year(match["y"], today)
        if match["all"]:
            year = today.year
        if year is not None and year <= today.year:
            months = elapsed((year, 1), 12, today)
            yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
