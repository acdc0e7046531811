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
from bot.nlu.values import holidays
from bot.nlu.values.numbers import parse_digits, parse_integer

ENTITY = "month"

_M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_NO_NUMBER_BEFORE = r"(?<![\d.零〇一二两三四五六七八九十百第几每])"
# 月租, 月费, 月饼 are words of their own: 这个月租 is 这个 + 月租.
_MONTH_END = r"月(?!租|费(?!用)|饼|嫂|湖|亮|光|季|坛|山|卡|票|包|功能费|使用费|天(?!天)|内)(?:份)?"
_YEAR = (
    r"(?:(?:20\d{2}|二[零〇][零〇一二三四五六七八九]{2}|(?<!\d)[12]\d|[一二][零〇一二三四五六七八九])年"
    r"|(?<!\d)20\d{2}(?=[上下]半年|全年|第?[一二三四1-4]个?季度|q[1-4]))"
)
_YEAR_WORD = r"(?:今年|去年|上年度?|旧年|大前年|前年|本年度?|明年)"
_TO = r"\s*(?:一?直?到|至|~|-+|—+|–)\s*"
_COUNT = r"(?P<n>\d{1,2}|[一二两三四五六七八九]|十[一二]?)"
# What asks for something of these months; 三个月内 alone counts a term.
_OF = r"的?(?=\s*(?:账|话费|费用|流量|消费|缴费|交费|充值|扣费|扣款|通话|详单|清单|明细|发票|单|记录|花))"
_RELATIVE = (
    r"(?:(?<![上大])(?P<back>上{1,4})[一嗰𠮶]?个?(?:自然|账单)?|(?P<over>刚刚?(?:才)?(?:过去|过完|结束)的?[那这上]?一?个?)|(?P<again>大上个?|前个|(?<![以之目提当])前(?=月(?!月)))|(?<!下)(?P<ahead>下{1,4})一?个?|(?P<next>次)"
    r"|(?P<now>本个?|当前?|今|这一?个|这|今个|呢个|尼个|依个))"
)


def _numbered_month(group: str) -> str:
    """A pattern of 8 or 去年8, before the word 月; groups ``<group>y`` and ``<group>m``."""
    year = rf"(?P<{group}y>{_YEAR}|{_YEAR_WORD})的?"
    return rf"(?:{year})?{_NO_NUMBER_BEFORE}(?P<{group}m>{_M})"


