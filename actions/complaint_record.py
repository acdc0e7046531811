"""What is said right after a complaint was put on record belongs to it: when and where it was, what should come of it."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.heard import set_in_last_turn, text_of, turn_of
from actions.services import Services
from care.conversations.callers import Caller
from care.customers.masking import mask_text
from care.tickets.service import TicketRequest
from care.tickets.tables import Ticket, TicketKind
from care.wording import moment

SLOT = "complaint_on_record"
"""The slot with number, matter and category of the complaint; it counts for the customer's next message."""

_WHEN = re.compile(
    r"多久|多长时间|什么时候|啥时候|几时|几天|哪天|何时|(?:打算|准备|要)?怎么处理|怎么解决|how long|when",
    re.IGNORECASE,
)
_SHORTEST = 3


def remember(ticket: Ticket, category: str) -> EventType:
    """The event that keeps which complaint was put on record."""
    return SlotSet(SLOT, {"number": ticket.number, "matter": ticket.matter, "category": category})


def on_record(tracker: Tracker) -> Any:
    """The complaint of the answer before, as the slot keeps it; None without one."""
    return set_in_last_turn(tracker, SLOT)


def goes_with_complaint(tracker: Tracker) -> bool:
    """Whether a message that is no wish belongs to the complaint of the answer before."""
    text = text_of(tracker).strip()
    return on_record(tracker) is not None and len(text) >= _SHORTEST and not text.startswith("/")


async def add_to_complaint(
    services: Services, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
) -> list[EventType] | None:
    """Put the message on the complaint's record, or say when it will be answered; None where nobody is verified."""
    known, text = on_record(tracker), text_of(tracker)
    if caller.verified is None:
        return None
    open_ones = await services.tickets.open_of_customer(caller.verified.customer_id)
    ticket = next((one for one in open_ones if one.number == known["number"]), None)
    if ticket is None:
        return None
    response = "utter_complaint_when"
    if not _WHEN.search(text):
        response, turn = "utter_complaint_added", turn_of(tracker)
        request = TicketRequest(
            kind=TicketKind.COMPLAINT,
            title=ticket.title,
            description=f"客户补充：{mask_text(text)}",
            actor="bot",
            contact_id=caller.contact_id,
            customer_id=ticket.customer_id,
            phone=ticket.phone,
            conversation_id=caller.conversation_id,
            turn_id=turn.id,
            about=ticket.about,
            matter=ticket.matter,
        )
        ticket = await services.tickets.open(
            request, services.conversations.guard(turn.id, turn.epoch)
        )
    promised = moment(ticket.promised_at, services.zone)
    dispatcher.utter_message(response=response, number=ticket.number, promised=promised)
    return [SlotSet(SLOT, known)]
