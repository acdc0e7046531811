"""What was understood, and what was said, of a turn that stands in the tracker already."""

from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

RANKING_LENGTH = 10


def answer_given(tracker: DialogueStateTracker, turn: str) -> dict[str, Any] | None:
    """The answer that this turn was given, ``None`` when the tracker does not have it.

    Trackers are saved after whole turns only, so a turn that is there was brought to an end.
    """
    answer: dict[str, Any] | None = None
    messages: list[dict[str, Any]] = []
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if answer is not None:
                break
            if event.message_id == turn:
                parse_data = {
                    "intent": event.intent,
                    "entities": event.entities,
                    "intent_ranking": event.parse_data.get("intent_ranking"),
                    "text": event.text,
                }
                answer = {"messages": messages, "understanding": understanding_of(parse_data)}
        elif answer is not None and isinstance(event, BotUttered):
            messages.append(_message(event))
    return answer


def understanding_of(parse_data: dict[str, Any]) -> dict[str, Any]:
    """What was understood, in the form the care server keeps.

    ``wishes`` lists each wish found in the message; the first is also in ``intent``.
    """
    text = parse_data.get("text") or ""
    intent = parse_data.get("intent") or {}
    entities = [_entity(entity, text) for entity in parse_data.get("entities") or []]
    name, confidence = intent.get("name"), round(float(intent.get("confidence") or 0.0), 4)
    return {
        "intent": name,
        "confidence": confidence,
        "ranking": [
            {"name": other["name"], "confidence": round(float(other["confidence"]), 4)}
            for other in (parse_data.get("intent_ranking") or [])[:RANKING_LENGTH]
        ],
        "entities": entities,
        "wishes": parse_data.get("wishes")
        or [
            {
                "intent": name,
                "confidence": confidence,
                "entities": entities,
                "start": 0,
                "end": len(text),
            }
        ],
    }


def _entity(entity: dict[str, Any], text: str) -> dict[str, Any]:
    start, end = entity.get("start"), entity.get("end")
    has_place = isinstance(start, int) and isinstance(end, int)
    return {
        "entity": entity.get("entity"),
        "value": entity.get("value"),
        "text": text[start:end] if has_place else str(entity.get("value")),
        "start": start,
        "end": end,
    }


def _message(event: BotUttered) -> dict[str, Any]:
    """A ``BotUttered`` in the form in which ``CollectingOutputChannel`` had it."""
    data = event.data or {}
    message: dict[str, Any] = {}
    if event.text:
        message["text"] = event.text
    for key, name in (("buttons", "buttons"), ("image", "image"), ("custom", "custom")):
        if data.get(key):
            message[name] = data[key]
    return message
