"""Two bills beside each other, and which charge is meant."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.billing.charges import (
    Wanted,
    bills_of,
    by_addon,
    find_charge,
    find_rise,
    is_value_added,
    origin,
    with_month_before,
)
from care.billing.comparison import charges, compare_bills
from care.billing.errors import MonthTooOld
from care.bss.embedded import EmbeddedBss
from care.bss.protocol import Bill, BillItem, BillState, ChargeKind
from tests.bss.operator_fixtures import TODAY

items = st.lists(
    st.builds(
        BillItem,
        charge_item_id=st.sampled_from(["plan_fee", "crbt_fee", "data_overage", "arrears"]),
        name=st.just("…"),
        kind=st.sampled_from(ChargeKind),
        amount=st.decimals(min_value=Decimal("-99"), max_value=Decimal("99"), places=2),
        quantity=st.one_of(st.none(), st.integers(0, 9999)),
        unit=st.none(),
        offering_id=st.none(),
    ),
    max_size=6,
)


def bill(lines: list[BillItem], month: str = "2026-10") -> Bill:
    total = sum((line.amount for line in lines), Decimal("0.00"))
    return Bill("B", "L1", month, BillState.PAID, tuple(lines), total, total, None, None)


def line(item_id: str, amount: str) -> BillItem:
    return BillItem(item_id, item_id, ChargeKind.OTHER, Decimal(amount), None, None, None)


@given(items, items)
def test_the_differences_add_up(before: list[BillItem], now: list[BillItem]) -> None:
    compared = compare_bills(bill(before), bill(now))
    assert sum((one.change for one in compared.differences), Decimal(0)) == compared.change
    assert all(one.change for one in compared.differences)
    sizes = [abs(one.change) for one in compared.differences]
    assert sizes == sorted(sizes, reverse=True)


@given(items)
def test_the_charges_of_a_bill_add_up_to_it(lines: list[BillItem]) -> None:
    found = charges(bill(lines))
    assert sum((one.amount for one in found), Decimal(0)) == bill(lines).total
    assert len({one.item_id for one in found}) == len(found)


@given(items)
def test_a_bill_does_not_differ_from_itself(lines: list[BillItem]) -> None:
    assert compare_bills(bill(lines), bill(lines)).differences == ()


def test_a_charge_is_found_by_kind_amount_or_total() -> None:
    bills = [
        bill([line("plan_fee", "59"), line("crbt_fee", "5")]),
        bill([line("plan_fee", "59"), line("x", "18"), line("y", "3"), line("z", "3")], "2026-11"),
    ]

    def found(item: str | None = None, *amounts: str) -> tuple[str, str | None] | None:
        one = find_charge(bills, Wanted(item, tuple(map(Decimal, amounts))))
        if one is None:
            return None
        return one.bill.month, one.charge.item_id if one.charge else None

    assert found("crbt_fee") == ("2026-10", "crbt_fee")
    assert found("x") == ("2026-11", "x")
    assert found("nothing", "5") is None
    assert found(None, "18") == ("2026-11", "x")
    assert found(None, "64") == ("2026-10", None)
    assert found(None, "3") is None, "two lines of this amount: it is not clear which"
    assert found(None, "7", "5") == ("2026-10", "crbt_fee")


def test_a_whole_sum_may_be_rounded() -> None:
    bills = [bill([line("plan_fee", "59"), line("data_overage", "24.40"), line("x", "25.10")])]

    def found(amount: str) -> str | None:
        one = find_charge(bills, Wanted(None, (Decimal(amount),)))
        return one.charge.item_id if one and one.charge else None

    assert found("24") == "data_overage"
    assert found("26") == "x"
    assert found("25") is None, "both are near it"
    assert found("24.5") is None
    assert found("60") is None, "a whole yuan off"
    compared = compare_bills(bill([line("data_overage", "4.10")]), bills[0])
    assert find_rise(compared, [Decimal(20)]) == "data_overage"


def test_what_rose_by_the_amount_named() -> None:
    compared = compare_bills(
        bill([line("a", "10"), line("b", "10"), line("c", "1")]),
        bill([line("a", "30"), line("b", "12"), line("c", "3")]),
    )
    assert find_rise(compared, [Decimal(20)]) == "a"
    assert find_rise(compared, [Decimal(2)]) is None
    assert find_rise(compared, [Decimal(99), Decimal(20)]) == "a"


async def test_without_a_month_it_is_the_last_bill_and_what_ran_up_since(
    operator: EmbeddedBss,
) -> None:
    found = await bills_of(operator, "L1102", [], TODAY)
    assert [one.month for one in found] == ["2026-10", "2026-11"]
    [one] = await bills_of(operator, "L1112B", ["2026-09"], TODAY)
    assert one.line_id == "L1112"
    with pytest.raises(MonthTooOld):
        await bills_of(operator, "L1102", ["2020-01"], TODAY)


async def test_an_addon_tells_since_when_and_that_it_can_be_stopped(
    operator: EmbeddedBss,
) -> None:
    bills = await bills_of(operator, "L1102", [], TODAY)
    found = find_charge(bills, Wanted("crbt_fee"))
    assert found is not None
    assert found.charge is not None
    told = await origin(operator, found.bill, found.charge, TODAY)
    assert told.explanation.startswith("彩铃业务每月的费用")
    assert told.first_month == "2026-10"
    assert told.since is not None
    assert (told.since.year, told.since.month) == (2026, 10)
    assert told.may_cancel
    assert told.order_number is not None
    assert await is_value_added(operator, found.charge)


async def test_an_order_on_record_is_named_and_a_cancelled_addon_is_not_to_be_stopped(
    bss: EmbeddedBss,
) -> None:
    order = await bss.subscribe_addon("L1101", "cloud_drive", idempotency_key="k1")
    [bill] = await bills_of(bss, "L1101", ["2026-11"], TODAY)
    found = find_charge([bill], Wanted("cloud_drive_fee"))
    assert found is not None
    assert found.charge is not None
    told = await origin(bss, bill, found.charge, TODAY)
    assert (told.since, told.order_number) == (TODAY, order.order_id[-8:].upper())
    await bss.cancel_addon("L1101", "cloud_drive", idempotency_key="k2")
    told = await origin(bss, bill, found.charge, TODAY)
    assert told.until == date(2026, 11, 30)
    assert not told.may_cancel


async def test_overage_belongs_to_the_plan_and_is_no_value_added_service(
    operator: EmbeddedBss,
) -> None:
    [bill] = await bills_of(operator, "L1106", ["2026-10"], TODAY)
    found = find_charge([bill], Wanted("data_overage"))
    assert found is not None
    assert found.charge is not None
    told = await origin(operator, bill, found.charge, TODAY)
    assert told.plan is not None
    assert told.plan.id == "p19"
    assert not told.may_cancel
    assert not await is_value_added(operator, found.charge)
    compared = await with_month_before(operator, bill)
    assert compared is not None
    assert compared.before.month == "2026-09"


async def test_packs_are_no_value_added_services(operator: EmbeddedBss) -> None:
    [bill] = await bills_of(operator, "L1006", ["2026-10"], TODAY)
    found = find_charge([bill], Wanted("data_10g_fee"))
    assert found is not None
    assert found.charge is not None
    assert not await is_value_added(operator, found.charge)
    assert by_addon(await operator.addons(), "crbt") == "crbt_fee"
    assert by_addon(await operator.addons(), "nothing") is None
