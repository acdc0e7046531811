from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from care.bss.embedded import EmbeddedBss
from care.stores.service import (
    district_in,
    hours_on,
    next_open_day,
    offering,
    store,
    store_today,
    stores_in_district,
    stores_near,
)

ZONE = ZoneInfo("Asia/Shanghai")


async def test_the_areas_own_shop_comes_first_and_then_the_districts(
    operator: EmbeddedBss,
) -> None:
    near = await stores_near(operator, "cuihu")
    assert near[0].id == "s_cuihu"
    assert len(near) == 3
    assert {shop.district for shop in near} == {"望江区"}
    village = await stores_near(operator, "liuhe", limit=2)
    assert village[0].id == "s_linxi"
    assert len(village) == 2


async def test_a_place_nobody_knows_still_gets_shops(operator: EmbeddedBss) -> None:
    assert len(await stores_near(operator, "mars")) == 3


async def test_every_area_has_a_shop_of_its_own(operator: EmbeddedBss) -> None:
    for area in await operator.areas():
        [first] = await stores_near(operator, area.id, limit=1)
        assert area.id in first.area_ids, area.id


async def test_shops_of_a_district(operator: EmbeddedBss) -> None:
    found = await stores_in_district(operator, "桐山区")
    assert {shop.id for shop in found} == {"s_tongshan", "s_wenhua", "s_jianshe"}
    assert await stores_in_district(operator, "火星区") == ()


@pytest.mark.parametrize(
    ("utc", "is_open"),
    [
        ("2026-11-23T00:29", False),  # Monday 08:29 in Shanghai
        ("2026-11-23T00:30", True),
        ("2026-11-23T09:59", True),
        ("2026-11-23T10:00", False),
        ("2026-11-22T00:40", False),  # Sunday 08:40: opens at 09:00
    ],
)
async def test_a_shop_is_open_by_local_time(operator: EmbeddedBss, utc: str, is_open: bool) -> None:
    shop = await store(operator, "s_wangjiang")
    assert shop is not None
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert store_today(shop, now, ZONE).open_now is is_open


async def test_a_closed_day_is_skipped(operator: EmbeddedBss) -> None:
    shop = await store(operator, "s_wenhua")
    assert shop is not None
    saturday = date(2026, 11, 28)
    assert next_open_day(shop, saturday) == date(2026, 11, 30)
    sunday = datetime(2026, 11, 29, 4, tzinfo=UTC)
    today = store_today(shop, sunday, ZONE)
    assert today.hours is None
    assert not today.open_now
    assert await store(operator, "s_0") is None


async def test_public_holidays_have_hours_of_their_own(operator: EmbeddedBss) -> None:
    big, small = await store(operator, "s_cuihu"), await store(operator, "s_wenhua")
    assert big is not None
    assert small is not None
    holiday = date(2026, 10, 1)
    hours = hours_on(big, holiday)
    assert hours is not None
    assert f"{hours.opens:%H:%M}-{hours.closes:%H:%M}" == "10:00-18:00"
    assert hours_on(small, holiday) is None
    noon = datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert store_today(small, noon, ZONE).holiday == "国庆节"
    assert not store_today(small, noon, ZONE).open_now
    assert next_open_day(small, holiday) == date(2026, 10, 8)
    working_saturday = date(2026, 10, 10)
    assert hours_on(small, working_saturday) == small.hours_on(working_saturday)


async def test_shops_that_do_something_and_districts_in_words(operator: EmbeddedBss) -> None:
    shops = await operator.stores()
    assert {shop.id for shop in offering(shops, "销户")} == {"s_tongshan"}
    assert district_in("我在新港区这边", shops) == "新港区"
    assert district_in("新港那边有吗", shops) == "新港区"
    assert district_in("临溪", shops) == "临溪县"
    assert district_in("朝阳区", shops) is None
