"""Which charge a customer means, and where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from care.billing.comparison import BillComparison, Charge, charges, compare_bills
from care.billing.service import MONTHS_KEPT, check_month, paying_line
from care.bss.months import month_of, shift_month
from care.bss.protocol import (
    Addon,
    AddonKind,
    Bill,
    Bss,
    ChargeItem,
    ChargeKind,
    OrderAction,
    OrderState,
    Plan,
)

_MARGINS = (Decimal(0), Decimal(1))
"""Yuan by which a charge may differ from what was said: first not at all, then as people round."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer says of a charge: which kind of line, or how much it was."""

    item_id: str | None = None
    amounts: tuple[Decimal, ...] = ()

    def __bool__(self) -> bool:
        return self.item_id is not None or bool(self.amounts)


@dataclass(frozen=True, slots=True)
class Found:
    """A charge on a bill, or the bill as a whole when its total was named (`charge` is None)."""

    bill: Bill
    charge: Charge | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a charge comes from."""

    explanation: str
    """The catalogue's."""
    first_month: str
    """Since which bill it has stood there without a break, as far as bills are kept."""
    addon: Addon | None = None
    plan: Plan | None = None
    since: date | None = None
    """Since when the add-on is held; None where it is not held (any more)."""
    until: date | None = None
    """The last day of an add-on that was cancelled or runs out."""
    order_number: str | None = None
    """The operator's number of the order that began it, where one is on record."""

    @property
    def may_cancel(self) -> bool:
        """Whether there is an add-on that goes on until somebody stops it."""
        return (
            self.addon is not None
            and self.addon.recurring
            and self.since is not None
            and self.until is None
        )


def by_addon(addons: Sequence[Addon], addon_id: str) -> str | None:
    """The kind of line under which an add-on is charged."""
    return next((addon.charge_item_id for addon in addons if addon.id == addon_id), None)


async def bills_of(bss: Bss, line_id: str, months: Sequence[str], today: date) -> tuple[Bill, ...]:
    """The bills of these months that there are, in this order; without months the last one and what ran up since.

    Raises what `check_month` raises.
    """
    line = await paying_line(bss, line_id)
    present = month_of(today)
    wanted = list(months) or [shift_month(present, -1), present]
    for month in wanted:
        check_month(month, today)
    found = [await bss.bill(line.id, month) for month in wanted]
    return tuple(bill for bill in found if bill is not None)


def find_charge(bills: Sequence[Bill], wanted: Wanted) -> Found | None:
    """The first charge that fits: by its kind, else by its amount, else a bill of that amount."""
    for bill in bills:
        for charge in charges(bill):
            if charge.item_id == wanted.item_id:
                return Found(bill, charge)
    if wanted.item_id is not None:
        return None
    for within in _MARGINS:
        for amount in wanted.amounts:
            for bill in bills:
                fitting = [one for one in charges(bill) if _is(one.amount, amount, within)]
                if len(fitting) == 1:
                    return Found(bill, fitting[0])
            for bill in bills:
                if _is(bill.total, amount, within):
                    return Found(bill, None)
    return None


def find_rise(comparison: BillComparison, amounts: Sequence[Decimal]) -> str | None:
    """The kind of line that alone rose by one of these amounts."""
    for within in _MARGINS:
        for amount in amounts:
            fitting = [one for one in comparison.differences if _is(one.change, amount, within)]
            if len(fitting) == 1:
                return fitting[0].item_id
    return None


def _is(value: Decimal, named: Decimal, within: Decimal) -> bool:
    """Whether a sum is the one named; only whole yuan are said for a sum near them."""
    if not within:
        return value == named
    return named == named.to_integral_value() and abs(value - named) < within


async def with_month_before(bss: Bss, bill: Bill) -> BillComparison | None:
    """A bill beside that of the month before, `None` where there is none."""
    before = await bss.bill(bill.line_id, shift_month(bill.month, -1))
    return None if before is None else compare_bills(before, bill)


async def origin(bss: Bss, bill: Bill, charge: Charge, today: date) -> Origin:
    """Where a charge comes from, since when, and whether it can be stopped."""
    item = await charge_item(bss, charge.item_id)
    explanation = item.explanation if item is not None else ""
    first_month = await _first_month(bss, bill, charge.item_id)
    addon = await bss.addon(charge.offering_id) if charge.offering_id is not None else None
    plan = await bss.plan(charge.offering_id) if charge.offering_id is not None else None
    if addon is None:
        return Origin(explanation, first_month, plan=plan)
    held = next(
        (one for one in await bss.subscriptions(bill.line_id) if one.offering_id == addon.id), None
    )
    begun = [
        order
        for order in await bss.orders(bill.line_id)
        if order.action is OrderAction.SUBSCRIBE_ADDON
        and order.offering_id == addon.id
        and order.state is not OrderState.CANCELLED
        and order.effective <= today
    ]
    return Origin(
        explanation,
        first_month,
        addon=addon,
        since=held.start if held is not None else None,
        until=held.end if held is not None else None,
        order_number=begun[0].order_id[-8:].upper() if begun else None,
    )


async def charge_item(bss: Bss, item_id: str) -> ChargeItem | None:
    """The kind of bill line with this id."""
    return next((item for item in await bss.charge_items() if item.id == item_id), None)


async def is_value_added(bss: Bss, charge: Charge) -> bool:
    """Whether a charge is the monthly fee of a value-added service."""
    if charge.kind is not ChargeKind.ADDON_FEE or charge.offering_id is None:
        return False
    addon = await bss.addon(charge.offering_id)
    return addon is not None and addon.kind is AddonKind.VALUE_ADDED


async def _first_month(bss: Bss, bill: Bill, item_id: str) -> str:
    first = bill.month
    earlier = {one.month: one for one in await bss.bills(bill.line_id, MONTHS_KEPT)}
    while (before := earlier.get(shift_month(first, -1))) is not None:
        if all(charge.item_id != item_id for charge in charges(before)):
            break
        first = before.month
    return first
