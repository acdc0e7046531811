"""What is meant of a list by its place, price or size."""

from decimal import Decimal

import pytest

from actions.listed import Item, picked

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
