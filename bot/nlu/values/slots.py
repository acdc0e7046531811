"""Parts of a day: 上午 · 下午三点 · 两点到四点 · 7点以后, as ``HH:MM-HH:MM``.

上午 is 09:00-12:00, 下午 14:00-18:00, 晚上 18:00-21:00, 全天 09:00-18:00. A point in time is the hour that begins
there; 以后 and 以前 last to the end and from the beginning of its part of the day. An hour without a part of the day
is the one at which shops and engineers work: 两点 is 14:00, 九点 is 09:00.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.spans import Span
from bot.nlu.values.numbers import parse_integer

ENTITY = "time_slot"

_MORNING = (
    "上午",
    "早上",
    "早晨",
    "清晨",
    "早间",
    "大早",
    "大清早",
    "清早",
    "上昼",
    "朝早",
    "一大早",
    "头晌",
    "前半晌",
    "上半晌",
    "前晌",
    "头午",
    "上半天",
    "早",
)
_NOON = ("中午", "午间", "晌午", "正午")
_AFTERNOON = ("下午", "午后", "下昼", "晏昼", "后半晌", "后晌", "过晌", "过午", "下晌", "下半天")
_DUSK = ("傍晚", "傍黑", "傍晚黑", "擦黑", "黄昏", "天擦黑")
_EVENING = (
    "晚上",
    "晚间",
    "夜里",
    "夜间",
    "夜晚",
    "晚黑",
    "天黑以后",
    "天黑之后",
    "天黑后",
    "晚",
    "夜",
)
_PARTS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(_MORNING, ("09:00", "12:00")),
    **dict.fromkeys(_NOON, ("12:00", "14:00")),
    **dict.fromkeys(_AFTERNOON, ("14:00", "18:00")),
    **dict.fromkeys(_DUSK, ("17:00", "19:00")),
    **dict.fromkeys(_EVENING, ("18:00", "21:00")),
}
_NIGHT = ("凌晨", "半夜", "后半夜", "深夜", "大半夜")
_LATE = frozenset(_AFTERNOON + _DUSK + _EVENING)
_DAY_ENDS, _EVENING_ENDS, _DAY_BEGINS = 18 * 60, 21 * 60, 9 * 60
_HALVES = ((_DAY_BEGINS, 12 * 60), (14 * 60, _DAY_ENDS), (_DAY_ENDS, _EVENING_ENDS))

_PART = "|".join(sorted((name for name in _PARTS if len(name) > 1), key=len, reverse=True))
# 早 and 晚 alone count only after a day (今晚) or before an hour (晚八点).
_SHORT = r"(?:(?<=[今明后昨听寻号])|(?<=[周期拜][一二三四五六日天末]))(?:[早晚夜](?!餐|饭|高峰|[点些])|朝)"
_HOUR = r"(?:2[0-4]|1\d|0?\d|二十[一二三四]?|十[一二三四五六七八九]?|[一二两三四五六七八九])"
_MINUTE = (
    r"(?:半|过(?:\d{1,2}|[一二三四五]?十?[一二三四五])分|一刻|三刻|正|[零〇0][1-9一二三四五六七八九]分?|[0-5]\d分?|[一二三四五]十[一二三四五六七八九]?分?"
    r"|十[一二三四五六七八九]?分|\d分|整|钟)"
)
_FREE = r"(?<![\d.:零〇一二两三四五六七八九十百几第])"
# What points are counted of: 三点建议, 8点积分.
_NO_CLOCK = (
    r"(?!多钱|几|积分|建议|要求|问题|意见|不满|疑问|疑惑|诉求|看法|水(?!平)|原因|想法|[都也][不没])"
)


def _time(name: str) -> str:
    return (
        rf"(?:(?P<{name}p>{_PART}|{'|'.join(_NIGHT)}|[早晚])的?)?{_FREE}"
        rf"(?:(?P<{name}h>{_HOUR})(?:点钟|点{_NO_CLOCK}|时(?![间候长不常段有好断刻光候代]))(?P<{name}m>{_MINUTE})?"
        rf"|(?P<{name}ch>[01]?\d|2[0-4]):(?P<{name}cm>[0-5]\d)(?!\d))"
    )


_TO = r"\s*(?:一?直?到|至|-+|~|—+|–)\s*"
# 两点和四点之间, 两点以后四点以前
_AND_BEFORE = (
    r"(?:和|跟|与)(?=[^,，。]{2,8}(?:之间|中间))|(?:以|之)?后[\s,，到]*(?=[^,，。]{2,6}前)"
)
# Said afterwards: 一点到三点 下午的.
_LATER = rf"(?:[\s,，吧的呢]*(?P<later>{_PART})(?!{_FREE}{_HOUR}(?:点|:))(?=的|吧|来|行|\W|$))?"
_POINT = re.compile(
    r"(?P<limit>最晚|最迟|不晚于|最早|不早于)?"
    + _time("a")
    + r"(?P<rel>以后|之后|过后|后|以前|之前|前(?!后))?(?:左右)?"
    + _LATER
)
_RANGE = re.compile(
    rf"(?:(?:(?P<cp>{_PART}|[早晚])的?)?{_FREE}(?P<ch>{_HOUR}){_TO}" + _time("b")
    + "|" + _time("c2") + rf"(?:{_TO}|{_AND_BEFORE})" + _time("d")
    + ")" + _LATER
)  # fmt: skip
# 上午9-11
_BARE_RANGE = re.compile(
    rf"(?P<p>{_PART})的?(?P<b>{_HOUR}){_TO}(?P<e>{_HOUR})(?=[,，。!！?？\s吧之左来都可行的]|$)"
)
# 积分还剩九点
_POINTS_LEFT = re.compile(r"积分[^,，。]{0,4}$")
_BEFORE_NOON = re.compile(r"(?:中午|正午|晌午|[午中]饭)(?:以|之)?前")
# 两三点: from two to three.
_ABOUT = re.compile(
    rf"(?:(?P<p>{_PART}|[早晚])的?)?{_FREE}(?P<n>一两|[一二两三四五六七八九]、?[二三四五六七八九]|[1-9]、[2-9]|九、?十|十、?十?一|十一、?十?二)点钟?(?!多|半|[\d一二三四五])"
)
_FLEXIBLE = re.compile(
    r"(?<!一)(?:全天|一整天|整天|白天)(?=(?:我|家里)?(?:都|也)?(?:有人|在(?!线|掉)|可以|行|方便|有空|得闲|ok|没问题)|(?:吧|就行|\W)*$)"
    r"|(?:随时|啥时候都|什么时候都|几点都|任何时间)(?=(?:都|来|过来|上门)*(?:可以|行|方便|有空|得闲|ok|来|在家|有人)|(?:吧|\W)*$)|一整?天(?=都在家|都有人)"
)
# 午饭后 is the part of the day that begins there.
_MEALS = {"早": "上午", "午": "下午", "中": "下午", "晚": "晚上", "夜": "晚上"}
_AFTER_MEAL = re.compile(
    r"(?:吃完|吃过|吃了)(?P<a>[早午中晚夜])[饭餐](?:之|以)?后?|(?P<b>[早午中晚夜])[饭餐](?:之|以)?后(?=吧|过?来|再|上门|行|可以|都|有空|\W|$)|下班(?:之|以)?后|^(?:等?我|那)?下了班(?!还|也|都)"
)
_PART_ALONE = re.compile(
    rf"(?:(?<![整大半提])|(?<=大)(?=中午|晌午))(?<!(?<![周期拜])一)(?<![每天]天)(?<!一到)(?<!每到)(?<!整个)(?:{_PART})"
    rf"(?!好(?:$|[呀啊哇,，。!！ 小])|流量|包|模式|网|茶|(?:12|十二|24)点)|{_SHORT}(?!点)"
    r"|(?<![这起赶从])一早(?![就上])"
)
# 早晨 alone is Cantonese for good morning.
_GREETING = re.compile(r"^早晨(?:呀|啊|喔)?$")
# 一点 mostly means "a little"; it is one o'clock only where the words around say so.
_REALLY_ONE = re.compile(r"点(?:半|钟|整|一刻|三刻|\d|左右|以后|之后|以前|之前|到|至|-|~)")


@dataclass(frozen=True)
class _Moment:
    minutes: int
    part: str | None
    stated: bool


def find(text: str) -> Iterator[Span]:
    """Every part of a day in folded text; spans may overlap."""
    for match in _RANGE.finditer(text):
        first, second = _range_ends(match)
        if first is None or second is None:
            continue
        begin, end = _align(first, second)
        if begin < end:
            yield Span(match.start(), match.end(), ENTITY, _format(begin, end))
    for match in _POINT.finditer(text):
        if (
            match["ah"] in ("一", "两")
            and match["ap"] in (None, "早", "晚")
            and not _REALLY_ONE.match(text, match.end("ah"))
        ):
            if match["ah"] == "一" or (match["rel"] is None and not _stands_alone(text, match)):
                continue
        if _POINTS_LEFT.search(text, 0, match.start()):
            continue
        moment = _moment(match, "a")
        if moment is not None:
            limit = {"晚": "前", "迟": "前", "早": "后"}
            relation = limit.get((match["limit"] or "")[1:2], match["rel"])
            yield Span(match.start(), match.end(), ENTITY, _open_ended(moment, relation))
    for match in _PART_ALONE.finditer(text):
        if _GREETING.match(text):
            continue
        begin_text, end_text = _PARTS[{"一早": "早", "朝": "早"}.get(match[0], match[0])]
        yield Span(match.start(), match.end(), ENTITY, f"{begin_text}-{end_text}")
    yield from _others(text)


def _others(text: str) -> Iterator[Span]:
    for match in _ABOUT.finditer(text):
        first, second = _between(match["n"])
        ends = _resolve(first, 0, match["p"]), _resolve(second, 0, match["p"])
        if ends[0] is not None and ends[1] is not None:
            begin, end = _align(ends[0], ends[1])
            if begin < end:
                yield Span(match.start(), match.end(), ENTITY, _format(begin, end))
    for match in _BARE_RANGE.finditer(text):
        moments = [_resolve(_hour(match[name]), 0, match["p"]) for name in "be"]
        if moments[0] and moments[1] and (ends := _align(moments[0], moments[1]))[0] < ends[1]:
            yield Span(match.start(), match.end(), ENTITY, _format(*ends))
    for match in _BEFORE_NOON.finditer(text):
        yield Span(match.start(), match.end(), ENTITY, _format(_DAY_BEGINS, 12 * 60))
    for match in _FLEXIBLE.finditer(text):
        yield Span(match.start(), match.end(), ENTITY, _format(_DAY_BEGINS, _DAY_ENDS))
    for match in _AFTER_MEAL.finditer(text):
        part = _PARTS[_MEALS[match["a"] or match["b"] or "晚"]]
        yield Span(match.start(), match.end(), ENTITY, "-".join(part))


def _between(spoken: str) -> tuple[int, int]:
    """The hours of 两三, 九十 and 十一二; equal where they do not follow each other."""
    words = spoken.replace("、", "").replace("十一十二", "十一二")
    first = 11 if words == "十一二" else _hour(words[0])
    second = 12 if words == "十一二" else 11 if words.endswith("十一") else _hour(words[-1])
    return first, second if second == first + 1 else first


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """两点 is two o'clock unless two points follow (两点建议, 两点不满)."""
    following = text[match.end() : match.end() + 1]
    return not following or following in "来去到吧行可好的,，。!！?？ 、还前后赶有过在上开能钟见"


