"""Which pack helps."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.bss.embedded.demo import read_demo
from care.bss.months import last_day, month_of
from care.bss.protocol import AddonKind
from care.catalogue.packs import packs_by_use, packs_of_size, shortage

ADDONS = list(read_demo().addons.values())
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("used", "over", "left", "day", "over_now", "expected"),
    [
        (15_000, 0, 5_000, 15, 0, 10_000),
        (20_000, 1_000, 0, 15, 1_000, 21_000),
        (1_000, 0, 19_000, 15, 0, 0),
        (20_000, 500, 0, 30, 500, 0),
        (0, 0, 0, 1, 0, 0),
    ],
)
def test_the_shortage_is_what_will_be_missing(
    used: int, over: int, left: int, day: int, over_now: int, expected: int
) -> None:
    short = shortage(used, over, left, date(2026, 11, day))
    assert (short.over, short.expected) == (over_now, expected)
    assert short.exists is bool(over_now or expected)


@settings(deadline=None)
@given(st.integers(0, 50_000), days)
def test_the_first_pack_is_the_cheapest_that_is_enough_and_lasts(needed: int, today: date) -> None:
    offered = packs_by_use(ADDONS, AddonKind.DATA_PACK, needed, today)
    assert {pack.id for pack in offered} == {
        addon.id for addon in ADDONS if addon.kind is AddonKind.DATA_PACK and addon.on_sale
    }
    left = (last_day(month_of(today)) - today).days + 1
    enough = [p for p in offered if p.data_mb >= needed and (p.valid_days or 31) >= left]
    if needed and enough:
        assert offered[0].price == min(pack.price for pack in enough)
        assert offered[0] in enough


def test_three_gigabytes_in_the_middle_of_a_month_are_a_boost() -> None:
    offered = packs_by_use(ADDONS, AddonKind.DATA_PACK, 3 * 1024, date(2026, 11, 15))
    assert offered[0].id == "data_boost_5g"
    last = packs_by_use(ADDONS, AddonKind.DATA_PACK, 500, date(2026, 11, 30))
    assert last[0].id == "data_day_1g"


@pytest.mark.parametrize(
    ("gb", "ids"),
    [
        (5, ["data_boost_5g"]),
        (10, ["data_10g"]),
        (8, ["data_10g", "data_30g"]),
        (100, ["data_day_1g", "data_boost_5g", "data_10g", "data_30g"]),
    ],
)
def test_packs_of_a_size(gb: int, ids: list[str]) -> None:
    assert [pack.id for pack in packs_of_size(ADDONS, gb * 1024)] == ids
