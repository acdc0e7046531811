from pathlib import Path

import pytest

from care.datafiles import DataFileError, read_records
from care.settings import ROOT
from care.tickets.tables import TicketKind
from care.tickets.teams import load_teams

FILE = ROOT / "data" / "demo" / "teams.yml"


def test_every_kind_has_an_owner_everywhere() -> None:
    teams = load_teams(FILE)
    districts = {area.text("district") for area in read_records(FILE.parent / "areas.yml", "areas")}
    named = {district for team in teams.by_id.values() for district in team.districts}
    assert named <= districts
    for kind in TicketKind:
        for district in [*districts, None]:
            assert kind in teams.of(kind, district).kinds


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: supervisors", "id: bosses", "supervisors"),
        ("kinds: [complaint]", "kinds: [grief]", "grief"),
        ("kinds: [complaint]", "kinds: []", "complaint"),
        ("id: radio", "id: care", "taken"),
        ("id: radio", "id: radio\n    colour: red", "colour"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "teams.yml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_teams(broken)
