"""The domain and the action server know the same actions, and each intent leads somewhere."""

from typing import Any, cast

from actions.handover import _QUESTIONS, _TASKS
from actions.server import all_actions
from actions.services import Services
from actions.slots import FLOW_SLOTS
from care.datafiles import read_yaml
from tools.layout import ROOT

DOMAIN: dict[str, Any] = read_yaml(ROOT / "domain.yml")
NAMES = [action.name() for action in all_actions(cast(Services, None))]


def rules() -> list[dict[str, Any]]:
    """All rules."""
    return [
        rule
        for path in (ROOT / "data" / "rules").glob("*.yml")
        for rule in read_yaml(path)["rules"]
    ]


def test_every_custom_action_of_the_domain_is_registered_and_the_other_way_round() -> None:
    assert sorted(NAMES) == sorted(
        next(iter(one)) if isinstance(one, dict) else one for one in DOMAIN["actions"]
    )


def test_rasa_sends_the_domain_along_for_no_action() -> None:
    plain = [one for one in DOMAIN["actions"] if isinstance(one, str)]
    assert [one for one in plain if one.startswith("validate_")] == []
    asked = [one for one in DOMAIN["actions"] if not isinstance(one, str)]
    assert all(how == {"send_domain": False} for one in asked for how in one.values())


def test_every_form_is_validated() -> None:
    assert {f"validate_{form}" for form in DOMAIN["forms"]} <= set(NAMES)


def test_every_intent_has_a_rule_outside_of_forms() -> None:
    # RulePolicy's fallback says nothing (config.yml): an intent without a rule would be met with silence.
    led = {
        step["intent"]
        for rule in rules()
        if "condition" not in rule
        for step in rule["steps"][:1]
        if "intent" in step
    }
    assert led == set(DOMAIN["intents"]) | {"nlu_fallback"}


def test_every_slot_of_a_form_is_forgotten_with_its_flow() -> None:
    asked = {slot for form in DOMAIN["forms"].values() for slot in form["required_slots"]}
    assert asked - {"phone_number"} <= set(FLOW_SLOTS)
    assert set(FLOW_SLOTS) <= set(DOMAIN["slots"])


def test_the_desk_has_a_word_for_every_task_and_question() -> None:
    tasks = {name for name in NAMES if name in _TASKS}
    assert tasks == set(_TASKS)
    for form, description in DOMAIN["forms"].items():
        assert {form, *description["required_slots"]} <= set(_QUESTIONS)
