"""Faults of broadband, mobile network, calls and television: looked into first, then what can be tried, then a ticket.

One action leads each topic and may be called at any time: it looks at what is known and does the next thing. The one
``fault_form`` (``actions/fault_form.py``) only asks what is missing, a question at a time, and leads back to it.
"""

from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import fault_form
from actions.base import CareAction, DomainDict, VerifiedAction, begin_form, leave_form
from actions.heard import entity_of, said, text_of, turn_of
from actions.outages import say_outage
from actions.services import Services
from actions.slots import OFFERED_TICKET, YES_MEANS
from care.billing.service import balance
from care.bss.protocol import Area, AreaKind
from care.conversations.callers import Caller
from care.customers.masking import mask_phone, mask_text
from care.faults.diagnosis import Ask, Consequence, Diagnosis, Finding, Step, Topic
from care.faults.examination import Examination, Subject, examine, subject_of
from care.faults.service import area_of_text, areas_of_customer
from care.faults.tried import already_tried
from care.faults.words import results
from care.tickets.service import TicketRequest
from care.tickets.tables import Ticket, TicketKind
from care.wording import moment, yuan

FAULT_SLOTS = (
    "fault",
    "fault_question",
    "device_symptom",
    "fault_place",
    "fault_since",
    "fault_line",
    "fault_words",
    "steps_tried",
    "step",
    "fixed",
)

_KINDS = {
    Topic.BROADBAND: TicketKind.BROADBAND_FAULT,
    Topic.MOBILE: TicketKind.MOBILE_FAULT,
    Topic.CALL: TicketKind.CALL_FAULT,
    Topic.TV: TicketKind.TV_FAULT,
}
_NOTHING_THERE = {
    Topic.BROADBAND: "utter_no_broadband",
    Topic.TV: "utter_no_iptv",
    Topic.MOBILE: "utter_no_line",
    Topic.CALL: "utter_no_line",
}
_TOLD = {
    Finding.SUSPENDED_REQUEST: "utter_found_suspended_request",
    Finding.BLOCKED_LOST: "utter_found_blocked_lost",
    Finding.SUSPENDED: "utter_found_suspended",
    Finding.ROAMING_OFF: "utter_found_roaming_off",
    Finding.DATA_STOPPED: "utter_found_data_stopped",
    Finding.DATA_THROTTLED: "utter_found_data_throttled",
    Finding.CALLS_BARRED: "utter_found_calls_barred",
}
"""What explains the fault, and the way out of it: a sentence for each of ``diagnosis.TELLABLE``, arrears apart."""

_HOME = "家"


@dataclass(frozen=True)
class Report:
    """What the customer has told of a fault so far."""

    symptom: str | None
    place: str | None
    since: str | None
    line_id: str | None
    words: str | None
    """The customer's first words about it; the tracker forgets them in a long talk."""
    fixed: bool | None
    step: str | None
    tried: frozenset[str]


