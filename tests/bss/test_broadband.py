"""Broadband: where it can be had, what an order changes, and when."""

import asyncio
from datetime import date, timedelta

import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import BroadbandWork, OrderAction, OrderState, PlaceKind
from care.db import Database
from tests.bss.operator_fixtures import TODAY, Clock
from tests.bss.test_load import dump

NEW = "澜州市新港区海棠路9号海棠湾6栋1201室"
DAY = date(2026, 11, 28)


async def refusal(awaitable: object) -> RejectReason:
    with pytest.raises(BssRejected) as refused:
        await awaitable  # type: ignore[misc]
    return refused.value.reason


async def test_every_offer_is_published_and_only_one_is_a_relocation(operator: EmbeddedBss) -> None:
    offers = await operator.broadband_offers()
    assert all(offer.tariff_code for offer in offers)
    assert [offer.id for offer in offers if offer.work is BroadbandWork.RELOCATE] == ["bb_move"]
    speeds = [offer.mbps for offer in offers]
    assert speeds == sorted(speeds)


async def test_the_terms_name_the_figures(operator: EmbeddedBss) -> None:
    for offer in await operator.broadband_offers():
        text = "".join(offer.rules)
        if offer.work is BroadbandWork.INSTALL:
            assert f"速率{offer.mbps}M，月费{offer.monthly_fee:.0f}元" in text
            fee = f"装机费{offer.work_fee:.0f}元一次" if offer.work_fee else "免装机费"
            assert fee in text
        else:
            assert f"移机费{offer.work_fee:.0f}元一次" in text


@pytest.mark.parametrize(
    ("line", "offer", "address", "reason"),
    [
        ("L9", "bb300", NEW, RejectReason.UNKNOWN_LINE),
        ("L1003", "bb9", NEW, RejectReason.UNKNOWN_OFFERING),
        ("L1003", "bb_move", NEW, RejectReason.UNKNOWN_OFFERING),
        ("L1003", "bb200", NEW, RejectReason.NOT_ON_SALE),
        ("L1003", "bb300", "月亮上1号", RejectReason.UNKNOWN_ADDRESS),
        ("L1003", "bb100", "石桥村二组5号", RejectReason.NOT_COVERED),
        ("L1003", "bb300", "机械厂宿舍2栋101", RejectReason.SPEED_NOT_AVAILABLE),
        ("L1003", "bb300", "澜州市望江区翠湖路6号 翠湖花园8栋1203室", RejectReason.SAME_ADDRESS),
        ("L1003", "bb300", "翠湖花园8栋1203", RejectReason.SAME_ADDRESS),
    ],
)
async def test_what_cannot_be_installed_is_refused_before_it_is_offered(
    operator: EmbeddedBss, line: str, offer: str, address: str, reason: RejectReason
) -> None:
    assert await refusal(operator.check_installation(line, offer, address)) is reason
    ordered = operator.install_broadband(line, offer, address, DAY, idempotency_key="k")
    assert await refusal(ordered) is reason


async def test_an_installation_is_in_force_when_the_engineer_has_been_there(
    bss: EmbeddedBss, clock: Clock
) -> None:
    receipt = await bss.install_broadband("L1003", "bb300", NEW, DAY, idempotency_key="k1")
    assert (receipt.action, receipt.state) == (OrderAction.INSTALL_BROADBAND, OrderState.ACCEPTED)
    assert len(await bss.broadband_of("C1003")) == 1
    clock.forward(timedelta(days=10))  # the engineer is late: nothing is in force yet
    order = await bss.order(receipt.order_id)
    assert order is not None
    assert order.state is OrderState.ACCEPTED
    done = await bss.finish_broadband_order(receipt.order_id, done=True)
    assert done.state is OrderState.COMPLETED
    assert done.effective == TODAY + timedelta(days=10)
    new = [one for one in await bss.broadband_of("C1003") if one.address == NEW]
    assert [(one.area_id, one.mbps, one.line_id) for one in new] == [("haitang", 300, "L1003")]
    assert (await bss.test_line(new[0].id)).verdict == "ok"
    assert await bss.finish_broadband_order(receipt.order_id, done=True) == done
    assert await bss.finish_broadband_order(receipt.order_id, done=False) == done
    assert len(await bss.broadband_of("C1003")) == 2


async def test_a_repeated_key_orders_once_and_never_another_address(
    bss: EmbeddedBss, db: Database
) -> None:
    first = await bss.install_broadband("L1003", "bb300", NEW, DAY, idempotency_key="k1")
    before = dump(db)
    again = await bss.install_broadband("L1003", "bb300", NEW, DAY, idempotency_key="k1")
    assert again == first
    assert dump(db) == before
    other = bss.install_broadband("L1003", "bb300", f"{NEW}2", DAY, idempotency_key="k1")
    assert await refusal(other) is RejectReason.KEY_REUSED
    assert dump(db) == before


