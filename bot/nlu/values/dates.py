"""Days: 今天 · 下周三 · 11月28号 · 三天后, as ISO dates.

Weeks start on Monday. A day of a month without a year is the one nearest to today; a bare day (25号), weekday
(周六) or holiday is the coming one, or the last one where the words around it speak of the past (周二报的). Today's
own weekday is next week's: today is called today. A week without a day (下周) is no day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.nlu.spans import Span
from bot.nlu.values import holidays
from bot.nlu.values.counting_months import add_months, resolve_year
from bot.nlu.values.numbers import parse_integer

ENTITY = "date"

_DAY = (
    r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?"
    r"|十[一二三四五六七八九]?|[一二三四五六七八九])"
)
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEAR = r"(?:20\d{2}|(?<!\d)2\d|二[零〇][零〇一二三四五六七八九]{2}|19\d{2}|一九[零〇一二三四五六七八九]{2})年"
_YEAR_WORD = r"今年|去年|前年|明年|本年"
_NUMBER = r"\d{1,3}|[一二两三四五六七八九]?十?[一二两三四五六七八九]|[一二三四五六七八九]?十"
_FREE = r"(?<![\d零〇一二两三四五六七八九十百第几.])"
# What a number with 号 counts when it is no day: 3号楼, 1号线, 三号桌.
_NO_DAY = r"(?!楼|大?院|大街|线|桌|店|门|机|窗|厅|床|卡|键|库|坑|房|厂|人|单元|仓|套|栋|幢|座|室|别墅|码|资费|文|选手|双|多)"
_SEP = r"(?:\s*[、,，/~-]\s*|(?<=\d)\s+(?=\d)|[和跟与及同或到至]|或者?是?|还是)"
# What stands before a house number or a name: 幸福路18号, 滨江1号.
_NO_HOUSE = r"(?<!副卡)(?<![路街道巷弄里村苑园江湾城镇乡区座栋院尾编型单工第大小每月份])(?<!尾号)"

_WRITTEN = re.compile(
    r"(?<![\d/.-])(20\d{2}|19\d{2}|2\d(?=[./]))([-/.])(1[0-2]|0?[1-9])\2(3[01]|[12]\d|0?[1-9])(?![\d/.-])"
)
_COMPACT = re.compile(r"(?<![\da-z])(20[1-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH_DAY = re.compile(
    rf"(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?{_FREE}(?<![农阴]历)(?P<m>{_MONTH})月份?的?(?P<d>{_DAY})"
    rf"(?:(?:号|日){_NO_DAY}|(?![\d.零〇一二两三四五六七八九十百个块元天年月条分点份笔次号日多几gm兆共直起样并]|来[块元]))"
)
_DIGITS = re.compile(r"(?<!\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=那天|当天|号)")
_SLASHED = re.compile(
    r"(?<![\d/.-])(1[0-2]|0?[1-9])[/.](3[01]|[12]\d|0?[1-9])(?:号|日)|(?<![\d/])(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])(?![\d/])"
)
# A day as the whole message, or before what one does on a day: 11.25 · 12-3上午.
_DOTTED = re.compile(
    r"(?:^(?:\W|那|就|改|约|到|在)*|(?:改到|约到?|预约|定在?|改成|改))(?P<whole>(?P<m>1[0-2]|0?[1-9])[.-](?P<d>3[01]|[12]\d|0?[1-9]))"
    r"(?![\d.])(?=[^\W\d]{0,3}(?:那天|当天)|(?:吧|行吗|可以吗?|好吗|行不行?|\W)*$|\s*(?:上午|下午|晚上|早上|中午|来|上门|过来|那天))"
)
_REL_MONTH = r"(?:(?P<rel>上{1,3}|下{1,2}|这|本|当|今|次)(?:一?个)?月份?)"
_RELATIVE_MONTH_DAY = re.compile(rf"{_REL_MONTH}的?(?P<d>{_DAY})(?:号|日){_NO_DAY}")
_END_OF_MONTH = re.compile(
    rf"(?<!每)(?<!每个)(?:(?:(?P<y>{_YEAR}|{_YEAR_WORD})的?)?{_FREE}(?P<m>{_MONTH})月份?|{_REL_MONTH}(?:的?月)?|(?<![个\d一-十月])月)的?"
    r"(?:底|末|尾|最后一天)(?!的?(?:账|话费|费用|流量)|清零|结算|又|总|老|才)"
)
_FIRST_OF_MONTH = re.compile(rf"{_REL_MONTH}的?(?:头一天|第一天)")
_END_OF_YEAR = re.compile(r"年底最后一天|年(?:的)?最后一天")
_BARE_DAY = re.compile(
    rf"{_FREE}{_NO_HOUSE}(?P<d>{_DAY})(?:号{_NO_DAY}|(?={_SEP}{_DAY}(?:号|日){_NO_DAY})|日(?!包|流量|内|游|漫游|后|前|租|套餐|期|用|均|卡))"
)
_WEEKDAY = re.compile(
    r"(?<![每几])(?<!(?<![周期拜])[一两二三四五六七八九十\d])(?<!每个)(?P<rel>上上|上|下下|下|这|本)?一?(?:个)?"
    r"(?:(?:周|星期|礼拜)的)?(?:周|星期|礼拜|(?<![礼崇跪祭参])拜)(?P<d>[一二三四五六日天末1-6])"
    r"(?!愉快|快乐|包|流量|套餐|下(?![午昼半晌晝的单])|[号元块个]|一?拜)"
)
# From Monday to Friday is no day.
_WEEKDAYS_ALL = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天1-6]\s*[到至~-]\s*(?:周|星期|礼拜)?[一二三四五六日天1-6]"
)
_DAYS_AWAY = re.compile(
    rf"(?<![\d.零〇一二两三四五六七八九十百第几])(?P<n>{_NUMBER})"
    r"(?P<unit>天|日|个?星期|周|个?礼拜)(?P<way>以?之?后|以?之?前)(?:的今天)?(?!\d)"
)
# 去年的今天
_TODAY_OF = re.compile(
    rf"(?:(?P<y>{_YEAR_WORD})|{_REL_MONTH}"
    r"|(?P<week>[上下]{1,2})一?个?(?:周|星期|礼拜))的?(?:今天|今日)"
)
# 过两天 is no day in particular.
_IN_DAYS = re.compile(
    rf"(?:^|[再等，,。\s吧啊])过(?!两[天日])(?:(?P<n>{_NUMBER})(?P<unit>天|日|个?星期|周|个?礼拜))(?!没|了)"
)
_NAMED = {
    -4: ("大大前天",),
    -3: ("大前天", "大前日", "大前儿个", "大前儿"),
    -2: ("前天", "前日", "前儿个", "前儿", "前个儿"),
    -1: ("昨天", "昨日", "昨儿个", "昨儿", "昨个儿", "昨个", "寻日", "琴日", "噚日",
         "寻晚", "琴晚", "噚晚", "夜儿个", "夜个儿", "夜个"),
    0: ("今天", "今日", "今儿个", "今儿", "今个儿", "今朝"),
    1: ("明天", "明日", "明儿个", "明儿", "明个儿", "明个", "明朝", "听日"),
    2: ("后天", "后日", "后儿个", "后儿", "后个儿", "后朝"),
    3: ("大后天", "大后日", "大后儿个", "大后儿", "外后天", "外后儿"),
    4: ("大大后天",),
}  # fmt: skip
_DAY_OF = {name: days for days, names in _NAMED.items() for name in names}
_NAMED_DAY = re.compile(
    r"(?<![先生])(?:"
    + "|".join(sorted(_DAY_OF, key=len, reverse=True))
    + r")(?!见|津|头条|之后|方舟|(?<=后天)(?:生|性|的(?:缺|因|残|努))|都(?:几号|星期几|周几|礼拜几|多少号))"
    r"|(?P<night>昨[晚夜早]|前晚)(?!的?[\d一二两三四五六七八九十]+点)|(?P<half>前(?=晚)|听(?=[晚朝])|[今明后昨])(?=[晚早晨夜朝]|[上下]午|中午)|(?P<both>明)(?=后[天日儿]|后两天)|(?P<pair>今(?=明两?天)|(?<=今)明(?=两天)|(?<=明)后(?=两天))"
)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_TO_COME_WORDS = r"能|可以|可不|想|要|请|帮|麻烦|让|约|吧|再|方便|有空|改|吗"
_PAST_AFTER = re.compile(
    rf"(?:(?!{_TO_COME_WORDS})[^,，。!！?？;；\s]){{0,8}}?"
    r"(?:报|充|交|缴|打|办|订|买|扣|说|申请|断|坏|停|提|投诉|登记|来过|修|收|下单|下的|开的|开通|出的|来(?=过)|发|寄|签|装|换|问)"
    rf"(?:(?!{_TO_COME_WORDS})[^,，。!！?？]){{0,6}}?(?:的(?!时候|话(?!费))|了|过(?!来))"
    r"|的?(?:那天|当天)?的?(?:(?:国际|通话|短信|上网|流量|缴费|充值|扣费|消费|话费)*(?:记录|详单|清单|明细|账单)|的(?:国际|漫游)?(?:短信|通话|流量|电话|上网|消费|扣费)(?!包)|那笔|那条|那次)"
    r"|[^,，。!！?？]{0,8}(?:没来|没到|没人来|爽约)"
    r"|[^。;；]{0,12}?(?:怎么|咋|为啥|为什么|点解)[^,，。?？]{0,6}(?:了|那么|这么|没|扣|多)"
)
# 从周三改到周四: what is moved is still to come.
_MOVED = re.compile(r"(?:上午|下午|晚上)?(?:再|给我|往后|提前)*(?:改|换|挪|调|推|到|提)")
# 这周五过来 on a Sunday: what is to come cannot be on a day that is over.
_TO_COME = re.compile(
    r"(?:的)?(?:上午|下午|晚上|早上|中午)?(?:再|能不能|能|可以|可不可以|请|让|派人|有人|师傅|叫人|你们)*(?:过来|上门|来(?!过|了)|装(?!了)|修(?!了|过)|约|去办|有空|得闲|在家|行吗|行不|可以|方便)"
)
_BOOKED_BEFORE = re.compile(r"(?:改到|改成|约到?|预约|定在?|换到|推到|那就?)$")
_HOLIDAY = re.compile(
    rf"(?:(?P<y>{_YEAR_WORD})的?)?(?<![\d一二三四五六七八九十百])(?P<h>{'|'.join(holidays.NAMES)})(?!的?[那这当]一?个?月|活动|促销|优惠|套餐|特惠|快乐|礼|路|广场|晚会|好|前|后|期间|假|黄金|之|\d|[号块元包月])"
    r"(?=(?P<said>节|那天|当天|晚上|上午|下午|营业|上班|开门)?)节?"
)
_BESIDE_HOLIDAY = re.compile(
    rf"(?:(?P<y>{_YEAR_WORD})的?)?(?P<h>{'|'.join(holidays.NAMES)})节?的?(?P<way>前|后)一天"
)
# 五一 is a number, too; 过年 and 国庆 mean a time as often as a day.
_SAID_ONLY = frozenset(("五一", "六一", "五四", "过年", "国庆", "元宵"))
_PAST_BEFORE = re.compile(r"(?:从|自从|打从|自打)$")


def find(text: str, today: date) -> Iterator[Span]:
    """Every mention of a day in folded text, resolved against ``today``; spans may overlap."""
    absolute = list(_absolute(text, today))
    yield from absolute
    bare = list(_bare_days(text, today, absolute))
    yield from bare
    yield from (
        span
        for span in _weekdays(text, today)
        if not any(_explains(text, span, day) for day in (*absolute, *bare))
    )
    yield from _ends_of_months(text, today)
    yield from _holidays(text, today)
    yield from _beside_holidays(text, today)
    for match in _NAMED_DAY.finditer(text):
        half = match["half"] or match["both"] or match["pair"] or (match["night"] or "")[:1]
        days = (
            {"前": -2, "昨": -1, "今": 0, "明": 1, "听": 1, "后": 2}[half]
            if half
            else _DAY_OF[match[0]]
        )
        yield _span(match, today + timedelta(days=days))
    for match in _DAYS_AWAY.finditer(text):
        if (days := _days(match)) is not None:
            yield _span(match, today + timedelta(days=days if "后" in match["way"] else -days))
    for match in _TODAY_OF.finditer(text):
        if match["week"]:
            yield _span(match, today + timedelta(weeks=_months_away(match["week"])))
            continue
        shift = _months_away(match["rel"])
        if match["y"]:
            shift = ((resolve_year(match["y"], today) or today.year) - today.year) * 12
        year, month = add_months(today.year, today.month, shift)
        if day := _real(year, month, today.day):
            yield _span(match, day)
    for match in _IN_DAYS.finditer(text):
        if (days := _days(match)) is not None:
            found = today + timedelta(days=days)
            yield Span(match.start("n") - 1, match.end(), ENTITY, found.isoformat())


def _days(match: re.Match[str]) -> int | None:
    """How many days a number of days or weeks is."""
    count = parse_integer(match["n"])
    return count if count is None or match["unit"] in ("天", "日") else count * 7


def _span(match: re.Match[str], day: date, strength: int = 0) -> Span:
    return Span(match.start(), match.end(), ENTITY, day.isoformat(), strength)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_number(text: str) -> int:
    number = parse_integer(text)
    assert number is not None  # the patterns let only numbers through
    return number


def _absolute(text: str, today: date) -> Iterator[Span]:
    for match in _WRITTEN.finditer(text):
        year = int(match[1])
        if day := _real(year if year > 99 else 2000 + year, int(match[3]), int(match[4])):
            yield _span(match, day)
    for match in _DOTTED.finditer(text):
        if day := _nearest(int(match["m"]), int(match["d"]), today):
            yield Span(match.start("whole"), match.end("whole"), ENTITY, day.isoformat(), 1)
    for match in _COMPACT.finditer(text):
        if day := _real(int(match[1]), int(match[2]), int(match[3])):
            yield _span(match, day)
    for match in _MONTH_DAY.finditer(text):
        month, number = _day_number(match["m"]), _day_number(match["d"])
        year = resolve_year(match["y"], today)
        found = _real(year, month, number) if year else _nearest(month, number, today)
        if found and not year and found > today and _speaks_of_past(text, *match.span()):
            found = _real(found.year - 1, month, number)
        if found:
            yield _span(match, found)
    for match in _DIGITS.finditer(text):
        if day := _nearest(int(match[1]), int(match[2]), today):
            yield _span(match, day)
    for match in _SLASHED.finditer(text):
        month, number = int(match[1] or match[3]), int(match[2] or match[4])
        if day := _nearest(month, number, today):
            yield _span(match, day)
    for match in _RELATIVE_MONTH_DAY.finditer(text):
        year, month = add_months(today.year, today.month, _months_away(match["rel"]))
        if day := _real(year, month, _day_number(match["d"])):
            yield _span(match, day)


def _months_away(relation: str | None) -> int:
    """上上 is two months back, 下 and 次 one ahead."""
    word = relation or ""
    return word.count("下") + word.count("次") - word.count("上")


def _ends_of_months(text: str, today: date) -> Iterator[Span]:
    for match in _END_OF_MONTH.finditer(text):
        if match["m"]:
            month = _day_number(match["m"])
            year = resolve_year(match["y"], today) or today.year
        else:
            year, month = add_months(today.year, today.month, _months_away(match["rel"]))
        following = date(*add_months(year, month, 1), 1)
        yield _span(match, following - timedelta(days=1))
    for match in _FIRST_OF_MONTH.finditer(text):
        year, month = add_months(today.year, today.month, _months_away(match["rel"]))
        yield _span(match, date(year, month, 1))
    for match in _END_OF_YEAR.finditer(text):
        yield _span(match, date(today.year, 12, 31))


def _holidays(text: str, today: date) -> Iterator[Span]:
    for match in _HOLIDAY.finditer(text):
        if not match["said"] and (
            match["h"].isdigit()
            or match["h"] == "十一"
            or (match["h"] in _SAID_ONLY and match[0] != text.strip())
        ):
            continue
        if (year := resolve_year(match["y"], today)) is not None:
            days = holidays.occurrences(match["h"], date(year, 6, 30))
            day = next((one for one in days if one.year == year), None)
        elif _speaks_of_past(text, match.start(), match.end()):
            day = holidays.gone(match["h"], today)
        else:
            day = holidays.coming(match["h"], today)
        if day:
            yield _span(match, day)


def _beside_holidays(text: str, today: date) -> Iterator[Span]:
    """国庆前一天, 元旦后一天."""
    for match in _BESIDE_HOLIDAY.finditer(text):
        shift = timedelta(days=-1 if match["way"] == "前" else 1)
        year = resolve_year(match["y"], today)
        days = holidays.occurrences(match["h"], date(year, 6, 30) if year else today)
        beside = [day + shift for day in days if year is None or day.year == year]
        if year is None and _speaks_of_past(text, *match.span()):
            beside = [day for day in beside if day <= today][-1:]
        elif year is None:
            beside = [day for day in beside if day >= today]
        if beside:
            yield _span(match, beside[0])


def _nearest(month: int, day: int, today: date) -> date | None:
    """The day nearest to ``today``; of 29 February the nearest that exists."""
    days = [_real(today.year + shift, month, day) for shift in (0, -1, 1, -2, 2, -3, 3, -4, 4)]
    real = [found for found in days if found]
    return min(real, key=lambda found: abs(found - today)) if real else None


def _speaks_of_past(text: str, start: int, end: int) -> bool:
    if _PAST_AFTER.match(text, end):
        return True
    return bool(_PAST_BEFORE.search(text[:start]) and not _MOVED.match(text, end))


_LINK = re.compile(_SEP)
_BRACKET = re.compile(r"\s*[(（]?")
_COMMENT = re.compile(r"[\s,，(（]*(?:也?就?是)?")


def _explains(text: str, weekday: Span, day: Span) -> bool:
    """Whether a weekday only says what a day before it is: 11月30日，星期一."""
    named = date.fromisoformat(str(day.value)).weekday()
    return named == date.fromisoformat(str(weekday.value)).weekday() and (
        _COMMENT.fullmatch(text, day.end, weekday.start) is not None
        or _BRACKET.fullmatch(text, weekday.end, day.start) is not None
    )


def _bare_days(text: str, today: date, absolute: list[Span]) -> Iterator[Span]:
    """Days without a month; one that is joined to a day with a month is of that month: 12月5到8号."""
    ends = {span.end: date.fromisoformat(str(span.value)) for span in absolute}
    for match in _BARE_DAY.finditer(text):
        number = _day_number(match["d"])
        joined = next(
            (day for end, day in ends.items() if _LINK.fullmatch(text, end, match.start())), None
        )
        if joined and (found := _real(joined.year, joined.month, number)):
            ends[match.end()] = found
            yield _span(match, found)
            continue
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
    ranges = [match.span() for match in _WEEKDAYS_ALL.finditer(text)]
    for match in _WEEKDAY.finditer(text):
        if any(start < match.end() <= end for start, end in ranges):
            continue
        relation, name = match["rel"] or "", match["d"]
        weekday = _WEEKDAYS[name] if name in _WEEKDAYS else int(name) - 1
        day = monday + timedelta(days=weekday)
        if name == "末" and relation in ("这", "本") and today.weekday() == 6:
            day = today  # on a Sunday this weekend is today
        elif relation in ("这", "本"):
            day += timedelta(weeks=1 if day < today and _to_come(text, match) else 0)
        elif relation:
            day += timedelta(weeks=_weeks(relation))
        elif _speaks_of_past(text, match.start(), match.end()):
            day -= timedelta(weeks=1 if day >= today else 0)
        elif day <= today:
            day += timedelta(weeks=1)
        yield _span(match, day)


def _to_come(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()]
    return bool(_TO_COME.match(text, match.end()) or _BOOKED_BEFORE.search(before))


def _weeks(relation: str) -> int:
    return {"上上": -2, "上": -1, "下": 1, "下下": 2}.get(relation, 0)
