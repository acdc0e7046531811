"""Angry customers: a sentence of understanding, then the matter itself. Anger alone gets ways on, and a person.

It is never answered with blame.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict
from actions.complaint_record import add_to_complaint, goes_with_complaint
from actions.handover import hand_over
from actions.heard import intent_of, taken_up, text_of
from actions.services import Services

VENT = "vent"
ANGRY = "angry"

SOOTHED = "soothed"
"""The slot that remembers that the sentence of understanding was said: once in a conversation."""

_NO_TASK = {VENT, "request_human"}


class Vent(CareAction):
    """Anger without a thing to do."""

    action_name = "action_vent"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Be sorry and offer ways on; the second time in a row a person takes over without being asked for.

        Right after a complaint it belongs to that: 他还骂人.
        """
        in_form = (tracker.active_loop or {}).get("name")
        if not in_form and _intent_before(tracker) != VENT and goes_with_complaint(tracker):
            caller = await self.caller(tracker)
            added = await add_to_complaint(self.services, dispatcher, tracker, caller)
            if added is not None:
                return added
        if _intent_before(tracker) == VENT:
            caller = await self.caller(tracker)
            dispatcher.utter_message(response="utter_vent_again")
            return await hand_over(self.services, dispatcher, tracker, caller, ANGRY)
        dispatcher.utter_message(response="utter_vent")
        return [SlotSet(SOOTHED, True)]


def soothe(
    services: Services, name: str, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[EventType]:
    """Before what an action does for an angry customer: one sentence of understanding, once in a conversation.

    Called for each action (``actions/server.py``); only the one that the message's intent leads to is meant, so the sentence
    stands before everything else.
    """
    intent = intent_of(tracker)
    if name != f"action_{intent}" or intent in _NO_TASK or tracker.get_slot(SOOTHED):
        return []
    if not services.anger.in_text(text_of(tracker)):
        return []
    dispatcher.utter_message(response="utter_understanding")
    return [SlotSet(SOOTHED, True)]


def _intent_before(tracker: Tracker) -> str | None:
    """What the customer wanted in the message before the latest."""
    intents = [
        str(((event.get("parse_data") or {}).get("intent") or {}).get("name"))
        for event in tracker.events
        if event.get("event") == "user" and not taken_up(event)
    ]
    return intents[-2] if len(intents) > 1 else None


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [Vent(services)]
