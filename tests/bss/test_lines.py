"""Lines and cards on the embedded operator: each change once by its key, refused for a reason, and back again."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.line_tables import LineActRow, ServicePasswordRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import (
    CardDelivery,
    CardReason,
    HoldReason,
    LineStatus,
    LineVerdict,
    SpamLevel,
)
from care.db import Database
from care.db.jobs import JobLoop
from tests.bss.operator_fixtures import TODAY, Clock
from tests.bss.test_load import dump
from tests.bss.test_ordering import refusal

COURIER = CardDelivery.COURIER


async def status(bss: EmbeddedBss, line_id: str) -> LineStatus:
    line = await bss.line_by_id(line_id)
    assert line is not None
    return line.status


async def test_the_terms_are_the_files(bss: EmbeddedBss) -> None:
    terms = await bss.line_terms()
    assert terms.keep_fee == Decimal(5)
    assert terms.card_fees[CardReason.LOST] == Decimal(10)
    assert set(terms.card_fees) == set(CardReason)


async def test_a_lost_line_is_stopped_and_comes_back(bss: EmbeddedBss) -> None:
    await bss.block_lost("L1166", idempotency_key="k1")
    assert await status(bss, "L1166") is LineStatus.BLOCKED_LOST
    hold = await bss.hold("L1166")
    assert hold is not None
    assert (hold.reason, hold.start, hold.until) == (HoldReason.LOST, TODAY, None)
    await bss.lift_lost("L1166", idempotency_key="k2")
    assert await status(bss, "L1166") is LineStatus.ACTIVE
    assert await bss.hold("L1166") is None
    assert await refusal(bss.lift_lost("L1166", idempotency_key="k3")) is RejectReason.NOT_STOPPED


async def test_what_stopped_a_line_before_it_was_lost_goes_on(bss: EmbeddedBss) -> None:
    for line_id in ("L1020", "L1009"):
        before = await status(bss, line_id)
        await bss.block_lost(line_id, idempotency_key=f"block {line_id}")
        await bss.lift_lost(line_id, idempotency_key=f"lift {line_id}")
        assert await status(bss, line_id) is before


async def test_a_repeated_key_does_nothing(bss: EmbeddedBss, db: Database, clock: Clock) -> None:
    async def all_of_it() -> list[object]:
        return [
            await bss.block_lost("L1166", idempotency_key="1"),
            await bss.replace_card("L1166", CardReason.LOST, COURIER, idempotency_key="2"),
            await bss.suspend_line("L1173", TODAY, 3, idempotency_key="3"),
            await bss.set_spam_level("L1179", SpamLevel.STRICT, idempotency_key="4"),
            await bss.block_number("L1179", "02887654321", idempotency_key="5"),
            await bss.set_service_password("L1179", "849173", idempotency_key="6"),
        ]

    first, rows = await all_of_it(), dump(db)
    clock.forward(timedelta(hours=1))
    assert await all_of_it() == first
    assert dump(db) == rows
    assert (
        await refusal(bss.block_number("L1179", "02887654322", idempotency_key="5"))
        is RejectReason.KEY_REUSED
    )
    assert await refusal(bss.block_lost("L1168A", idempotency_key="1")) is RejectReason.KEY_REUSED


async def test_equal_requests_at_one_time_act_once(bss: EmbeddedBss, db: Database) -> None:
    receipts = await asyncio.gather(
        *(
            bss.replace_card("L1169", CardReason.DAMAGED, COURIER, idempotency_key="same")
            for _ in range(6)
        )
    )
    assert len({receipt.id for receipt in receipts}) == 1
    acts = db.read_now(lambda session: list(session.scalars(select(LineActRow))))
    assert len(acts) == 1


async def test_a_suspension_stops_cards_and_broadband_and_gives_them_back(
    bss: EmbeddedBss,
) -> None:
    await bss.suspend_line("L1174A", TODAY, 2, idempotency_key="k1")
    assert await status(bss, "L1174A") is LineStatus.SUSPENDED_REQUEST
    assert await status(bss, "L1174B") is LineStatus.SUSPENDED_REQUEST
    assert (await bss.test_line("BB1174")).verdict is LineVerdict.SUSPENDED
    assert await refusal(bss.resume_line("L1174B", idempotency_key="k2")) is (
        RejectReason.SECOND_CARD
    )
    await bss.resume_line("L1174A", idempotency_key="k3")
    assert await status(bss, "L1174A") is LineStatus.ACTIVE
    assert await status(bss, "L1174B") is LineStatus.ACTIVE
    assert (await bss.test_line("BB1174")).verdict is LineVerdict.OK


async def test_a_suspension_begins_and_ends_on_its_days(
    bss: EmbeddedBss, db: Database, clock: Clock
) -> None:
    jobs = JobLoop(db, clock, bss.handlers())
    start = TODAY + timedelta(days=8)  # the first of the month
    await bss.suspend_line("L1175", start, 1, idempotency_key="k")
    await jobs.run_due()
    assert await status(bss, "L1175") is LineStatus.ACTIVE
    clock.forward(timedelta(days=8))
    await jobs.run_due()
    assert await status(bss, "L1175") is LineStatus.SUSPENDED_REQUEST
    clock.forward(timedelta(days=30))
    await jobs.run_due()
    assert await status(bss, "L1175") is LineStatus.SUSPENDED_REQUEST
    clock.forward(timedelta(days=1))
    await jobs.run_due()
    assert await status(bss, "L1175") is LineStatus.ACTIVE
    assert await bss.hold("L1175") is None


async def test_a_suspension_that_was_taken_back_never_begins(
    bss: EmbeddedBss, db: Database, clock: Clock
) -> None:
    jobs = JobLoop(db, clock, bss.handlers())
    await bss.suspend_line("L1175", TODAY + timedelta(days=8), 1, idempotency_key="k1")
    await bss.resume_line("L1175", idempotency_key="k2")
    clock.forward(timedelta(days=60))
    while await jobs.run_due():
        pass
    assert await status(bss, "L1175") is LineStatus.ACTIVE


async def test_a_loss_outlasts_the_end_of_a_suspension(
    bss: EmbeddedBss, db: Database, clock: Clock
) -> None:
    jobs = JobLoop(db, clock, bss.handlers())
    await bss.suspend_line("L1175", TODAY, 1, idempotency_key="k1")
    await bss.block_lost("L1175", idempotency_key="k2")
    clock.forward(timedelta(days=31))
    await jobs.run_due()
    assert await status(bss, "L1175") is LineStatus.BLOCKED_LOST
    await bss.lift_lost("L1175", idempotency_key="k3")
    assert await status(bss, "L1175") is LineStatus.ACTIVE


@pytest.mark.parametrize(
    ("line_id", "start", "months", "reason"),
    [
        ("L1020", 0, 3, RejectReason.LINE_NOT_ACTIVE),
        ("L1023", 0, 3, RejectReason.IN_ARREARS),
        ("L1173", -1, 3, RejectReason.BAD_DATE),
        ("L1173", 31, 3, RejectReason.BAD_DATE),
        ("L1173", 0, 0, RejectReason.BAD_TERM),
        ("L1173", 0, 13, RejectReason.BAD_TERM),
        ("L9999", 0, 3, RejectReason.UNKNOWN_LINE),
    ],
)
async def test_a_suspension_is_refused_for_a_reason(
    bss: EmbeddedBss, line_id: str, start: int, months: int, reason: RejectReason
) -> None:
    day = TODAY + timedelta(days=start)
    assert await refusal(bss.check_suspension(line_id, day, months)) is reason
    assert await refusal(bss.suspend_line(line_id, day, months, idempotency_key="k")) is reason


async def test_arrears_come_back_only_when_paid(bss: EmbeddedBss) -> None:
    assert await refusal(bss.resume_line("L1009", idempotency_key="1")) is RejectReason.IN_ARREARS
    await bss.resume_line("L1177", idempotency_key="2")
    assert await status(bss, "L1177") is LineStatus.ACTIVE
    assert await refusal(bss.resume_line("L1177", idempotency_key="3")) is RejectReason.NOT_STOPPED


@pytest.mark.parametrize(
    ("line_id", "reason", "delivery", "refused"),
    [
        ("L1166", CardReason.LOST, COURIER, RejectReason.LINE_NOT_ACTIVE),
        ("L1178", CardReason.DAMAGED, COURIER, RejectReason.LINE_NOT_ACTIVE),
        ("L1028A", CardReason.DAMAGED, COURIER, RejectReason.NOT_ELIGIBLE),
        ("L1169", CardReason.PLASTIC, COURIER, RejectReason.NOT_ELIGIBLE),
        ("L1169", CardReason.ESIM, COURIER, RejectReason.NOT_ELIGIBLE),
        ("L1169", CardReason.DAMAGED, CardDelivery.DOWNLOAD, RejectReason.NOT_ELIGIBLE),
    ],
)
async def test_a_card_is_refused_for_a_reason(
    bss: EmbeddedBss,
    line_id: str,
    reason: CardReason,
    delivery: CardDelivery,
    refused: RejectReason,
) -> None:
    assert await refusal(bss.check_replacement(line_id, reason, delivery)) is refused


async def test_a_second_card_is_not_ordered_and_the_old_one_not_brought_back(
    bss: EmbeddedBss,
) -> None:
    await bss.block_lost("L1166", idempotency_key="1")
    await bss.replace_card("L1166", CardReason.LOST, COURIER, idempotency_key="2")
    again = bss.replace_card("L1166", CardReason.LOST, COURIER, idempotency_key="3")
    assert await refusal(again) is RejectReason.CARD_ORDERED
    assert await refusal(bss.lift_lost("L1166", idempotency_key="4")) is RejectReason.CARD_ORDERED


async def test_every_card_has_a_puk_of_its_own(bss: EmbeddedBss) -> None:
    puks = {await bss.puk(line_id) for line_id in ("L1166", "L1169", "L1172")}
    assert len(puks) == 3
    assert all(puk is not None and len(puk) == 8 and puk.isdigit() for puk in puks)


async def test_the_shield_is_the_catalogues_add_on(bss: EmbeddedBss) -> None:
    assert (await bss.spam_shield("L1181")).level is SpamLevel.STANDARD  # holds it by its file
    assert (await bss.spam_shield("L1179")).level is SpamLevel.OFF
    for number, level in enumerate((SpamLevel.STRICT, SpamLevel.STANDARD, SpamLevel.OFF)):
        await bss.set_spam_level("L1179", level, idempotency_key=str(number))
        assert (await bss.spam_shield("L1179")).level is level
        held = {one.offering_id for one in await bss.subscriptions("L1179")}
        assert ("spam_guard" in held) is (level is not SpamLevel.OFF)


async def test_arrears_and_a_stop_are_no_hindrance_for_the_shield(bss: EmbeddedBss) -> None:
    await bss.set_spam_level("L1009", SpamLevel.STRICT, idempotency_key="k")
    assert (await bss.spam_shield("L1009")).level is SpamLevel.STRICT


@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.sampled_from(["13911112222", "02887654321", "10690001"])),
        max_size=12,
    )
)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_blocked_numbers_are_a_set_in_order(
    bss: EmbeddedBss, steps: list[tuple[bool, str]]
) -> None:
    model = list((await bss.spam_shield("L1180")).blocked)
    for block, number in steps:
        key = f"{asyncio.get_running_loop().time()}"
        if block:
            await bss.block_number("L1180", number, idempotency_key=key)
            if number not in model:
                model.append(number)
        elif number in model:
            await bss.unblock_number("L1180", number, idempotency_key=key)
            model.remove(number)
        else:
            with pytest.raises(BssRejected):
                await bss.unblock_number("L1180", number, idempotency_key=key)
        assert list((await bss.spam_shield("L1180")).blocked) == model


async def test_a_full_list_takes_no_more(bss: EmbeddedBss) -> None:
    most = (await bss.line_terms()).blocked_numbers
    for number in range(most):
        await bss.block_number("L1180", f"1391111{number:04d}", idempotency_key=f"k{number}")
    more = bss.block_number("L1180", "13922222222", idempotency_key="more")
    assert await refusal(more) is RejectReason.LIMIT_REACHED
    await bss.block_number("L1180", "13911110000", idempotency_key="again")  # it is in already


async def test_a_password_is_kept_as_a_hash(bss: EmbeddedBss, db: Database) -> None:
    await bss.set_service_password("L1179", "849173", idempotency_key="k1")
    await bss.set_service_password("L1179", "917384", idempotency_key="k2")
    row = db.read_now(lambda session: session.get_one(ServicePasswordRow, "L1179"))
    assert row.hash.startswith("$argon2id$")
    assert PasswordHasher().verify(row.hash, "917384")
    assert "849173" not in str(dump(db)["bss_line_act"])


async def test_a_number_that_is_kept_has_a_day_of_return(bss: EmbeddedBss) -> None:
    hold = await bss.hold("L1020")
    assert hold is not None
    assert (hold.reason, hold.start, hold.until) == (
        HoldReason.REQUEST,
        date(2026, 8, 1),
        date(2027, 8, 1),
    )