async def test_equal_orders_at_one_time_are_one(bss: EmbeddedBss, db: Database) -> None:
    receipts = await asyncio.gather(
        *(
            bss.install_broadband("L1003", "bb300", NEW, DAY, idempotency_key="same")
            for _ in range(6)
        )
    )
    assert len({receipt.order_id for receipt in receipts}) == 1
    assert len(dump(db)["bss_broadband_order"]) == 1


async def test_one_address_is_not_ordered_twice_until_the_first_order_is_off(
    bss: EmbeddedBss,
) -> None:
    first = await bss.install_broadband("L1003", "bb300", NEW, DAY, idempotency_key="k1")
    second = bss.check_installation("L1003", "bb500", NEW)
    assert await refusal(second) is RejectReason.WORK_PENDING
    await bss.finish_broadband_order(first.order_id, done=False)
    await bss.check_installation("L1003", "bb500", NEW)
    assert len(await bss.broadband_of("C1003")) == 1


async def test_an_order_taken_back_is_off(bss: EmbeddedBss, clock: Clock) -> None:
    first = await bss.install_broadband("L1003", "bb300", NEW, DAY, idempotency_key="k1")
    clock.forward(timedelta(days=20))
    await bss.undo_order(first.order_id, idempotency_key="k2")
    await bss.check_installation("L1003", "bb300", NEW)
    done = await bss.finish_broadband_order(first.order_id, done=True)
    assert done.state is OrderState.CANCELLED
    assert len(await bss.broadband_of("C1003")) == 1


async def test_a_plan_pays_for_its_first_line_only(bss: EmbeddedBss) -> None:
    """畅享159 includes 500M, and L1003 has a line of it already."""
    first = await bss.install_broadband("L1003", "bb300", NEW, DAY, idempotency_key="k1")
    await bss.finish_broadband_order(first.order_id, done=True)
    [new] = [one for one in await bss.broadband_of("C1003") if one.address == NEW]
    assert new.standalone_fee == 50


async def test_a_relocation_moves_the_line_when_it_is_done(bss: EmbeddedBss) -> None:
    assert await refusal(bss.check_relocation("BB9", NEW)) is RejectReason.UNKNOWN_BROADBAND
    assert await refusal(bss.check_relocation("BB1003", "石桥村1号")) is RejectReason.NOT_COVERED
    slow = bss.check_relocation("BB1003", "机械厂宿舍2栋101")
    assert await refusal(slow) is RejectReason.SPEED_NOT_AVAILABLE
    here = "澜州市望江区翠湖路6号翠湖花园8栋1203室"
    assert await refusal(bss.check_relocation("BB1003", here)) is RejectReason.SAME_ADDRESS
    receipt = await bss.relocate_broadband("BB1003", NEW, DAY, idempotency_key="k1")
    assert await refusal(bss.check_relocation("BB1003", f"{NEW}2")) is RejectReason.WORK_PENDING
    before = await bss.broadband("BB1003")
    assert before is not None
    assert before.area_id == "cuihu"
    await bss.finish_broadband_order(receipt.order_id, done=True)
    after = await bss.broadband("BB1003")
    assert after is not None
    assert (after.address, after.area_id, after.mbps) == (NEW, "haitang", before.mbps)


async def test_hours_can_be_booked_in_shops_and_areas(operator: EmbeddedBss) -> None:
    for area in await operator.areas():
        hours = await operator.bookable_hours(PlaceKind.VISIT, area.id)
        assert bool(hours) == area.broadband_available, area.id
    shop = await operator.bookable_hours(PlaceKind.SHOP, "s_cuihu")
    assert {entry.minutes for entry in shop} == {30}
    assert {entry.holidays for entry in shop} == {True, False}
    assert await operator.bookable_hours(PlaceKind.SHOP, "s_xuefu") == ()
    assert await operator.bookable_hours(PlaceKind.SHOP, "cuihu") == ()


async def test_an_unknown_order_cannot_be_finished(bss: EmbeddedBss) -> None:
    unknown = bss.finish_broadband_order("x", done=True)
    assert await refusal(unknown) is RejectReason.UNKNOWN_ORDER
    plan = await bss.change_plan("L1003", "p59", date(2026, 12, 1), idempotency_key="k")
    assert (
        await refusal(bss.finish_broadband_order(plan.order_id, done=True))
        is RejectReason.UNKNOWN_ORDER
    )
