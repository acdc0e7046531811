"""Charges given back: once, for the whole line, and onto the account."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.money_tables import RefundRow
from care.bss.embedded.tables import AccountRow, BillRow, LineRow, PaymentRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import BillState, LineStatus, PaymentMethod, PaymentState
from care.db import Database, new_id
from tests.bss.operator_fixtures import NOW, Clock
from tests.bss.test_ordering import refusal

LINE, MONTH = "L1101", "2026-10"


async def test_a_charge_comes_back_as_credit_that_is_seen_everywhere(bss: EmbeddedBss) -> None:
    before = await bss.balance(LINE)
    refund = await bss.refund_charge(LINE, MONTH, "crbt_fee", idempotency_key="k")
    assert (refund.amount, refund.customer_id, refund.at) == (Decimal(5), "C1101", NOW)
    assert (await bss.balance(LINE)).available == before.available + 5
    newest = (await bss.payments(LINE, 1))[0]
    assert (newest.amount, newest.method, newest.state) == (
        Decimal(5),
        PaymentMethod.REFUND,
        PaymentState.SETTLED,
    )
    assert await bss.refunds("C1101") == (refund,)


async def test_a_repeated_key_gives_nothing_more(bss: EmbeddedBss, clock: Clock) -> None:
    first = await bss.refund_charge(LINE, MONTH, "crbt_fee", idempotency_key="k")
    balance = (await bss.balance(LINE)).available
    again = await bss.refund_charge(
        LINE, MONTH, "crbt_fee", none_since=date(2026, 1, 1), idempotency_key="k"
    )
    assert again == first
    assert (await bss.balance(LINE)).available == balance
    other = bss.refund_charge(LINE, MONTH, "missed_call_fee", idempotency_key="k")
    assert await refusal(other) is RejectReason.KEY_REUSED


async def test_a_charge_is_given_back_once(bss: EmbeddedBss) -> None:
    await bss.refund_charge(LINE, MONTH, "crbt_fee", idempotency_key="k1")
    again = bss.refund_charge(LINE, MONTH, "crbt_fee", idempotency_key="k2")
    assert await refusal(again) is RejectReason.ALREADY_REFUNDED
    await bss.refund_charge(LINE, "2026-09", "crbt_fee", idempotency_key="k3")


async def test_the_database_itself_refuses_a_second_one(db: Database, bss: EmbeddedBss) -> None:
    await bss.refund_charge(LINE, MONTH, "crbt_fee", idempotency_key="k1")

    def second(session):  # type: ignore[no-untyped-def]
        row = session.scalars(select(RefundRow)).one()
        payment = PaymentRow(
            id=new_id(),
            line_id=LINE,
            amount=row.amount,
            method="refund",
            state="settled",
            paid_at=row.at,
        )
        session.add(payment)
        session.flush()
        values = {column.name: getattr(row, column.name) for column in RefundRow.__table__.columns}
        values |= {"id": new_id(), "idempotency_key": "k2", "payment_id": payment.id}
        session.add(RefundRow(**values))

    with pytest.raises(IntegrityError):
        db.write_now(second)


async def test_another_one_within_the_time_is_refused(bss: EmbeddedBss) -> None:
    await bss.refund_charge(LINE, MONTH, "crbt_fee", idempotency_key="k1")
    soon = bss.refund_charge(
        LINE, MONTH, "missed_call_fee", none_since=date(2026, 5, 23), idempotency_key="k2"
    )
    assert await refusal(soon) is RejectReason.REFUNDED_LATELY
    await bss.refund_charge(
        LINE, MONTH, "missed_call_fee", none_since=date(2026, 11, 24), idempotency_key="k3"
    )


async def test_two_at_the_same_moment_give_one(db: Database, bss: EmbeddedBss) -> None:
    """Two lines of one customer, so no lock of a line keeps them apart."""
    db.write_now(
        lambda session: session.execute(
            update(LineRow).where(LineRow.id == "L1103").values(customer_id="C1101")
        )
    )
    since = date(2026, 5, 23)
    outcomes = await asyncio.gather(
        bss.refund_charge(LINE, MONTH, "crbt_fee", none_since=since, idempotency_key="k1"),
        bss.refund_charge("L1103", MONTH, "crbt_fee", none_since=since, idempotency_key="k2"),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, BssRejected)]
    assert [one.reason for one in refused] == [RejectReason.REFUNDED_LATELY]
    assert db.read_now(lambda session: session.scalar(select(func.count(RefundRow.id)))) == 1


@pytest.mark.parametrize(
    ("line", "month", "item", "reason"),
    [
        ("L0", MONTH, "crbt_fee", RejectReason.UNKNOWN_LINE),
        (LINE, MONTH, "video_member_fee", RejectReason.NO_SUCH_CHARGE),
        (LINE, "2020-01", "crbt_fee", RejectReason.NO_SUCH_CHARGE),
        ("L1001", MONTH, "loyalty_discount", RejectReason.NO_SUCH_CHARGE),
        ("L1002", MONTH, "spam_guard_fee", RejectReason.NO_SUCH_CHARGE),
    ],
)
async def test_what_was_not_charged_is_not_given_back(
    bss: EmbeddedBss, line: str, month: str, item: str, reason: RejectReason
) -> None:
    assert await refusal(bss.refund_charge(line, month, item, idempotency_key="k")) is reason


async def test_what_is_owed_is_paid_first(db: Database, bss: EmbeddedBss) -> None:
    owed = (await bss.balance("L1105")).arrears
    assert owed > 5
    await bss.refund_charge("L1105", MONTH, "crbt_fee", idempotency_key="k")
    balance = await bss.balance("L1105")
    assert (balance.arrears, balance.available) == (owed - 5, Decimal(0))
    bill = await bss.bill("L1105", MONTH)
    assert bill is not None
    assert (bill.state, bill.due) == (BillState.UNPAID, owed - 5)


async def test_a_line_works_again_once_nothing_is_owed(db: Database, bss: EmbeddedBss) -> None:
    def nearly_paid(session):  # type: ignore[no-untyped-def]
        session.execute(
            update(LineRow).where(LineRow.id == "L1105").values(status="suspended_arrears")
        )
        bill = session.scalars(
            select(BillRow).where(BillRow.line_id == "L1105", BillRow.month == MONTH)
        ).one()
        bill.paid = bill.total - 3
        session.get_one(AccountRow, "L1105").arrears = Decimal(3)

    db.write_now(nearly_paid)
    await bss.refund_charge("L1105", MONTH, "crbt_fee", idempotency_key="k")
    line = await bss.line_by_id("L1105")
    assert line is not None
    assert line.status is LineStatus.ACTIVE
    balance = await bss.balance("L1105")
    assert (balance.arrears, balance.available) == (Decimal(0), Decimal(2))
    bill = await bss.bill("L1105", MONTH)
    assert bill is not None
    assert bill.state is BillState.PAID
