"""What the mobile core and the IPTV platform tell."""

from datetime import timedelta

import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.errors import BssRejected
from care.bss.protocol import Barring, DataPolicy, LineVerdict
from tests.bss.operator_fixtures import NOW


async def test_a_line_of_which_nothing_is_said_is_as_it_should_be(operator: EmbeddedBss) -> None:
    status = await operator.mobile_status("L1001")
    assert status.registered
    assert status.volte
    assert status.barring == frozenset()
    assert status.data is DataPolicy.OPEN
    assert status.last_area_id == "xingfuli"
    assert status.last_seen_at is not None
    assert timedelta() < NOW - status.last_seen_at < timedelta(hours=1)
    assert (status.abroad, status.roaming) == (None, False)


async def test_what_is_not_as_it_should_be_is_told(operator: EmbeddedBss) -> None:
    assert (await operator.mobile_status("L1223")).data is DataPolicy.STOPPED
    assert (await operator.mobile_status("L1224")).abroad == "TH"
    away = await operator.mobile_status("L1225")
    assert not away.registered
    assert away.last_area_id == "binjiang"
    assert (await operator.mobile_status("L1226")).last_area_id is None
    assert (await operator.mobile_status("L1227")).barring == {Barring.OUTGOING_CALLS}
    assert not (await operator.mobile_status("L1228")).volte


async def test_boxes_are_those_of_the_access(operator: EmbeddedBss) -> None:
    [sound] = await operator.set_top_boxes("BB1001")
    assert (sound.online, sound.signed_in) == (True, True)
    [dead] = await operator.set_top_boxes("BB1229")
    assert (dead.id, dead.online) == ("STB1229", False)
    [refused] = await operator.set_top_boxes("BB1230")
    assert (refused.online, refused.signed_in) == (True, False)
    assert await operator.set_top_boxes("BB1221") == ()


async def test_a_line_is_measured(operator: EmbeddedBss) -> None:
    assert (await operator.test_line("BB1027")).verdict is LineVerdict.ONT_OFFLINE


async def test_what_does_not_exist_is_rejected(operator: EmbeddedBss) -> None:
    for call in (
        operator.mobile_status("L0"),
        operator.set_top_boxes("BB0"),
        operator.test_line("BB0"),
    ):
        with pytest.raises(BssRejected):
            await call
