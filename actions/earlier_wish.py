"""A second wish while it is asked who this is: the first one is kept, and comes when the second has been answered.

The slot ``task`` holds one task for what waits for the identity; the wish that gives way goes where the later wishes of a
message are (``bot/channels/wishes.py``), with the words in which it was wanted.
"""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services

FORM = "identity_form"
MOST_KEPT = 5

_RESUMED_ORDER = "action_resume_order"
_GIVEN_UP = re.compile(
    r"算了|[不别](?:换|办|开|查|退|报|装|改|要|用|补|弄)了|先不|instead|never ?mind|forget (?:it|that)",
    re.IGNORECASE,
)
"""That the first wish is wanted no more."""


def keep_earlier(
    services: Services, dispatcher: CollectingDispatcher, tracker: Tracker, task: str
) -> list[EventType]:
    """Say that ``task`` is wanted, too, and keep the wish that has waited so far; nothing where none did."""
    before = tracker.get_slot("task")
    in_form = (tracker.active_loop or {}).get("name") == FORM
    text = str(tracker.latest_message.get("text") or "")
    if not in_form or before in (None, task) or _GIVEN_UP.search(text):
        return []
    names = services.wish_names
    intent = names.wish_of(_task_of(tracker, str(before)))
    wish = _wish(tracker, intent) if intent in names.titles else None
    if wish is None:
        return []
    dispatcher.utter_message(
        response="utter_also_noted", wish=names.title(task.removeprefix("action_"))
    )
    others = [one for one in tracker.get_slot("wishes") or () if one["intent"] != intent]
    return [SlotSet("wishes", [wish, *others][:MOST_KEPT])]


def _task_of(tracker: Tracker, task: str) -> str:
    """The task by its bare name; an order that was to be confirmed is one of its kind."""
    order = tracker.get_slot("order")
    if task == _RESUMED_ORDER and order is not None:
        return str(order["kind"])
    return task.removeprefix("action_")


def _wish(tracker: Tracker, intent: str) -> dict[str, Any] | None:
    """The wish as it was said last, in the form in which later wishes are kept."""
    for event in reversed(tracker.events):
        if event.get("event") != "user":
            continue
        parsed = event.get("parse_data") or {}
        understood = parsed.get("intent") or {}
        if understood.get("name") != intent:
            continue
        text, entities = str(event.get("text") or ""), parsed.get("entities") or []
        start, wishes = 0, parsed.get("wishes") or []
        if len(wishes) > 1:  # of several wishes, the first is the message's
            start = wishes[0]["start"]
            text, entities = text[start : wishes[0]["end"]], wishes[0]["entities"]
        return {
            "intent": intent,
            "confidence": understood.get("confidence", 1.0),
            "text": text,
            "entities": [
                {**one, "start": one.get("start", 0) - start, "end": one.get("end", 0) - start}
                for one in entities
            ],
        }
    return None
