"""What a customer wishes of a plan, from the words."""

from decimal import Decimal

import pytest

from care.bss.embedded.demo import read_demo
from care.catalogue.needs import Need, Needs, in_general, read_needs

PLANS = read_demo().plans.values()


@pytest.mark.parametrize(
    ("text", "wanted", "for_other"),
    [
        ("流量多的给我推荐一款", {Need.MORE_DATA}, False),
        ("我打电话多，哪款合适", {Need.MORE_VOICE}, False),
        ("给我妈挑个套餐", {Need.SENIOR}, True),
        ("我一个退休老太太用哪个好", {Need.SENIOR}, False),
        ("有学生用的吗", {Need.YOUTH}, True),
        ("宽带和手机一起的", {Need.BROADBAND}, False),
        ("一家三口一起用", {Need.FAMILY}, False),
        ("便宜点的", set(), False),
    ],
)
def test_wishes_are_read(text: str, wanted: set[Need], for_other: bool) -> None:
    needs = read_needs(text)
    assert needs.wanted == wanted
    assert needs.for_other is for_other


@pytest.mark.parametrize(
    ("text", "amount", "budget"),
    [
        ("五十以内的", "50", Decimal(50)),
        ("一百左右的", "100", Decimal(110)),
        ("我话费每月都一百多", "100", None),
        ("三十以下", "x", None),
    ],
)
def test_an_amount_is_a_budget_only_where_it_is_said_so(
    text: str, amount: str, budget: Decimal | None
) -> None:
    assert read_needs(text, amount=amount).budget == budget


def test_groups_are_shown_only_to_those_they_are_for() -> None:
    assert {plan.id for plan in in_general(PLANS, Needs())}.isdisjoint({"p29", "p39", "e99", "o48"})
    assert in_general(PLANS, read_needs("给老人用的"))[0].id == "p29"
    assert in_general(PLANS, read_needs("学生用的"))[0].id == "p39"
    assert {plan.monthly_fee <= 50 for plan in in_general(PLANS, Needs(budget=Decimal(50)))} == {
        True
    }
    assert in_general(PLANS, Needs(budget=Decimal(1))) == []
