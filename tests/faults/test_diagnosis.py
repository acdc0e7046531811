import shutil
from pathlib import Path

import pytest

from actions.fault_report import _TOLD
from care.bss.embedded.demo import DEMO_FOLDER
from care.datafiles import DataFileError
from care.faults.diagnosis import (
    TELLABLE,
    Ask,
    Check,
    Consequence,
    Finding,
    Topic,
    load_fault_guide,
)
from care.faults.words import _CHECKS, _FINDINGS

GUIDE = load_fault_guide(DEMO_FOLDER)


def test_the_files_read_as_they_are_written() -> None:
    broadband = GUIDE.topics[Topic.BROADBAND]
    red = broadband.of("ont_los_red")
    assert red.name == "光猫LOS灯亮红灯"
    assert red.checks == (Check.LINE, Check.OUTAGE, Check.LINE_TEST)
    assert red.in_the_end is Consequence.VISIT
    assert [step.id for step in red.steps] == ["fibre_plug", "fibre_bend", "ont_restart"]
    assert broadband.of("fibre_cut").steps == ()
    assert broadband.findings[Finding.NO_LIGHT] is Consequence.VISIT
    assert GUIDE.topics[Topic.MOBILE].of("weak_signal").asks == {Ask.PLACE}


def test_a_symptom_belongs_to_one_topic() -> None:
    assert GUIDE.topic_of("iptv_black") is Topic.TV
    assert GUIDE.topic_of("nonsense") is None
    assert GUIDE.name("call_drops") == "通话掉线"
    counted = [symptom for its in GUIDE.topics.values() for symptom in its.by_symptom]
    assert len(counted) == len(set(counted))


def test_an_unknown_symptom_gets_the_general_advice() -> None:
    broadband = GUIDE.topics[Topic.BROADBAND]
    assert broadband.of(None) is broadband.of("no_internet")
    assert broadband.of("iptv_black") is broadband.of("no_internet")


def test_a_symptom_of_another_topic_may_mean_one_here() -> None:
    mobile = GUIDE.topics[Topic.MOBILE]
    assert mobile.own("no_internet") == "no_mobile_data"
    assert mobile.own("no_signal") == "no_signal"
    assert mobile.own("stb_remote") is None
    assert mobile.own(None) is None


def test_steps_are_asked_one_at_a_time() -> None:
    for diagnoses in GUIDE.topics.values():
        for diagnosis in diagnoses.by_symptom.values():
            for step in diagnosis.steps:
                assert step.ask.endswith("？"), step
                assert step.ask.count("？") == 1
                assert "？" not in step.do
                assert "还" not in step.ask, "a yes must mean that it works again"
                assert step.tried, f"{step.id}: nobody could say that it was tried"


def test_everything_that_may_be_found_has_its_words() -> None:
    assert set(_CHECKS) == set(Check)
    assert set(_FINDINGS) == set(Finding)
    assert set(_TOLD) | {Finding.SUSPENDED_ARREARS} == TELLABLE


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("broadband", "in_the_end: visit", "in_the_end: maybe", "in_the_end"),
        ("broadband", "fallback: no_internet", "fallback: nothing", "fallback"),
        ("broadband", "service: broadband", "service: gas", "service"),
        ("broadband", "checks: [line, outage, line_test]", "checks: [weather]", "weather"),
        ("broadband", "likely_cause:", "cause:", "cause"),
        ("broadband", "        ask: 红灯灭了吗？\n", "", "ask"),
        ("broadband", "diagnoses:", "answers:", "diagnoses"),
        ("broadband", "steps: []", "steps: none", "steps"),
        ("broadband", "  no_light: visit\n", "", "no_light"),
        ("broadband", "no_light: visit", "no_light: told", "no sentence"),
        ("broadband", "no_light: visit", "no_light: fate", "one of"),
        ("broadband", "no_light: visit", "darkness: visit", "darkness"),
        ("broadband", "no_light: visit", "no_light: visit\n  volte_off: go_on", "volte_off"),
        ("broadband", "  ont_los_red:", "  purple_light:", "purple_light"),
        ("broadband", "- id: fibre_bend", "- id: fibre_plug", "same id"),
        ("mobile", "asks: [place]", "asks: [age]", "age"),
        ("mobile", "{no_internet: no_mobile_data", "{no_internet: nothing", "nothing"),
        ("mobile", "{no_internet:", "{no_signal:", "no_signal"),
        ("tv", "topic: tv", "topic: radio", "topic"),
        ("tv", "topic: tv", "topic: call", "own file"),
    ],
)
def test_a_file_with_a_mistake_is_refused(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    folder = shutil.copytree(DEMO_FOLDER, tmp_path / "demo")
    file = folder / "diagnosis" / f"{name}.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=says) as caught:
        load_fault_guide(folder)
    assert f"{name}.yml" in str(caught.value)


def test_a_missing_topic_or_symptom_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(DEMO_FOLDER, tmp_path / "demo")
    symptoms = folder / "symptoms.yml"
    text = symptoms.read_text(encoding="utf-8")
    more = "  - {id: smoke, topic: tv, name: 电视冒烟, synonyms: []}\n"
    symptoms.write_text(text + more, encoding="utf-8")
    with pytest.raises(DataFileError, match="smoke"):
        load_fault_guide(folder)
    symptoms.write_text(text, encoding="utf-8")
    (folder / "diagnosis" / "call.yml").unlink()
    with pytest.raises(DataFileError, match=r"no call\.yml"):
        load_fault_guide(folder)
