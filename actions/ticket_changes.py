"""What a customer does to a ticket: hurry it up, or take it back. Which one is asked where there are several."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    VerifiedAction,
    begin_form,
    leave_form,
)
from actions.handover import hand_over
from actions.heard import set_in_last_turn, text_of, turn_of
from actions.outages import outage_told, say_outage, wants_notice
from actions.services import Services
from actions.slots import FLOW_SLOTS, OFFERED_TICKET
from care.conversations.callers import Caller
from care.tickets.choosing import chosen
from care.tickets.lifecycle import TransitionNotAllowed
from care.tickets.tables import Ticket
from care.wording import moment

IMPATIENT = "impatient"
"""Why a person takes over from a customer who has urged the same ticket before."""

TICKET_SLOTS = ("ticket_number", "ticket_consent")
ACTOR = "customer"

_KEEP = re.compile(r"别撤|不撤|别取消|不取消|先不|留着|不要撤|别关|不关")


class ChangeTicket(VerifiedAction):
    """Finds the open ticket that is meant, and asks which one where that is not clear."""

    form = ""

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """The only open one, or the one whose number was given; else ask."""
        assert caller.verified is not None
        open_ones = await self.services.tickets.open_of_customer(caller.verified.customer_id)
        if not open_ones:
            self.say_none(dispatcher)
            return leave_form(TICKET_SLOTS)
        number = named(tracker)
        if number is not None:
            found = [one for one in open_ones if one.number.endswith(str(number).upper())]
            if not found:
                self.say_gone(dispatcher, str(number))
                return leave_form(TICKET_SLOTS)
            open_ones = found
        if len(open_ones) > 1:
            return begin_form(self.form)
        return await self.change(dispatcher, tracker, caller, open_ones[0])

    async def change(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller, ticket: Ticket
    ) -> list[EventType]:
        """Do it to this ticket."""
        raise NotImplementedError

    def say_none(self, dispatcher: CollectingDispatcher) -> None:
        """Tell a customer without an open ticket."""
        raise NotImplementedError

    def say_gone(self, dispatcher: CollectingDispatcher, number: str) -> None:
        """Tell that this number is none of the customer's open tickets."""
        raise NotImplementedError


class UrgeTicket(ChangeTicket):
    """Hurries a ticket up: once by priority, a late one to the supervisors, the second time to a person."""

    action_name = "action_urge_ticket"
    form = "urge_ticket_form"

    def say_none(self, dispatcher: CollectingDispatcher) -> None:
        """See the base class."""
        dispatcher.utter_message(response="utter_urge_none")

    def say_gone(self, dispatcher: CollectingDispatcher, number: str) -> None:
        """See the base class."""
        dispatcher.utter_message(response="utter_urge_not_open", number=number)

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """During an outage that was told of, impatience is about the outage."""
        told = await outage_told(self.services, tracker)
        if told is not None and named(tracker) is None:
            if wants_notice(text_of(tracker)):
                return [FollowupAction("action_notify_outage")]
            return await say_outage(self.services, dispatcher, *told)
        return await super().run(dispatcher, tracker, domain)

    async def change(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller, ticket: Ticket
    ) -> list[EventType]:
        """Note it, and say honestly by when and what follows."""
        turn = turn_of(tracker)
        try:
            urged = await self.services.tickets.urge(
                ticket.number,
                ACTOR,
                turn.id,
                self.services.conversations.guard(turn.id, turn.epoch),
            )
        except TransitionNotAllowed:  # settled at this very moment
            self.say_gone(dispatcher, ticket.number)
            return leave_form(TICKET_SLOTS)
        values = {
            "number": ticket.number,
            "title": ticket.title,
            "promised": moment(ticket.promised_at, self.services.zone),
        }
        if urged.times > 1:
            dispatcher.utter_message(response="utter_urged_again", number=ticket.number)
            return await hand_over(self.services, dispatcher, tracker, caller, IMPATIENT)
        dispatcher.utter_message(
            response="utter_urged_late" if urged.late else "utter_urged", **values
        )
        return leave_form(TICKET_SLOTS)


