"""Closing, porting out, other owners: the conditions, the money, and that everything happens once."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.leaving import FROZEN, PORT_CODE_LIFE, PORT_OUT_AFTER
from care.bss.embedded.tables import AccountRow, LineRow
from care.bss.errors import RejectReason
from care.bss.protocol import LineStatus, NumberSearch, ObstacleKind
from care.db import Database
from care.duties import load_duties
from care.settings import ROOT
from tests.bss.operator_fixtures import NOW, TODAY, Clock
from tests.bss.test_load import dump
from tests.bss.test_ordering import refusal


def set_money(db: Database, line: str, available: str, arrears: str = "0") -> None:
    """Put money on a line's account."""
    change = update(AccountRow).where(AccountRow.line_id == line)
    values = {"available": Decimal(available), "arrears": Decimal(arrears)}
    db.write_now(lambda session: session.execute(change.values(**values)))


def set_line(db: Database, line: str, **values: object) -> None:
    """Change a line's row."""
    change = update(LineRow).where(LineRow.id == line).values(**values)
    db.write_now(lambda session: session.execute(change))


async def test_what_closing_means_adds_up(bss: EmbeddedBss, db: Database) -> None:
    set_money(db, "L1187", "1000")
    terms = await bss.closing_terms("L1187")
    [fee] = terms.exit_fees
    assert fee.amount == 50 * fee.months_left
    assert terms.settlement == 1000 - terms.running - fee.amount
    assert terms.running > 0
    assert terms.frozen_until == TODAY + timedelta(days=FROZEN)
    assert not terms.needs_presence


async def test_a_closed_line_is_gone_with_all_that_hangs_on_it(
    bss: EmbeddedBss, db: Database, clock: Clock
) -> None:
    before = await bss.closing_terms("L1189")
    assert before.second_cards == ("13600132189",)
    assert before.points > 0
    receipt = await bss.close("L1189", "L1189", idempotency_key="k")
    assert receipt.effective == TODAY
    assert await bss.close("L1189", "L1189", idempotency_key="k") == receipt
    assert await bss.lines("C1189") == ()
    assert await bss.line("13600131189") is None
    line = await bss.line_by_id("L1189B")
    assert line is not None
    assert line.status is LineStatus.CLOSED
    closings = {row[0]: row for row in dump(db)["bss_closing"]}
    assert set(closings) == {"L1189", "L1189B"}
    assert (await bss.balance("L1189")).available == 0
    clock.forward(timedelta(days=1))
    assert await bss.subscriptions("L1189") == ()
    assert await refusal(bss.closing_terms("L1189")) is RejectReason.UNKNOWN_LINE
    assert (
        await refusal(bss.close("L1189", "L1189", idempotency_key="other"))
        is RejectReason.UNKNOWN_LINE
    )


async def test_its_number_may_be_had_again_after_the_freeze(bss: EmbeddedBss, clock: Clock) -> None:
    await bss.close("L1186", "L1186", idempotency_key="k")
    search = NumberSearch(ending="131186")
    assert await bss.free_numbers(search, "a", 5) == ()
    assert await refusal(bss.hold_number("13900131186", "a")) is RejectReason.NUMBER_TAKEN
    clock.forward(timedelta(days=FROZEN - 1))
    assert await refusal(bss.hold_number("13900131186", "a")) is RejectReason.NUMBER_TAKEN
    clock.forward(timedelta(days=1))
    assert (await bss.hold_number("13900131186", "a")).phone == "13900131186"


async def test_broadband_ends_and_the_line_stays(bss: EmbeddedBss) -> None:
    await bss.close("L1188", "BB1188", idempotency_key="k")
    assert await bss.broadband_of("C1188") == ()
    line = await bss.line("18800131188")
    assert line is not None
    assert line.status is LineStatus.ACTIVE
    assert await refusal(bss.closing_terms("BB1188")) is RejectReason.UNKNOWN_LINE
    assert (await bss.closing_terms("L1188")).broadband == ()


async def test_a_second_card_ends_and_the_line_stays(bss: EmbeddedBss) -> None:
    await bss.close("L1189", "L1189B", idempotency_key="k")
    assert [line.id for line in await bss.lines("C1189")] == ["L1189"]
    assert (await bss.second_card_fee("L1189")).present == 0


async def test_money_that_is_owed_is_paid_first(bss: EmbeddedBss, db: Database) -> None:
    assert await refusal(bss.close("L1187", "L1187", idempotency_key="k")) is RejectReason.UNSETTLED
    set_money(db, "L1186", "0", "30")
    assert await refusal(bss.close("L1186", "L1186", idempotency_key="k")) is RejectReason.UNSETTLED
    assert dump(db)["bss_closing"] == []
    ordered = dump(db)["bss_order"]
    assert not [row for row in ordered if {"L1186", "L1187"} & {str(value) for value in row}]