def _hour(text: str) -> int:
    value = parse_integer(text)
    assert value is not None
    return value


def _minutes(text: str | None) -> int:
    if not text or text in ("整", "钟", "正"):
        return 0
    named = {"半": 30, "一刻": 15, "三刻": 45}
    if text in named:
        return named[text]
    return parse_integer(text.strip("过分")) or 0


def _moment(match: re.Match[str], name: str) -> _Moment | None:
    groups = match.groupdict()
    part = groups.get(f"{name}p") or groups["later"]
    if groups.get(f"{name}h"):
        hour, minute = _hour(match[f"{name}h"]), _minutes(match[f"{name}m"])
    elif groups.get(f"{name}ch"):
        hour, minute = int(match[f"{name}ch"]), int(match[f"{name}cm"])
    else:
        return None
    return _resolve(hour, minute, part)


def _resolve(hour: int, minute: int, part: str | None) -> _Moment | None:
    if hour > 24:
        return None
    if part in _NIGHT:
        hour %= 12
    elif part in ("夜里", "夜间") and hour < 5:
        pass  # the small hours
    elif part in _EVENING and (hour == 12 or hour < 5):
        return None  # after midnight nobody comes
    elif part in _LATE and hour < 12:
        hour += 12
    elif part in _NOON and hour < 4:
        hour += 12
    elif part is None and 1 <= hour < 8:
        hour += 12
    return _Moment(hour * 60 + minute, part, part is not None or hour > 12)


