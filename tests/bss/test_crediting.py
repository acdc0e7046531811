"""Money paid in: credited once for each key, bills settled, a line stopped for arrears back in service."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.tables import LineRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import BillState, LineStatus, LineVerdict, PaymentMethod, PaymentState
from care.db import Database
from tests.bss.operator_fixtures import NOW, Clock
from tests.bss.test_load import dump

STOPPED, IN_SERVICE, OWING, KEPT = "L1009", "L1005", "L1023", "L1020"


async def credit(bss: EmbeddedBss, line: str, amount: str, key: str = "k"):  # type: ignore[no-untyped-def]
    return await bss.credit(line, Decimal(amount), PaymentMethod.APP, idempotency_key=key)


async def refusal(awaitable: object) -> RejectReason:
    with pytest.raises(BssRejected) as refused:
        await awaitable  # type: ignore[misc]
    return refused.value.reason


async def test_money_is_on_the_account_and_in_the_list(bss: EmbeddedBss) -> None:
    before = await bss.balance(IN_SERVICE)
    done = await credit(bss, IN_SERVICE, "50.00")
    after = await bss.balance(IN_SERVICE)
    assert after.available == before.available + 50
    assert (done.arrears, done.resumed) == (Decimal(0), False)
    newest = (await bss.payments(IN_SERVICE, 0))[0]
    assert newest == done.payment
    assert (newest.amount, newest.state, newest.paid_at) == (50, PaymentState.SETTLED, NOW)


async def test_a_repeated_key_credits_nothing(bss: EmbeddedBss, db: Database, clock: Clock) -> None:
    first = await credit(bss, STOPPED, "500.00")
    before = dump(db)
    clock.forward(timedelta(hours=1))
    assert await credit(bss, STOPPED, "500.00") == first
    assert dump(db) == before
    assert await refusal(credit(bss, STOPPED, "500.01")) is RejectReason.KEY_REUSED
    assert await refusal(credit(bss, IN_SERVICE, "500.00")) is RejectReason.KEY_REUSED
    assert dump(db) == before


async def test_equal_requests_at_one_time_credit_once(bss: EmbeddedBss) -> None:
    before = (await bss.balance(IN_SERVICE)).available
    credits = await asyncio.gather(*(credit(bss, IN_SERVICE, "20.00") for _ in range(8)))
    assert len({one.payment.id for one in credits}) == 1
    assert (await bss.balance(IN_SERVICE)).available == before + 20


async def test_different_requests_at_one_time_are_all_credited(bss: EmbeddedBss) -> None:
    before = (await bss.balance(IN_SERVICE)).available
    await asyncio.gather(*(credit(bss, IN_SERVICE, "20.00", f"k{n}") for n in range(8)))
    assert (await bss.balance(IN_SERVICE)).available == before + 160


async def test_what_is_owed_is_paid_first_and_the_service_comes_back_with_the_last_fen(
    bss: EmbeddedBss,
) -> None:
    owed = (await bss.balance(STOPPED)).arrears
    assert owed > 1
    part = await credit(bss, STOPPED, f"{owed - Decimal('0.01')}", "part")
    assert (part.arrears, part.resumed) == (Decimal("0.01"), False)
    line = await bss.line_by_id(STOPPED)
    assert line is not None
    assert line.status is LineStatus.SUSPENDED_ARREARS
    rest = await credit(bss, STOPPED, "0.02", "rest")
    assert (rest.arrears, rest.resumed) == (0, True)
    balance = await bss.balance(STOPPED)
    assert (balance.available, balance.arrears) == (Decimal("0.01"), 0)
    line = await bss.line_by_id(STOPPED)
    assert line is not None
    assert line.status is LineStatus.ACTIVE
    assert (await bss.test_line("BB1009")).verdict is LineVerdict.OK
    assert (await bss.bills(STOPPED, 1))[0].state is BillState.PAID
    assert not (await credit(bss, STOPPED, f"{owed - Decimal('0.01')}", "part")).resumed
    assert (await credit(bss, STOPPED, "0.02", "rest")).resumed


async def test_a_line_that_the_customer_stopped_stays_stopped(bss: EmbeddedBss) -> None:
    line = await bss.line_by_id(KEPT)
    assert line is not None
    assert line.status is LineStatus.SUSPENDED_REQUEST
    assert not (await credit(bss, KEPT, "50.00")).resumed
    line = await bss.line_by_id(KEPT)
    assert line is not None
    assert line.status is LineStatus.SUSPENDED_REQUEST


async def test_a_second_cards_money_goes_to_the_line_that_pays(bss: EmbeddedBss) -> None:
    main, second = await bss.lines("C1008")
    assert second.primary_line_id == main.id
    before = (await bss.balance(main.id)).available
    await credit(bss, second.id, "30.00")
    assert (await bss.balance(main.id)).available == before + 30


async def test_a_closed_or_unknown_line_takes_no_money(bss: EmbeddedBss, db: Database) -> None:
    assert await refusal(credit(bss, "L0", "30.00")) is RejectReason.UNKNOWN_LINE
    db.write_now(
        lambda session: session.execute(
            update(LineRow).where(LineRow.id == IN_SERVICE).values(status=LineStatus.CLOSED)
        )
    )
    before = dump(db)
    assert await refusal(credit(bss, IN_SERVICE, "30.00")) is RejectReason.LINE_NOT_ACTIVE
    with pytest.raises(ValueError, match="more than nothing"):
        await credit(bss, IN_SERVICE, "0.00")
    assert dump(db) == before


async def test_a_line_that_was_paid_elsewhere_is_resumed_when_asked(
    bss: EmbeddedBss, db: Database
) -> None:
    assert await refusal(bss.resume_paid(STOPPED)) is RejectReason.IN_ARREARS
    assert await refusal(bss.resume_paid(KEPT)) is RejectReason.LINE_NOT_ACTIVE
    assert await refusal(bss.resume_paid("L0")) is RejectReason.UNKNOWN_LINE
    await bss.resume_paid(IN_SERVICE)
    await credit(bss, STOPPED, "500.00")
    db.write_now(
        lambda session: session.execute(
            update(LineRow).where(LineRow.id == STOPPED).values(status=LineStatus.SUSPENDED_ARREARS)
        )
    )
    await bss.resume_paid(STOPPED)
    line = await bss.line_by_id(STOPPED)
    assert line is not None
    assert line.status is LineStatus.ACTIVE
