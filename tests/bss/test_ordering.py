"""Orders: carried out once for each key, refused for a reason, taken back whole."""

import asyncio
import random
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import OfferingKind, OrderAction, OrderState, SubscriptionState
from care.db import Database
from tests.bss.operator_fixtures import NOW, TODAY, Clock
from tests.bss.test_load import dump

NEXT = date(2026, 12, 1)


async def refusal(awaitable: object) -> RejectReason:
    with pytest.raises(BssRejected) as refused:
        await awaitable  # type: ignore[misc]
    return refused.value.reason


async def test_a_change_of_plan_begins_next_month(bss: EmbeddedBss, clock: Clock) -> None:
    receipt = await bss.change_plan("L1003", "p59", NEXT, idempotency_key="k1")
    assert receipt.action is OrderAction.CHANGE_PLAN
    assert (receipt.replaces_id, receipt.offering_id) == ("p159", "p59")
    assert receipt.state is OrderState.ACCEPTED
    assert receipt.effective == NEXT
    assert receipt.placed_at == NOW
    line = await bss.line_by_id("L1003")
    assert line is not None
    assert (line.plan_id, line.pending_plan_id, line.pending_plan_from) == ("p159", "p59", NEXT)
    states = {e.offering_id: e.state for e in await bss.subscriptions("L1003")}
    assert states["p159"] is SubscriptionState.ACTIVE
    assert states["p59"] is SubscriptionState.PENDING
    clock.forward(timedelta(days=9))
    line = await bss.line_by_id("L1003")
    assert line is not None
    assert (line.plan_id, line.pending_plan_id) == ("p59", None)
    order = await bss.order(receipt.order_id)
    assert order is not None
    assert order.state is OrderState.COMPLETED


async def test_a_repeated_key_does_nothing_and_gives_the_first_receipt(
    bss: EmbeddedBss, db: Database, clock: Clock
) -> None:
    first = await bss.change_plan("L1003", "p59", NEXT, idempotency_key="k1")
    taken = await bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="k2")
    stopped = await bss.cancel_addon("L1003", "video_member", idempotency_key="k3")
    undone = await bss.undo_order(taken.order_id, idempotency_key="k4")
    before = dump(db)
    clock.forward(timedelta(hours=1))
    assert await bss.change_plan("L1003", "p59", NEXT, idempotency_key="k1") == first
    again = await bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="k2")
    assert again.order_id == taken.order_id
    assert again.state is OrderState.CANCELLED
    assert await bss.cancel_addon("L1003", "video_member", idempotency_key="k3") == stopped
    assert await bss.undo_order(taken.order_id, idempotency_key="k4") == undone
    assert dump(db) == before


async def test_equal_requests_at_one_time_order_once(bss: EmbeddedBss, db: Database) -> None:
    before, rows = await bss.orders("L1003"), len(dump(db)["bss_order"])
    receipts = await asyncio.gather(
        *(bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="same") for _ in range(8))
    )
    assert len({receipt.order_id for receipt in receipts}) == 1
    assert len(await bss.orders("L1003")) == len(before) + 1
    bill = await bss.bill("L1003", "2026-11")
    assert bill is not None
    assert sum(item.charge_item_id == "data_boost_fee" for item in bill.items) == 1
    assert len(dump(db)["bss_order"]) == rows + 1


async def test_one_key_on_two_lines_at_one_time_orders_once(bss: EmbeddedBss) -> None:
    lines = ["L1001", "L1003", "L1005", "L1006"]
    results = await asyncio.gather(
        *(bss.subscribe_addon(line, "data_boost_5g", idempotency_key="same") for line in lines),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, BssRejected)]
    assert len(refused) == 3
    assert {error.reason for error in refused} == {RejectReason.KEY_REUSED}


async def test_concurrent_changes_leave_one_pending(bss: EmbeddedBss) -> None:
    plans = ["p59", "p89", "p129", "p199"]
    results = await asyncio.gather(
        *(bss.change_plan("L1003", plan, NEXT, idempotency_key=plan) for plan in plans),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, BssRejected)]
    assert len(refused) == 3
    assert {error.reason for error in refused} == {RejectReason.CHANGE_PENDING}


