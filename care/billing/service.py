"""A line's money and usage, with the months checked and second cards led to the line that pays.

Whether the asking person may see it is decided before: nothing here checks identity. All functions
may raise BssUnavailable, and BssRejected where the line or customer does not exist.
"""

from dataclasses import dataclass
from datetime import date

from care.billing.errors import BadMonth, MonthNotYet, MonthTooOld, NoBill
from care.bss.errors import BssRejected, RejectReason
from care.bss.months import month_of, months_between, parse_month, shift_month
from care.bss.protocol import (
    Balance,
    Bill,
    Bss,
    Line,
    Payment,
    PointsAccount,
    UsageBucket,
    UsageKind,
)

MONTHS_KEPT = 6
"""How many full months back bills, usage and payments are shown."""


@dataclass(frozen=True, slots=True)
class KindUsage:
    """All domestic allowances of one kind together, in MB, minutes or messages."""

    kind: UsageKind
    total: int
    used: int
    """From the allowances; what went beyond is in `over`."""
    left: int
    """Still usable today; what has expired within the month is not."""
    over: int


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """A month's usage of a line."""

    line_id: str
    month: str
    data: KindUsage
    voice: KindUsage
    sms: KindUsage
    buckets: tuple[UsageBucket, ...]
    """Each allowance, in the order in which they are used up, roaming ones included."""


def check_month(month: str, today: date) -> None:
    """Raise BadMonth, MonthNotYet or MonthTooOld unless bills are shown for `month`."""
    try:
        parse_month(month)
    except ValueError as error:
        raise BadMonth from error
    back = months_between(month, month_of(today))
    if back < 0:
        raise MonthNotYet(month=month)
    if back > MONTHS_KEPT:
        raise MonthTooOld(month=month, oldest=shift_month(month_of(today), -MONTHS_KEPT))


async def paying_line(bss: Bss, line_id: str) -> Line:
    """The line itself, or for a second card the main line on whose bill it stands."""
    line = await bss.line_by_id(line_id)
    if line is not None and line.primary_line_id is not None:
        line = await bss.line_by_id(line.primary_line_id)
    if line is None:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    return line


async def monthly_bill(bss: Bss, line_id: str, month: str, today: date) -> Bill:
    """The bill of a month; of the present one what was charged so far (state RUNNING).

    Raises BadMonth, MonthNotYet, MonthTooOld, NoBill.
    """
    check_month(month, today)
    line = await paying_line(bss, line_id)
    bill = await bss.bill(line.id, month)
    if bill is None:
        raise NoBill(month=month)
    return bill


async def balance(bss: Bss, line_id: str) -> Balance:
    """Money on the account of the line that pays."""
    line = await paying_line(bss, line_id)
    return await bss.balance(line.id)


async def usage_summary(
    bss: Bss, line_id: str, today: date, month: str | None = None
) -> UsageSummary:
    """Allowances and usage of a month, the present one unless told otherwise.

    Raises BadMonth, MonthNotYet, MonthTooOld.
    """
    month = month or month_of(today)
    check_month(month, today)
    line = await paying_line(bss, line_id)
    buckets = await bss.usage(line.id, month)
    return UsageSummary(
        line_id=line.id,
        month=month,
        data=_together(UsageKind.DATA, buckets, today),
        voice=_together(UsageKind.VOICE, buckets, today),
        sms=_together(UsageKind.SMS, buckets, today),
        buckets=buckets,
    )


async def payments(bss: Bss, line_id: str, months: int = 3) -> tuple[Payment, ...]:
    """Payments of the present and up to six months before it, newest first."""
    line = await paying_line(bss, line_id)
    return await bss.payments(line.id, max(0, min(months, MONTHS_KEPT)))


async def points(bss: Bss, customer_id: str) -> PointsAccount:
    """The customer's loyalty points."""
    return await bss.points(customer_id)


def _together(kind: UsageKind, buckets: tuple[UsageBucket, ...], today: date) -> KindUsage:
    own = [bucket for bucket in buckets if bucket.kind is kind and not bucket.roaming]
    return KindUsage(
        kind=kind,
        total=sum(bucket.total for bucket in own),
        used=sum(bucket.used for bucket in own),
        left=sum(bucket.left for bucket in own if bucket.valid_until >= today),
        over=sum(bucket.over for bucket in own),
    )
