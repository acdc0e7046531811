"""Coverage of what customers write, and offers at what they would cost."""

import pytest

from care.broadband.service import (
    accesses_of,
    coverage,
    find_offer,
    joined,
    offers_at,
    relocation,
    speed_of,
)
from care.bss.embedded import EmbeddedBss


@pytest.mark.parametrize(
    ("text", "area", "covered", "precise"),
    [
        ("jinxiu", "jinxiu", True, False),
        ("锦绣家园", "jinxiu", True, False),
        ("锦绣家园3栋2单元501", "jinxiu", True, True),
        ("澜州市新港区 锦绣街88号", "jinxiu", True, False),
        ("锦绣家园3栋", "jinxiu", True, False),
        ("锦绣家园3栋2单元", "jinxiu", True, False),
        ("锦绣家园3栋2单元501室", "jinxiu", True, True),
        ("滨江1号", "binjiang", True, False),  # its name, no house number
        ("滨江1号2栋301", "binjiang", True, True),
        ("柳河村三组", "liuhe", True, True),
        ("石桥村", "shiqiao", False, False),
        ("月光街12号", None, False, True),
        ("", None, False, False),
    ],
)
async def test_coverage(
    operator: EmbeddedBss, text: str, area: str | None, covered: bool, precise: bool
) -> None:
    found = await coverage(operator, text)
    assert (None if found.area is None else found.area.id) == area
    assert (found.covered, found.precise) == (covered, precise)


async def test_an_address_in_two_parts_is_one(operator: EmbeddedBss) -> None:
    both = await joined(operator, "锦绣家园", "3栋2单元501")
    assert both.address == "锦绣家园3栋2单元501"
    assert both.precise
    pieces = await joined(operator, "锦绣家园3栋", "2单元501")
    assert (pieces.address, pieces.precise) == ("锦绣家园3栋2单元501", True)
    other_house = await joined(operator, "锦绣家园3栋", "5栋")
    assert (other_house.address, other_house.precise) == ("锦绣家园5栋", False)
    no_flats = await joined(operator, "锦绣家园3栋", "独栋别墅")
    assert (no_flats.address, no_flats.precise) == ("锦绣家园3栋", True)
    assert not (await joined(operator, "锦绣家园", "没有房号")).precise
    corrected = await joined(operator, "锦绣家园3栋2单元501", "5栋301")
    assert corrected.address == "锦绣家园5栋301"
    other = await joined(operator, "锦绣家园", "海棠湾9栋101")
    assert other.address == "海棠湾9栋101"
    assert (await joined(operator, "", "5栋301")).area is None
    assert (await joined(operator, "月光街", "5栋301")).area is None


async def test_offers_end_at_what_the_area_can_have(operator: EmbeddedBss) -> None:
    slow, fast = await operator.area("jixie"), await operator.area("haitang")
    assert slow is not None
    assert fast is not None
    assert [one.offer.mbps for one in await offers_at(operator, slow)] == [100]
    everything = await offers_at(operator, fast)
    assert [one.offer.mbps for one in everything] == [100, 300, 500, 1000]
    assert all(one.offer.on_sale for one in everything)
    assert [one.monthly_fee for one in everything] == [40, 50, 60, 90]


async def test_a_plan_pays_up_to_its_speed_and_for_one_line(operator: EmbeddedBss) -> None:
    area = await operator.area("haitang")
    assert area is not None
    free = await offers_at(operator, area, "L1201")  # 500M in the plan, no line yet
    assert [one.monthly_fee for one in free] == [0, 0, 0, 90]
    used = await offers_at(operator, area, "L1003")  # 500M in the plan, and a line
    assert [one.monthly_fee for one in used] == [40, 50, 60, 90]
    assert [one.monthly_fee for one in await offers_at(operator, area, "L1200")] == [40, 50, 60, 90]


@pytest.mark.parametrize(
    ("said", "offer"),
    [
        ("bb300", "bb300"),
        ("家庭宽带500M", "bb500"),
        ("来个千兆的", "bb1000"),
        ("1024M", "bb1000"),
        ("300", "bb300"),
        ("想装一条五百兆宽带", "bb500"),
        ("百兆就够", "bb100"),
        ("200M", "bb200"),
        ("8000兆", None),
        ("快一点的", None),
        ("bb_move", None),
        ("宽带移机", None),
        ("", None),
    ],
)
async def test_an_offer_is_found_by_what_people_call_it(
    operator: EmbeddedBss, said: str, offer: str | None
) -> None:
    found = await find_offer(operator, said)
    assert (None if found is None else found.id) == offer


def test_a_speed_is_no_telephone_number() -> None:
    assert speed_of("13800138000") is None
    assert speed_of("幸福路18号") is None


async def test_the_relocation_and_the_lines_it_may_move(operator: EmbeddedBss) -> None:
    offer = await relocation(operator)
    assert offer is not None
    assert offer.work_fee == 50
    lines = await accesses_of(operator, "C1203", "L1203")
    assert {one.area_id for one in lines} == {"cuihu", "jingui"}
    assert await accesses_of(operator, "C1200", "L1200") == ()
