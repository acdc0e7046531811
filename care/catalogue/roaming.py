"""A journey abroad: when, where, and which pack is good for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from care.bss.protocol import Addon, AddonKind, RoamingCountry
from care.errors import CareError

FURTHEST = timedelta(days=90)
"""How far ahead roaming can be ordered."""

_DIGITS = {word: number for number, word in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_NUMBER = r"(\d{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_DAYS = re.compile(rf"(?<!第){_NUMBER}\s*(?:个)?(天|日游|晚)(?!后|前|以后|之后|包)")
_WEEKS = re.compile(rf"{_NUMBER}\s*(?:个)?(?:星期|礼拜|周)(?!后|前|以后|之后|[一二三四五六日天])")
_WEEKDAY = {word: number for number, word in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAYS = re.compile(
    r"(?:(下{1,2}|这|本)个?)?(?:周|星期|礼拜)([一二三四五六日天])(?:出发|走|去)?[，, ]*(?:到|至|[-~—－～])+"
    r"(?:(下{1,2}|这|本)个?)?(?:周|星期|礼拜)?([一二三四五六日天])"
)
_PACK_DAYS = re.compile(r"(\D{2,})(\d+)[日天]")
_HALF_MONTH = re.compile(r"半个?月")
_MONTHS = re.compile(rf"{_NUMBER}\s*个月(?!后|前|以后|之后)")


class TripInPast(CareError):
    """The journey would begin before today."""

    code, status, message = "trip_in_past", 422, "出发日期已经过去了。"


class TripReversed(CareError):
    """The return lies before the departure."""

    code, status, message = "trip_reversed", 422, "回国日期早于出发日期。"


class TripTooFar(CareError):
    """The departure lies further ahead than orders are taken."""

    code, status, message = "trip_too_far", 422, "出发日期太远，暂时不能办理。"


@dataclass(frozen=True, slots=True)
class Trip:
    """The first and the last day abroad."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """Both days counted."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A pack for a journey: good from its first day on."""

    pack: Addon
    start: date
    end: date
    """The last day on which the pack is good."""
    covers: bool
    """Whether it lasts for the whole journey."""

    @property
    def price_a_day(self) -> Decimal:
        """Yuan for each day of its validity, rounded to the fen."""
        days = (self.end - self.start).days + 1
        return (self.pack.price / days).quantize(Decimal("0.01"), ROUND_HALF_UP)


def find_country(countries: Iterable[RoamingCountry], wanted: str) -> RoamingCountry | None:
    """The country with this code or name, or whose name stands in the text."""
    listed, key = tuple(countries), wanted.strip()
    for country in listed:
        if key.upper() == country.id or key in (country.name, *country.nicknames):
            return country
    named = [
        (len(name), country)
        for country in listed
        for name in (country.name, *country.nicknames)
        if name in key
    ]
    return max(named, key=lambda found: found[0])[1] if named else None


def ruled_out(country: RoamingCountry, text: str) -> bool:
    """Whether a message says that this is not where it goes: 不去韩国了，去法国."""
    names = "|".join(re.escape(name) for name in (country.name, *country.nicknames))
    return (
        re.search(rf"(?:不去|别去|不到|不是去?|取消了?|去不了)(?:了|成)?(?:{names})", text)
        is not None
    )


def check_trip(start: date, end: date, today: date) -> Trip:
    """The journey; raises ``TripReversed``, ``TripInPast`` and ``TripTooFar``. Who is abroad already goes today."""
    if end < start:
        raise TripReversed()
    if end < today or start < today - timedelta(days=1):
        raise TripInPast()
    if start > today + FURTHEST:
        raise TripTooFar()
    return Trip(max(start, today), end)


def last_day_of(start: date, days: int) -> date:
    """The last day of a journey of so many days, the first one counted."""
    return start + timedelta(days=max(1, days) - 1)


def days_in(text: str) -> int | None:
    """How many days a journey lasts, from words like 8天, 一个星期, 半个月; None without."""
    if found := _DAYS.search(text):
        return _number(found[1]) or None
    if found := _WEEKS.search(text):
        return _number(found[1]) * 7 or None
    if _HALF_MONTH.search(text):
        return 15
    if found := _MONTHS.search(text):
        return _number(found[1]) * 30 or None
    return None


def weekdays_in(text: str, today: date) -> tuple[date, date] | None:
    """The days of 下周一到周日, 周五到下周二; a week begins on Monday, and without its week a day is the next one."""
    found = _WEEKDAYS.search(text)
    if found is None:
        return None
    first_week, first, last_week, last = found.groups()
    start = _weekday(first_week, _WEEKDAY[first], today, today)
    return start, _weekday(last_week, _WEEKDAY[last], today, start)


def _weekday(week: str | None, weekday: int, today: date, after: date) -> date:
    """A weekday of this week or of one after it; where none is named, the first one from ``after`` on."""
    if week:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=7 * week.count("下") + weekday)
    return after + timedelta(days=(weekday - after.weekday()) % 7)


def without_pack_days(text: str, addons: Iterable[Addon]) -> str:
    """``text`` without the days that are part of a pack's name: 亚洲7日 is no day of a month."""
    for addon in addons:
        named = _PACK_DAYS.match(addon.name)
        if addon.kind is AddonKind.ROAMING and named is not None:
            text = re.sub(rf"{re.escape(named[1])}的?\s*{named[2]}\s*[日天]", named[1], text)
    return text


def packs_for(addons: Iterable[Addon], countries: Sequence[str]) -> list[Addon]:
    """Roaming packs on sale that are good in all of the countries, by price."""
    good = (
        addon
        for addon in addons
        if addon.kind is AddonKind.ROAMING
        and addon.on_sale
        and set(countries) <= {*addon.countries}
    )
    return sorted(good, key=lambda addon: (addon.price, addon.id))


def choices(packs: Iterable[Addon], trip: Trip) -> list[PackChoice]:
    """The packs for a journey: those that last for all of it by price, then the others, the longest first."""
    made = []
    for pack in packs:
        end = trip.start + timedelta(days=(pack.valid_days or 1) - 1)
        made.append(PackChoice(pack, trip.start, end, end >= trip.end))
    return sorted(
        made,
        key=lambda choice: (
            not choice.covers,
            choice.pack.price if choice.covers else -(choice.pack.valid_days or 1),
            choice.pack.price,
        ),
    )


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