_NUMBERED_MONTH = re.compile(_numbered_month("a") + _MONTH_END)
_RANGE = re.compile(
    rf"从?{_numbered_month('a')}(?:月份?)?(?:开始|起)?{_TO}"
    rf"(?:{_numbered_month('b')}{_MONTH_END}|(?P<today>现在|目前|今天|如今|这个月|本月)"
    rf"|(?P<last>上个月|上月))"
)
_SINCE = re.compile(
    rf"从?{_numbered_month('a')}月份?(?:至今|以来|以后|往后)|[自从打]{_numbered_month('b')}月份?(?:起|开始)"
)
_AND = r"(?:\s*(?:[、,，/.和跟与及同]|还有|以及)\s*|(?<=\d)\s+(?=\d))"
_JOINED = re.compile(rf"(?:{_AND})?")
_OPTIONAL_YEAR = rf"(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?"
_SEVERAL = r"(?=这?[两三四五六2-6]个月)"
_ENUMERATION = re.compile(
    rf"{_OPTIONAL_YEAR}{_NO_NUMBER_BEFORE}(?P<list>{_M}(?:{_AND}{_M})+)(?:{_MONTH_END}|{_SEVERAL})"
)
# 六七八月; of digits only those that are no number of a month themselves (89月).
_RUN = re.compile(
    rf"{_OPTIONAL_YEAR}(?<![\d零〇一二两三四五六七八九十第每])(?P<run>[一二三四五六七八九]{{2,}}十?|九十|[2-9]{{2,}})"
    rf"(?:月份?|{_SEVERAL})"
)
_WRITTEN = re.compile(r"(?<![\d/.-])(20\d{2})[-/.](0?[1-9]|1[0-2])(?![\d/.-])月?")
_COMPACT = re.compile(
    r"(?<!\d)(20[1-4]\d)(0[1-9]|1[0-2])(?=月|的?账单|的?话费|的?费用|的?详单|的?发票)月?"
    r"|(?:(?<=账期)|(?<=账单)|(?<=月份))(?P<y>20[1-4]\d)(?P<m>0[1-9]|1[0-2])(?!\d)"
)
_RELATIVE_MONTH = re.compile(rf"{_RELATIVE}{_MONTH_END}")
_LAST_N = re.compile(
    rf"(?:(?P<before>前[面边头]?|过去|上|头|之前|往前[数倒推]?)(?:的)?|(?P<upto>最近|近|这)(?:的)?)\s*{_COUNT}\s*个?月(?!租)"
)
_WITHIN = re.compile(
    rf"(?:{_COUNT}个?月|(?P<half>半)年|(?P<year>一)年)(?:(?:以|之)?内(?:{_OF}|的$)|以来)"
)
_AGO = re.compile(
    rf"(?<![\d零〇一二两三四五六七八九十前])(?:{_COUNT}个月|(?P<half>半)年|(?P<year>一)年)(?:以|之)?前(?:那个月)?(?![一二两三四五六七八九十\d])"
)
_OF_YEAR = re.compile(
    rf"(?P<y>{_YEAR}|{_YEAR_WORD})的?(?:(?P<first>前|头)|最?后){_COUNT}个?月|(?P<ly>{_YEAR}|去年|上年|前年)的?(?:最后一?个月|年?底|年末)(?:那个月)?"
    rf"|(?P<fy>{_YEAR}|{_YEAR_WORD})的?(?:第一个月|年?初)(?:那个月)?(?!{_TO})|(?<![今去前明])(?P<begin>年初){_OF}"
)
_SAME = re.compile(
    r"(?P<y>去年|上年|旧年|前年)的?(?:同期|同月|这个?月|本月|当月|(?:这个?|现在这个?)?时候|这会儿?|这阵子?|此时)(?:那个月)?"
)
_PERIOD = re.compile(
    r"(?<!上)(?P<back>上{1,2})一?个?(?:账期|账单期|账单周期|计费周期|期(?=的?(?:账单|话费|费用|单)))"
    r"|(?P<ahead>下)一?个?(?:账期|账单期|计费周期)|(?:这个|本|当)(?:账期|计费周期|期(?=的?(?:账单|话费|费用|单)))"
)
_HOLIDAY = re.compile(
    rf"(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?(?P<h>{'|'.join(holidays.NAMES)})(?:节)?(?:的?(?:那|这|当)一?个?月)"
)
_SUMMER = re.compile(
    rf"(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?暑假(?:(?:那|这)?(?:两个月|期间)|{_OF}|$)"
)
# Ends of a range that are no numbered month: 上个月, 现在, 年初, 2026-03.
_END = (
    r"(?:(?P<{0}back>上{{1,3}})一?个?月(?:份)?|(?P<{0}now>现在|目前|今天|今日|如今|而家|这个?月|本月|当月|眼下)"
    r"|(?P<{0}start>(?:[今去]年)?年[初头]|[今去]年)|(?P<{0}y>20\d{{2}})(?:[-/.年]\s?)?(?P<{0}m>1[0-2]|0?[1-9])月?(?:份)?(?!\d))"
)
_RANGE_OF_OTHERS = re.compile(
    rf"(?<![\d/.-])从?{_END.format('c')}{_TO}(?:{_END.format('d')}|{_numbered_month('e')}{_MONTH_END})"
)
_QUARTER = re.compile(
    rf"(?<![近这两前头])(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?(?:(?:第|头(?=一))?(?P<q>[一二三四1-4](?:(?:{_AND}|{_TO})?第?[一二三四1-4])*)个?季度|(?<![a-z])q(?P<l>[1-4])(?![\da-z]))"
)
_RELATIVE_QUARTER = re.compile(
    rf"(?:(?<!上)(?P<back>上{{1,3}})一?个?|(?P<now>本|这一?个?|当前?))季(?:度|{_OF}|$)"
)
_QUARTERS = re.compile(
    rf"(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?(?:前|头)(?P<first>[两三2-3])季度|(?:前|上|过去)(?P<before>[两三四2-4])个季度|(?:最近|近|这)(?P<n>[一两二三四1-4])个季度"
)
_HALF_YEAR = re.compile(
    rf"(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?(?P<half>[上下]|(?<=年)前|后)半年"
    r"|(?P<upto>最近|近|这)(?P<a>半|一)年|(?P<before>前|过去)(?P<b>半|一)年"
)
_WHOLE_YEAR = re.compile(
    rf"(?P<y>{_YEAR}|今年|去年|上年|前年|本年度?)(?:全年|一整年)?(?!\d|的?[一二三四五六七八九十]+(?:月|季|岁|、|到|至)|的?[正腊冬]月)"
    r"|(?<!\d)(?P<c>20\d{2})(?=全年|年度)(?:全年|年度)|(?<![半\d一二三四五])(?P<all>全年|整年)(?=的?(?:账|话费|费用|消费|发票|缴费))"
)
# A year and nothing else answers the question for the months: 去年的.
_ELLIPTIC = re.compile(r"\W*(?:就|要|查|那|我要|看|是)*$"), re.compile(r"(?:的|整年|吧|呢|\W)*$")
_MONEY_TALK = re.compile(r"费|账|钱|充|交|缴|花|扣|发票|流量|积分|通话|短信|详单|消费|记录|纪录")
_NAME_BEFORE = re.compile(r"(?:我叫|名叫|姓名是?|名字是?|名字叫)[^\W\d]{0,2}$|[农阴]历$")
_AGE = re.compile(r"[^,，。]{0,2}(?:\d+|[一二三四五六七八九十]+)岁")
# 一月多少钱 asks the price of one month.
_PER_MONTH = re.compile(r"\s*(?:多少|几|要|得|\d|[一二两三四五六七八九十百]+块|交|收|才)")


