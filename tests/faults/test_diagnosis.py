from pathlib import Path

import pytest

from care.bss.embedded.demo import DEMO_FOLDER
from care.datafiles import DataFileError
from care.faults.diagnosis import Visit, load_diagnoses

FILE = DEMO_FOLDER / "diagnosis" / "broadband.yml"


def test_the_file_reads_as_it_is_written() -> None:
    diagnoses = load_diagnoses(FILE)
    red = diagnoses.of("ont_los_red")
    assert diagnoses.topic == "broadband"
    assert red.visit is Visit.LIKELY
    assert red.outage_first
    assert [step.id for step in red.steps] == ["fibre_plug", "fibre_bend", "ont_restart"]
    assert diagnoses.of("fibre_cut").steps == ()


def test_an_unknown_symptom_gets_the_general_advice() -> None:
    diagnoses = load_diagnoses(FILE)
    assert diagnoses.of(None) is diagnoses.of("no_internet")
    assert diagnoses.of("iptv_black") is diagnoses.of("no_internet")


def test_steps_are_asked_one_at_a_time() -> None:
    for diagnosis in load_diagnoses(FILE).by_symptom.values():
        for step in diagnosis.steps:
            assert step.ask.endswith("？"), step
            assert step.ask.count("？") == 1
            assert "？" not in step.do
            assert "还" not in step.ask, "a yes must mean that it works again"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    visit: needed", "    visit: maybe", "visit"),
        ("fallback: no_internet", "fallback: nothing", "fallback"),
        ("outage_first: true", "outage_first: 1", "outage_first"),
        ("likely_cause:", "cause:", "cause"),
        ("        ask: 红灯灭了吗？\n", "", "ask"),
        ("diagnoses:", "answers:", "diagnoses"),
        ("steps: []", "steps: none", "steps"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broadband.yml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_diagnoses(broken)