async def test_a_key_is_not_used_for_two_orders(bss: EmbeddedBss) -> None:
    await bss.change_plan("L1003", "p59", NEXT, idempotency_key="k")
    for other in (
        bss.change_plan("L1003", "p89", NEXT, idempotency_key="k"),
        bss.change_plan("L1003", "p59", date(2027, 1, 1), idempotency_key="k"),
        bss.change_plan("L1006", "p59", NEXT, idempotency_key="k"),
        bss.subscribe_addon("L1003", "crbt", idempotency_key="k"),
    ):
        assert await refusal(other) is RejectReason.KEY_REUSED


PLAN_REFUSALS = [
    ("L0", "p59", NEXT, RejectReason.UNKNOWN_LINE),
    ("L1003", "p0", NEXT, RejectReason.UNKNOWN_OFFERING),
    ("L1003", "crbt", NEXT, RejectReason.UNKNOWN_OFFERING),
    ("L1003", "o48", NEXT, RejectReason.NOT_ON_SALE),
    ("L1003", "p159", NEXT, RejectReason.SAME_PLAN),
    ("L1011", "p89", NEXT, RejectReason.CONTRACT_BOUND),
    ("L1003", "p29", NEXT, RejectReason.NOT_ELIGIBLE),
    ("L1003", "p39", NEXT, RejectReason.NOT_ELIGIBLE),
    ("L1003", "e99", NEXT, RejectReason.NOT_ELIGIBLE),
    ("L1028A", "p29", NEXT, RejectReason.NOT_ELIGIBLE),
    ("L1019", "p89", NEXT, RejectReason.LINE_NOT_ACTIVE),
    ("L1020", "p89", NEXT, RejectReason.LINE_NOT_ACTIVE),
    ("L1009", "p59", NEXT, RejectReason.LINE_NOT_ACTIVE),
    ("L1023", "p89", NEXT, RejectReason.IN_ARREARS),
    ("L1027B", "p59", NEXT, RejectReason.SECOND_CARD),
    ("L1003", "p59", date(2026, 12, 2), RejectReason.BAD_DATE),
    ("L1003", "p59", date(2026, 11, 1), RejectReason.BAD_DATE),
    ("L1003", "p59", date(2028, 1, 1), RejectReason.BAD_DATE),
]


async def test_a_change_of_plan_is_refused_for_a_reason(bss: EmbeddedBss, db: Database) -> None:
    before = dump(db)
    for line_id, plan_id, effective, reason in PLAN_REFUSALS:
        case = (line_id, plan_id, effective)
        check = bss.check_plan_change(line_id, plan_id, effective)
        assert await refusal(check) is reason, case
        order = bss.change_plan(line_id, plan_id, effective, idempotency_key="k")
        assert await refusal(order) is reason, case
    assert dump(db) == before


async def test_a_senior_may_have_the_senior_plan_and_a_contract_its_own_tier(
    bss: EmbeddedBss,
) -> None:
    await bss.check_plan_change("L1001", "p29", NEXT)
    await bss.check_plan_change("L1011", "p129", NEXT)
    await bss.check_plan_change("L1028A", "p59", NEXT)
    # the contract of L1016 ends with the year
    assert await refusal(bss.check_plan_change("L1016", "p59", NEXT)) is RejectReason.CONTRACT_BOUND
    await bss.check_plan_change("L1016", "p59", date(2027, 1, 1))


async def test_a_pack_is_charged_and_usable_at_once(bss: EmbeddedBss) -> None:
    before = await bss.bill("L1006", "2026-11")
    receipt = await bss.subscribe_addon("L1006", "data_boost_5g", idempotency_key="k")
    assert receipt.state is OrderState.COMPLETED
    assert receipt.effective == TODAY
    bill = await bss.bill("L1006", "2026-11")
    assert before is not None
    assert bill is not None
    assert bill.total == before.total + 10 == sum(item.amount for item in bill.items)
    assert bill.items[-1].name == "流量加油包费"
    first = (await bss.usage("L1006", "2026-11"))[0]
    assert (first.offering_id, first.left) == ("data_boost_5g", 5 * 1024)
    assert first.valid_until == date(2026, 11, 30)
    [pack] = [e for e in await bss.subscriptions("L1006") if e.offering_id == "data_boost_5g"]
    assert pack.end == date(2026, 11, 30)
    assert (await bss.balance("L1006")).running == bill.total


