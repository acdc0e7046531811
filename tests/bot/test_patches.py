"""The patch of Rasa: the same verdict on an action's answer, at a small part of the price."""

import json
import time
from typing import Any

import pytest
import rasa
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

from bot import patches
from bot.channels.gateway import GatewayInput

ORIGINAL = patches._original

GOOD: list[dict[str, Any]] = [
    {},
    {"events": [], "responses": []},
    {"responses": [{"text": "好的"}, {"custom": {"card": 1}}]},
    {"events": [{"event": "slot", "name": "plan", "value": None, "timestamp": None}]},
    {"events": [{"event": "followup", "name": "action_listen"}, {"event": "reset_slots"}]},
    {
        "events": [
            event.as_dict()
            for event in (SlotSet("a", [1]), BotUttered("好的"), UserUttered("x", {"name": "y"}))
        ]
    },
    {"events": [], "more": "than asked"},
]
BAD: list[Any] = [
    None,
    [],
    "ok",
    7,
    {"events": {}},
    {"events": None},
    {"events": ["slot"]},
    {"events": [{}]},
    {"events": [{"event": "dance"}]},
    {"events": [{"event": "slot", "value": 1}]},
    {"events": [{"event": "slot", "name": 7}]},
    {"responses": {}},
    {"responses": ["好的"]},
]


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch) -> RemoteAction:
    """An action of the patched Rasa."""
    monkeypatch.setattr(RemoteAction, "_validate_action_result", ORIGINAL)
    assert patches.compile_action_schema()
    return RemoteAction("action_order", None)


def verdict(check: Any, action: RemoteAction, result: Any) -> Any:
    try:
        return check(action, result)
    except ValidationError as error:
        return error.message, list(error.absolute_path)


def same(action: RemoteAction, result: Any) -> Any:
    """Rasa's own verdict, which the patched Rasa must share."""
    expected = verdict(ORIGINAL, action, result)
    assert verdict(type(action)._validate_action_result, action, result) == expected
    return expected


def test_the_patch_fits_the_rasa_that_is_installed(patched: RemoteAction) -> None:
    assert rasa.__version__ == patches.RASA_VERSION
    assert RemoteAction._validate_action_result is not ORIGINAL


@pytest.mark.parametrize("result", GOOD, ids=json.dumps)
def test_a_good_answer_is_good(patched: RemoteAction, result: Any) -> None:
    assert same(patched, result) is True


@pytest.mark.parametrize("result", BAD, ids=json.dumps)
def test_a_bad_answer_is_bad_for_the_same_reason(patched: RemoteAction, result: Any) -> None:
    message, _ = same(patched, result)
    assert "Failed to validate Action server response" in message


KINDS = ["slot", "action", "bot", "user", "followup", "active_loop", "reminder", "rewind", "dance"]
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})
EVENTS = st.fixed_dictionaries(
    {"event": st.sampled_from(KINDS) | VALUES},
    optional=dict.fromkeys(("name", "value", "timestamp", "text", "parse_data", "data"), VALUES),
)
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        "events": st.lists(EVENTS, max_size=3) | VALUES,
        "responses": st.lists(st.fixed_dictionaries({"text": VALUES}) | VALUES, max_size=2)
        | VALUES,
    },
)


def test_any_answer_has_the_same_verdict(patched: RemoteAction) -> None:
    @settings(max_examples=40)
    @given(RESULTS)
    def check(result: Any) -> None:
        same(patched, result)

    check()


def test_the_answer_is_left_as_it_was(patched: RemoteAction) -> None:
    for result in GOOD:
        before = json.dumps(result)
        patched._validate_action_result(result)
        assert json.dumps(result) == before


def test_applied_twice_it_is_applied_once(patched: RemoteAction) -> None:
    patches.compile_action_schema()
    assert patches._original is ORIGINAL
    message, _ = verdict(RemoteAction._validate_action_result, patched, {"events": {}})
    assert message.count("Failed to validate") == 1


def test_the_gateway_applies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", ORIGINAL)
    GatewayInput("a secret")
    assert RemoteAction._validate_action_result is not ORIGINAL


def test_another_rasa_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", ORIGINAL)
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    assert patches.compile_action_schema() is False
    assert RemoteAction._validate_action_result is ORIGINAL
    assert "the slow way" in caplog.text


def test_it_costs_less(patched: RemoteAction) -> None:
    """Some thousand times less; a tenth is asked for, so that a busy machine is no failure."""
    answer = GOOD[1]

    def seconds(check: Any, times: int) -> float:
        started = time.process_time()
        for _ in range(times):
            check(patched, answer)
        return (time.process_time() - started) / times

    fast = seconds(RemoteAction._validate_action_result, 100)
    assert fast * 10 < seconds(ORIGINAL, 5)
