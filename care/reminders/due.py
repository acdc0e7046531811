"""Which reminders are due for a line, decided from what the operator's system says of it. No I/O here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from care.bss.months import last_day, month_of
from care.bss.protocol import Addon, Bill, BillState, Contract


class ReminderKind(StrEnum):
    """What a customer is told of."""

    FEE_ALARM = "fee_alarm"
    DATA_LOW = "data_low"
    DATA_USED_UP = "data_used_up"
    RENEWAL = "renewal"
    CONTRACT_END = "contract_end"
    BILL = "bill"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder. Of a kind, a line gets one in a ``period`` (a month, a contract) and no more."""

    kind: ReminderKind
    period: str
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rule pack and the operator say about when to remind."""

    alarm_times: Decimal
    """A month's fee above so many times the average …"""
    alarm_months: int
    """… of so many months before."""
    data_first: Decimal
    """Percent of the data used at which the customer is told for the first time."""
    senior_days: int
    """Days before a renewal at which customers of 65 and over are told."""


BILL_DAYS = 5
"""Days after its issue within which a bill is pushed; an older one is not news any more."""

CONTRACT_DAYS = 30
"""Days before the end of a contract at which everybody is told."""


def fee_is_alarming(running: Decimal, before: Sequence[Decimal], figures: Figures) -> bool:
    """Whether the present month's fee exceeds the law's multiple of the average (电信条例 Art. 33).

    ``before``: yuan of the bills before, newest first; without any there is nothing to compare with.
    """
    last = before[: figures.alarm_months]
    return bool(last) and running * len(last) > figures.alarm_times * sum(last, Decimal())


def data_reminder(total: int, left: int, over: int, figures: Figures) -> ReminderKind | None:
    """What to say of a month's data (MB): nothing, that it runs low, or that it is used up."""
    if total <= 0:
        return None
    if left <= 0 or over > 0:
        return ReminderKind.DATA_USED_UP
    used = Decimal(100 * (total - left)) / total
    return ReminderKind.DATA_LOW if used >= figures.data_first else None


def renews_soon(today: date, figures: Figures) -> bool:
    """Whether recurring add-ons, which run by the month, renew within the senior's days."""
    return last_day(month_of(today)) - today < timedelta(days=figures.senior_days)


def ends_soon(contract: Contract, today: date) -> bool:
    """Whether a contract ends within the days in which everybody is told."""
    return today <= contract.end <= today + timedelta(days=CONTRACT_DAYS)


def is_news(bill: Bill, today: date) -> bool:
    """Whether a bill was issued just now."""
    if bill.state is BillState.RUNNING or bill.issued_on is None:
        return False
    return bill.issued_on <= today <= bill.issued_on + timedelta(days=BILL_DAYS)


def renewing(addons: Sequence[Addon]) -> tuple[Addon, ...]:
    """Those that go on by themselves and cost something."""
    return tuple(addon for addon in addons if addon.recurring and addon.price > 0)
