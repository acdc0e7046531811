"""Days: 今天 · 下周三 · 11月28号 · 三天后, as ISO dates.

Weeks start on Monday. A day of a month without a year is the one nearest to today; a bare day (25号) or
weekday (周六) is the coming one, or the last one where the words around it speak of the past (周二报的).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.nlu.spans import Span
from bot.nlu.values.months import add_months, resolve_year
from bot.nlu.values.numbers import parse_integer

ENTITY = "date"

_DAY = (
    r"(?:3[01]|[12]\d|0?[1-9]|三十一?|(?:二十|廿)[一二三四五六七八九]?"
    r"|十[一二三四五六七八九]?|[一二三四五六七八九])"
)
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEAR = r"(?:20\d{2}|二[零〇][零〇一二三四五六七八九]{2}|19\d{2}|一九[零〇一二三四五六七八九]{2})年"
_YEAR_WORD = r"今年|去年|前年|明年|本年"
_FREE = r"(?<![\d零〇一二两三四五六七八九十百第几.])"
# What a number with 号 counts when it is no day: 3号楼, 1号线, 三号桌.
_NO_DAY = r"(?!楼|院|线|桌|店|门|机|窗|厅|卡|键|库|坑|房|厂|人|单元|仓|套|栋|幢|座|室|别墅|码|资费|文|选手|双|多)"
# What stands before a house number or a name: 幸福路18号, 滨江1号.
_NO_HOUSE = r"(?<![路街道巷弄里村苑园江湾城镇乡区座栋院尾编型单工第大小每])"

_WRITTEN = re.compile(
    r"(?<![\d/.-])(20\d{2}|19\d{2})([-/.])(1[0-2]|0?[1-9])\2(3[01]|[12]\d|0?[1-9])(?![\d/.-])"
)
_COMPACT = re.compile(r"(?<![\da-z])(20[1-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH_DAY = re.compile(
    rf"(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?{_FREE}(?P<m>{_MONTH})月份?的?(?P<d>{_DAY})"
    rf"(?:(?:号|日){_NO_DAY}|(?![\d.零〇一二两三四五六七八九十百个块元天年条分点份笔次号日gm兆]))"
)
_SLASHED = re.compile(
    r"(?<![\d/.-])(1[0-2]|0?[1-9])[/.](3[01]|[12]\d|0?[1-9])(?:号|日)|(?<![\d/])(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])(?![\d/])"
)
_RELATIVE_MONTH_DAY = re.compile(
    rf"(?P<rel>上|下|这|本|当)(?:一?个)?月份?的?(?P<d>{_DAY})(?:号|日){_NO_DAY}"
)
_BARE_DAY = re.compile(
    rf"{_FREE}{_NO_HOUSE}(?P<d>{_DAY})(?:号{_NO_DAY}|日(?!包|流量|内|游|漫游|后|前|租|套餐|期|用|均|卡))"
)
_WEEKDAY = re.compile(
    r"(?<![每一两二三四五六七八九十\d几])(?P<rel>上上|上|下下|下|这|本)?一?(?:个)?"
    r"(?:(?:周|星期|礼拜)(?P<d>[一二三四五六日天末1-6])|(?P<bare>周|星期|礼拜)(?![边围到转期日一二三四五六天末几]))"
)
_DAYS_AWAY = re.compile(
    r"(?<![\d.零〇一二两三四五六七八九十百第几])(?P<n>\d{1,3}|[一二两三四五六七八九]?十?[一二两三四五六七八九]|[一二三四五六七八九]?十)"
    r"(?P<unit>天|日|个?星期|周|个?礼拜)(?P<way>以?之?后|以?之?前)(?!\d)"
)
_NAMED = {
    -3: ("大前天", "大前日"),
    -2: ("前天", "前日", "前儿个", "前儿", "前晚", "前个儿"),
    -1: ("昨天", "昨日", "昨儿个", "昨儿", "昨个儿", "昨个", "昨晚", "昨夜", "昨早", "寻日", "琴日", "噚日", "yesterday"),
    0: ("今天", "今日", "今儿个", "今儿", "今个儿", "today", "jintian"),
    1: ("明天", "明日", "明儿个", "明儿", "明个儿", "听日", "tomorrow", "mingtian"),
    2: ("后天", "后日", "后儿个", "后儿", "houtian"),
    3: ("大后天", "大后日"),
}  # fmt: skip
_DAY_OF = {name: days for days, names in _NAMED.items() for name in names}
_NAMED_DAY = re.compile(
    r"(?<![a-z先生])(?:" + "|".join(sorted(_DAY_OF, key=len, reverse=True)) + r")(?![a-z见])"
    r"|(?P<half>[今明后])(?=[晚早晨夜])"
)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_PAST_AFTER = re.compile(
    r"的?(?:就|才|已经|上午|中午|下午|晚上|早上|我|刚|也|都|在|那天|给)*"
    r"(?:报|充|交|缴|打|办|订|买|扣|说|申请|断|坏|停|提|投诉|登记|来过|修|收|下的|开的|出的)[^,，。!！?？]{0,6}?(?:的|了|过)"
)
_PAST_BEFORE = re.compile(r"(?:从|自从|打从|自打)$")


def find(text: str, today: date) -> Iterator[Span]:
    """Every mention of a day in folded text, resolved against ``today``; spans may overlap."""
    yield from _absolute(text, today)
    yield from _bare_days(text, today)
    yield from _weekdays(text, today)
    for match in _NAMED_DAY.finditer(text):
        days = {"今": 0, "明": 1, "后": 2}[match["half"]] if match["half"] else _DAY_OF[match[0]]
        yield _span(match, today + timedelta(days=days))
    for match in _DAYS_AWAY.finditer(text):
        count = parse_integer(match["n"])
        if count is None:
            continue
        if match["unit"] not in ("天", "日"):
            count *= 7
        yield _span(match, today + timedelta(days=count if "后" in match["way"] else -count))


def _span(match: re.Match[str], day: date, strength: int = 0) -> Span:
    return Span(match.start(), match.end(), ENTITY, day.isoformat(), strength)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_number(text: str) -> int:
    if text.startswith("廿"):
        text = "二十" + text[1:]
    number = parse_integer(text)
    assert number is not None  # the patterns let only numbers through
    return number


def _absolute(text: str, today: date) -> Iterator[Span]:
    for match in _WRITTEN.finditer(text):
        if day := _real(int(match[1]), int(match[3]), int(match[4])):
            yield _span(match, day)
    for match in _COMPACT.finditer(text):
        if day := _real(int(match[1]), int(match[2]), int(match[3])):
            yield _span(match, day)
    for match in _MONTH_DAY.finditer(text):
        month, number = _day_number(match["m"]), _day_number(match["d"])
        year = resolve_year(match["y"], today)
        found = _real(year, month, number) if year else _nearest(month, number, today)
        if found:
            yield _span(match, found)
    for match in _SLASHED.finditer(text):
        month, number = int(match[1] or match[3]), int(match[2] or match[4])
        if day := _nearest(month, number, today):
            yield _span(match, day)
    for match in _RELATIVE_MONTH_DAY.finditer(text):
        shift = {"上": -1, "下": 1}.get(match["rel"], 0)
        year, month = add_months(today.year, today.month, shift)
        if day := _real(year, month, _day_number(match["d"])):
            yield _span(match, day)


def _nearest(month: int, day: int, today: date) -> date | None:
    """The day nearest to ``today``; of 29 February the nearest that exists."""
    days = [_real(today.year + shift, month, day) for shift in (0, -1, 1, -2, 2, -3, 3, -4, 4)]
    real = [found for found in days if found]
    return min(real, key=lambda found: abs(found - today)) if real else None


def _speaks_of_past(text: str, start: int, end: int) -> bool:
    return bool(_PAST_AFTER.match(text, end) or _PAST_BEFORE.search(text[:start]))


def _bare_days(text: str, today: date) -> Iterator[Span]:
    for match in _BARE_DAY.finditer(text):
        number = _day_number(match["d"])
        if _speaks_of_past(text, match.start(), match.end()):
            shifts = (0, -1, -2)
        else:
            shifts = (0, 1, 2)
        for shift in shifts:
            year, month = add_months(today.year, today.month, shift)
            day = _real(year, month, number)
            if day and (day <= today if shifts[1] < 0 else day >= today):
                yield _span(match, day)
                break


def _weekdays(text: str, today: date) -> Iterator[Span]:
    monday = today - timedelta(days=today.weekday())
    for match in _WEEKDAY.finditer(text):
        relation = match["rel"] or ""
        if match["bare"]:
            # 这周 names no day to act on; 下周, 上周 stand for their Monday.
            if relation in ("上", "下", "上上", "下下"):
                yield _span(match, monday + timedelta(weeks=_weeks(relation)))
            continue
        name = match["d"]
        weekday = _WEEKDAYS[name] if name in _WEEKDAYS else int(name) - 1
        day = monday + timedelta(days=weekday)
        if name == "末" and relation in ("", "这", "本") and today.weekday() == 6:
            day = today  # on a Sunday the weekend is today
        elif relation:
            day += timedelta(weeks=_weeks(relation))
        elif _speaks_of_past(text, match.start(), match.end()):
            day -= timedelta(weeks=1 if day > today else 0)
        elif day < today:
            day += timedelta(weeks=1)
        yield _span(match, day)


def _weeks(relation: str) -> int:
    return {"上上": -2, "上": -1, "下": 1, "下下": 2}.get(relation, 0)
