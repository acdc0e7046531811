"""What is meant of a list by its place, price, size, or what it has."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.listed import Item, fitting, picked

ITEMS = [
    Item("a", Decimal(30), 30),
    Item("b", Decimal(10), 5),
    Item("c", Decimal(99), 10),
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("第二个", ["b"]),
        ("就要第3款吧", ["c"]),
        ("第一个和第三个", ["a", "c"]),
        ("最后一个", ["c"]),
        ("2", ["b"]),
        ("选3吧", ["c"]),
        ("the second one", ["b"]),
        ("便宜的那个", ["b"]),
        ("最贵的", ["c"]),
        ("流量多的那个", ["a"]),
        ("三个都要", ["a", "b", "c"]),
        ("都要", ["a", "b", "c"]),
        ("两个都要", []),
        ("第六个", []),
        ("都不要", []),
        ("换个便宜别的", []),
        ("彩铃", []),
        ("", []),
    ],
)
def test_places_prices_and_sizes(text: str, ids: list[str]) -> None:
    assert picked(text, ITEMS) == ids


def test_nothing_is_picked_of_nothing_nor_all_of_many() -> None:
    assert picked("第一个", []) == []
    assert picked("都要", ITEMS * 3) == []
    assert picked("两个都要", ITEMS[:2]) == ["a", "b"]


PLANS = [
    Item("p59", Decimal(59), 20480, "畅享59", "免费来电显示"),
    Item("p129", Decimal(129), 61440, "畅享129", "宽带"),
    Item("p159", Decimal(159), 81920, "畅享159", "电视直播频道、宽带"),
    Item("p199", Decimal(159), 122880, "畅享199", "电视直播频道、视频会员任选一个、宽带"),
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("带视频的那个", ["p199"]),
        ("我要有视频会员的", ["p199"]),
        ("带电视的那款吧", ["p159", "p199"]),
        ("带宽带的那个", ["p129", "p159", "p199"]),
        ("60G那个", ["p129"]),
        ("5G那个", []),
        ("59那个", ["p59"]),
        ("最贵的", ["p159", "p199"]),
        ("便宜的那个", ["p59"]),
        ("畅享", []),
        ("不要带宽带的", []),
        ("嗯", []),
    ],
)
def test_what_an_attribute_fits(text: str, ids: list[str]) -> None:
    assert fitting(text, PLANS) == ids
    assert picked(text, PLANS) == (ids if len(ids) == 1 else [])


@given(st.text())
def test_no_text_breaks_a_choice(text: str) -> None:
    assert set(fitting(text, PLANS)) <= {item.id for item in PLANS}
    assert set(picked(text, PLANS)) <= {item.id for item in PLANS}