class ReportFault(VerifiedAction):
    """Leads the report of one topic."""

    def __init__(self, services: Services, topic: Topic) -> None:
        super().__init__(services)
        self.topic = topic
        self.action_name = action_of(topic)

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What was told in the first sentence is kept, also while the customer is asked who this is."""
        kept = _slots(self.topic, read(self.services, tracker, self.topic))
        return [*kept, *await super().run(dispatcher, tracker, domain)]

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Look into it, and ask, tell or open a ticket, whatever comes next."""
        assert caller.verified is not None
        report = read(self.services, tracker, self.topic)
        line_id = await self._line(tracker, caller, report)
        if line_id is None:
            own = mask_phone(caller.verified.phone)
            dispatcher.utter_message(response="utter_other_number", phone=own)
            return leave_form(FAULT_SLOTS)
        report = replace(report, line_id=line_id)
        subject = await self._subject(caller, report)
        if subject is None:
            dispatcher.utter_message(response=_NOTHING_THERE[self.topic])
            return leave_form(FAULT_SLOTS)
        diagnoses = self.services.fault_guide.topics[self.topic]
        found = await examine(self.services.bss, diagnoses, report.symptom, subject)
        ended = await self._explained(dispatcher, subject, found)
        if ended is not None:
            return ended
        if report.fixed is True:
            dispatcher.utter_message(response="utter_fault_fixed")
            return leave_form(FAULT_SLOTS)
        known = await self.services.tickets.open_about(subject.id, str(self.topic))
        if known is not None:
            if report.symptom is not None and known.title != found.diagnosis.name:
                await self._ticket(tracker, caller, report, subject, found)
            return self._say_known(dispatcher, known)
        question = await self._question(report, subject, found)
        if question is not None:
            return question
        if report.symptom is not None and _consequence(found) is Consequence.REPLACE_SIM:
            dispatcher.utter_message(response="utter_fault_replace_sim")
            return leave_form(FAULT_SLOTS)
        return await self._open(dispatcher, tracker, caller, report, subject, found)

    async def _line(self, tracker: Tracker, caller: Caller, report: Report) -> str | None:
        """The verified line, or another of the customer's that was named; None for somebody else's."""
        assert caller.verified is not None
        if report.line_id is not None:
            return report.line_id
        named = entity_of(tracker, "phone_number")
        if named is None or str(named) == caller.verified.phone:
            return caller.verified.line_id
        lines = await self.services.bss.lines(caller.verified.customer_id)
        return next((line.id for line in lines if line.phone == str(named)), None)

    async def _subject(self, caller: Caller, report: Report) -> Subject | None:
        assert caller.verified is not None
        customer_id, line_id = caller.verified.customer_id, report.line_id
        place = await self._place(customer_id, report.place)
        return await subject_of(
            self.services.bss, self.topic, customer_id, str(line_id), place=place
        )

    async def _place(self, customer_id: str, text: str | None) -> Area | None:
        if text is None:
            return None
        area = await area_of_text(self.services.bss, text)
        if area is None and _HOME in text:
            homes = await areas_of_customer(self.services.bss, customer_id)
            area = homes[0] if len(homes) == 1 else None
        return area

    async def _explained(
        self, dispatcher: CollectingDispatcher, subject: Subject, found: Examination
    ) -> list[EventType] | None:
        """Tell what explains the fault, if anything does: an outage, or a finding with a way out of it."""
        if found.outage is not None and found.area is not None:
            events = await say_outage(self.services, dispatcher, found.outage, found.area.id)
            return [*leave_form(FAULT_SLOTS), *events]
        finding = found.first(Consequence.TOLD)
        if finding is None:
            return None
        phone = mask_phone(subject.line.phone)
        if finding is Finding.SUSPENDED_ARREARS:
            owed = (await balance(self.services.bss, subject.line.id)).arrears
            dispatcher.utter_message(response="utter_found_arrears", phone=phone, amount=yuan(owed))
        else:
            dispatcher.utter_message(response=_TOLD[finding], phone=phone)
        return leave_form(FAULT_SLOTS)

    async def _question(
        self,
        report: Report,
        subject: Subject,
        found: Examination,
    ) -> list[EventType] | None:
        """What must be asked next, if anything: the symptom, the place, whether the next step helps, since when."""
        if report.symptom is None:
            return self._ask("device_symptom", report)
        if found.needs_place and report.place is None:
            return self._ask("fault_place", report)
        step = None if found.ticket_now is not None else next_step(found.diagnosis, report)
        if step is not None:
            done = report.tried | ({report.step} if report.step else frozenset())
            return self._ask("fixed", replace(report, step=step.id, tried=done))
        if _consequence(found) is Consequence.REPLACE_SIM:
            return None
        if Ask.SINCE in found.diagnosis.asks and report.since is None:
            return self._ask("fault_since", report)
        # A visit's appointment would be asked for here: everything else is known, and no ticket is open yet.
        return None

    def _ask(self, question: str, report: Report) -> list[EventType]:
        return [
            *begin_form(fault_form.FORM, keep=FAULT_SLOTS)[:-1],
            *_slots(self.topic, report),
            SlotSet("fault_question", question),
            SlotSet(question, None),
            FollowupAction(fault_form.FORM),
        ]

    def _say_known(self, dispatcher: CollectingDispatcher, ticket: Ticket) -> list[EventType]:
        """The line has a ticket about this topic: tell it, and a yes hurries it up."""
        dispatcher.utter_message(
            response="utter_fault_known",
            title=ticket.title,
            number=ticket.number,
            promised=moment(ticket.promised_at, self.services.zone),
        )
        return [
            *leave_form(FAULT_SLOTS),
            SlotSet(OFFERED_TICKET, ticket.number),
            SlotSet(YES_MEANS, "action_urge_ticket"),
        ]

    async def _open(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        report: Report,
        subject: Subject,
        found: Examination,
    ) -> list[EventType]:
        """Open the ticket with all that was found and tried, and say number and promise."""
        visit = _consequence(found) is Consequence.VISIT
        if found.ticket_now is not None:
            dispatcher.utter_message(
                response="utter_fault_needs_visit" if visit else "utter_fault_needs_technician"
            )
        elif report.step is None:
            dispatcher.utter_message(response="utter_fault_all_tried")
        ticket = await self._ticket(tracker, caller, report, subject, found)
        dispatcher.utter_message(
            response="utter_fault_ticket" if visit else "utter_fault_ticket_technician",
            number=ticket.number,
            promised=moment(ticket.promised_at, self.services.zone),
        )
        return leave_form(FAULT_SLOTS)

    async def _ticket(
        self,
        tracker: Tracker,
        caller: Caller,
        report: Report,
        subject: Subject,
        found: Examination,
    ) -> Ticket:
        """The line's ticket about this topic, with what was told now; opened if there is none yet."""
        turn = turn_of(tracker)
        request = await self._request(tracker, caller, report, subject, found)
        return await self.services.tickets.open(
            replace(request, turn_id=turn.id),
            self.services.conversations.guard(turn.id, turn.epoch),
        )

    async def _request(
        self,
        tracker: Tracker,
        caller: Caller,
        report: Report,
        subject: Subject,
        found: Examination,
    ) -> TicketRequest:
        assert caller.verified is not None
        customer = await self.services.bss.customer(caller.verified.customer_id)
        rural = found.area is not None and found.area.kind is AreaKind.RURAL
        return TicketRequest(
            kind=_KINDS[self.topic],
            title=found.diagnosis.name,
            description="\n".join(_lines(self.services, tracker, report, subject, found)),
            actor="bot",
            contact_id=caller.contact_id,
            customer_id=caller.verified.customer_id,
            customer_name=customer.name if customer is not None else None,
            phone=caller.verified.phone,
            conversation_id=caller.conversation_id,
            rural=rural and subject.access is not None,
            about=subject.id,
            matter=str(self.topic),
            area_id=found.area.id if found.area is not None else None,
        )


