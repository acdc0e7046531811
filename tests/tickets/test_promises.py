"""By when a ticket is promised, by the rule pack and a province's overlay."""

from datetime import timedelta
from pathlib import Path

import pytest

from care.datafiles import DataFileError
from care.duties import load_duties
from care.settings import ROOT, SECRETS, Settings
from care.tickets.promises import promise
from care.tickets.tables import TicketKind
from care.wiring import wire
from tests.bss.operator_fixtures import NOW
from tests.tickets.world import ZONE

DUTIES = ROOT / "data" / "duties"


@pytest.mark.parametrize(
    ("kind", "rural", "hours"),
    [
        (TicketKind.BROADBAND_FAULT, False, 48),
        (TicketKind.BROADBAND_FAULT, True, 72),
        (TicketKind.TV_FAULT, True, 72),
        (TicketKind.MOBILE_FAULT, True, 48),
        (TicketKind.CALL_FAULT, False, 48),
        (TicketKind.COMPLAINT, False, 15 * 24),
    ],
)
def test_the_rule_pack_says_by_when(kind: TicketKind, rural: bool, hours: int) -> None:
    term = promise(kind, load_duties(DUTIES), NOW, ZONE, rural=rural)
    assert term == timedelta(hours=hours)


@pytest.mark.parametrize(("province", "days"), [("henan", 7), ("chongqing", 21)])
def test_a_province_may_have_another_term(province: str, days: int) -> None:
    # Five and fifteen working days from a Monday on.
    term = promise(TicketKind.COMPLAINT, load_duties(DUTIES, province), NOW, ZONE)
    assert term == timedelta(days=days)


def settings(tmp_path: Path, province: str) -> Settings:
    secrets = dict.fromkeys(SECRETS, "x" * 44)
    secrets["sealing_key"] = "A" * 43 + "="
    return Settings(var_dir=tmp_path, province=province, **secrets)  # type: ignore[arg-type]


def test_a_setting_chooses_the_province(tmp_path: Path) -> None:
    services = wire(settings(tmp_path, "henan"))
    assert "河南" in services.duties["complaint_answer"].source
    with pytest.raises(DataFileError, match="no such overlay"):
        wire(settings(tmp_path, "atlantis"))
