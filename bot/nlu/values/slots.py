"""Parts of a day: 上午 · 下午三点 · 两点到四点 · 7点以后, as ``HH:MM-HH:MM``.

上午 is 09:00-12:00, 下午 14:00-18:00, 晚上 18:00-21:00. A point in time is the hour that begins there. An hour
without a part of the day is the one at which shops and engineers work: 两点 is 14:00, 九点 is 09:00.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.spans import Span
from bot.nlu.values.numbers import parse_integer

ENTITY = "time_slot"

_MORNING = ("上午", "早上", "早晨", "清晨", "早间", "大早", "上昼", "朝早", "早")
_NOON = ("中午", "午间", "晌午")
_AFTERNOON = ("下午", "午后", "下昼", "晏昼", "后半晌", "后晌")
_DUSK = ("傍晚",)
_EVENING = ("晚上", "晚间", "夜里", "夜间", "夜晚", "晚黑", "晚", "夜")
_PARTS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(_MORNING, ("09:00", "12:00")),
    **dict.fromkeys(_NOON, ("12:00", "14:00")),
    **dict.fromkeys(_AFTERNOON, ("14:00", "18:00")),
    **dict.fromkeys(_DUSK, ("17:00", "19:00")),
    **dict.fromkeys(_EVENING, ("18:00", "21:00")),
    **dict.fromkeys(("morning", "am"), ("09:00", "12:00")),
    **dict.fromkeys(("afternoon", "pm"), ("14:00", "18:00")),
    **dict.fromkeys(("evening", "tonight"), ("18:00", "21:00")),
}
_LATE = frozenset(_AFTERNOON + _DUSK + _EVENING)
_DAY_ENDS, _EVENING_ENDS, _DAY_BEGINS = 18 * 60, 21 * 60, 9 * 60

_PART = "|".join(
    sorted((name for name in _PARTS if len(name) > 1 and not name.isascii()), key=len, reverse=True)
)
# 早 and 晚 alone count only after a day (今晚) or before an hour (晚八点).
_SHORT = r"(?<=[今明后昨])[早晚夜]"
_HOUR = r"(?:2[0-4]|1\d|0?\d|二十[一二三四]?|十[一二三四五六七八九]?|[一二两三四五六七八九])"
_MINUTE = r"(?:半|一刻|三刻|[0-5]\d分?|[一二三四五]十[一二三四五六七八九]?分?|十[一二三四五六七八九]?分|\d分|整|钟)"
_FREE = r"(?<![\d.:零〇一二两三四五六七八九十百几])"


def _time(name: str) -> str:
    return (
        rf"(?:(?P<{name}p>{_PART}|[早晚])的?)?{_FREE}"
        rf"(?:(?P<{name}h>{_HOUR})(?:点|时(?![间候长不常段有好断刻光候代])|点钟)(?P<{name}m>{_MINUTE})?"
        rf"|(?P<{name}ch>[01]?\d|2[0-4]):(?P<{name}cm>[0-5]\d)(?!\d))"
    )


_POINT = re.compile(_time("a") + r"(?P<rel>以后|之后|过后|后|以前|之前|前)?(?:左右)?")
_RANGE = re.compile(
    rf"(?:(?P<cp>{_PART}|[早晚])的?)?{_FREE}(?P<ch>{_HOUR})\s*(?:到|至|-|~|—|–)\s*" + _time("b")
    + "|" + _time("c2") + r"\s*(?:到|至|-|~|—|–)\s*" + _time("d")
)  # fmt: skip
_PART_ALONE = re.compile(
    rf"(?<![一整大半])(?:{_PART})(?!好(?:$|[呀啊哇,，。!！ 小])|流量|包|模式)|{_SHORT}(?!点)"
    r"|(?<![a-z])(?:morning|afternoon|evening|tonight)(?![a-z])"
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
            and match["ap"] is None
            and not _REALLY_ONE.match(text, match.end("ah"))
        ):
            if match["ah"] == "一" or (match["rel"] is None and not _stands_alone(text, match)):
                continue
        moment = _moment(match, "a")
        if moment is not None:
            yield Span(match.start(), match.end(), ENTITY, _open_ended(moment, match["rel"]))
    for match in _PART_ALONE.finditer(text):
        if _GREETING.match(text):
            continue
        begin_text, end_text = _PARTS[match[0]]
        yield Span(match.start(), match.end(), ENTITY, f"{begin_text}-{end_text}")


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """两点 is two o'clock unless two points follow (两点建议, 两点不满)."""
    following = text[match.end() : match.end() + 1]
    return not following or following in "来去到吧行可好的,，。!！?？ 、还前后有过在上开能钟见"


def _hour(text: str) -> int:
    value = parse_integer(text)
    assert value is not None
    return value


def _minutes(text: str | None) -> int:
    if not text or text in ("整", "钟"):
        return 0
    named = {"半": 30, "一刻": 15, "三刻": 45}
    if text in named:
        return named[text]
    return parse_integer(text.rstrip("分")) or 0


def _moment(match: re.Match[str], name: str) -> _Moment | None:
    groups = match.groupdict()
    part = groups.get(f"{name}p")
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
    if part in _LATE and hour < 12:
        hour += 12
    elif part in _NOON and hour < 4:
        hour += 12
    elif part is None and 1 <= hour < 8:
        hour += 12
    return _Moment(hour * 60 + minute, part, part is not None or hour > 12)


def _range_ends(match: re.Match[str]) -> tuple[_Moment | None, _Moment | None]:
    if match["ch"]:
        return _resolve(_hour(match["ch"]), 0, match["cp"]), _moment(match, "b")
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
        if begin < _DAY_ENDS and moment.part not in _EVENING:
            return _format(begin, _DAY_ENDS)
        return _format(begin, max(_EVENING_ENDS, min(begin + 60, 24 * 60)))
    if begin <= _DAY_BEGINS:
        return _format(max(begin - 60, 0), begin)
    return _format(14 * 60 if moment.part in _AFTERNOON and begin > 14 * 60 else _DAY_BEGINS, begin)


def _format(begin: int, end: int) -> str:
    return f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"