def add_months(year: int, month: int, count: int) -> tuple[int, int]:
    """The month ``count`` months later (earlier when negative)."""
    index = year * 12 + month - 1 + count
    return index // 12, index % 12 + 1


def iso(year: int, month: int) -> str:
    """``YYYY-MM``."""
    return f"{year:04d}-{month:02d}"


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
    yield from _quarters(text, today)
    yield from _years(text, today)


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


def _past(month: int, today: date) -> tuple[int, int]:
    return today.year if month <= today.month else today.year - 1, month


def _between(first: tuple[int, int], last: tuple[int, int]) -> list[str]:
    months = []
    while first <= last and len(months) < 36:
        months.append(iso(*first))
        first = add_months(*first, 1)
    return months


def _one_or_many(months: list[str]) -> str | list[str]:
    return months[0] if len(months) == 1 else months


def _number(text: str) -> int:
    value = parse_integer(text)
    assert value is not None
    return value


def _numbered(text: str, today: date) -> Iterator[Span]:
    stated, end = None, 0  # the year of the month before, and where that ends
    for match in _NUMBERED_MONTH.finditer(text):
        if match["am"] == "一" and match["ay"] is None and _PER_MONTH.match(text, match.end()):
            continue
        month = _number(match["am"])
        year = resolve_year(match["ay"], today)
        if year is None and _JOINED.fullmatch(text, end, match.start()):
            year = stated  # 去年8月和9月
        stated, end = year, match.end()
        yield Span(match.start(), match.end(), ENTITY, iso(year or _past(month, today)[0], month))
    for match in _WRITTEN.finditer(text):
        yield Span(match.start(), match.end(), ENTITY, iso(int(match[1]), int(match[2])))
    for match in _COMPACT.finditer(text):
        yield Span(
            match.start(),
            match.end(),
            ENTITY,
            iso(int(match[1] or match["y"]), int(match[2] or match["m"])),
            1,
        )
    for match in _RUN.finditer(text):
        names = re.findall(r"[\d一二三四五六七八九十]", match["run"])
        first, second = _number(names[0]), _number(names[-1])
        if [_number(name) for name in names] == list(range(first, second + 1)):
            year = resolve_year(match["y"], today)
            months = _ending((year, second) if year else _past(second, today), first)
            yield Span(match.start(), match.end(), ENTITY, months)
    for match in _ENUMERATION.finditer(text):
        year = resolve_year(match["y"], today)
        numbers = [_number(name) for name in re.findall(_M, match["list"])]
        months = [iso(year or _past(number, today)[0], number) for number in numbers]
        yield Span(match.start(), match.end(), ENTITY, months)


def _ending(last: tuple[int, int], first_month: int) -> list[str]:
    """The months from the latest ``first_month`` that is not after ``last``, up to ``last``."""
    year = last[0] if first_month <= last[1] else last[0] - 1
    return _between((year, first_month), last)


def _ranges(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _RANGE.finditer(text):
        first = _number(match["am"])
        first_year = resolve_year(match["ay"], today)
        if match["bm"]:
            month = _number(match["bm"])
            year = resolve_year(match["by"], today)
            if year is None and first_year is not None:
                year = first_year if month >= first else first_year + 1
            last = (year, month) if year is not None else _past(month, today)
        else:
            last = add_months(*this, -1) if match["last"] else this
        months = _between((first_year, first), last) if first_year else _ending(last, first)
        if months:
            yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
    for match in _SINCE.finditer(text):
        first = _number(match["am"] or match["bm"])
        year = resolve_year(match["ay"] or match["by"], today) or _past(first, today)[0]
        if months := _between((year, first), this):
            yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))


