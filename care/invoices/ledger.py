"""What of a line's bills may be invoiced: a month's own charges, once they are paid, and never more.

What was owed from before stands in a bill as arrears; it belongs to the month in which it was charged. Money pays the
oldest debt first, so a month that was carried over counts as paid as soon as the arrears of a later bill are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from care.bss.protocol import Bill, BillItem, BillState, ChargeKind

_NOTHING = Decimal("0.00")


class Obstacle(StrEnum):
    """Why a month cannot be invoiced."""

    RUNNING = "running"
    """Its bill is not issued yet."""
    UNPAID = "unpaid"
    EMPTY = "empty"
    """Nothing was charged."""
    NO_BILL = "no_bill"
    """There is none, or it lies too far back."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as far as invoices are concerned; ``amount`` in yuan are its own charges."""

    month: str
    items: tuple[BillItem, ...]
    amount: Decimal
    obstacle: Obstacle | None


def months_of(bills: Sequence[Bill]) -> dict[str, Month]:
    """Each bill's month; ``bills`` are all of a line without a gap, in any order."""
    ordered = sorted(bills, key=lambda bill: bill.month)
    found = {}
    for place, bill in enumerate(ordered):
        items = tuple(item for item in bill.items if item.kind is not ChargeKind.ARREARS)
        amount = sum((item.amount for item in items), _NOTHING)
        found[bill.month] = Month(
            bill.month, items, amount, _obstacle(bill, amount, ordered[place + 1 :])
        )
    return found


def _obstacle(bill: Bill, amount: Decimal, later: Sequence[Bill]) -> Obstacle | None:
    if bill.state is BillState.RUNNING:
        return Obstacle.RUNNING
    if not _paid(bill, later):
        return Obstacle.UNPAID
    return Obstacle.EMPTY if amount <= 0 else None


def _paid(bill: Bill, later: Sequence[Bill]) -> bool:
    if bill.state is not BillState.CARRIED_OVER:
        return bill.paid >= bill.total
    for following in later:
        owed = sum(
            (item.amount for item in following.items if item.kind is ChargeKind.ARREARS), _NOTHING
        )
        if owed == 0 or following.state is BillState.RUNNING:
            return False  # where it went is not to be seen
        if following.paid >= owed:
            return True
        if following.state is not BillState.CARRIED_OVER:
            return False
    return False