async def test_packs_may_be_bought_again_and_recurring_ones_not(bss: EmbeddedBss) -> None:
    await bss.subscribe_addon("L1006", "data_day_1g", idempotency_key="k1")
    await bss.subscribe_addon("L1006", "data_day_1g", idempotency_key="k2")
    again = bss.subscribe_addon("L1006", "data_10g", idempotency_key="k3")
    assert await refusal(again) is RejectReason.ALREADY_SUBSCRIBED


ADDON_REFUSALS = [
    ("L0", "crbt", RejectReason.UNKNOWN_LINE),
    ("L1003", "p59", RejectReason.UNKNOWN_OFFERING),
    ("L1003", "mobile_newspaper", RejectReason.NOT_ON_SALE),
    ("L1003", "crbt", RejectReason.INCLUDED),
    ("L1003", "video_member", RejectReason.ALREADY_SUBSCRIBED),
    ("L1019", "crbt", RejectReason.LINE_NOT_ACTIVE),
    ("L1023", "crbt", RejectReason.IN_ARREARS),
    ("L1027B", "music_member", RejectReason.SECOND_CARD),
]


async def test_an_addon_is_refused_for_a_reason(bss: EmbeddedBss, db: Database) -> None:
    before = dump(db)
    for line_id, addon_id, reason in ADDON_REFUSALS:
        order = bss.subscribe_addon(line_id, addon_id, idempotency_key="k")
        assert await refusal(order) is reason, (line_id, addon_id)
    assert dump(db) == before


async def test_a_cancelled_addon_runs_to_the_end_of_the_month(
    bss: EmbeddedBss, clock: Clock
) -> None:
    receipt = await bss.cancel_addon("L1003", "video_member", idempotency_key="k1")
    assert receipt.effective == NEXT
    held = {entry.offering_id: entry for entry in await bss.subscriptions("L1003")}
    assert held["video_member"].end == date(2026, 11, 30)
    again = bss.cancel_addon("L1003", "video_member", idempotency_key="k2")
    assert await refusal(again) is RejectReason.NOT_SUBSCRIBED
    never = bss.cancel_addon("L1003", "music_member", idempotency_key="k3")
    assert await refusal(never) is RejectReason.NOT_SUBSCRIBED
    pack = await bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="k4")
    assert pack.state is OrderState.COMPLETED
    one_off = bss.cancel_addon("L1003", "data_boost_5g", idempotency_key="k5")
    assert await refusal(one_off) is RejectReason.NOT_SUBSCRIBED
    # taken up again, it goes on without being charged twice in one month
    resumed = await bss.subscribe_addon("L1003", "video_member", idempotency_key="k6")
    assert resumed.effective == NEXT
    clock.forward(timedelta(days=9))
    held = {entry.offering_id: entry for entry in await bss.subscriptions("L1003")}
    assert held["video_member"].end is None
    assert "data_boost_5g" not in held


async def test_what_was_ordered_can_be_taken_back(bss: EmbeddedBss, db: Database) -> None:
    tables = ("bss_subscription", "bss_bill", "bss_bill_item", "bss_usage")
    before = dump(db)
    change = await bss.change_plan("L1003", "p59", NEXT, idempotency_key="k1")
    pack = await bss.subscribe_addon("L1003", "roam_asia", idempotency_key="k2")
    stop = await bss.cancel_addon("L1003", "video_member", idempotency_key="k3")
    for number, receipt in enumerate((change, pack, stop)):
        undo = await bss.undo_order(receipt.order_id, idempotency_key=f"u{number}")
        assert undo.action is OrderAction.UNDO
        order = await bss.order(receipt.order_id)
        assert order is not None
        assert order.state is OrderState.CANCELLED
    after = dump(db)
    for table in tables[1:]:
        assert after[table] == before[table]
    held = [(e.offering_id, e.end) for e in await bss.subscriptions("L1003")]
    assert held == [("p159", None), ("video_member", None), ("cloud_drive", None)]
    assert [order.action for order in await bss.orders("L1003")][:3] == [
        OrderAction.CANCEL_ADDON,
        OrderAction.SUBSCRIBE_ADDON,
        OrderAction.CHANGE_PLAN,
    ]
    # and the same can be ordered anew
    await bss.change_plan("L1003", "p89", NEXT, idempotency_key="k4")