class FinishFault(CareAction):
    """A question of the form was answered: on with the report."""

    action_name = "action_finish_fault"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Back to the action that leads; a form that was left leads nowhere."""
        topic = tracker.get_slot("fault")
        return [FollowupAction(action_of(Topic(topic)))] if topic else []


def action_of(topic: Topic) -> str:
    """The action that leads this topic."""
    return f"action_report_{topic}_fault"


def read(services: Services, tracker: Tracker, topic: Topic) -> Report:
    """What is known of the fault: from the form's slots, and at the beginning from the message itself."""
    diagnoses = services.fault_guide.topics[topic]
    symptom = fault_form.own_symptom(diagnoses, tracker.get_slot("device_symptom"))
    begun = tracker.get_slot("fault") == topic

    def slot(name: str) -> Any:
        return tracker.get_slot(name) if begun else None

    place, since, first = slot("fault_place"), slot("fault_since"), slot("fault_words")
    if not begun:
        first = None if text_of(tracker).startswith("/") else mask_text(text_of(tracker))
        place = entity_of(tracker, "area") or entity_of(tracker, "address")
        since = entity_of(tracker, "date")
    fixed = slot("fixed")
    words = [*said(tracker), text_of(tracker)]
    return Report(
        symptom=symptom,
        place=mask_text(str(place)) if place else None,
        since=mask_text(str(since)) if since else None,
        line_id=slot("fault_line"),
        words=first,
        fixed=fixed if isinstance(fixed, bool) else None,
        step=slot("step"),
        tried=frozenset(slot("steps_tried") or ())
        | already_tried(diagnoses.of(symptom).steps, words),
    )


def next_step(diagnosis: Diagnosis, report: Report) -> Step | None:
    """The next thing to try: none that was tried already, and not the one that has just failed."""
    done = report.tried | ({report.step} if report.step else frozenset())
    return next((step for step in diagnosis.steps if step.id not in done), None)


def _consequence(found: Examination) -> Consequence:
    return found.ticket_now or found.diagnosis.in_the_end


def _slots(topic: Topic, report: Report) -> list[EventType]:
    return [
        SlotSet("fault", str(topic)),
        SlotSet("device_symptom", report.symptom),
        SlotSet("fault_place", report.place),
        SlotSet("fault_since", report.since),
        SlotSet("fault_line", report.line_id),
        SlotSet("fault_words", report.words),
        SlotSet("steps_tried", sorted(report.tried)),
        SlotSet("step", report.step),
        SlotSet("fixed", report.fixed),
    ]


def _lines(
    services: Services,
    tracker: Tracker,
    report: Report,
    subject: Subject,
    found: Examination,
) -> list[str]:
    """The ticket's text: symptom, checks with results, steps tried."""
    diagnosis = found.diagnosis
    done = report.tried | ({report.step} if report.step else frozenset())
    tried = [step.do for step in diagnosis.steps if step.id in done]
    area = found.area.name if found.area is not None else None
    where = subject.access.address if subject.access is not None else report.place or area
    seen = found.seen_at
    words = [*([report.words] if report.words else []), *said(tracker)]
    return [
        f"客户原话：{'；'.join(dict.fromkeys(words))}",
        f"故障现象：{diagnosis.name}（{diagnosis.symptom}）",
        f"检测：{results(found)}",
        f"已经试过：{' '.join(tried) or '无'}",
        f"线路：{subject.id}",
        f"地点：{where or '不明'}",
        *([f"最近一次在网：{area or '不明'} {moment(seen, services.zone)}"] if seen else []),
        f"开始时间：{report.since or '未说明'}",
    ]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    leading = [ReportFault(services, topic) for topic in Topic]
    return [*leading, FinishFault(services), *fault_form.actions(services)]
