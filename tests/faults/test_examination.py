from datetime import UTC

import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.demo import DEMO_FOLDER
from care.faults.diagnosis import Check, Consequence, Finding, Topic, load_fault_guide
from care.faults.examination import Examination, examine, subject_of
from care.faults.words import results

GUIDE = load_fault_guide(DEMO_FOLDER)


async def look(
    bss: EmbeddedBss, topic: Topic, customer: str, symptom: str | None, place: str | None = None
) -> Examination:
    line = (await bss.lines(customer))[0]
    area = await bss.area(place) if place else None
    subject = await subject_of(bss, topic, customer, line.id, place=area)
    assert subject is not None
    return await examine(bss, GUIDE.topics[topic], symptom, subject)


async def test_an_outage_explains_the_fault_and_nothing_else_is_looked_at(
    operator: EmbeddedBss,
) -> None:
    found = await look(operator, Topic.BROADBAND, "C1003", "ont_los_red")
    assert found.outage is not None
    assert found.outage.id == "QZ2001"
    assert found.area is not None
    assert found.area.id == "cuihu"
    assert Check.LINE_TEST not in found.done
    assert found.findings == ()
    assert found.ticket_now is None


@pytest.mark.parametrize(
    ("customer", "finding", "then"),
    [
        ("C1012", Finding.WEAK_LIGHT, Consequence.VISIT),
        ("C1221", Finding.CONGESTED, Consequence.TECHNICIAN),
        ("C1027", Finding.ONT_OFFLINE, None),
        ("C1001", None, None),
    ],
)
async def test_without_an_outage_the_line_is_tested(
    operator: EmbeddedBss, customer: str, finding: Finding | None, then: Consequence | None
) -> None:
    found = await look(operator, Topic.BROADBAND, customer, "slow_speed")
    assert found.outage is None
    assert [one for one, _ in found.findings] == ([finding] if finding else [])
    assert found.ticket_now is then


async def test_a_cut_fibre_needs_somebody_whatever_the_test_says(operator: EmbeddedBss) -> None:
    found = await look(operator, Topic.BROADBAND, "C1001", "fibre_cut")
    assert found.findings == ()
    assert found.ticket_now is Consequence.VISIT


async def test_a_weak_wifi_is_no_matter_of_the_line(operator: EmbeddedBss) -> None:
    found = await look(operator, Topic.BROADBAND, "C1003", "wifi_weak")
    assert found.outage is None
    assert found.done == (Check.LINE,)


async def test_a_stopped_line_ends_the_looking(operator: EmbeddedBss) -> None:
    for topic in (Topic.BROADBAND, Topic.MOBILE, Topic.CALL, Topic.TV):
        found = await look(operator, topic, "C1009", None)
        assert found.first(Consequence.TOLD) is Finding.SUSPENDED_ARREARS
        assert found.done == (Check.LINE,)


@pytest.mark.parametrize(
    ("topic", "customer", "symptom", "finding", "then"),
    [
        (Topic.MOBILE, "C1223", "no_mobile_data", Finding.DATA_STOPPED, Consequence.TOLD),
        (Topic.MOBILE, "C1224", "no_signal", Finding.ROAMING_OFF, Consequence.TOLD),
        (Topic.MOBILE, "C1225", "no_signal", Finding.NOT_REGISTERED, Consequence.GO_ON),
        (Topic.CALL, "C1227", "call_failed", Finding.CALLS_BARRED, Consequence.TOLD),
        (Topic.CALL, "C1228", "one_way_audio", Finding.VOLTE_OFF, Consequence.TECHNICIAN),
        (Topic.TV, "C1229", "stb_no_boot", Finding.BOX_OFFLINE, Consequence.GO_ON),
        (
            Topic.TV,
            "C1230",
            "iptv_login_failed",
            Finding.BOX_SIGNED_OUT,
            Consequence.TECHNICIAN,
        ),
        (Topic.TV, "C1231", "iptv_freeze", Finding.NO_LIGHT, Consequence.VISIT),
    ],
)
async def test_the_core_and_the_platform_tell_what_they_know(
    operator: EmbeddedBss,
    topic: Topic,
    customer: str,
    symptom: str,
    finding: Finding,
    then: Consequence,
) -> None:
    found = await look(operator, topic, customer, symptom)
    assert (finding, then) in found.findings
    if then in (Consequence.VISIT, Consequence.TECHNICIAN):
        assert found.ticket_now is then


async def test_a_data_block_is_no_matter_of_calls(operator: EmbeddedBss) -> None:
    found = await look(operator, Topic.CALL, "C1223", "call_failed")
    assert found.findings == ()


async def test_the_place_of_a_number_is_where_it_was_last_seen(operator: EmbeddedBss) -> None:
    seen = await look(operator, Topic.MOBILE, "C1225", "no_signal")
    assert seen.area is not None
    assert seen.area.id == "binjiang"
    assert not seen.needs_place
    assert seen.seen_at is not None
    assert seen.seen_at.tzinfo is UTC
    unseen = await look(operator, Topic.MOBILE, "C1226", "weak_signal")
    assert unseen.area is None
    assert unseen.needs_place
    assert not (await look(operator, Topic.MOBILE, "C1226", "sms_failed")).needs_place
    assert not (await look(operator, Topic.MOBILE, "C1224", "weak_signal")).needs_place


async def test_a_place_that_was_named_goes_before_the_cell(operator: EmbeddedBss) -> None:
    found = await look(operator, Topic.MOBILE, "C1236", "no_signal", place="liuhe")
    assert found.outage is not None
    assert found.outage.id == "QZ2002"


async def test_who_has_no_such_thing_has_no_fault_of_it(operator: EmbeddedBss) -> None:
    line = (await operator.lines("C1006"))[0]
    for topic in (Topic.BROADBAND, Topic.TV):
        assert await subject_of(operator, topic, "C1006", line.id) is None
    assert await subject_of(operator, Topic.MOBILE, "C1006", line.id) is not None
    assert await subject_of(operator, Topic.MOBILE, "C1006", "L0") is None
    with_net = (await operator.lines("C1221"))[0]
    assert await subject_of(operator, Topic.TV, "C1221", with_net.id) is None


async def test_the_ticket_tells_checks_and_findings(operator: EmbeddedBss) -> None:
    found = await look(operator, Topic.MOBILE, "C1225", "no_signal")
    assert results(found) == "已查号码状态、网络注册、片区故障；没有注册到网络"
    nothing = await look(operator, Topic.BROADBAND, "C1001", "slow_speed")
    assert results(nothing).endswith("没有发现异常")