async def test_taking_back_has_its_limits(bss: EmbeddedBss, clock: Clock) -> None:
    pack = await bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="k1")
    change = await bss.change_plan("L1003", "p59", NEXT, idempotency_key="k2")
    clock.forward(timedelta(hours=25))
    late = bss.undo_order(pack.order_id, idempotency_key="u1")
    assert await refusal(late) is RejectReason.TOO_LATE
    undo = await bss.undo_order(change.order_id, idempotency_key="u2")
    twice = bss.undo_order(change.order_id, idempotency_key="u3")
    assert await refusal(twice) is RejectReason.TOO_LATE
    of_undo = bss.undo_order(undo.order_id, idempotency_key="u4")
    assert await refusal(of_undo) is RejectReason.UNKNOWN_ORDER
    unknown = bss.undo_order("nothing", idempotency_key="u5")
    assert await refusal(unknown) is RejectReason.UNKNOWN_ORDER
    other = await bss.change_plan("L1003", "p89", NEXT, idempotency_key="k3")
    clock.forward(timedelta(days=9))
    begun = bss.undo_order(other.order_id, idempotency_key="u6")
    assert await refusal(begun) is RejectReason.TOO_LATE


async def test_what_a_later_order_builds_on_is_taken_back_after_it(bss: EmbeddedBss) -> None:
    stop = await bss.cancel_addon("L1003", "video_member", idempotency_key="k1")
    resume = await bss.subscribe_addon("L1003", "video_member", idempotency_key="k2")
    early = bss.undo_order(stop.order_id, idempotency_key="u1")
    assert await refusal(early) is RejectReason.TOO_LATE
    await bss.undo_order(resume.order_id, idempotency_key="u2")
    await bss.undo_order(stop.order_id, idempotency_key="u3")
    held = [(e.offering_id, e.end) for e in await bss.subscriptions("L1003")]
    assert ("video_member", None) in held
    assert len(held) == 3


async def test_days_are_those_of_the_operator_and_not_of_utc(
    db: Database, bss: EmbeddedBss
) -> None:
    # half past midnight on 1 December in Shanghai is still November in UTC
    late = EmbeddedBss(db, Clock(datetime.fromisoformat("2026-11-30T16:30:00+00:00")))
    today = late.change_plan("L1003", "p59", NEXT, idempotency_key="k1")
    assert await refusal(today) is RejectReason.BAD_DATE
    receipt = await late.change_plan("L1003", "p59", date(2027, 1, 1), idempotency_key="k2")
    assert receipt.effective == date(2027, 1, 1)
    before = EmbeddedBss(db, Clock(datetime.fromisoformat("2026-11-30T15:59:00+00:00")))
    await before.check_plan_change("L1006", "p89", NEXT)


async def test_fees_are_decimal(bss: EmbeddedBss) -> None:
    await bss.subscribe_addon("L1006", "spam_guard", idempotency_key="k")
    bill = await bss.bill("L1006", "2026-11")
    assert bill is not None
    assert all(type(item.amount) is Decimal for item in bill.items)
    assert type(bill.total) is Decimal


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_is_ordered_the_books_agree(bss: EmbeddedBss, seed: int) -> None:
    rng = random.Random(seed)
    line = "L1006"
    at_first, past = await _state(bss, line), len(await bss.orders(line))
    for step in range(40):
        key = f"k{step}"
        addon = rng.choice(["data_10g", "video_member", "data_boost_5g", "spam_guard"])
        orders = [o for o in await bss.orders(line) if o.state is not OrderState.CANCELLED]
        with suppress(BssRejected):
            match rng.randrange(4):
                case 0:
                    await bss.subscribe_addon(line, addon, idempotency_key=key)
                case 1:
                    await bss.cancel_addon(line, addon, idempotency_key=key)
                case 2:
                    plan = rng.choice(["p19", "p89", "p129"])
                    await bss.change_plan(line, plan, NEXT, idempotency_key=key)
                case 3 if orders:
                    await bss.undo_order(rng.choice(orders).order_id, idempotency_key=key)
        await _check_books(bss, line)
    made = (await bss.orders(line))[: -past or None]  # what the demo knows of long ago stays
    for number, order in enumerate(made):
        if order.state is not OrderState.CANCELLED:
            await bss.undo_order(order.order_id, idempotency_key=f"u{number}")
    assert await _state(bss, line) == at_first


