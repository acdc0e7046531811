"""Stopping a line at the customer's request (停机保号): from when, for how long, and what else it touches."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from care.bss.months import first_day, month_of, shift_month
from care.bss.protocol import (
    Bss,
    BssRejected,
    Contract,
    Line,
    LineStatus,
    OfferingKind,
    RejectReason,
)
from care.customers.verification import Verified

REMIND_BEFORE = timedelta(days=5)
"""So long before the line comes back by itself, and the plan is charged again, the customer is told. The same time as
the duty ``senior_renewal_reminder`` asks for."""

_DIGITS = {"一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6}
_DIGITS |= {"七": 7, "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12}
_NUMBER = r"\d{1,2}|十[一二]?|[一二两三四五六七八九]"
_MONTHS = re.compile(rf"(?P<n>{_NUMBER})个月|(?P<few>[俩仨])个?月")
_YEARS = re.compile(rf"(?P<n>{_NUMBER})年(?P<half>半)?(?!\d|[级前])|(?P<year>\d{{4}})年")
_HALF = re.compile(r"半年")
_NOW = re.compile(r"今天|今日|现在|马上|立刻|立即|即刻|当天|这就")
_NEXT_MONTH = re.compile(r"下个?月(?!\d|[一二三四五六七八九十]+[号日])|下月初")


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspension as it would be ordered."""

    line: Line
    start: date
    until: date
    months: int
    fee: Decimal
    """Yuan a month."""
    contract: Contract | None
    """One that runs on meanwhile."""
    broadband: tuple[str, ...]
    """Accounts that stop with the line."""
    addons: tuple[str, ...]
    """Names of add-ons that are charged on."""
    cards: int
    """Second cards that stop with the line."""


async def suspension(
    bss: Bss, verified: Verified, line_id: str, start: date, months: int
) -> Suspension:
    """What would be ordered. Raises ``BssRejected`` where it would be refused."""
    line = await bss.line_by_id(line_id)
    if line is None or line.customer_id != verified.customer_id:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    await bss.check_suspension(line_id, start, months)
    terms = await bss.line_terms()
    contracts = await bss.contracts(line_id)
    accesses = await bss.broadband_of(line.customer_id)
    return Suspension(
        line=line,
        start=start,
        until=later(start, months),
        months=months,
        fee=terms.keep_fee,
        contract=contracts[-1] if contracts else None,
        broadband=tuple(one.account for one in accesses if one.line_id == line_id),
        addons=await _charged_on(bss, line_id),
        cards=sum(
            one.primary_line_id == line_id and one.status is LineStatus.ACTIVE
            for one in await bss.lines(line.customer_id)
        ),
    )


def later(start: date, months: int) -> date:
    """The day on which a suspension of ``months`` ends: the same day of a later month, or that month's last."""
    first = shift_month(month_of(start), months)
    following = first_day(shift_month(first, 1))
    return min(first_day(first) + timedelta(days=start.day - 1), following - timedelta(days=1))


def start_in(text: str, dates: Sequence[str], today: date) -> date | None:
    """From when, as a customer says it; ``dates`` are the days found in the text, in ISO form."""
    days = _days(dates, today)
    if days:
        return days[0]
    if _NOW.search(text):
        return today
    if _NEXT_MONTH.search(text):
        return first_day(shift_month(month_of(today), 1))
    return None


def months_in(text: str, dates: Sequence[str], today: date) -> int | None:
    """For how long, in months, as a customer says it: 三个月, 半年, 一年半, or from one day to another."""
    days = _days(dates, today)
    if len(days) > 1:
        return _months_between(days[0], days[-1])
    found = _MONTHS.search(text)
    if found:
        return _DIGITS[found["few"]] if found["few"] else _number(found["n"])
    found = _YEARS.search(text)
    if found and found["n"]:
        return _number(found["n"]) * 12 + (6 if found["half"] else 0)
    return 6 if _HALF.search(text) else None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _DIGITS[text]


def _days(dates: Sequence[str], today: date) -> list[date]:
    """In order. What is meant lies ahead: 12月5号 without a year is never last year's."""
    days = []
    for one in dates:
        try:
            day = date.fromisoformat(one)
        except ValueError:
            continue  # not a day: a span of days, say
        while day < today:
            day = later(day, 12)
        days.append(day)
    return sorted(days)


def _months_between(start: date, end: date) -> int:
    """Full or begun months."""
    months = 0
    while later(start, months) < end:
        months += 1
    return months


async def _charged_on(bss: Bss, line_id: str) -> tuple[str, ...]:
    names = []
    for held in await bss.subscriptions(line_id):
        if held.kind is not OfferingKind.ADDON or held.end is not None:
            continue
        addon = await bss.addon(held.offering_id)
        if addon is not None and addon.recurring and addon.price > 0:
            names.append(held.name)
    return tuple(names)
