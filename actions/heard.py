"""What the customer said, read from the tracker: the latest message, those before it, and what a slot held then."""

import re
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from care.customers.masking import mask_text

_NO = re.compile(r"不|别|算了|留着|返回|退出")


@dataclass(frozen=True)
class Turn:
    """The turn in which an action runs."""

    id: str
    epoch: int


def turn_of(tracker: Tracker) -> Turn:
    """The turn that the customer's latest message began."""
    metadata = tracker.latest_message.get("metadata") or {}
    return Turn(str(metadata.get("turn", "")), int(metadata.get("epoch", 0)))


def text_of(tracker: Tracker) -> str:
    """What the customer wrote last; of a message with several wishes, the part with the first."""
    message = tracker.latest_message
    text, wishes = str(message.get("text") or ""), message.get("wishes") or []
    return text[wishes[0]["start"] : wishes[0]["end"]] if len(wishes) > 1 else text


def intent_of(tracker: Tracker) -> str:
    """What the customer wanted last."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


@dataclass(frozen=True)
class Words:
    """With which words something was wanted, and the values in them."""

    text: str
    values: dict[str, Any]


def words_for(tracker: Tracker, intent: str) -> Words:
    """The customer's latest words with this intent: what was wanted before it was asked who this is.

    Empty where there are none.
    """
    if intent_of(tracker) == intent:
        entities = tracker.latest_message.get("entities") or []
        return Words(text_of(tracker), _values(entities))
    for event in reversed(tracker.events):
        if event.get("event") == "user" and _intent(event) == intent:
            parsed = event.get("parse_data") or {}
            return Words(str(event.get("text") or ""), _values(parsed.get("entities") or []))
    return Words("", {})


def _values(entities: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(one.get("entity")): one.get("value") for one in reversed(entities)}


def entity_of(tracker: Tracker, entity: str) -> Any:
    """The value of an entity in the latest message, ``None`` without."""
    return next(tracker.get_latest_entity_values(entity), None)


def says_yes(tracker: Tracker, text: str) -> bool:
    """Whether an answer to a yes-or-no question is a yes: by its intent, else by its words."""
    intent = intent_of(tracker)
    if intent in ("affirm", "deny"):
        return intent == "affirm"
    return _NO.search(text) is None


def pending_wishes(tracker: Tracker) -> list[dict[str, Any]]:
    """The wishes that the customer has told and that come after the present one."""
    return list(tracker.get_slot("wishes") or ())


def goes_first(tracker: Tracker, form: str) -> bool:
    """Whether the message goes to the form first. One that another action has looked at in this turn is no answer.

    Rasa has the slots validated again when a form begins, also when it has ended in the same turn.
    """
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return True
        if event.get("event") == "action" and event.get("name") != form:
            return False
    return False


def taken_up(event: dict[str, Any]) -> bool:
    """Whether a user event is no message, but a later wish of one (``bot/channels/wishes.py``)."""
    return "wish" in (event.get("metadata") or {})


def value_before(tracker: Tracker, slot: str) -> Any:
    """What a slot held before the latest message, ``None`` when it was empty."""
    value = None
    found = None
    for event in tracker.events:
        if event.get("event") == "user":
            found = value
        elif event.get("event") == "slot" and event.get("name") == slot:
            value = event.get("value")
    return found


def set_in_last_turn(tracker: Tracker, slot: str) -> Any:
    """What a slot was set to in the turn of the customer's message before the latest, ``None`` when it was not."""
    value, turns = None, 0
    for event in reversed(tracker.events):
        if event.get("event") == "user" and not taken_up(event):
            turns += 1
            if turns == 2:
                break
        elif turns == 1 and event.get("event") == "slot" and event.get("name") == slot:
            value = event.get("value")
            break
    return value


def payloads_offered(tracker: Tracker, turns: int = 2) -> list[str]:
    """The buttons under the answers to the customer's last messages before the latest one."""
    found: list[str] = []
    back = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user" and not taken_up(event):
            back += 1
            if back > turns:
                break
        elif event.get("event") == "bot" and back:
            buttons = (event.get("data") or {}).get("buttons") or ()
            found += [str(button.get("payload")) for button in buttons]
    return found


def actions_of_last_turn(tracker: Tracker) -> list[str]:
    """The actions by which the customer's message before the latest one was answered."""
    turns: list[list[str]] = [[]]
    for event in tracker.events:
        if event.get("event") == "user":
            turns.append([])
        elif event.get("event") == "action":
            turns[-1].append(str(event.get("name")))
    return turns[-2] if len(turns) > 1 else []


def said(tracker: Tracker) -> list[str]:
    """What the customer wrote in this dialogue, numbers masked; without buttons, values and codes."""
    return [
        mask_text(event["text"])
        for event in tracker.events
        if event.get("event") == "user"
        and event.get("text")
        and not event["text"].startswith("/")
        and not taken_up(event)
        and _intent(event) != "inform"
    ]


def intents_of(tracker: Tracker) -> set[str]:
    """What the customer has wanted in this dialogue."""
    return {_intent(event) for event in tracker.events if event.get("event") == "user"}


def _intent(event: dict[str, Any]) -> str:
    return str(((event.get("parse_data") or {}).get("intent") or {}).get("name") or "")
