"""What must hold for the demo operator's money whatever the seed and the day."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from care.bss.embedded.demo import demo_rows, read_demo
from care.bss.embedded.demo.load import Rows
from care.bss.embedded.demo.specs import DemoFiles
from care.bss.embedded.tables import (
    AccountRow,
    BillItemRow,
    BillRow,
    ContractRow,
    LineRow,
    PaymentRow,
    SubscriptionRow,
    UsageRow,
)
from care.bss.months import month_of, shift_month
from care.bss.protocol import BillState, ChargeKind, PaymentState, UsageKind

ANY = given(
    seed=st.integers(0, 2**32),
    today=st.dates(min_value=date(2026, 1, 1), max_value=date(2032, 12, 31)),
)
FEW = settings(max_examples=15, deadline=None)


def by_line(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["line_id"]].append(row)
    return found


def items_of(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows[BillItemRow]:
        found[row["bill_id"]].append(row)
    return found


@ANY
@FEW
def test_each_bill_is_the_sum_of_its_items_in_whole_fen(
    demo_files: DemoFiles, seed: int, today: date
) -> None:
    rows = demo_rows(demo_files, today, seed)
    items = items_of(rows)
    for bill in rows[BillRow]:
        amounts = [item["amount"] for item in items[bill["id"]]]
        assert all(type(amount) is Decimal for amount in amounts)
        assert all(amount.as_tuple().exponent == -2 for amount in amounts)
        assert sum(amounts) == bill["total"]
        assert 0 <= bill["paid"] <= bill["total"]


@ANY
@FEW
def test_every_paying_line_has_six_issued_bills_and_a_running_one(
    demo_files: DemoFiles, seed: int, today: date
) -> None:
    rows = demo_rows(demo_files, today, seed)
    bills = by_line(rows[BillRow])
    paying = {line["id"] for line in rows[LineRow] if line["primary_line_id"] is None}
    assert set(bills) == paying
    expected = [shift_month(month_of(today), -ago) for ago in range(6, -1, -1)]
    for line_bills in bills.values():
        assert [bill["month"] for bill in line_bills] == expected
        states = [bill["state"] for bill in line_bills]
        assert states[-1] == BillState.RUNNING
        assert BillState.RUNNING not in states[:-1]
        assert all(bill["issued_on"] <= today for bill in line_bills[:-1])


@ANY
@FEW
def test_the_ledger_of_each_line_adds_up(demo_files: DemoFiles, seed: int, today: date) -> None:
    rows = demo_rows(demo_files, today, seed)
    items = items_of(rows)
    payments, bills = by_line(rows[PaymentRow]), by_line(rows[BillRow])
    opening = {
        line.id: line.opening for customer in demo_files.customers for line in customer.lines
    }
    for account in rows[AccountRow]:
        line = account["line_id"]
        received = sum(
            payment["amount"]
            for payment in payments[line]
            if payment["state"] == PaymentState.SETTLED
        )
        charged = sum(
            item["amount"]
            for bill in bills[line]
            if bill["state"] != BillState.RUNNING
            for item in items[bill["id"]]
            if item["kind"] != ChargeKind.ARREARS
        )
        assert opening[line] + received - charged == account["available"] - account["arrears"]
        assert account["available"] >= 0
        assert account["arrears"] >= 0


@ANY
@FEW
def test_what_is_left_unpaid_stands_in_the_next_bill(
    demo_files: DemoFiles, seed: int, today: date
) -> None:
    rows = demo_rows(demo_files, today, seed)
    items = items_of(rows)
    for bills in by_line(rows[BillRow]).values():
        for bill, following in pairwise(bills):
            carried = [
                item["amount"]
                for item in items[following["id"]]
                if item["kind"] == ChargeKind.ARREARS
            ]
            if bill["state"] == BillState.CARRIED_OVER:
                assert carried == [bill["total"] - bill["paid"]]
            else:
                assert carried == []
            if bill["state"] == BillState.PAID:
                assert bill["paid"] == bill["total"]


@ANY
@FEW
def test_usage_beyond_the_allowance_is_charged_by_the_plan(
    demo_files: DemoFiles, seed: int, today: date
) -> None:
    rows = demo_rows(demo_files, today, seed)
    items = items_of(rows)
    used: dict[tuple[str, str, str], int] = defaultdict(int)
    for bucket in rows[UsageRow]:
        assert 0 <= bucket["used"] <= bucket["total"]
        assert bucket["over"] == 0 or bucket["used"] == bucket["total"]
        used[bucket["line_id"], bucket["month"], bucket["kind"]] += bucket["over"]
    for bill in rows[BillRow]:
        by_item = {item["charge_item_id"]: item for item in items[bill["id"]]}
        plan_item = by_item.get("plan_fee")
        for kind, charge_item in (
            (UsageKind.DATA, "data_overage"),
            (UsageKind.VOICE, "voice_overage"),
            (UsageKind.SMS, "sms_overage"),
        ):
            over = used[bill["line_id"], bill["month"], kind]
            charged = by_item.get(charge_item)
            assert (charged is not None) == (over > 0)
            if charged is None:
                continue
            assert plan_item is not None
            plan = demo_files.plans[plan_item["offering_id"]]
            price = {
                UsageKind.DATA: plan.tariff.data_per_gb / 1024,
                UsageKind.VOICE: plan.tariff.voice_per_minute,
                UsageKind.SMS: plan.tariff.sms_each,
            }[kind]
            amount = (price * over).quantize(Decimal("0.01"), ROUND_HALF_UP)
            if kind is UsageKind.DATA and plan.tariff.data_cap is not None:
                amount = min(amount, plan.tariff.data_cap)
            assert charged["quantity"] == over
            assert charged["amount"] == amount


@ANY
@FEW
def test_the_plan_fee_is_that_of_the_plan_held_in_the_month(
    demo_files: DemoFiles, seed: int, today: date
) -> None:
    rows = demo_rows(demo_files, today, seed)
    items = items_of(rows)
    plans = by_line([row for row in rows[SubscriptionRow] if row["kind"] == "plan"])
    for bill in rows[BillRow]:
        fees = [item for item in items[bill["id"]] if item["kind"] == ChargeKind.PLAN_FEE]
        if not fees:
            assert [item["charge_item_id"] for item in items[bill["id"]]] == ["suspend_fee"]
            continue
        first = date.fromisoformat(f"{bill['month']}-01")
        held = [
            row["offering_id"]
            for row in plans[bill["line_id"]]
            if row["start"] <= first and (row["end"] is None or row["end"] >= first)
        ]
        assert [fee["offering_id"] for fee in fees] == held
        assert fees[0]["amount"] == demo_files.plans[held[0]].monthly_fee


@ANY
@FEW
def test_nothing_has_happened_tomorrow(demo_files: DemoFiles, seed: int, today: date) -> None:
    rows = demo_rows(demo_files, today, seed)
    tomorrow = datetime.combine(today + timedelta(days=1), time(), UTC)
    for payment in rows[PaymentRow]:
        assert payment["paid_at"].tzinfo is not None
        assert payment["paid_at"] < tomorrow
    assert all(row["start"] <= today for row in rows[SubscriptionRow])
    assert all(row["start"] <= today <= row["end"] for row in rows[ContractRow])


@ANY
@FEW
def test_only_who_skips_payments_is_in_arrears(
    demo_files: DemoFiles, seed: int, today: date
) -> None:
    rows = demo_rows(demo_files, today, seed)
    in_arrears = {row["line_id"] for row in rows[AccountRow] if row["arrears"]}
    skipping = {
        line.id
        for customer in demo_files.customers
        for line in customer.lines
        if line.pays is not None and 0 in line.pays.skips
    }
    assert in_arrears <= skipping
    assert "L1009" in in_arrears


def test_the_same_seed_gives_the_same_rows(demo_files: DemoFiles) -> None:
    again = read_demo()
    for seed, today in ((1, date(2026, 11, 23)), (2, date(2026, 3, 1)), (3, date(2028, 2, 29))):
        first = demo_rows(demo_files, today, seed)
        assert first == demo_rows(again, today, seed)
        assert first != demo_rows(demo_files, today, seed + 10)