def _range_ends(match: re.Match[str]) -> tuple[_Moment | None, _Moment | None]:
    if match["ch"]:
        return _resolve(_hour(match["ch"]), 0, match["cp"] or match["later"]), _moment(match, "b")
    return _moment(match, "c2"), _moment(match, "d")


def _align(first: _Moment, second: _Moment) -> tuple[int, int]:
    """Both ends on one half of the day: 下午两点到四点 ends at 16:00, 九点到十一点下午 does not exist."""
    begin, end = first.minutes, second.minutes
    if second.part is None and first.part in _LATE and end < begin and end + 720 < 24 * 60 + 1:
        end += 720
    if second.part is None and first.part in _MORNING and end >= 19 * 60:
        end -= 720
    if first.part is None and second.part in _LATE and begin < 12 * 60 and begin + 720 < end:
        begin += 720
    if first.part is None and second.part is None and end <= begin and end + 720 <= 24 * 60:
        end += 720
    if first.part is None and second.part in _MORNING and begin >= 13 * 60:
        begin -= 720
    return begin, end


def _open_ended(moment: _Moment, relation: str | None) -> str:
    begin = moment.minutes
    if relation is None:
        return _format(begin, min(begin + 60, 24 * 60))
    if "后" in relation:
        end = next((end for _, end in _HALVES if begin < end), None)
        return _format(begin, end or min(begin + 60, 24 * 60))
    first = next((first for first, _ in reversed(_HALVES) if first < begin), max(begin - 60, 0))
    return _format(first, begin)


def _format(begin: int, end: int) -> str:
    return f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"
