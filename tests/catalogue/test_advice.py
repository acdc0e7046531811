"""What each plan would have cost."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.demo import read_demo
from care.bss.months import shift_month
from care.bss.protocol import UsageKind
from care.catalogue.advice import MonthUse, advise, cost_of, use_of
from care.catalogue.advising import advice_for, basis_of
from care.catalogue.needs import Need, Needs
from care.catalogue.service import extra_fees
from tests.bss.operator_fixtures import TODAY

PLANS = read_demo().plans
plans = st.sampled_from(sorted(PLANS)).map(PLANS.__getitem__)
months = st.lists(
    st.tuples(st.integers(0, 200_000), st.integers(0, 4000), st.integers(0, 500)),
    min_size=1,
    max_size=6,
).map(
    lambda used: [
        MonthUse(shift_month("2026-01", number), *amounts) for number, amounts in enumerate(used)
    ]
)


@settings(deadline=None)  # the machine may be busy with other tests
@given(plans, months)
def test_a_plan_never_costs_less_than_its_fee(plan, uses) -> None:  # type: ignore[no-untyped-def]
    cost = cost_of(plan, uses, Decimal(7))
    assert cost.fees == (plan.monthly_fee + 7) * len(uses)
    assert cost.overage >= 0
    assert cost.total == cost.fees + cost.overage


@settings(deadline=None)
@given(plans, months, st.data())
def test_more_use_never_costs_less(plan, uses, data) -> None:  # type: ignore[no-untyped-def]
    place = data.draw(st.integers(0, len(uses) - 1))
    field = data.draw(st.sampled_from(["data_mb", "voice_minutes", "sms"]))
    more = data.draw(st.integers(0, 100_000))
    changed = replace(uses[place], **{field: getattr(uses[place], field) + more})
    heavier = [*uses[:place], changed, *uses[place + 1 :]]
    assert cost_of(plan, heavier).total >= cost_of(plan, uses).total


@settings(deadline=None)
@given(plans, months)
def test_a_cap_holds(plan, uses) -> None:  # type: ignore[no-untyped-def]
    if plan.tariff.data_cap is None:
        return
    data_only = [replace(use, voice_minutes=0, sms=0) for use in uses]
    assert cost_of(plan, data_only).overage <= plan.tariff.data_cap * len(uses)


def test_what_is_left_over_is_used_first_in_the_next_month_and_only_then() -> None:
    plan = PLANS["p59"]  # 20 GB, rolls over, 5 yuan each GB beyond
    used = [MonthUse("2026-01", 0, 0, 0), MonthUse("2026-02", 40 * 1024, 0, 0)]
    assert cost_of(plan, used).overage == 0
    assert cost_of(plan, [*used, MonthUse("2026-03", 21 * 1024, 0, 0)]).overage == 5
    gap = [MonthUse("2026-01", 0, 0, 0), MonthUse("2026-03", 40 * 1024, 0, 0)]
    assert cost_of(plan, gap).overage == 100
    without = replace(plan, rollover=False)
    assert cost_of(without, used).overage == 100


@settings(deadline=None)
@given(plans, st.lists(plans, max_size=6), months)
def test_the_best_is_the_cheapest_and_the_present_one_where_they_are_equal(  # type: ignore[no-untyped-def]
    present, candidates, uses
) -> None:
    unique = {plan.id: plan for plan in candidates}.values()
    advice = advise(present, unique, uses)
    assert advice.best.total == min(cost.total for cost in advice.ranked)
    if advice.present.total == advice.best.total:
        assert advice.stays
    named = [advice.present, advice.best, *advice.others]
    assert len({cost.plan.id for cost in named}) == len(named) - advice.stays
    assert [cost.total for cost in advice.ranked] == sorted(c.total for c in advice.ranked)


async def test_it_equals_the_real_bills_for_the_present_plan(
    operator: EmbeddedBss, demo_files
) -> None:  # type: ignore[no-untyped-def]
    """For each line that has had its plan all the time: fee, broadband, cards and overage of six bills."""
    compared = 0
    counted = {
        "plan_fee", "broadband_fee", "extra_card_fee",
        "data_overage", "voice_overage", "sms_overage",
    }  # fmt: skip
    for customer in demo_files.customers:
        for spec in customer.lines:
            if spec.plan is None or spec.former_plan is not None or spec.suspended:
                continue
            line = await operator.line_by_id(spec.id)
            assert line is not None
            present = PLANS[spec.plan]
            extra = (await extra_fees(operator, line)).with_plan(present)
            found = [
                use_of(bill.month, await operator.usage(spec.id, bill.month), PLANS)
                for bill in await operator.bills(spec.id, 6)
            ]
            uses = [use for use in found[::-1] if use is not None]
            assert len(uses) == 6, spec.id
            bills = await operator.bills(spec.id, 6)
            real = sum(
                item.amount
                for bill in bills
                for item in bill.items
                if item.charge_item_id in counted
            )
            assert cost_of(present, uses, extra).total == real, spec.id
            compared += 1
    assert compared >= 40


async def test_packs_and_roaming_are_no_use_of_the_plan(operator: EmbeddedBss) -> None:
    month = "2026-09"
    buckets = await operator.usage("L1008", month)
    assert any(bucket.roaming for bucket in buckets)
    plan_ids = [plan.id for plan in await operator.plans()]
    use = use_of(month, buckets, plan_ids)
    assert use is not None
    own = [b for b in buckets if b.kind is UsageKind.DATA and not b.roaming]
    assert use.data_mb == sum(b.used + b.over for b in own if b.offering_id in plan_ids)
    assert use_of(month, [b for b in buckets if b.roaming], plan_ids) is None


async def test_only_what_the_line_may_take_is_advised(operator: EmbeddedBss) -> None:
    basis = await basis_of(operator, "L1011", TODAY)
    advice = advice_for(basis, Needs())
    assert advice is not None
    allowed = {plan.id for plan in basis.allowed} | {basis.present.id}
    assert {cost.plan.id for cost in advice.ranked} == allowed
    assert "p59" not in allowed, "it is bound by a contract"


@pytest.mark.parametrize("need", [Need.MORE_DATA, Need.MORE_VOICE, Need.BROADBAND])
async def test_a_wish_is_honoured_though_the_present_plan_is_cheaper(
    operator: EmbeddedBss, need: Need
) -> None:
    basis = await basis_of(operator, "L1141", TODAY)
    plain = advice_for(basis, Needs())
    assert plain is not None
    assert plain.stays
    wished = advice_for(basis, Needs(frozenset({need})))
    assert wished is not None
    assert not wished.stays
    best = wished.best.plan
    assert {
        Need.MORE_DATA: best.data_mb > basis.present.data_mb,
        Need.MORE_VOICE: best.voice_minutes > basis.present.voice_minutes,
        Need.BROADBAND: best.broadband_mbps is not None,
    }[need]


async def test_a_wish_that_nothing_fits_gives_no_advice(operator: EmbeddedBss) -> None:
    basis = await basis_of(operator, "L1141", TODAY)
    assert advice_for(basis, Needs(data_mb=10**9)) is None


async def test_an_amount_that_was_said_counts_in_place_of_what_was_used(
    operator: EmbeddedBss,
) -> None:
    basis = await basis_of(operator, "L1141", TODAY)
    advice = advice_for(basis, Needs(data_mb=35 * 1024))
    assert advice is not None
    assert advice.best.plan.data_mb >= 35 * 1024
    assert advice.present.overage > 0


async def test_home_broadband_counts_where_a_plan_has_none(operator: EmbeddedBss) -> None:
    basis = await basis_of(operator, "L1160", TODAY)
    assert basis.extras.with_plan(basis.present) == 0
    advice = advice_for(basis, Needs())
    assert advice is not None
    p59 = next(cost for cost in advice.ranked if cost.plan.id == "p59")
    assert p59.fees == (59 + 50) * 6