async def _state(bss: EmbeddedBss, line: str) -> tuple[object, ...]:
    held = [(e.offering_id, e.start, e.end) for e in await bss.subscriptions(line)]
    return held, await bss.bill(line, "2026-11"), await bss.usage(line, "2026-11")


async def _check_books(bss: EmbeddedBss, line: str) -> None:
    bill = await bss.bill(line, "2026-11")
    assert bill is not None
    assert bill.total == sum(item.amount for item in bill.items)
    held = await bss.subscriptions(line)
    open_ended = [entry.offering_id for entry in held if entry.end is None]
    assert len(open_ended) == len(set(open_ended))
    plans = [entry for entry in held if entry.kind is OfferingKind.PLAN]
    assert sum(entry.state is SubscriptionState.ACTIVE for entry in plans) == 1
    assert sum(entry.state is SubscriptionState.PENDING for entry in plans) <= 1


async def test_a_pack_may_begin_on_the_day_of_departure(bss: EmbeddedBss, clock: Clock) -> None:
    start = TODAY + timedelta(days=12)
    assert await bss.check_subscription("L1006", "roam_asia", start) == start
    before = await _state(bss, "L1006")
    receipt = await bss.subscribe_addon("L1006", "roam_asia", idempotency_key="k", start=start)
    assert (receipt.effective, receipt.state) == (start, OrderState.ACCEPTED)
    [pack] = [e for e in await bss.subscriptions("L1006") if e.offering_id == "roam_asia"]
    assert (pack.start, pack.end) == (start, start + timedelta(days=6))
    assert (await _state(bss, "L1006"))[1:] == before[1:], "nothing is charged before it begins"
    again = await bss.subscribe_addon("L1006", "roam_asia", idempotency_key="k", start=start)
    assert again == receipt
    other = bss.subscribe_addon("L1006", "roam_asia", idempotency_key="k", start=TODAY)
    assert await refusal(other) is RejectReason.KEY_REUSED
    clock.forward(timedelta(days=3))
    await bss.undo_order(receipt.order_id, idempotency_key="u")
    assert await _state(bss, "L1006") == before


@pytest.mark.parametrize(
    ("addon", "days"),
    [("roam_asia", -1), ("roam_asia", 91), ("crbt", 3), ("data_boost_5g", 3)],
)
async def test_a_day_of_departure_has_its_limits(
    bss: EmbeddedBss, db: Database, addon: str, days: int
) -> None:
    before, start = dump(db), TODAY + timedelta(days=days)
    assert await refusal(bss.check_subscription("L1006", addon, start)) is RejectReason.BAD_DATE
    order = bss.subscribe_addon("L1006", addon, idempotency_key="k", start=start)
    assert await refusal(order) is RejectReason.BAD_DATE
    assert dump(db) == before


async def test_what_would_be_refused_is_known_before(bss: EmbeddedBss, db: Database) -> None:
    before = dump(db)
    for line_id, addon_id, reason in ADDON_REFUSALS:
        check = bss.check_subscription(line_id, addon_id)
        assert await refusal(check) is reason, (line_id, addon_id)
    never = bss.check_cancellation("L1003", "music_member")
    assert await refusal(never) is RejectReason.NOT_SUBSCRIBED
    assert await bss.check_subscription("L1003", "music_member") == TODAY
    assert await bss.check_cancellation("L1003", "video_member") == NEXT
    assert await refusal(bss.check_undo("nothing")) is RejectReason.UNKNOWN_ORDER
    [old, *_] = await bss.orders("L1003")
    assert await refusal(bss.check_undo(old.order_id)) is RejectReason.TOO_LATE
    assert dump(db) == before