def _other_ranges(text: str, today: date) -> Iterator[Span]:
    for match in _RANGE_OF_OTHERS.finditer(text):
        first = _end_of_range(match, "c", today)
        if match["em"]:
            month = _number(match["em"])
            year = resolve_year(match["ey"], today)
            if year is None:
                year = first[0] if (first[0], month) >= first else first[0] + 1
            last = (year, month)
        else:
            last = _end_of_range(match, "d", today)
        if months := _between(first, last):
            yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))


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
            yield month(match, -2)
        else:
            yield month(match, len(match["ahead"] or match["next"] or ""))
    for match in _PERIOD.finditer(text):
        yield month(match, len(match["ahead"] or "") - len(match["back"] or ""))
    for match in _AGO.finditer(text):
        count = 6 if match["half"] else 12 if match["year"] else _number(match["n"])
        yield month(match, -count)
    for match in _SAME.finditer(text):
        year = resolve_year(match["y"], today)
        assert year is not None
        yield month(match, (year - today.year) * 12)


def _counted(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _LAST_N.finditer(text):
        count = _number(match["n"])
        last = add_months(*this, -1) if match["before"] else this
        months = _between(add_months(*last, 1 - count), last)
        yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
    for match in _WITHIN.finditer(text):
        count = 6 if match["half"] else 12 if match["year"] else _number(match["n"])
        months = _between(add_months(*this, 1 - count), this)
        yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
    for match in _OF_YEAR.finditer(text):
        year = resolve_year(match["y"] or match["ly"] or match["fy"], today) or today.year
        count = min(_number(match["n"]), 12) if match["n"] else 1
        at_begin = match["first"] or match["fy"] or match["begin"]
        months = _between((year, 1), (year, count))
        if not at_begin:
            months = _between((year, 13 - count), (year, 12))
        yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
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
            yield Span(match.start(), match.end(), ENTITY, iso(day.year, day.month))
    for match in _SUMMER.finditer(text):
        year = resolve_year(match["y"], today) or _past(7, today)[0]
        yield Span(match.start(), match.end(), ENTITY, [iso(year, 7), iso(year, 8)])


def _elapsed(first: tuple[int, int], length: int, today: date) -> list[str]:
    """``length`` months from ``first``, cut at the current month; all of them when none has come."""
    last = add_months(*first, length - 1)
    this = (today.year, today.month)
    return _between(first, min(last, this) if first <= this else last)


def _quarters(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _QUARTER.finditer(text):
        quarters = [_number(one) for one in re.findall(r"[一二三四\d]", match["q"] or match["l"])]
        start, length = quarters[0] * 3 - 2, (quarters[-1] - quarters[0] + 1) * 3
        if length <= 0:
            continue
        year = resolve_year(match["y"], today)
        if year is None:
            year = today.year if (today.year, start) <= this else today.year - 1
        months = _elapsed((year, start), length, today)
        yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
    for match in _RELATIVE_QUARTER.finditer(text):
        current = (today.year, (today.month - 1) // 3 * 3 + 1)
        first = add_months(*current, -3 * len(match["back"] or ""))
        months = _elapsed(first, 3, today)
        yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
    for match in _QUARTERS.finditer(text):
        if match["first"]:
            year = resolve_year(match["y"], today) or today.year
            months = _elapsed((year, 1), 3 * _number(match["first"]), today)
        elif match["before"]:
            current = (today.year, (today.month - 1) // 3 * 3 + 1)
            first = add_months(*current, -3 * _number(match["before"]))
            months = _between(first, add_months(*current, -1))
        else:
            months = _between(add_months(*this, 1 - 3 * _number(match["n"])), this)
        yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))


def _years(text: str, today: date) -> Iterator[Span]:
    this = (today.year, today.month)
    for match in _HALF_YEAR.finditer(text):
        if match["half"]:
            start = 1 if match["half"] in "上前" else 7
            year = resolve_year(match["y"], today)
            if year is None:
                year = today.year if start <= today.month else today.year - 1
            months = _elapsed((year, start), 6, today)
        else:
            count = 6 if "半" in (match["a"], match["b"]) else 12
            last = this if match["upto"] else add_months(*this, -1)
            months = _between(add_months(*last, 1 - count), last)
        yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
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
            months = _elapsed((year, 1), 12, today)
            yield Span(match.start(), match.end(), ENTITY, _one_or_many(months))
