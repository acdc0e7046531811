"""Tickets: how one is doing, and leaving one; call-backs."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.appointments import say_visit
from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    VerifiedAction,
    begin_form,
    forget,
    leave_form,
)
from actions.enterprise import asks_when, say_when
from actions.heard import Turn, entity_of, said, set_in_last_turn, turn_of
from actions.identity import MOBILE
from actions.outages import OUTAGE_TOLD, NotifyOutage, outage_told, say_outage
from actions.services import Services
from actions.slots import OFFERED_TICKET, YES_MEANS
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.tickets.service import TicketRequest
from care.tickets.tables import Ticket, TicketKind, TicketState
from care.wording import moment

CALLBACK_FORM = "callback_form"
TICKETS_SHOWN = 3
TITLE_LENGTH = 40
URGE = "action_urge_ticket"

_STATES = {
    TicketState.OPEN: "utter_ticket_open",
    TicketState.ASSIGNED: "utter_ticket_assigned",
    TicketState.IN_PROGRESS: "utter_ticket_in_progress",
    TicketState.WAITING_CUSTOMER: "utter_ticket_waiting_customer",
    TicketState.RESOLVED: "utter_ticket_resolved",
    TicketState.CLOSED: "utter_ticket_closed",
    TicketState.CANCELLED: "utter_ticket_cancelled",
}
_TITLES = {
    TicketKind.SERVICE_REQUEST: "客户登记的问题",
    TicketKind.CALLBACK: "客户要求回电",
}
"""For the desk, where the customer said nothing that could be a title."""


class QueryTicket(VerifiedAction):
    """How the verified customer's tickets are doing."""

    action_name = "action_query_ticket"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """When an account manager calls is told from the lead that was just left, to whom left it."""
        if asks_when(tracker):
            say_when(self.services, dispatcher, tracker)
            return []
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """One by its number (or its end), else the newest ones; nobody else's, as if it were not there."""
        assert caller.verified is not None
        number = tracker.get_slot("ticket_number")
        tickets = await self.services.tickets.of_customer(
            caller.verified.customer_id, ending=str(number).upper() if number is not None else ""
        )
        for ticket in tickets[:TICKETS_SHOWN]:
            say_ticket(self.services, dispatcher, ticket)
            await say_visit(self.services, dispatcher, ticket.number)
        if not tickets and number is not None:
            dispatcher.utter_message(response="utter_ticket_not_found", number=number)
        elif not tickets:
            told = await outage_told(self.services, tracker)
            if told is not None:  # nothing was reported, since the outage is known
                return await say_outage(self.services, dispatcher, *told)
            dispatcher.utter_message(response="utter_ticket_none")
        late = [
            ticket for ticket in tickets[:TICKETS_SHOWN] if self.services.tickets.is_late(ticket)
        ]
        if not late:
            return [SlotSet("ticket_number", None)]
        dispatcher.utter_message(response="utter_ticket_late", number=late[0].number)
        return [
            SlotSet("ticket_number", None),
            SlotSet(OFFERED_TICKET, late[0].number),
            SlotSet(YES_MEANS, URGE),
        ]


class LeaveTicket(VerifiedAction):
    """Opens a ticket about what could not be settled here."""

    action_name = "action_leave_ticket"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """An outage that was just told of is being repaired: its end is told, and fifty tickets more would help nobody."""
        if set_in_last_turn(tracker, OUTAGE_TOLD) is not None:
            told = await outage_told(self.services, tracker)
            if told is not None:
                dispatcher.utter_message(response="utter_outage_no_ticket", outage=told[0].id)
                return [SlotSet(YES_MEANS, NotifyOutage.action_name)]
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Open the ticket with what the customer said, and say its number and promise."""
        ticket = await open_ticket(
            self.services, caller, turn_of(tracker), TicketKind.SERVICE_REQUEST, tracker
        )
        dispatcher.utter_message(
            response="utter_ticket_left",
            number=ticket.number,
            promised=moment(ticket.promised_at, self.services.zone),
        )
        return [SlotSet("topic", None)]


class RequestCallback(CareAction):
    """Notes a call-back, and asks for the number first where we know none."""

    action_name = "action_request_callback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A verified customer is called on the verified number, another on the one that was given."""
        if asks_when(tracker):  # of the account manager's call, which is promised already
            say_when(self.services, dispatcher, tracker)
            return []
        if _number_to_call(tracker, await self.caller(tracker)) is not None:
            return [FollowupAction(FinishCallback.action_name)]
        return begin_form(CALLBACK_FORM)


class ValidateCallbackForm(CareForm):
    """The number to call back."""

    form = CALLBACK_FORM

    async def validate_phone_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Mobile numbers only."""
        if value is None:
            return {}
        if not MOBILE.fullmatch(str(value)):
            dispatcher.utter_message(response="utter_phone_invalid")
            return {"phone_number": None}
        return {"phone_number": str(value)}


class FinishCallback(CareAction):
    """Opens the ticket of a call-back."""

    action_name = "action_finish_callback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say by when we call which number."""
        caller = await self.caller(tracker)
        phone = _number_to_call(tracker, caller)
        if phone is None:
            return leave_form()
        ticket = await open_ticket(
            self.services, caller, turn_of(tracker), TicketKind.CALLBACK, tracker, phone=phone
        )
        dispatcher.utter_message(
            response="utter_callback_left",
            phone=mask_phone(phone),
            number=ticket.number,
            promised=moment(ticket.promised_at, self.services.zone),
        )
        return forget(["topic"])


def _number_to_call(tracker: Tracker, caller: Caller) -> str | None:
    """The number named just now, else the verified one, else the one given before."""
    verified = caller.verified.phone if caller.verified is not None else None
    for phone in (entity_of(tracker, "phone_number"), verified, tracker.get_slot("phone_number")):
        if phone is not None and MOBILE.fullmatch(str(phone)):
            return str(phone)
    return None


async def open_ticket(
    services: Services,
    caller: Caller,
    turn: Turn,
    kind: TicketKind,
    tracker: Tracker,
    *,
    phone: str | None = None,
) -> Ticket:
    """Open a ticket of what the customer could not get settled in this dialogue."""
    wishes = said(tracker)
    title = str(tracker.get_slot("topic") or "") or (wishes[0] if wishes else _TITLES[kind])
    customer = None
    if caller.verified is not None:
        customer = await services.bss.customer(caller.verified.customer_id)
    request = TicketRequest(
        kind=kind,
        title=title[:TITLE_LENGTH],
        description="\n".join(wishes) or title,
        actor="bot",
        contact_id=caller.contact_id,
        customer_id=customer.id if customer is not None else None,
        customer_name=customer.name if customer is not None else None,
        phone=phone or (caller.verified.phone if caller.verified is not None else None),
        conversation_id=caller.conversation_id,
        turn_id=turn.id,
    )
    return await services.tickets.open(request, services.conversations.guard(turn.id, turn.epoch))


def say_ticket(services: Services, dispatcher: CollectingDispatcher, ticket: Ticket) -> None:
    """Say where a ticket stands; its state's word is a response of its own."""
    dispatcher.utter_message(
        response=_STATES[TicketState(ticket.state)],
        number=ticket.number,
        title=ticket.title,
        promised=moment(ticket.promised_at, services.zone),
    )


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        QueryTicket(services),
        LeaveTicket(services),
        RequestCallback(services),
        ValidateCallbackForm(services),
        FinishCallback(services),
    ]
