"""The words and values of the message in which something was wanted, also when other messages have come since.

Between a wish and its doing lie the questions who this is and what exactly is meant; what was said at first still counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.heard import pending_wishes
from actions.slots import WISHES_KEPT


@dataclass(frozen=True, slots=True)
class WishWords:
    """What was said; ``text`` is empty where a button was pressed."""

    text: str
    entities: tuple[tuple[str, Any], ...]

    def values(self, entity: str) -> list[Any]:
        """All different values of an entity, in the order in which they were said."""
        found: list[Any] = []
        for name, value in self.entities:
            if name != entity:
                continue
            found += [one for one in _listed(value) if one not in found]
        return found

    def value(self, entity: str) -> Any:
        """The first value of an entity, ``None`` without."""
        return next(iter(self.values(entity)), None)


NOTHING_SAID = WishWords("", ())


def wish_words(tracker: Tracker, *intents: str) -> WishWords:
    """The latest message with one of the intents; nothing where there is none in this dialogue."""
    for event in reversed(tracker.events):
        if event.get("event") != "user":
            continue
        parsed = event.get("parse_data") or {}
        if str((parsed.get("intent") or {}).get("name") or "") in intents:
            return _of_event(event, parsed)
    return NOTHING_SAID


def latest_words(tracker: Tracker) -> WishWords:
    """The latest message, whatever it was."""
    return _of_event(tracker.latest_message, tracker.latest_message)


def mentioned(tracker: Tracker, *entities: str) -> list[tuple[str, Any]]:
    """Every entity of these names that the customer has named in this dialogue, the latest first."""
    found: list[tuple[str, Any]] = []
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            words = _of_event(event, event.get("parse_data") or {})
            found += [pair for pair in reversed(words.entities) if pair[0] in entities]
    return found


def also_wanted(
    tracker: Tracker, intent: str, entity: str, values: Sequence[str]
) -> list[EventType]:
    """Events that keep further things wanted in the same breath as wishes that are still to come."""
    if not values:
        return []
    later = [
        {
            "intent": intent,
            "confidence": 1.0,
            "text": f'/{intent}{{"{entity}": "{value}"}}',
            "entities": [{"entity": entity, "value": value, "start": 0, "end": 0}],
        }
        for value in values
    ]
    return [SlotSet("wishes", [*later, *pending_wishes(tracker)][:WISHES_KEPT])]


def _of_event(event: dict[str, Any], parsed: dict[str, Any]) -> WishWords:
    text, wishes = str(event.get("text") or ""), parsed.get("wishes") or []
    entities = parsed.get("entities") or []
    if len(wishes) > 1:  # of several wishes, the first is the message's
        start, end = wishes[0]["start"], wishes[0]["end"]
        entities = [one for one in entities if start <= one.get("start", 0) < max(end, 1)]
        text = text[start:end]
    if text.startswith("/"):
        text = ""
    return WishWords(text, tuple((str(one["entity"]), one["value"]) for one in entities))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
