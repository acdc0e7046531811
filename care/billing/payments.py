"""Which payments a customer asks for: by day, month and amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from care.bss.months import month_of
from care.bss.protocol import Payment
from care.clock import local_date

_NEAR = timedelta(days=3)
"""A payment of the amount named within so many days is likely the one meant."""


@dataclass(frozen=True, slots=True)
class PaymentsWanted:
    """What is said of the payments; nothing where all are wanted."""

    days: frozenset[date] = frozenset()
    months: frozenset[str] = frozenset()
    amounts: frozenset[Decimal] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.days or self.months or self.amounts)


@dataclass(frozen=True, slots=True)
class PaymentsFound:
    """What fits, and where nothing does, what is near it. Newest first."""

    fitting: tuple[Payment, ...]
    near: tuple[Payment, ...]


def find_payments(
    payments: Sequence[Payment], wanted: PaymentsWanted, zone: ZoneInfo
) -> PaymentsFound:
    """The payments of all that was said; else those of the same amount, or of days close by.

    Of a sum without a time the newest payment is meant, and those shortly before it.
    """
    fitting = tuple(one for one in payments if _fits(one, wanted, zone))
    if fitting and wanted.amounts and not (wanted.days or wanted.months):
        newest = max(one.paid_at for one in fitting)
        fitting = tuple(one for one in fitting if newest - one.paid_at <= _NEAR)
    if fitting:
        return PaymentsFound(fitting, ())
    return PaymentsFound((), tuple(one for one in payments if _is_near(one, wanted, zone)))


def _fits(payment: Payment, wanted: PaymentsWanted, zone: ZoneInfo) -> bool:
    day = local_date(payment.paid_at, zone)
    return (
        (not wanted.days or day in wanted.days)
        and (not wanted.months or month_of(day) in wanted.months)
        and (not wanted.amounts or payment.amount in wanted.amounts)
    )


def _is_near(payment: Payment, wanted: PaymentsWanted, zone: ZoneInfo) -> bool:
    day = local_date(payment.paid_at, zone)
    if any(abs(day - named) <= _NEAR for named in wanted.days):
        return True
    return not wanted.days and payment.amount in wanted.amounts
