"""Talk about the talk itself: yes, no and goodbye, what was not understood, what should be said again, leaving a flow.

In the middle of a form these stand for all forms: an answer to its question is taken by the form before them.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    FLOW_SLOTS,
    IDENTITY_FORM,
    WISH_SLOTS,
    CareAction,
    DomainDict,
    Services,
    forget,
    leave_form,
    taken_up,
)

NOT_UNDERSTOOD = {"nlu_fallback", "noise"}


class Affirm(CareAction):
    """A yes that answers no question."""

    action_name = "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """On with the form, which asks its question again by itself; without one, ask what is wanted."""
        dispatcher.utter_message(response="utter_go_on" if _form(tracker) else "utter_affirm")
        return []


class CancelFlow(CareAction):
    """Leaves what we are in the middle of."""

    action_name = "action_cancel_flow"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Stop the form; nothing was done. Who gives up saying who this is wants the next wish no more, either."""
        form = _form(tracker)
        dispatcher.utter_message(response="utter_cancelled" if form else "utter_nothing_to_cancel")
        next_too = forget(WISH_SLOTS) if form in (None, IDENTITY_FORM) else []
        return [*leave_form(FLOW_SLOTS), SlotSet("topic", None), *next_too]


class Deny(CancelFlow):
    """A no that answers no question: in a form it leaves the flow."""

    action_name = "action_deny"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Leave the form; without one, let the customer go."""
        if _form(tracker):
            return await super().run(dispatcher, tracker, domain)
        dispatcher.utter_message(response="utter_deny")
        return []


class Goodbye(CareAction):
    """The customer goes; what was under way is left."""

    action_name = "action_goodbye"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say goodbye."""
        dispatcher.utter_message(response="utter_goodbye")
        return leave_form(FLOW_SLOTS)


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
        if _form(tracker):
            return []
        said = _last_said(tracker.events)
        if not said:
            dispatcher.utter_message(response="utter_nothing_to_repeat")
        for event in said:
            data = event.get("data") or {}
            dispatcher.utter_message(text=event.get("text"), buttons=data.get("buttons") or [])
        return []


def _form(tracker: Tracker) -> str | None:
    """The form under way."""
    return (tracker.active_loop or {}).get("name")


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
    return [
        Affirm(services),
        CancelFlow(services),
        Deny(services),
        Goodbye(services),
        Misunderstood(services),
        Repeat(services),
    ]
