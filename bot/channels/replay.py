"""What was understood, and what was said, of a turn that stands in the tracker already."""

from collections.abc import Iterable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.constants import DEFAULT_ACTION_NAMES
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.wishes import is_later_wish

RANKING_LENGTH = 10


async def answer_given(tracker: DialogueStateTracker, turn: str) -> dict[str, Any] | None:
    """The answer that this turn was given, ``None`` when the tracker does not have it.

    Trackers are saved after whole turns only, so a turn that is there was brought to an end.
    """
    understanding: dict[str, Any] | None = None
    output = CollectingOutputChannel()
    events: list[Event] = []
    for event in tracker.events:
        if isinstance(event, UserUttered) and not is_later_wish(event):
            if understanding is not None:
                break
            if event.message_id == turn:
                understanding = understanding_of(event.parse_data)
        elif understanding is not None:
            events.append(event)
            if isinstance(event, BotUttered):
                # The same way as then: one utterance may be several messages.
                await output.send_response(tracker.sender_id, event.message())
    if understanding is None:
        return None
    return answer_of(output, understanding, events)


def answer_of(
    output: CollectingOutputChannel, understanding: dict[str, Any], events: Iterable[Event]
) -> dict[str, Any]:
    """What the gateway answers to a turn that was brought to an end; ``events`` are those since its message."""
    return {
        "messages": messages_of(output),
        "understanding": understanding,
        "actions": actions_of(events),
    }


def actions_of(events: Iterable[Event]) -> list[str]:
    """The names of our own actions that were run, in order."""
    return [
        event.action_name
        for event in events
        if isinstance(event, ActionExecuted)
        and str(event.action_name).startswith("action_")
        and event.action_name not in DEFAULT_ACTION_NAMES
    ]


def messages_of(output: CollectingOutputChannel) -> list[dict[str, Any]]:
    """What was said, in the form in which the gateway answers."""
    return [
        {key: value for key, value in message.items() if key != "recipient_id"}
        for message in output.messages
    ]


def understanding_of(parse_data: dict[str, Any]) -> dict[str, Any]:
    """What was understood, in the form the care server keeps.

    ``wishes`` lists each wish found in the message; the first is also in ``intent``.
    """
    text = parse_data.get("text") or ""
    intent = parse_data.get("intent") or {}
    name, confidence = intent.get("name"), _rounded(intent)
    found = parse_data.get("wishes") or []
    entities = [_entity(entity, text) for entity in parse_data.get("entities") or []]
    wishes = [
        {
            "intent": wish["intent"],
            "confidence": _rounded(wish),
            "entities": [_entity(entity, text) for entity in wish["entities"]],
            "start": wish["start"],
            "end": wish["end"],
        }
        for wish in found
    ]
    if wishes:  # the tracker keeps those of the first wish apart, since they fill its slots
        entities = [entity for wish in wishes for entity in wish["entities"]]
    else:
        wishes = [
            {
                "intent": name,
                "confidence": confidence,
                "entities": entities,
                "start": 0,
                "end": len(text),
            }
        ]
    return {
        "intent": name,
        "confidence": confidence,
        "ranking": [
            {"name": other["name"], "confidence": _rounded(other)}
            for other in (parse_data.get("intent_ranking") or [])[:RANKING_LENGTH]
        ],
        "entities": entities,
        "wishes": wishes,
    }


def _rounded(understood: dict[str, Any]) -> float:
    return round(float(understood.get("confidence") or 0.0), 4)


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
