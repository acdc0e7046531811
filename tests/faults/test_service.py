import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.demo import DEMO_FOLDER
from care.bss.errors import BssRejected
from care.bss.protocol import LineVerdict, Service
from care.faults.diagnosis import load_diagnoses
from care.faults.service import (
    area_of_customer,
    area_of_text,
    examine,
    measure_line,
    outages_at,
)

DIAGNOSES = load_diagnoses(DEMO_FOLDER / "diagnosis" / "broadband.yml")


async def test_an_outage_explains_the_fault_and_nothing_else_is_asked(
    operator: EmbeddedBss,
) -> None:
    [access] = await operator.broadband_of("C1003")
    found = await examine(operator, DIAGNOSES, "ont_los_red", access=access)
    assert found.outage is not None
    assert found.outage.id == "QZ2001"
    assert found.area is not None
    assert found.area.id == "cuihu"
    assert found.line_test is None
    assert not found.needs_visit


async def test_without_an_outage_the_line_is_tested(operator: EmbeddedBss) -> None:
    [access] = await operator.broadband_of("C1012")
    found = await examine(operator, DIAGNOSES, "drops", access=access)
    assert found.outage is None
    assert found.line_test is not None
    assert found.line_test.verdict is LineVerdict.WEAK_LIGHT
    assert found.needs_visit


async def test_a_sound_line_leaves_self_help(operator: EmbeddedBss) -> None:
    [access] = await operator.broadband_of("C1001")
    found = await examine(operator, DIAGNOSES, "slow_speed", access=access)
    assert found.line_test is not None
    assert found.line_test.verdict is LineVerdict.OK
    assert not found.needs_visit
    assert found.diagnosis.steps


async def test_a_cut_fibre_needs_somebody_whatever_the_test_says(operator: EmbeddedBss) -> None:
    [access] = await operator.broadband_of("C1001")
    found = await examine(operator, DIAGNOSES, "fibre_cut", access=access)
    assert found.needs_visit


async def test_a_weak_wifi_is_no_matter_of_the_line(operator: EmbeddedBss) -> None:
    [access] = await operator.broadband_of("C1003")
    found = await examine(operator, DIAGNOSES, "wifi_weak", access=access)
    assert found.outage is None
    assert found.line_test is None


async def test_a_place_alone_is_enough_to_find_an_outage(operator: EmbeddedBss) -> None:
    found = await examine(operator, DIAGNOSES, None, area_id="liuhe")
    assert found.outage is not None
    assert found.access is None
    nowhere = await examine(operator, DIAGNOSES, None)
    assert nowhere.outage is None
    assert nowhere.line_test is None
    assert nowhere.diagnosis.symptom == "no_internet"


async def test_only_outages_of_the_service_count(operator: EmbeddedBss) -> None:
    assert await outages_at(operator, "liuhe", Service.MOBILE)
    assert await outages_at(operator, "cuihu", Service.MOBILE) == ()
    assert await outages_at(operator, "cuihu", Service.IPTV)
    assert await outages_at(operator, "nowhere") == ()


async def test_the_area_is_that_of_the_broadband_or_the_address(operator: EmbeddedBss) -> None:
    for customer_id, area_id in (("C1003", "cuihu"), ("C1010", "jixie")):
        area = await area_of_customer(operator, customer_id)
        assert area is not None
        assert area.id == area_id


@pytest.mark.parametrize(
    ("text", "area_id"), [("cuihu", "cuihu"), ("我家在翠湖", "cuihu"), ("那边", None)]
)
async def test_words_are_placed(operator: EmbeddedBss, text: str, area_id: str | None) -> None:
    area = await area_of_text(operator, text)
    assert (area.id if area else None) == area_id


async def test_a_line_is_measured(operator: EmbeddedBss) -> None:
    assert (await measure_line(operator, "BB1027")).verdict is LineVerdict.ONT_OFFLINE
    with pytest.raises(BssRejected):
        await measure_line(operator, "BB0")
