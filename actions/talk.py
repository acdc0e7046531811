"""Talk about the talk itself: what was not understood, what should be said again."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, Services, taken_up

NOT_UNDERSTOOD = {"nlu_fallback", "noise"}


class Misunderstood(CareAction):
    """Asks for other words; the second time in a row it offers a person."""

    action_name = "action_misunderstood"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say that this was not understood."""
        intents = [
            (event.get("parse_data", {}).get("intent") or {}).get("name")
            for event in tracker.events
            if event.get("event") == "user" and not taken_up(event)
        ]
        again = len(intents) > 1 and intents[-2] in NOT_UNDERSTOOD
        dispatcher.utter_message(
            response="utter_misunderstood_again" if again else "utter_misunderstood"
        )
        return []


class Repeat(CareAction):
    """Says the last answer again."""

    action_name = "action_repeat"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say what was said between the customer's last two messages once more.

        Inside a form nothing is said here: the form asks its question again by itself.
        """
        if (tracker.active_loop or {}).get("name"):
            return []
        said = _last_said(tracker.events)
        if not said:
            dispatcher.utter_message(response="utter_nothing_to_repeat")
        for event in said:
            data = event.get("data") or {}
            dispatcher.utter_message(text=event.get("text"), buttons=data.get("buttons") or [])
        return []


def _last_said(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    customers = 0
    for event in reversed(events):
        if event.get("event") == "user" and not taken_up(event):
            customers += 1
            if customers == 2:
                break
        elif event.get("event") == "bot" and event.get("text") and customers == 1:
            said.append(event)
    return said[::-1]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [Misunderstood(services), Repeat(services)]
