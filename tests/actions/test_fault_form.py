"""The one form of fault reports: one question, any of its slots, and no loop at its beginning."""

import asyncio
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.fault_form import FORM, ValidateFaultForm
from actions.services import Services
from care.datafiles import read_yaml
from care.faults.diagnosis import load_fault_guide
from tools.layout import ROOT

DOMAIN: dict[str, Any] = {"forms": read_yaml(ROOT / "domain.yml")["forms"]}


class _Services:
    fault_guide = load_fault_guide(ROOT / "data" / "demo")


def validated(
    text: str,
    intent: str,
    told: dict[str, Any],
    *,
    question: str = "fixed",
    symptom: str | None = "wifi_weak",
    looked_at: bool = False,
) -> dict[str, Any]:
    """What the validation makes of a message, from which ``told`` was extracted, in a broadband report."""
    message = {"text": text, "intent": {"name": intent}, "entities": []}
    slots = {
        "fault": "broadband",
        "fault_question": question,
        "device_symptom": symptom,
        "step": "place",
        "steps_tried": [],
        "requested_slot": question,
        **told,
    }
    extracted = [{"event": "slot", "name": name, "value": value} for name, value in told.items()]
    events = [
        {"event": "slot", "name": "device_symptom", "value": symptom},
        {"event": "user", "text": text, "parse_data": message},
        *extracted,
        *([{"event": "action", "name": "action_report_broadband_fault"}] if looked_at else []),
        {"event": "action", "name": FORM},
        *extracted,
    ]
    tracker = Tracker("c", slots, message, events, False, None, {"name": FORM}, "action_listen")
    form = ValidateFaultForm(cast(Services, _Services()))
    found = asyncio.run(form.run(CollectingDispatcher(), tracker, DOMAIN))
    return {event["name"]: event["value"] for event in found}


def test_a_no_ends_the_question() -> None:
    found = validated("还是不行", "deny", {"fixed": False})
    assert (found["fixed"], found["fault_question"], found["requested_slot"]) == (False, None, None)


def test_a_yes_that_says_it_does_not_work_is_a_no() -> None:
    assert validated("看了，不管用", "affirm", {"fixed": True})["fixed"] is False
    assert validated("不行不行，哦好了", "affirm", {"fixed": True})["fixed"] is True


@pytest.mark.parametrize(
    ("text", "helped"),
    [("早就挪过位置了", False), ("都试过了", False), ("恢复了", True), ("我的号码", None)],
)
def test_words_are_looked_at(text: str, helped: bool | None) -> None:
    found = validated(text, "inform", {"fixed": text})
    assert found["fixed"] is helped
    assert found["requested_slot"] == (None if helped is not None else "fixed")


def test_another_symptom_begins_anew() -> None:
    told = {"device_symptom": "ont_los_red", "fixed": False}
    found = validated("不对，是光猫亮红灯了", "report_broadband_fault", told)
    assert found["device_symptom"] == "ont_los_red"
    assert (found["step"], found["fixed"], found["requested_slot"]) == (None, None, None)


def test_the_same_fault_told_again_is_a_no() -> None:
    told = {"device_symptom": "no_internet", "fixed": False}
    found = validated("还是没网", "report_mobile_fault", told, symptom="no_internet")
    assert (found["device_symptom"], found["fixed"]) == ("no_internet", False)
    assert found.get("fault") is None


def test_another_topic_begins_anew() -> None:
    told = {"device_symptom": "iptv_black", "fixed": False}
    found = validated("电视也黑屏了", "report_tv_fault", told)
    assert (found["fault"], found["device_symptom"]) == ("tv", "iptv_black")
    assert (found["fixed"], found["requested_slot"]) == (None, None)


def test_any_words_are_a_symptom_when_it_was_asked_for() -> None:
    told = {"device_symptom": "就是不好使"}
    found = validated("就是不好使", "inform", told, question="device_symptom", symptom=None)
    assert found["device_symptom"] == "no_internet"
    assert found["requested_slot"] is None


@pytest.mark.parametrize("slot", ["fault_place", "fault_since"])
def test_place_and_time_are_any_words_without_numbers_of_people(slot: str) -> None:
    found = validated(
        "翠湖，我电话13800138001", "inform", {slot: "翠湖，我电话13800138001"}, question=slot
    )
    assert found[slot] == "翠湖，我电话138****8001"
    assert found["requested_slot"] is None


def test_at_the_beginning_nothing_is_taken_for_an_answer() -> None:
    told = {"device_symptom": "ont_los_red", "fault_place": "翠湖"}
    found = validated("x", "report_broadband_fault", told, looked_at=True)
    assert found == {"requested_slot": "fixed"}
