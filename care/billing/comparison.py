"""Two bills beside each other: what rose, by which line."""

from dataclasses import dataclass
from decimal import Decimal

from care.bss.protocol import Bill, BillItem, ChargeKind

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Charge:
    """All lines of one kind on a bill, together: what a customer means by a charge."""

    item_id: str
    name: str
    kind: ChargeKind
    amount: Decimal
    quantity: int | None
    unit: str | None
    offering_id: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A charge on two bills."""

    item_id: str
    name: str
    before: Decimal | None
    """Yuan; None where the earlier bill has no such line."""
    now: Decimal | None
    """Yuan; None where the later bill has none."""

    @property
    def change(self) -> Decimal:
        """Yuan more on the later bill; negative when less."""
        return (self.now or _NOTHING) - (self.before or _NOTHING)


@dataclass(frozen=True, slots=True)
class BillComparison:
    """A bill and an earlier one. The changes of all `differences` add up to `change`."""

    before: Bill
    now: Bill
    differences: tuple[Difference, ...]
    """Charges that changed, the greatest change first."""

    @property
    def change(self) -> Decimal:
        """Yuan more on the later bill; negative when less."""
        return self.now.total - self.before.total


def charges(bill: Bill) -> tuple[Charge, ...]:
    """The charges of a bill in the order of its lines."""
    found: dict[str, list[BillItem]] = {}
    for item in bill.items:
        found.setdefault(item.charge_item_id, []).append(item)
    return tuple(_together(items) for items in found.values())


def compare_bills(before: Bill, now: Bill) -> BillComparison:
    """What makes the later bill another one."""
    old = {charge.item_id: charge for charge in charges(before)}
    new = {charge.item_id: charge for charge in charges(now)}
    differences = []
    for item_id in dict.fromkeys([*new, *old]):
        earlier, later = old.get(item_id), new.get(item_id)
        named = later or earlier
        assert named is not None
        difference = Difference(
            item_id=item_id,
            name=named.name,
            before=earlier.amount if earlier else None,
            now=later.amount if later else None,
        )
        if difference.change:
            differences.append(difference)
    differences.sort(key=lambda one: -abs(one.change))
    return BillComparison(before, now, tuple(differences))


def _together(items: list[BillItem]) -> Charge:
    counted = [item.quantity for item in items if item.quantity is not None]
    first = items[0]
    return Charge(
        item_id=first.charge_item_id,
        name=first.name,
        kind=first.kind,
        amount=sum((item.amount for item in items), _NOTHING),
        quantity=sum(counted) if counted else None,
        unit=first.unit,
        offering_id=first.offering_id,
    )
