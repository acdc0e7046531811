"""Billing months: 上个月 · 8月份 · 三季度 · 6月到8月, as ``YYYY-MM`` or a list of them.

The rules (``intents.md`` of the product's design): a month that has not come yet this year is last
year's; a quarter or half-year ends with the current month if it is not over; 前N个月 are the N months
before this one, 近N个月 and 这N个月 end with this one; a range is the list of its months, first to last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.nlu.spans import Span
from bot.nlu.values import holidays, periods
from bot.nlu.values.counting_months import (
    AND,
    OF,
    TO,
    YEAR,
    YEAR_WORD,
    add_months,
    between,
    iso,
    number,
    one_or_many,
    past,
    resolve_year,
)

ENTITY = "month"

_M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_NO_NUMBER_BEFORE = r"(?<![\d.零〇一二两三四五六七八九十百第几每])"
# 月租, 月费, 月饼 are words of their own: 这个月租 is 这个 + 月租.
_NO_MONTH_AFTER = (
    r"(?!初[一二三四五六七八九十]|租|费(?!用)|饼|嫂|湖|亮|光|季|坛|山|卡|票|包|兔|桂|雪|街|路(?!由)|花(?=小区|园|苑|路|街|城|里|村|店)"
    r"|功能费|使用费|天(?!天)|内)"
)
_MONTH_END = rf"月{_NO_MONTH_AFTER}(?:份)?"
_COUNT = r"(?P<n>\d{1,2}|[一二两三四五六七八九]|十[一二]?)"
_RELATIVE = (
    r"(?:(?<![上大再])(?P<back>上{1,4})[一嗰𠮶]?个?(?:自然|账单)?|(?P<over>刚刚?(?:才)?(?:过去|过完|结束|出账|出完账)的?[那这上]?一?个?)|(?P<again>大{1,2}上个?|再(?:上|往前)一?个?|前个|(?<![以之目提当])前(?=月(?!月)))|(?<!下)(?P<ahead>下{1,4})一?个?|(?P<next>次)"
    r"|(?P<now>本个?|当前?|今|这一?个|这|今个|呢个|尼个|依个))"
)


def _numbered_month(group: str) -> str:
    """A pattern of 8 or 去年8, before the word 月; groups ``<group>y`` and ``<group>m``."""
    year = rf"(?P<{group}y>{YEAR}|{YEAR_WORD})的?"
    return rf"(?:{year})?{_NO_NUMBER_BEFORE}(?P<{group}m>{_M})"


_NUMBERED_MONTH = re.compile(_numbered_month("a") + _MONTH_END)
_RANGE = re.compile(
    rf"从?{_numbered_month('a')}(?:月份?初?)?(?:开始算?|算?起)?{TO}"
    rf"(?:{_numbered_month('b')}{_MONTH_END}|(?P<today>现在|目前|今天|如今|这会儿?|这个月|本月)"
    rf"|(?P<last>上个月|上月))"
)
_SINCE = re.compile(
    rf"从?{_numbered_month('a')}月份?(?:至今|以来|以后|往后)|[自从打]{_numbered_month('b')}月份?(?:起|开始)"
    rf"|自[从打]{_numbered_month('c')}月份?(?!{TO}|之?前)"
)
_JOINED = re.compile(rf"(?:{AND})?")
_OPTIONAL_YEAR = rf"(?:(?P<y>{YEAR}|{YEAR_WORD})的?)?"
_SEVERAL = r"(?=这?[两三四五六2-6]个月)"
_ENUMERATION = re.compile(
    rf"{_OPTIONAL_YEAR}{_NO_NUMBER_BEFORE}(?P<list>{_M}(?:{AND}{_M})+)(?:{_MONTH_END}|{_SEVERAL})"
)
# 六七八月; of digits only those that are no number of a month themselves (89月).
_RUN = re.compile(
    rf"{_OPTIONAL_YEAR}(?<![\d零〇一二两三四五六七八九十第每])(?P<run>[一二三四五六七八九]{{2,}}十?|九十|[2-9]{{2,}})"
    rf"(?:月份?|{_SEVERAL})"
)
_WRITTEN = re.compile(r"(?<![\d/.-])(20\d{2})[-/.](0?[1-9]|1[0-2])(?![\d/.-])月?")
_COMPACT = re.compile(
    r"(?<!\d)(20[1-4]\d)(0[1-9]|1[0-2])(?=月|的?账单|账期|的?话费|的?费用|的?详单|的?发票)月?"
    r"|(?:(?<=账期)|(?<=账单)|(?<=月份))(?P<y>20[1-4]\d)(?P<m>0[1-9]|1[0-2])(?!\d)"
    r"|(?<![\d/.-])(?P<sy>2\d)[-/](?P<sm>0[1-9]|1[0-2])(?=月|的?(?:账单|话费|费用|详单|发票))"
)
_RELATIVE_MONTH = re.compile(rf"{_RELATIVE}{_MONTH_END}")
_LAST_N = re.compile(
    rf"(?:(?P<before>前[面边头]?|过去|上|头|之前|往前[数倒推]?)(?:的)?|(?P<upto>最近|近|这)(?:的)?)\s*{_COUNT}\s*个?月(?!租|都?(?:免费|半价|免租|打折|优惠价))"
)
_WITHIN = re.compile(
    rf"(?:{_COUNT}个?月|(?P<half>半)年|(?P<year>一)年)(?:(?:以|之)?内(?:{OF}|的$)|以来)"
)
_AGO = re.compile(
    rf"(?<![\d零〇一二两三四五六七八九十前])(?:{_COUNT}个月|(?P<half>半)年|(?P<year>一)年)(?:以|之)?前(?:那个月)?(?![一二两三四五六七八九十\d])"
)
_OF_YEAR = re.compile(
    rf"(?P<y>{YEAR}|{YEAR_WORD})的?(?:(?P<first>前|头)|最?后){_COUNT}个?月|(?P<ly>{YEAR}|去年|上年|前年)的?(?:最后一?个月|年?底|年末)(?:那个月)?"
    rf"|(?P<fy>{YEAR}|{YEAR_WORD})的?(?:第一个月|年?初)(?:那个月)?(?!{TO})|(?<![今去前明])(?P<begin>年初){OF}"
)
_SAME = re.compile(
    r"(?P<y>去年|上年|旧年|前年)的?(?:同期|同月|这个?月|本月|当月|(?:这个?|现在这个?)?时候|这会儿?|这阵子?|此时)(?:那个月)?"
)
_PERIOD = re.compile(
    r"(?P<newest>最[近新]的?一[期张](?=的?(?:账单|话费|费用|单)))"
    r"|(?<!上)(?P<back>上{1,2})一?个?(?:账期|账单期|账单周期|计费周期|期(?=的?(?:账单|话费|费用|单)))"
    r"|(?P<ahead>下)一?个?(?:账期|账单期|计费周期)|(?:这个|这一?|本|当)(?:账期|计费周期|期(?=的?(?:账单|话费|费用|单)))"
)
_HOLIDAY = re.compile(
    rf"(?:(?P<y>{YEAR}|{YEAR_WORD})的?)?(?P<h>{'|'.join(holidays.NAMES)})(?:节)?(?:的?(?:那|这|当)一?个?月)"
)
_UNTIL_NOW = re.compile(rf"{TO}(?:现在|目前|今天|如今|这个月|本月)|以来")
_SUMMER = re.compile(rf"(?:(?P<y>{YEAR}|{YEAR_WORD})的?)?暑假(?:(?:那|这)?(?:两个月|期间)|{OF}|$)")
# Ends of a range that are no numbered month: 上个月, 现在, 年初, 2026-03.
_END = (
    r"(?:(?P<{0}back>上{{1,3}})一?个?月(?:份)?|(?P<{0}now>(?:本|这个?)?月初(?=一?直?[到至])|现在|目前|今天|今日|如今|这会儿?|而家|这个?月|本月|当月|眼下)"
    r"|(?P<{0}start>(?:[今去]年)?年[初头]|[今去]年)|(?P<{0}y>20\d{{2}})(?:[-/.年]\s?)?(?P<{0}m>1[0-2]|0?[1-9])月?(?:份)?(?!\d))"
)
_RANGE_OF_OTHERS = re.compile(
    rf"(?<![\d/.-])从?{_END.format('c')}{TO}(?:{_END.format('d')}|{_numbered_month('e')}{_MONTH_END})"
)
_NAME_BEFORE = re.compile(r"(?:我叫|名叫|姓名是?|名字是?|名字叫)[^\W\d]{0,2}$|[农阴]历$")
# 一月多少钱 asks the price of one month.
_PER_MONTH = re.compile(
    r"\s*(?:一[次回趟]|多少|几|要|得|\d|[一二两三四五六七八九十百]+块|交|收|才)"
)


def find(text: str, today: date) -> Iterator[Span]:
    """Every mention of months in folded text, resolved against ``today``; spans may overlap."""
    found = list(_find(text, today))
    for span in found:
        # 三个月前办的，当月账单: the month that was named.
        meant_before = text.startswith("当", span.start) and any(
            other.end <= span.start for other in found
        )
        # 三月跟五月这两个月: the months before.
        if text.startswith("这", span.start) and isinstance(span.value, list):
            meant_before = any(
                other.end <= span.start <= other.end + 2 and other.value != span.value
                for other in found
            )
        if not meant_before and not _NAME_BEFORE.search(text, 0, span.start):
            yield span


def _find(text: str, today: date) -> Iterator[Span]:
    yield from _numbered(text, today)
    yield from _ranges(text, today)
    yield from _other_ranges(text, today)
    yield from _relative(text, today)
    yield from _counted(text, today)
    yield from periods.find(text, today)


def _numbered(text: str, today: date) -> Iterator[Span]:
    stated, end = None, 0  # the year of the month before, and where that ends
    for match in _NUMBERED_MONTH.finditer(text):
        if match["am"] == "一" and match["ay"] is None and _PER_MONTH.match(text, match.end()):
            continue
        month = number(match["am"])
        year = resolve_year(match["ay"], today)
        if year is None and _JOINED.fullmatch(text, end, match.start()):
            year = stated  # 去年8月和9月
        stated, end = year, match.end()
        yield Span(match.start(), match.end(), ENTITY, iso(year or past(month, today)[0], month))
    for match in _WRITTEN.finditer(text):
        yield Span(match.start(), match.end(), ENTITY, iso(int(match[1]), int(match[2])))
    for match in _COMPACT.finditer(text):
        yield Span(
            match.start(),
            match.end(),
            ENTITY,
            iso(
                int(match[1] or match["y"] or f"20{match['sy']}"),
                int(match[2] or match["m"] or match["sm"]),
            ),
            1,
        )
    for match in _RUN.finditer(text):
        names = re.findall(r"[\d一二三四五六七八九十]", match["run"])
        first, second = number(names[0]), number(names[-1])
        if [number(name) for name in names] == list(range(first, second + 1)):
            year = resolve_year(match["y"], today)
            months = _ending((year, second) if year else past(second, today), first)
            yield Span(match.start(), match.end(), ENTITY, months)
    for match in _ENUMERATION.finditer(text):
        year = resolve_year(match["y"], today)
        numbers = [number(name) for name in re.findall(_M, match["list"])]
        months = [iso(year or past(number, today)[0], number) for number in numbers]
        yield Span(match.start(), match.end(), ENTITY, months)


def _ending(last: tuple[int, int], first_month: int) -> list[str]:
    """The months from the latest ``first_month`` that is not after ``last``, up to ``last``."""
    year = last[0] if first_month <= last[1] else last[0] - 1
    return between((year, first_month), last)


def _ranges(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _RANGE.finditer(text):
        first = number(match["am"])
        first_year = resolve_year(match["ay"], today)
        if match["bm"]:
            month = number(match["bm"])
            year = resolve_year(match["by"], today)
            if year is None and first_year is not None:
                year = first_year if month >= first else first_year + 1
            last = (year, month) if year is not None else past(month, today)
        else:
            last = add_months(*this, -1) if match["last"] else this
        months = between((first_year, first), last) if first_year else _ending(last, first)
        if months:
            yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
    for match in _SINCE.finditer(text):
        first = number(match["am"] or match["bm"] or match["cm"])
        year = (
            resolve_year(match["ay"] or match["by"] or match["cy"], today) or past(first, today)[0]
        )
        if months := between((year, first), this):
            yield Span(match.start(), match.end(), ENTITY, one_or_many(months))


def _other_ranges(text: str, today: date) -> Iterator[Span]:
    for match in _RANGE_OF_OTHERS.finditer(text):
        first = _end_of_range(match, "c", today)
        if match["em"]:
            month = number(match["em"])
            year = resolve_year(match["ey"], today)
            if year is None:
                year = first[0] if (first[0], month) >= first else first[0] + 1
            last = (year, month)
        else:
            last = _end_of_range(match, "d", today)
        if months := between(first, last):
            yield Span(match.start(), match.end(), ENTITY, one_or_many(months))


def _end_of_range(match: re.Match[str], name: str, today: date) -> tuple[int, int]:
    if match[f"{name}y"]:
        return int(match[f"{name}y"]), int(match[f"{name}m"])
    if start := match[f"{name}start"]:
        if name == "d" and start == "今年":
            return today.year, today.month
        return today.year - start.startswith("去"), 1
    return add_months(today.year, today.month, -len(match[f"{name}back"] or ""))


def _relative(text: str, today: date) -> Iterator[Span]:
    def month(match: re.Match[str], shift: int) -> Span:
        value = iso(*add_months(today.year, today.month, shift))
        return Span(match.start(), match.end(), ENTITY, value)

    for match in _RELATIVE_MONTH.finditer(text):
        if match["back"] or match["over"]:
            yield month(match, -len(match["back"] or "一"))
        elif match["again"]:
            yield month(match, -3 if match["again"].startswith("大大") else -2)
        else:
            yield month(match, len(match["ahead"] or match["next"] or ""))
    for match in _PERIOD.finditer(text):
        back = 1 if match["newest"] else len(match["back"] or "")
        yield month(match, len(match["ahead"] or "") - back)
    for match in _AGO.finditer(text):
        count = 6 if match["half"] else 12 if match["year"] else number(match["n"])
        yield month(match, -count)
    for match in _SAME.finditer(text):
        year = resolve_year(match["y"], today)
        assert year is not None
        yield month(match, (year - today.year) * 12)


def _counted(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _LAST_N.finditer(text):
        count = number(match["n"])
        last = add_months(*this, -1) if match["before"] else this
        months = between(add_months(*last, 1 - count), last)
        yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
    for match in _WITHIN.finditer(text):
        count = 6 if match["half"] else 12 if match["year"] else number(match["n"])
        months = between(add_months(*this, 1 - count), this)
        yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
    for match in _OF_YEAR.finditer(text):
        year = resolve_year(match["y"] or match["ly"] or match["fy"], today) or today.year
        count = min(number(match["n"]), 12) if match["n"] else 1
        at_begin = match["first"] or match["fy"] or match["begin"]
        months = between((year, 1), (year, count))
        if not at_begin:
            months = between((year, 13 - count), (year, 12))
        yield Span(match.start(), match.end(), ENTITY, one_or_many(months))
    yield from _named(text, today)


def _named(text: str, today: date) -> Iterator[Span]:
    for match in _HOLIDAY.finditer(text):
        year = resolve_year(match["y"], today)
        if year is None:
            day = holidays.gone(match["h"], today)
        else:
            days = holidays.occurrences(match["h"], date(year, 6, 30))
            day = next((one for one in days if one.year == year), None)
        if day:
            months = [iso(day.year, day.month)]
            end = match.end()
            if until := _UNTIL_NOW.match(text, end):
                months, end = between((day.year, day.month), (today.year, today.month)), until.end()
            yield Span(match.start(), end, ENTITY, one_or_many(months))
    for match in _SUMMER.finditer(text):
        year = resolve_year(match["y"], today) or past(7, today)[0]
        yield Span(match.start(), match.end(), ENTITY, [iso(year, 7), iso(year, 8)])
