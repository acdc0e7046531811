"""没用, 还是不行, 没解决 after a fault was looked into: its ticket with the promise, or on with the search; or a person."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.fault_form import still_broken
from actions.heard import text_of
from actions.services import Services
from actions.slots import OFFERED_TICKET, YES_MEANS
from care.conversations.callers import Caller
from care.faults.diagnosis import Topic
from care.tickets.tables import TicketKind
from care.wording import moment

FAULT_KINDS = {
    TicketKind.BROADBAND_FAULT: Topic.BROADBAND,
    TicketKind.MOBILE_FAULT: Topic.MOBILE,
    TicketKind.CALL_FAULT: Topic.CALL,
    TicketKind.TV_FAULT: Topic.TV,
}
_REPORT = re.compile(r"action_report_(\w+)_fault")
_TALK = {"action_listen", "action_deny", "action_affirm", "action_vent", "action_misunderstood"}
"""Actions after which the fault is still what is talked about."""


def unsolved(tracker: Tracker) -> Topic | None:
    """The topic of the fault that was talked of last, where the latest message says that it is still there."""
    if not still_broken(text_of(tracker)):
        return None
    for event in reversed(tracker.events):
        name = str(event.get("name"))
        if event.get("event") != "action" or name in _TALK or not name.startswith("action_"):
            continue
        if name == "action_finish_fault":
            continue
        found = _REPORT.fullmatch(name)
        return Topic(found[1]) if found is not None else None
    return None


async def say_unsolved(
    services: Services, dispatcher: CollectingDispatcher, caller: Caller, topic: Topic
) -> list[EventType]:
    """Point to the open ticket of this topic, and a yes hurries it up; without one, offer to look on."""
    if caller.verified is not None:
        tickets = await services.tickets.open_of_customer(caller.verified.customer_id)
        ticket = next(
            (one for one in tickets if FAULT_KINDS.get(TicketKind(one.kind)) is topic), None
        )
        if ticket is not None:
            dispatcher.utter_message(
                response="utter_fault_unsolved_ticket",
                title=ticket.title,
                number=ticket.number,
                promised=moment(ticket.promised_at, services.zone),
            )
            return [
                SlotSet(OFFERED_TICKET, ticket.number),
                SlotSet(YES_MEANS, "action_urge_ticket"),
            ]
    dispatcher.utter_message(response="utter_fault_unsolved")
    return [SlotSet(YES_MEANS, f"action_report_{topic}_fault")]