async def test_companies_and_blocked_numbers_come_in_person(bss: EmbeddedBss, db: Database) -> None:
    assert (await bss.closing_terms("L1028A")).needs_presence
    set_line(db, "L1186", status=LineStatus.BLOCKED_LOST)
    refused = bss.close("L1186", "L1186", idempotency_key="k")
    assert await refusal(refused) is RejectReason.NEEDS_PRESENCE


async def test_nobody_closes_what_is_another_customers(bss: EmbeddedBss, db: Database) -> None:
    for subject in ("L1190", "BB1188", "L9999", "C1190"):
        refused = bss.close("L1186", subject, idempotency_key=subject)
        assert await refusal(refused) is RejectReason.UNKNOWN_LINE
    assert dump(db)["bss_closing"] == []


async def test_closing_asked_for_twice_at_one_moment_happens_once(
    bss: EmbeddedBss, db: Database
) -> None:
    receipts = await asyncio.gather(
        *(bss.close("L1186", "L1186", idempotency_key="same") for _ in range(6))
    )
    assert len({receipt.order_id for receipt in receipts}) == 1
    assert len(dump(db)["bss_closing"]) == 1


async def test_a_number_in_order_may_leave(operator: EmbeddedBss) -> None:
    check = await operator.check_port_out("L1190")
    assert check.allowed
    assert check.left > 0
    assert (await operator.check_port_out("L1189")).second_cards == ("13600132189",)


async def kinds(bss: EmbeddedBss, line: str) -> set[ObstacleKind]:
    return {one.kind for one in (await bss.check_port_out(line)).obstacles}


async def test_each_condition_stands_in_the_way(bss: EmbeddedBss, db: Database) -> None:
    assert await kinds(bss, "L1191") == {ObstacleKind.CONTRACT, ObstacleKind.TOO_SOON}
    assert await kinds(bss, "L1192") == {ObstacleKind.NOT_REAL_NAMED}
    assert await kinds(bss, "L1189B") == {ObstacleKind.SECOND_CARD}
    assert ObstacleKind.NEEDS_PRESENCE in await kinds(bss, "L1028A")
    set_line(db, "L1190", status=LineStatus.SUSPENDED_REQUEST)
    assert await kinds(bss, "L1190") == {ObstacleKind.NOT_ACTIVE}
    set_money(db, "L1186", "1")  # less than this month's charges
    [owed] = (await bss.check_port_out("L1186")).obstacles
    assert owed.kind is ObstacleKind.UNSETTLED
    assert owed.amount == (await bss.balance("L1186")).running - 1


@pytest.mark.parametrize(("days", "soon"), [(PORT_OUT_AFTER - 1, True), (PORT_OUT_AFTER, False)])
async def test_the_days_with_us_are_counted(
    bss: EmbeddedBss, db: Database, days: int, soon: bool
) -> None:
    set_line(db, "L1190", since=TODAY - timedelta(days=days))
    assert (ObstacleKind.TOO_SOON in await kinds(bss, "L1190")) is soon


async def test_another_owner_needs_no_time_with_us(operator: EmbeddedBss) -> None:
    obstacles = (await operator.check_transfer("L1191")).obstacles
    assert [one.kind for one in obstacles] == [ObstacleKind.CONTRACT]


async def test_a_code_is_given_once_and_a_newer_one_ends_it(
    bss: EmbeddedBss, clock: Clock, db: Database
) -> None:
    first = await bss.request_port_code("L1190", idempotency_key="k1")
    assert len(first.code) == 8
    assert first.valid_until == NOW + PORT_CODE_LIFE
    clock.forward(timedelta(minutes=1))
    assert await bss.request_port_code("L1190", idempotency_key="k1") == first
    second = await bss.request_port_code("L1190", idempotency_key="k2")
    assert second.id != first.id
    former = await bss.port_code("k1")
    assert former is not None
    assert former.valid_until == clock()
    assert await bss.port_code("k3") is None
    assert len(dump(db)["bss_port_code"]) == 2
    refused = bss.request_port_code("L1186", idempotency_key="k1")
    assert await refusal(refused) is RejectReason.KEY_REUSED


async def test_there_is_no_code_for_a_number_that_may_not_leave(
    bss: EmbeddedBss, db: Database
) -> None:
    refused = bss.request_port_code("L1191", idempotency_key="k")
    assert await refusal(refused) is RejectReason.NOT_PORTABLE
    assert dump(db)["bss_port_code"] == []


async def test_documents_end_on_their_day(operator: EmbeddedBss) -> None:
    old = await operator.identity_document("C1192")
    assert not old.verified
    assert old.expired(TODAY)
    soon = await operator.identity_document("C1199")
    assert soon.valid_until == TODAY + timedelta(days=20)
    assert not soon.expired(TODAY)
    assert soon.expired(date(2027, 1, 1))
    assert (await operator.identity_document("C1028")).kind == "营业执照"


def test_the_rule_pack_tells_customers_the_operators_own_figures() -> None:
    duties = load_duties(ROOT / "data" / "duties")
    assert duties.days("number_portability", "days") == PORT_OUT_AFTER
    assert duties.days("number_freeze", "days") == FROZEN
