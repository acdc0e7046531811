"""Complaints: on record with what belongs to them, answered in the rule pack's time; a fraud gets a person at once."""

import re
from datetime import datetime
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
    forget,
    leave_form,
)
from actions.complaint_record import add_to_complaint, on_record, remember
from actions.handover import COMPLAINT, hand_over
from actions.heard import intent_of, said, text_of, turn_of
from actions.services import Services
from care.conversations.callers import Caller
from care.customers.masking import mask_text
from care.duties import Figure, Unit
from care.tickets.complaints import FRAUD, Category, attachments
from care.tickets.progress import HIGHEST
from care.tickets.service import TicketRequest
from care.tickets.tables import Ticket, TicketKind
from care.wording import either, moment, short_day

FORM = "complaint_form"
_PRIORITY = 1
_NUMBER = re.compile(r"(?:我?的?手机号?码?[是为:： ]*)?[\d\s-]{6,20}")
_UNITS = {
    Unit.HOURS: ("小时", "hours"),
    Unit.DAYS: ("天", "days"),
    Unit.WORKING_DAYS: ("个工作日", "working days"),
    Unit.MONTHS: ("个月", "months"),
}
"""What the rule pack's terms are counted in."""


class Complain(VerifiedAction):
    """Puts a complaint on record."""

    action_name = "action_complain"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What it is about is asked once, then who this is. Who was cheated of money waits for neither."""
        added = await self._added(dispatcher, tracker)
        if added is not None:
            return added
        guide, (text, whole) = self.services.complaint_guide, _told(self.services, tracker)
        # A long talk is forgotten by the tracker before the code has come: the words are kept meanwhile.
        words = SlotSet("complaint_words", _words(tracker))
        about = tracker.get_slot("complaint_about")
        if about is None and intent_of(tracker) == COMPLAINT and guide.says_what(text):
            about = mask_text(text)
        if guide.is_fraud(f"{about or ''}{text if about is None else ''}"):
            return await self._fraud(dispatcher, tracker, about or mask_text(text))
        if about is None:
            return [words, *begin_form(FORM, keep=["complaint_words"])]
        return [
            words,
            SlotSet("complaint_about", about),
            # What the complaint is about is no wish of its own: 要投诉！宽带装了一个月没装好.
            *(forget(["wishes"]) if whole else []),
            *await super().run(dispatcher, _with(tracker, about), domain),
        ]

    async def _added(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[EventType] | None:
        """A further complaint right after one (要他道歉) belongs to it, unless it is of another kind; None else."""
        text, guide = text_of(tracker), self.services.complaint_guide
        if on_record(tracker) is None or intent_of(tracker) != COMPLAINT or text.startswith("/"):
            return None
        if "投诉" in text:
            return None  # said to be another one
        kind = guide.category(text).id
        if kind not in (guide.categories[-1].id, str(on_record(tracker)["category"])):
            return None
        return await add_to_complaint(
            self.services, dispatcher, tracker, await self.caller(tracker)
        )

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Open the ticket with what belongs to it, say by when it is answered, and where to appeal."""
        assert caller.verified is not None
        about = str(tracker.get_slot("complaint_about"))
        category = self.services.complaint_guide.category(about)
        turn = turn_of(tracker)
        ticket = await self.services.tickets.open(
            await self._request(tracker, caller, category, about),
            self.services.conversations.guard(turn.id, turn.epoch),
        )
        new = ticket.turn_id == turn.id
        dispatcher.utter_message(
            response="utter_complaint_recorded" if new else "utter_complaint_known",
            number=ticket.number,
            category=category.name,
            promised=moment(ticket.promised_at, self.services.zone),
            buttons=self._buttons(category),
        )
        self._say_appeal(dispatcher, ticket)
        return [*leave_form(["complaint_about", "complaint_words"]), remember(ticket, category.id)]

    async def _fraud(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, about: str
    ) -> list[EventType]:
        """What helps at once, a ticket of the highest priority, and a person: without asking who this is."""
        caller, turn = await self.caller(tracker), turn_of(tracker)
        verified = caller.verified
        await self.services.tickets.open(
            TicketRequest(
                kind=TicketKind.COMPLAINT,
                title="客户称被诈骗",
                description="\n".join([f"客户原话：{'；'.join(_words(tracker)) or about}"]),
                actor="bot",
                contact_id=caller.contact_id,
                customer_id=verified.customer_id if verified is not None else None,
                phone=verified.phone if verified is not None else None,
                conversation_id=caller.conversation_id,
                turn_id=turn.id,
                priority=HIGHEST,
            ),
            self.services.conversations.guard(turn.id, turn.epoch),
        )
        dispatcher.utter_message(
            response="utter_fraud", advice=self.services.complaint_guide.fraud_advice
        )
        return await hand_over(self.services, dispatcher, tracker, caller, FRAUD)

    async def _request(
        self, tracker: Tracker, caller: Caller, category: Category, about: str
    ) -> TicketRequest:
        assert caller.verified is not None
        verified, services = caller.verified, self.services
        customer = await services.bss.customer(verified.customer_id)
        belonging = await attachments(
            services.bss,
            category,
            verified.line_id,
            await services.tickets.of_customer(verified.customer_id),
            services.clock(),
            services.zone,
        )
        words = [*_words(tracker), *([about] if about != category.id else [])]
        lines = [
            f"投诉类别：{category.name}",
            f"客户原话：{'；'.join(dict.fromkeys(words)) or '未说明'}",
            *belonging,
        ]
        return TicketRequest(
            kind=TicketKind.COMPLAINT,
            title=f"投诉：{category.name}",
            description="\n".join(lines),
            actor="bot",
            contact_id=caller.contact_id,
            customer_id=verified.customer_id,
            customer_name=customer.name if customer is not None else None,
            phone=verified.phone,
            conversation_id=caller.conversation_id,
            turn_id=turn_of(tracker).id,
            about=verified.customer_id,
            matter=f"complaint:{category.id}",
            priority=_PRIORITY,
        )

    def _buttons(self, category: Category) -> list[dict[str, str]]:
        """The ways to have the matter itself settled, and a person."""
        title = self.services.wish_names.title
        remedies = [{"title": title(one), "payload": f"/{one}"} for one in category.remedies]
        person = either("转人工", "Talk to a person")
        return [*remedies, {"title": person, "payload": "/request_human"}]

    def _say_appeal(self, dispatcher: CollectingDispatcher, ticket: Ticket) -> None:
        duties = self.services.duties
        dispatcher.utter_message(
            response="utter_appeal_route",
            promised=_day(ticket.promised_at, self.services),
            accepted=_term(duties["appeal_acceptance"].figure()),
            answered=_term(duties["appeal_answer"].figure()),
        )


