"""What a customer says of a time, held against the times that are free: 周六上午, 下午三点, 后天."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from care.appointments.timetable import TimeSlot

OFFERED = 3
"""Times that are offered at once."""

_MANY = r"[挪推移调]?(?:个)?([一二两三四五六七]|\d)"
_COUNT = {word: number for number, word in enumerate("一二三四五六七", 1)} | {"两": 2}

_POINT = 60
"""Minutes: whoever names no more than an hour means its beginning."""


@dataclass(frozen=True, slots=True)
class Match:
    """What fits what was said."""

    chosen: TimeSlot | None
    """The one slot that was meant, and that is free."""
    offered: tuple[TimeSlot, ...]
    """Otherwise what may be offered instead."""
    missed: bool
    """Something was asked for that is not free (or not at all), and these are others."""


def match(
    free: Sequence[TimeSlot],
    days: Collection[date] = (),
    hours: Collection[str] = (),
    after: TimeSlot | None = None,
) -> Match:
    """The free slot meant by days and hours (`HH:MM-HH:MM`) that were said, or what to offer.

    Nothing said: the next ones, those behind ``after`` first. ``free`` is in order.
    """
    if not days and not hours:
        later = [slot for slot in free if after is None or slot > after]
        return Match(None, spread(later or free), missed=False)
    on_days = [slot for slot in free if not days or slot.day in days]
    if not hours:
        offered = spread(on_days) if on_days else _near(free, days)
        return Match(None, offered, missed=not on_days)
    meant = [slot for slot in on_days if any(_is_meant(slot, said) for said in hours)]
    if meant and (days or len(meant) == 1):
        return Match(meant[0], (), missed=False)
    within = meant or [slot for slot in on_days if any(_lies_in(slot, said) for said in hours)]
    if len(within) == 1 and days:
        return Match(within[0], (), missed=False)
    touched = within or [slot for slot in on_days if any(_touches(slot, said) for said in hours)]
    if touched:
        return Match(None, spread(touched), missed=not within)
    return Match(None, spread(on_days) if on_days and days else _near(free, days), missed=True)


def covers(hours: str, said: str) -> bool:
    """Whether hours (``HH:MM-HH:MM``) are those said, or hold the point in time that was said (下午三点)."""
    return hours == said or (_is_point(said) and hours[:5] <= said[:5] < hours[6:])


def spread(slots: Sequence[TimeSlot], count: int = OFFERED) -> tuple[TimeSlot, ...]:
    """A few of ``slots``: the first ones, of half-hours those that are well apart."""
    if len(slots) <= count or not _are_short(slots):
        return tuple(slots[:count])
    first_day = [slot for slot in slots if slot.day == slots[0].day]
    pool = first_day if len(first_day) >= count else list(slots)
    step = max(1, len(pool) // count)
    return tuple(pool[::step][:count])


def _near(free: Sequence[TimeSlot], days: Collection[date]) -> tuple[TimeSlot, ...]:
    """The times nearest to the days that were asked for, in order."""
    if not days:
        return spread(free)
    first = min(days)
    later = [slot for slot in free if slot.day >= first]
    return spread(later) if later else tuple(free[-OFFERED:])


def _is_meant(slot: TimeSlot, said: str) -> bool:
    """Whether the slot was named, or a point in time that it holds."""
    return covers(slot.hours, said)


def _lies_in(slot: TimeSlot, said: str) -> bool:
    """Whether a slot is part of the hours said."""
    return not _is_point(said) and said[:5] <= slot.hours[:5] and slot.hours[6:] <= said[6:]


def _touches(slot: TimeSlot, said: str) -> bool:
    """Whether a slot and the hours said have time in common."""
    return not _is_point(said) and said[:5] < slot.hours[6:] and slot.hours[:5] < said[6:]


def _is_point(said: str) -> bool:
    return _minutes(said[6:]) - _minutes(said[:5]) <= _POINT


def _are_short(slots: Sequence[TimeSlot]) -> bool:
    return _minutes(slots[0].hours[6:]) - _minutes(slots[0].hours[:5]) <= _POINT


def _minutes(at: str) -> int:
    hour, _, minute = at.partition(":")
    return int(hour) * 60 + int(minute)


_LATER = re.compile(rf"(?:推迟|往后|延后|晚|顺延|延){_MANY}天|后推{_MANY}天|再过{_MANY}天来")
_EARLIER = re.compile(rf"(?:提前|往前|早){_MANY}天|前提{_MANY}天")


def days_shifted(text: str) -> int | None:
    """By how many days a time is to be moved, where only that was said: 推迟两天 is 2, 早一天来 is -1."""
    for pattern, sign in ((_LATER, 1), (_EARLIER, -1)):
        found = pattern.search(text)
        if found is not None:
            word = next(group for group in found.groups() if group)
            return sign * (_COUNT.get(word) or int(word))
    return None
