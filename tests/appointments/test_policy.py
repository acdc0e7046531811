"""The terms of appointments, as a file has them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from care.appointments.policy import load_policies
from care.bss.protocol import PlaceKind
from care.datafiles import DataFileError
from care.settings import ROOT

FILE = ROOT / "data" / "demo" / "appointments.yml"
VISIT = "visit: {days_ahead: 14, notice: 120, change_until: 240}"


def test_the_terms_are_read() -> None:
    policy = load_policies(FILE)[PlaceKind.VISIT]
    assert policy.notice == timedelta(hours=2)
    begins = datetime(2026, 12, 5, 1, tzinfo=UTC)
    assert policy.may_change(begins, begins - timedelta(hours=4))
    assert not policy.may_change(begins, begins - timedelta(hours=4) + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("", "policy"),
        ("visit: {days_ahead: 14, notice: 120}", "policy of visit"),
        ("visit: {days_ahead: -1, notice: 120, change_until: 240}", "whole number"),
        ("visit: {days_ahead: two, notice: 120, change_until: 240}", "whole number"),
    ],
)
def test_terms_that_make_no_sense_are_refused(tmp_path: Path, new: str, says: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert VISIT in text
    file = tmp_path / "appointments.yml"
    file.write_text(text.replace(VISIT, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_policies(file)
