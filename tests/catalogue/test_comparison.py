"""What the offer of a change of plan says is lost and gained."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.bss.embedded.demo import read_demo
from care.catalogue.comparison import Difference, Feature, compare, data_text

PLANS = read_demo().plans
plans = st.sampled_from(sorted(PLANS)).map(PLANS.__getitem__)


def test_going_down_names_everything_that_is_lost() -> None:
    comparison = compare(PLANS["p129"], PLANS["p59"])
    assert comparison.fee_difference == Decimal(-70)
    assert [difference.text for difference in comparison.lost] == [
        "国内流量 60GB→20GB",
        "国内通话 800分钟→200分钟",
        "家庭宽带 300M",
        "免费副卡 1张",
    ]
    assert comparison.gained == ()


def test_what_is_either_there_or_not_has_no_value() -> None:
    lost = [difference.text for difference in compare(PLANS["p59"], PLANS["p19"]).lost]
    assert "流量结转" in lost
    gained = [difference.text for difference in compare(PLANS["p19"], PLANS["p59"]).gained]
    assert "流量结转" in gained


def test_going_up_names_what_is_gained() -> None:
    comparison = compare(PLANS["p129"], PLANS["p159"])
    assert comparison.fee_difference == Decimal(30)
    assert comparison.lost == ()
    assert [difference.text for difference in comparison.gained] == [
        "国内流量 60GB→80GB",
        "国内通话 800分钟→1000分钟",
        "家庭宽带 300M→500M",
        "免费副卡 1张→2张",
        "套餐外流量 5元/GB→3元/GB",
        "免费彩铃",
        "电视直播频道",
    ]


def test_prices_and_caps_that_get_worse_are_losses() -> None:
    comparison = compare(PLANS["p29"], PLANS["p59"])
    assert Difference(Feature.DATA_PRICE, "3元/GB", "5元/GB") in comparison.lost
    assert Difference(Feature.VOICE_PRICE, "0.10元/分钟", "0.15元/分钟") in comparison.lost
    assert Difference(Feature.DATA_CAP, "30元/月", None) in comparison.lost
    assert Difference(Feature.PERK, "人工服务一键直达", None) in comparison.lost
    assert Difference(Feature.DATA, "10GB", "20GB") in comparison.gained
    assert "流量结转" in [d.text for d in compare(PLANS["o48"], PLANS["p59"]).gained]


@given(plans, plans)
def test_what_one_way_loses_the_other_way_gains(old, new) -> None:  # type: ignore[no-untyped-def]
    there, back = compare(old, new), compare(new, old)
    assert there.fee_difference == -back.fee_difference
    turned = {Difference(d.feature, d.after, d.before) for d in back.gained}
    assert set(there.lost) == turned
    assert {d.text for d in there.lost}.isdisjoint({""})


@given(plans)
def test_a_plan_does_not_differ_from_itself(plan) -> None:  # type: ignore[no-untyped-def]
    comparison = compare(plan, plan)
    assert comparison.lost == comparison.gained == ()


@pytest.mark.parametrize(
    ("mb", "text"),
    [
        (0, "0MB"),
        (300, "300MB"),
        (1024, "1GB"),
        (1536, "1.5GB"),
        (20480, "20GB"),
        (10300, "10.06GB"),
    ],
)
def test_data_is_written_as_people_do(mb: int, text: str) -> None:
    assert data_text(mb) == text
