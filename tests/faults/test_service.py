import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import Service
from care.faults.service import (
    area_of_text,
    areas_of_customer,
    areas_of_district,
    outages_at,
)


async def test_only_outages_of_the_service_count(operator: EmbeddedBss) -> None:
    assert await outages_at(operator, "liuhe", Service.MOBILE)
    assert await outages_at(operator, "cuihu", Service.MOBILE) == ()
    assert await outages_at(operator, "cuihu", Service.IPTV)
    assert await outages_at(operator, "nowhere") == ()


@pytest.mark.parametrize(
    ("customer_id", "areas"),
    [("C1003", ["cuihu"]), ("C1010", ["jixie"]), ("C1229", ["binjiang", "haitang"])],
)
async def test_the_areas_are_those_of_the_broadband_or_the_address(
    operator: EmbeddedBss, customer_id: str, areas: list[str]
) -> None:
    assert [area.id for area in await areas_of_customer(operator, customer_id)] == areas


@pytest.mark.parametrize(
    ("text", "area_id"), [("cuihu", "cuihu"), ("我家在翠湖", "cuihu"), ("那边", None)]
)
async def test_words_are_placed(operator: EmbeddedBss, text: str, area_id: str | None) -> None:
    area = await area_of_text(operator, text)
    assert (area.id if area else None) == area_id


async def test_a_district_is_its_areas(operator: EmbeddedBss) -> None:
    named = await areas_of_district(operator, "望江那边")
    assert "cuihu" in {area.id for area in named}
    assert {area.district for area in named} == {"望江区"}
    assert await areas_of_district(operator, "火星") == ()
