"""The protocol's questions, answered from the embedded tables."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import update

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.tables import LineRow
from care.bss.errors import BssRejected, BssUnavailable, RejectReason
from care.bss.protocol import (
    BillState,
    Bss,
    ChargeKind,
    LineStatus,
    LineVerdict,
    OfferingKind,
    OutageState,
    PaymentState,
    SubscriptionState,
    UsageKind,
)
from care.db import Database
from tests.bss.operator_fixtures import NOW, TODAY, Clock


async def test_a_customer_is_found_by_any_of_their_numbers(operator: EmbeddedBss) -> None:
    for phone in ("13800138013", "13800131013", "13800132013"):
        customer = await operator.find_customer_by_phone(phone)
        if phone == "13800138013":
            assert customer is None
        else:
            assert customer is not None
            assert customer.name == "马超"
            assert await operator.customer(customer.id) == customer


async def test_age_decides_who_is_a_senior(operator: EmbeddedBss) -> None:
    customer = await operator.find_customer_by_phone("13600131021")
    assert customer is not None  # born 1960-10-01
    assert customer.age(date(2025, 9, 30)) == 64
    assert not customer.is_senior(date(2025, 9, 30))
    assert customer.is_senior(date(2025, 10, 1))
    company = await operator.find_customer_by_phone("18900131281")
    assert company is not None
    assert company.age(TODAY) is None
    assert not company.is_senior(TODAY)


async def test_lines_stand_with_the_main_line_first(operator: EmbeddedBss) -> None:
    lines = await operator.lines("C1027")
    assert [line.id for line in lines] == ["L1027", "L1027C", "L1027B"]
    main, _, second = lines
    assert second.primary_line_id == main.id
    assert second.plan_id == main.plan_id == "p159"
    assert await operator.line(main.phone) == main
    assert await operator.line_by_id(second.id) == second
    assert await operator.lines("nobody") == ()


async def test_a_closed_line_is_not_found_by_its_number(db: Database, bss: EmbeddedBss) -> None:
    db.write_now(
        lambda session: session.execute(
            update(LineRow).where(LineRow.id == "L1026").values(status="closed")
        )
    )
    assert await bss.line("13500131026") is None
    assert await bss.find_customer_by_phone("13500131026") is None
    assert await bss.lines("C1026") == ()
    closed = await bss.line_by_id("L1026")
    assert closed is not None
    assert closed.status is LineStatus.CLOSED


async def test_subscriptions_are_those_of_today(operator: EmbeddedBss) -> None:
    held = await operator.subscriptions("L1018")
    assert held[0].kind is OfferingKind.PLAN
    assert [entry.offering_id for entry in held] == ["p299", "cloud_drive", "iptv_cinema"]
    assert held[1].name == "云盘会员"
    assert all(entry.state is SubscriptionState.ACTIVE for entry in held)
    [shared] = await operator.subscriptions("L1027B")
    assert shared.offering_id == "p159"


async def test_contracts_tell_what_they_bind_to(operator: EmbeddedBss) -> None:
    [contract] = await operator.contracts("L1016")
    assert contract.minimum_monthly_fee == Decimal(129)
    assert contract.end == date(2026, 12, 31)
    assert contract.months_left(TODAY) == 2
    assert contract.months_left(date(2027, 1, 1)) == 0
    assert await operator.contracts("L1003") == ()


async def test_the_catalogue_holds_what_the_files_say(operator: EmbeddedBss) -> None:
    plans = await operator.plans()
    assert [plan.monthly_fee for plan in plans] == sorted(plan.monthly_fee for plan in plans)
    names = {plan.id: plan.name for plan in plans}
    assert names["p59"] == "畅享59"
    assert names["p129"] == "畅享129"
    assert names["p159"] == "畅享159"
    assert await operator.plan("p59") in plans
    assert await operator.plan("畅享59") is None
    addons = await operator.addons()
    crbt = await operator.addon("crbt")
    assert crbt in addons
    assert await operator.addon("p59") is None
    assert crbt is not None
    assert crbt.charge_item_id in {item.id for item in await operator.charge_items()}


async def test_a_bill_is_the_sum_of_its_items(operator: EmbeddedBss) -> None:
    bill = await operator.bill("L1018", "2026-08")
    assert bill is not None
    assert bill.total == sum(item.amount for item in bill.items) == Decimal("789.00")
    assert bill.state is BillState.PAID
    assert bill.due == 0
    assert bill.issued_on == date(2026, 9, 1)
    assert bill.items[0].kind is ChargeKind.PLAN_FEE
    assert bill.items[0].name == "尊享299套餐月费"


async def test_the_present_month_has_a_running_bill(operator: EmbeddedBss) -> None:
    bill = await operator.bill("L1003", "2026-11")
    assert bill is not None
    assert bill.state is BillState.RUNNING
    assert bill.issued_on is None
    assert bill.due == 0
    balance = await operator.balance("L1003")
    assert balance.running == bill.total
    assert await operator.bill("L1003", "2026-12") is None
    assert await operator.bill("L1003", "2026-04") is None
    assert await operator.bill("L1013B", "2026-10") is None


async def test_bills_come_newest_first_without_the_running_one(operator: EmbeddedBss) -> None:
    bills = await operator.bills("L1001", 3)
    assert [bill.month for bill in bills] == ["2026-10", "2026-09", "2026-08"]
    assert len(await operator.bills("L1001", 99)) == 6


async def test_arrears_are_what_the_unpaid_bill_lacks(operator: EmbeddedBss) -> None:
    balance = await operator.balance("L1009")
    last, before = await operator.bills("L1009", 2)
    assert last.state is BillState.UNPAID
    assert before.state is BillState.CARRIED_OVER
    assert balance.arrears == last.due == last.total - last.paid
    assert balance.expected == -balance.arrears - balance.running
    assert {item.kind for item in last.items} >= {ChargeKind.ARREARS, ChargeKind.LATE_FEE}


async def test_usage_stands_in_the_order_in_which_it_is_used_up(operator: EmbeddedBss) -> None:
    buckets = await operator.usage("L1006", "2026-10")
    data = [bucket for bucket in buckets if bucket.kind is UsageKind.DATA]
    assert [bucket.name for bucket in data] == ["10GB流量月包", "畅享59上月结转流量", "畅享59"]
    assert [bucket.left for bucket in data] == [0, 0, 0]
    assert [bucket.over > 0 for bucket in data] == [False, False, True]
    assert data[-1].over > 0
    assert await operator.usage("L1006", "2025-01") == ()


async def test_a_roaming_pack_is_marked(operator: EmbeddedBss) -> None:
    buckets = await operator.usage("L1008", "2026-09")
    assert {bucket.offering_id for bucket in buckets if bucket.roaming} == {"roam_asia"}


async def test_payments_come_newest_first_in_utc(operator: EmbeddedBss) -> None:
    payments = await operator.payments("L1025", 6)
    assert payments[0].state is PaymentState.PENDING
    assert payments[0].paid_at == datetime(2026, 11, 22, 11, 26, tzinfo=UTC)
    times = [payment.paid_at for payment in payments]
    assert times == sorted(times, reverse=True)
    assert all(payment.paid_at.utcoffset() is not None for payment in payments)
    recent = await operator.payments("L1025", 0)
    assert recent == tuple(
        p for p in payments if p.paid_at >= datetime(2026, 10, 31, 16, tzinfo=UTC)
    )
    assert 0 < len(recent) < len(payments)


async def test_points_tell_what_expires(operator: EmbeddedBss) -> None:
    points = await operator.points("C1001")
    assert (points.points, points.expiring_points) == (12480, 1200)
    assert points.expires_on == date(2026, 12, 31)
    assert (await operator.points("C1014")).expires_on is None


async def test_broadband_tells_equipment_and_area(operator: EmbeddedBss) -> None:
    [access] = await operator.broadband_of("C1003")
    assert (access.area_id, access.olt_id, access.mbps) == ("cuihu", "OLT-WJ-02", 500)
    assert await operator.broadband(access.id) == access
    assert await operator.broadband_of("C1010") == ()
    assert await operator.broadband("BB0") is None


@pytest.mark.parametrize(
    ("address", "area_id"),
    [
        ("幸福路18号", "xingfuli"),
        ("我住翠湖花园8栋", "cuihu"),
        ("望江新村3栋", "wangjiang"),
        ("滨江一号", "binjiang"),
        ("澜州市桐山区金桂路14号", "jingui"),
        ("幸福路和翠湖花园中间", "cuihu"),
        ("阳光 家园", "yangguang"),
        ("火星基地", None),
        ("澜州市望江区", None),
        ("", None),
    ],
)
async def test_an_address_is_placed_by_the_names_in_it(
    operator: EmbeddedBss, address: str, area_id: str | None
) -> None:
    area = await operator.area_of(address)
    assert (area.id if area else None) == area_id


async def test_each_demo_address_lies_in_its_area(operator: EmbeddedBss) -> None:
    for customer_id in (f"C{number}" for number in range(1001, 1031)):
        customer = await operator.customer(customer_id)
        assert customer is not None
        area = await operator.area_of(customer.address)
        assert area is not None
        assert area.id == customer.area_id
        assert await operator.area(area.id) == area


async def test_only_live_outages_of_the_area_are_told(operator: EmbeddedBss) -> None:
    [outage] = await operator.outages("wangjiang")
    assert outage.area_ids == ("cuihu", "wangjiang")
    assert outage.state is OutageState.REPAIRING
    assert await operator.outage(outage.id) == outage
    assert await operator.outages("jingui") == ()
    over = await operator.outage("QZ1998")
    assert over is not None
    assert over.ended_at is not None
    assert over.ended_at < NOW
    assert await operator.outage("QZ0") is None


async def test_a_line_test_finds_the_state_of_the_line(operator: EmbeddedBss) -> None:
    sound = await operator.test_line("BB1001")
    assert sound.verdict is LineVerdict.OK
    assert sound.ont_online
    assert not sound.needs_visit
    assert sound.tested_at == NOW
    dark = await operator.test_line("BB1003")
    assert dark.verdict is LineVerdict.NO_LIGHT
    assert dark.rx_power_dbm is None
    assert dark.needs_visit


async def test_stores_have_hours_for_each_day(operator: EmbeddedBss) -> None:
    stores = {store.id: store for store in await operator.stores()}
    assert len(stores) == 10
    wenhua = stores["s_wenhua"]
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)
    hours = wenhua.hours_on(saturday)
    assert hours is not None
    assert hours.opens.isoformat() == "09:30:00"
    assert wenhua.hours_on(sunday) is None


UNKNOWN: list[tuple[RejectReason, Callable[[Bss], Awaitable[object]]]] = [
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.subscriptions("L0")),
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.contracts("L0")),
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.bill("L0", "2026-10")),
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.bills("L0", 3)),
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.balance("L0")),
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.usage("L0", "2026-10")),
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.payments("L0", 3)),
    (RejectReason.UNKNOWN_LINE, lambda bss: bss.orders("L0")),
    (RejectReason.UNKNOWN_CUSTOMER, lambda bss: bss.points("C0")),
    (RejectReason.UNKNOWN_CUSTOMER, lambda bss: bss.broadband_of("C0")),
    (RejectReason.UNKNOWN_BROADBAND, lambda bss: bss.test_line("BB0")),
]


@pytest.mark.parametrize(("reason", "ask"), UNKNOWN)
async def test_what_does_not_exist_is_refused(
    operator: EmbeddedBss, reason: RejectReason, ask: Callable[[Bss], Awaitable[object]]
) -> None:
    with pytest.raises(BssRejected) as refused:
        await ask(operator)
    assert refused.value.reason is reason
    assert refused.value.as_json()["error"]["reason"] == reason.value


async def test_values_cannot_be_changed(operator: EmbeddedBss) -> None:
    line = await operator.line("13800138001")
    assert line is not None
    with pytest.raises(dataclasses.FrozenInstanceError):
        line.phone = "1"  # type: ignore[misc]


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody@/nothing?host=/nowhere"],
)
async def test_a_database_that_cannot_be_reached_is_unavailable(url: str) -> None:
    db = Database(url)
    bss = EmbeddedBss(db, Clock())
    with pytest.raises(BssUnavailable):
        await bss.plans()
    with pytest.raises(BssUnavailable):
        await bss.subscribe_addon("L1003", "crbt", idempotency_key="k")
    db.close()


async def test_a_slow_database_is_unavailable(operator_db: Database) -> None:
    impatient = EmbeddedBss(operator_db, Clock(), timeout=0.0)
    with pytest.raises(BssUnavailable) as failed:
        await impatient.plans()
    assert failed.value.status == 503