class CancelTicket(ChangeTicket):
    """Takes an open ticket back, after a yes."""

    action_name = "action_cancel_ticket"
    form = "cancel_ticket_form"

    def say_none(self, dispatcher: CollectingDispatcher) -> None:
        """See the base class."""
        dispatcher.utter_message(response="utter_cancel_none")

    def say_gone(self, dispatcher: CollectingDispatcher, number: str) -> None:
        """See the base class."""
        dispatcher.utter_message(response="utter_cancel_not_open", number=number)

    async def change(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller, ticket: Ticket
    ) -> list[EventType]:
        """Ask for a yes to this ticket first; then it is cancelled, or stays."""
        consent = tracker.get_slot("ticket_consent")
        if consent is None or tracker.get_slot("ticket_number") != ticket.number:
            return [
                *begin_form(self.form)[:-1],
                SlotSet("ticket_number", ticket.number),
                FollowupAction(self.form),
            ]
        if consent is False:
            dispatcher.utter_message(response="utter_ticket_kept", number=ticket.number)
            return leave_form(TICKET_SLOTS)
        turn = turn_of(tracker)
        try:
            await self.services.tickets.cancel(
                ticket.number,
                ACTOR,
                turn.id,
                self.services.conversations.guard(turn.id, turn.epoch),
            )
        except TransitionNotAllowed:  # settled at this very moment
            self.say_gone(dispatcher, ticket.number)
            return leave_form(TICKET_SLOTS)
        dispatcher.utter_message(
            response="utter_ticket_taken_back", number=ticket.number, title=ticket.title
        )
        return leave_form(TICKET_SLOTS)


class _TicketForm(CareForm):
    """Which of the customer's open tickets."""

    async def validate_ticket_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """By number or its end, by its place in the list, or by what it is about."""
        if value is None:
            return {}
        ticket = chosen(await self._open(tracker), str(value))
        if ticket is None:
            dispatcher.utter_message(response="utter_which_ticket_unknown")
            return {"ticket_number": None}
        return {"ticket_number": ticket.number}

    async def _open(self, tracker: Tracker) -> list[Ticket]:
        caller = await self.caller(tracker)
        if caller.verified is None:
            return []
        return await self.services.tickets.open_of_customer(caller.verified.customer_id)


class ValidateUrgeTicketForm(_TicketForm):
    """Which ticket to hurry up."""

    form = "urge_ticket_form"


class ValidateCancelTicketForm(_TicketForm):
    """Which ticket to take back, and a yes."""

    form = "cancel_ticket_form"

    async def validate_ticket_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """别撤了 sounds like taking it back, and is a no."""
        if value is True and _KEEP.search(text_of(tracker)):
            return {"ticket_consent": False}
        return {"ticket_consent": value}


class AskTicket(CareAction):
    """Asks which of the open tickets is meant."""

    intent = ""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A button for each."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return leave_form(FLOW_SLOTS)
        tickets = await self.services.tickets.open_of_customer(caller.verified.customer_id)
        dispatcher.utter_message(
            response="utter_which_ticket",
            items="\n".join(_listed(tickets)),
            buttons=[
                {
                    "title": f"{ticket.title}（{ticket.number[-4:]}）",
                    "payload": f'/inform{{"ticket_number": "{ticket.number}"}}',
                }
                for ticket in tickets
            ],
        )
        return []


class AskTicketToUrge(AskTicket):
    """Asks which one to hurry up."""

    action_name = "action_ask_urge_ticket_form_ticket_number"


class AskTicketToCancel(AskTicket):
    """Asks which one to take back."""

    action_name = "action_ask_cancel_ticket_form_ticket_number"


class AskCancelConsent(CareAction):
    """Asks for a yes to taking a ticket back."""

    action_name = "action_ask_cancel_ticket_form_ticket_consent"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Name it, and what it means."""
        caller, number = await self.caller(tracker), tracker.get_slot("ticket_number")
        if caller.verified is None:
            return leave_form(FLOW_SLOTS)
        tickets = await self.services.tickets.of_customer(
            caller.verified.customer_id, ending=str(number)
        )
        if not tickets:
            return leave_form(FLOW_SLOTS)
        dispatcher.utter_message(
            response="utter_cancel_ticket_sure", number=number, title=tickets[0].title
        )
        return []


def named(tracker: Tracker) -> str | None:
    """The number that the customer has given, else that of the ticket which the answer before was about."""
    number = tracker.get_slot("ticket_number") or set_in_last_turn(tracker, OFFERED_TICKET)
    return None if number is None else str(number)


def _listed(tickets: Sequence[Ticket]) -> list[str]:
    return [f"{place}. {one.number} {one.title}" for place, one in enumerate(tickets, start=1)]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        UrgeTicket(services),
        CancelTicket(services),
        ValidateUrgeTicketForm(services),
        ValidateCancelTicketForm(services),
        AskTicketToUrge(services),
        AskTicketToCancel(services),
        AskCancelConsent(services),
    ]
