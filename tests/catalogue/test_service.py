from datetime import date
from decimal import Decimal

import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.errors import BssRejected, RejectReason
from care.catalogue.service import (
    compare_plans,
    find_addon,
    find_plan,
    next_month,
    plan_offer,
    plans_on_sale,
)
from tests.bss.operator_fixtures import TODAY


@pytest.mark.parametrize(
    ("wanted", "plan_id"),
    [
        ("p59", "p59"),
        ("畅享59", "p59"),
        ("畅享 59", "p59"),
        ("P59", "p59"),
        ("129那个", "p129"),
        ("一百五十九元套餐", "p159"),
        ("60", None),
        ("", None),
    ],
)
async def test_a_plan_is_found_by_what_it_is_called(
    operator: EmbeddedBss, wanted: str, plan_id: str | None
) -> None:
    plan = await find_plan(operator, wanted)
    assert (plan.id if plan else None) == plan_id


async def test_an_addon_is_found_by_what_it_is_called(operator: EmbeddedBss) -> None:
    addon = await find_addon(operator, "10g流量包")
    assert addon is not None
    assert addon.id == "data_10g"
    assert await find_addon(operator, "热水") is None


async def test_comparing_needs_two_plans(operator: EmbeddedBss) -> None:
    comparison = await compare_plans(operator, "p129", "p159")
    assert (comparison.old.id, comparison.new.id) == ("p129", "p159")
    with pytest.raises(BssRejected) as refused:
        await compare_plans(operator, "p129", "p130")
    assert refused.value.reason is RejectReason.UNKNOWN_OFFERING


async def test_the_offer_names_what_broadband_will_cost(operator: EmbeddedBss) -> None:
    offer = await plan_offer(operator, "L1003", "p59", TODAY)
    assert (offer.old.id, offer.new.id) == ("p159", "p59")
    assert offer.effective == date(2026, 12, 1)
    assert offer.broadband_fee == Decimal("60.00")
    assert offer.comparison.fee_difference == Decimal(-100)
    assert offer.monthly_difference == Decimal(-40)
    assert offer.contract is None
    # who keeps a plan with broadband pays nothing for it
    assert (await plan_offer(operator, "L1003", "p129", TODAY)).broadband_fee == 0


async def test_the_offer_names_what_second_cards_will_cost(operator: EmbeddedBss) -> None:
    offer = await plan_offer(operator, "L1013", "p129", TODAY)
    assert offer.extra_card_fee == Decimal(10)
    assert offer.monthly_difference == Decimal(-30)
    down = await plan_offer(operator, "L1013", "p59", TODAY)
    assert down.extra_card_fee == Decimal(20)


async def test_the_offer_names_the_contract_and_what_becomes_free(operator: EmbeddedBss) -> None:
    offer = await plan_offer(operator, "L1011", "p199", TODAY)
    assert offer.contract is not None
    assert offer.contract.name == "24个月宽带合约"
    with_ring = await plan_offer(operator, "L1001", "p159", TODAY)
    assert [addon.id for addon in with_ring.now_included] == ["crbt"]


async def test_nothing_is_offered_that_would_be_refused(operator: EmbeddedBss) -> None:
    with pytest.raises(BssRejected) as refused:
        await plan_offer(operator, "L1011", "p59", TODAY)
    assert refused.value.reason is RejectReason.CONTRACT_BOUND
    assert refused.value.data["until"] == "2028-02-29"
    ids = [plan.id for plan in await plans_on_sale(operator, "L1011", TODAY)]
    assert ids == ["p129", "f169", "p199", "p299"]
    with pytest.raises(BssRejected):
        await plans_on_sale(operator, "L0", TODAY)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2028, 1, 31), date(2028, 2, 1)),
    ],
)
def test_a_change_begins_on_the_first_of_the_next_month(today: date, first: date) -> None:
    assert next_month(today) == first
