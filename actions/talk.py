"""Talk about the talk itself: yes, no and goodbye, what was not understood, what should be said again, leaving a flow.

In the middle of a form these stand for all forms: an answer to its question is taken by the form before them.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import IDENTITY_FORM, CareAction, DomainDict, forget, leave_form
from actions.complaint_record import add_to_complaint, goes_with_complaint
from actions.fault_after import say_unsolved, unsolved
from actions.heard import set_in_last_turn, taken_up
from actions.inquiry import ask_month, denies_month
from actions.listed import choice
from actions.outages import QueryOutage, asks_on
from actions.services import Services
from actions.slots import FLOW_SLOTS, WISH_SLOTS, YES_MEANS

_ASIDE = {"utter_verified", "utter_senior_offer"}
"""What is said beside an answer, and is not said again with it."""

NOT_UNDERSTOOD = {"nlu_fallback", "noise"}


class Affirm(CareAction):
    """A yes that answers no question."""

    action_name = "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """On with the form, which asks its question again by itself; without one, ask what is wanted.

        A question that was asked outside of a form in the answer before leads on (``YES_MEANS``).
        """
        meant = set_in_last_turn(tracker, YES_MEANS)
        if meant is not None and not _form(tracker):
            return [SlotSet(YES_MEANS, None), FollowupAction(str(meant))]
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
        topic = unsolved(tracker)
        if topic is not None:  # 没用, of what was to help
            return await say_unsolved(self.services, dispatcher, await self.caller(tracker), topic)
        if asks_on(tracker):  # 还没好吗, which sounds like a no
            return [FollowupAction(QueryOutage.action_name)]
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
        """Say that this was not understood; right after a complaint, the words are added to it."""
        if not _form(tracker) and goes_with_complaint(tracker):
            caller = await self.caller(tracker)
            added = await add_to_complaint(self.services, dispatcher, tracker, caller)
            if added is not None:
                return added
        if not _form(tracker):
            if denies_month(tracker):
                return ask_month(self.services, dispatcher, tracker)
            chosen = choice(dispatcher, tracker)
            if chosen is not None:
                return chosen
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
    answer = [one for one in said if _ASIDE.isdisjoint(map(str, _metadata(one).values()))]
    return (answer or said)[::-1]


def _metadata(event: dict[str, Any]) -> dict[str, Any]:
    return event.get("metadata") or {}


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