class ValidateComplaintForm(CareForm):
    """What the complaint is about."""

    form = FORM

    async def validate_complaint_about(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Any words; asked once only. A number alone is for the identity check that follows."""
        if value is None:
            return {}
        if _NUMBER.fullmatch(str(value)):
            dispatcher.utter_message(response="utter_complaint_about_number")
            return {"complaint_about": None}
        return {"complaint_about": mask_text(str(value))}


class FinishComplaint(CareAction):
    """What the complaint is about was told: on with it."""

    action_name = "action_finish_complaint"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Back to the action that leads; a form that was left leads nowhere."""
        told = tracker.get_slot("complaint_about")
        return [FollowupAction(Complain.action_name)] if told is not None else forget([])


def _told(services: Services, tracker: Tracker) -> tuple[str, bool]:
    """What was said of the complaint, and whether that is the whole message although it was parted into wishes.

    Where the part with the complaint says nothing more than that, the others are what it is about.
    """
    text, whole = text_of(tracker), str(tracker.latest_message.get("text") or "")
    if text == whole or services.complaint_guide.says_what(text):
        return text, False
    return whole, intent_of(tracker) == COMPLAINT


def _words(tracker: Tracker) -> list[str]:
    """What the customer has said in this dialogue, also before the tracker began anew (``bot/channels/session.py``)."""
    return list(dict.fromkeys([*(tracker.get_slot("complaint_words") or ()), *said(tracker)]))


def _with(tracker: Tracker, about: str) -> Tracker:
    """The tracker as it will be once the slot is set."""
    tracker.slots["complaint_about"] = about
    return tracker


def _term(figure: Figure) -> str:
    return f"{figure.value} {either(*_UNITS[figure.unit])}"


def _day(at: datetime, services: Services) -> str:
    return short_day(at.astimezone(services.zone).date())


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [Complain(services), ValidateComplaintForm(services), FinishComplaint(services)]
