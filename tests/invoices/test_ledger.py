"""What may be invoiced: paid months, their own charges, and together never more than was paid."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from care.bss.protocol import Bill, BillItem, BillState, ChargeKind
from care.invoices.ledger import Obstacle, months_of

FEN = Decimal("0.01")


def item(amount: Decimal, kind: ChargeKind = ChargeKind.PLAN_FEE) -> BillItem:
    return BillItem(str(kind), "…", kind, amount, None, None, None)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Bill], Decimal]:
    """Months of a line that pays what it likes, carried over as the operator does; and all that was paid."""
    months = draw(st.integers(1, 8))
    bills: list[Bill] = []
    available = paid_in = Decimal(0)
    for number in range(1, months + 1):
        running = number == months and draw(st.booleans())
        owed = bills[-1].total - bills[-1].paid if bills else Decimal(0)
        items = [item(Decimal(draw(st.integers(0, 20_000))) * FEN)]
        if draw(st.booleans()):
            items.append(item(-min(items[0].amount, Decimal(5)), ChargeKind.DISCOUNT))
        if owed and not running:
            last = bills[-1]
            bills[-1] = bill_of(last.month, BillState.CARRIED_OVER, list(last.items), last.paid)
            items.append(item(owed, ChargeKind.ARREARS))
        payment = Decimal(draw(st.sampled_from([0, 0, 1, 50, 100, 500])))
        available, paid_in = available + payment, paid_in + payment
        total = sum((one.amount for one in items), Decimal(0))
        paid = Decimal(0) if running else min(available, total)
        available -= paid
        state = BillState.RUNNING if running else BillState.UNPAID
        if not running and paid == total:
            state = BillState.PAID
        bills.append(bill_of(f"2026-{number:02d}", state, items, paid))
    return draw(st.permutations(bills)), paid_in


def bill_of(month: str, state: BillState, items: list[BillItem], paid: Decimal) -> Bill:
    total = sum((one.amount for one in items), Decimal(0))
    day = date(2026, 1, 1)
    return Bill(month, "L1", month, state, tuple(items), total, paid, day, day)


@given(histories())
def test_never_more_than_was_paid_can_be_invoiced(history: tuple[list[Bill], Decimal]) -> None:
    bills, paid_in = history
    months = months_of(bills)
    assert set(months) == {bill.month for bill in bills}
    allowed = [month for month in months.values() if month.obstacle is None]
    assert sum(month.amount for month in allowed) <= paid_in
    assert all(month.amount > 0 for month in allowed)
    assert all(one.kind is not ChargeKind.ARREARS for month in allowed for one in month.items)


@given(histories())
def test_who_owes_nothing_can_have_every_month_invoiced(
    history: tuple[list[Bill], Decimal],
) -> None:
    issued = sorted(
        (bill for bill in history[0] if bill.state is not BillState.RUNNING),
        key=lambda bill: bill.month,
    )
    if issued and issued[-1].state is BillState.PAID:
        months = months_of(history[0])
        obstacles = {months[bill.month].obstacle for bill in issued}
        assert obstacles <= {None, Obstacle.EMPTY}


def test_a_month_that_was_carried_over_is_paid_with_the_arrears_of_the_next() -> None:
    first = bill_of("2026-01", BillState.CARRIED_OVER, [item(Decimal(100))], Decimal(40))
    items = [item(Decimal(100)), item(Decimal(60), ChargeKind.ARREARS)]

    def obstacles(paid: int) -> list[Obstacle | None]:
        second = bill_of("2026-02", BillState.UNPAID, items, Decimal(paid))
        return [month.obstacle for month in months_of([first, second]).values()]

    assert obstacles(59) == [Obstacle.UNPAID, Obstacle.UNPAID]
    assert obstacles(60) == [None, Obstacle.UNPAID]
    assert obstacles(160) == [None, None]
