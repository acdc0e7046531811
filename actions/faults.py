"""Broadband faults: outage first, then what can be tried at home, one step at a time, then a ticket."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Services,
    Slots,
    VerifiedAction,
    begin_form,
    entity_of,
    forget,
    leave_form,
    said,
    text_of,
    turn_of,
    value_before,
)
from care.bss.protocol import AreaKind, BroadbandAccess, LineVerdict, Outage, Service
from care.conversations.callers import Caller
from care.faults import service as faults
from care.faults.service import Examination
from care.tickets.service import TicketRequest
from care.tickets.tables import TicketKind
from care.wording import moment

FORM = "broadband_fault_form"
FORM_SLOTS = ("device_symptom", "fixed", "step")

_VERDICTS = {
    LineVerdict.OK: "正常",
    LineVerdict.ONT_OFFLINE: "光猫离线",
    LineVerdict.NO_LIGHT: "没有光信号",
    LineVerdict.WEAK_LIGHT: "光信号弱",
    LineVerdict.CONGESTED: "端口拥塞",
    LineVerdict.SUSPENDED: "停机",
}


class ReportBroadbandFault(VerifiedAction):
    """Begins a fault report: a known outage ends it at once."""

    action_name = "action_report_broadband_fault"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Look for an outage at the customer's home and at the line, then on to the form or to the ticket."""
        access = await access_of(self.services, caller)
        if access is None:
            dispatcher.utter_message(response="utter_no_broadband")
            return leave_form(FORM_SLOTS)
        outages = await faults.outages_at(self.services.bss, access.area_id, Service.BROADBAND)
        if outages:
            await say_outage(self.services, dispatcher, outages[0], access.area_id)
            wishes = said(tracker)
            return [SlotSet("topic", wishes[-1] if wishes else None), *leave_form(FORM_SLOTS)]
        line_test = await faults.measure_line(self.services.bss, access.id)
        if line_test.verdict is LineVerdict.SUSPENDED:
            dispatcher.utter_message(response="utter_broadband_suspended")
            return leave_form(FORM_SLOTS)
        if tracker.get_slot("device_symptom") is not None:
            examination = await _examine(self.services, caller, tracker)
            if examination.needs_visit:
                dispatcher.utter_message(response="utter_fault_needs_visit")
                return [
                    *leave_form(),
                    SlotSet("fixed", False),
                    FollowupAction(FinishBroadbandFault.action_name),
                ]
        return begin_form(FORM, keep=["device_symptom"])


class ValidateBroadbandFaultForm(CareForm):
    """Symptom, and whether a step helped."""

    form = FORM

    async def validate_device_symptom(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Any symptom will do: one without a diagnosis of its own gets the general one; another begins anew."""
        return {"device_symptom": value, **({"step": None} if _another_symptom(tracker) else {})}

    async def validate_fixed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A no leads to the next step, while there is one."""
        if value is None or (value is False and _another_symptom(tracker)):
            return {"fixed": None}
        steps = self.services.diagnoses.of(tracker.get_slot("device_symptom")).steps
        tried = int(tracker.get_slot("step") or 0) + 1
        if value is False and tried < len(steps):
            return {"fixed": None, "step": tried}
        return {"fixed": value, "step": tried}


class AskFixed(CareAction):
    """Gives the next thing to try, or ends the form where trying is pointless."""

    action_name = "action_ask_broadband_fault_form_fixed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say the step and ask whether it helped; a line that only an engineer can mend skips all."""
        caller = await self.caller(tracker)
        number = int(tracker.get_slot("step") or 0)
        examination = await _examine(self.services, caller, tracker)
        if examination.outage is not None and examination.area is not None:
            await say_outage(self.services, dispatcher, examination.outage, examination.area.id)
            return leave_form(FORM_SLOTS)
        if number == 0 and examination.needs_visit:
            dispatcher.utter_message(response="utter_fault_needs_visit")
            return [SlotSet("fixed", False), SlotSet("requested_slot", None)]
        step = examination.diagnosis.steps[min(number, len(examination.diagnosis.steps) - 1)]
        if number == 0:
            dispatcher.utter_message(
                response="utter_self_help_first",
                cause=examination.diagnosis.likely_cause,
                step=step.do,
                ask=step.ask,
            )
        else:
            dispatcher.utter_message(response="utter_self_help_next", step=step.do, ask=step.ask)
        return []


class FinishBroadbandFault(CareAction):
    """Glad when it works again, else a ticket with all that was found and tried."""

    action_name = "action_finish_broadband_fault"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Open the ticket and say its number and promised time."""
        fixed = tracker.get_slot("fixed")
        if fixed is None:
            return forget(FORM_SLOTS)
        if fixed is True:
            dispatcher.utter_message(response="utter_fault_fixed")
            return forget(FORM_SLOTS)
        caller, turn = await self.caller(tracker), turn_of(tracker)
        examination = await _examine(self.services, caller, tracker)
        ticket = await self.services.tickets.open(
            await _request(self.services, caller, turn.id, tracker, examination),
            self.services.conversations.guard(turn.id, turn.epoch),
        )
        dispatcher.utter_message(
            response="utter_fault_ticket",
            number=ticket.number,
            promised=moment(ticket.promised_at, self.services.zone),
        )
        return forget(FORM_SLOTS)


class QueryOutage(VerifiedAction):
    """Is there an outage here: at the place that was named, else at the customer's home."""

    action_name = "action_query_outage"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A place that was named needs no verification: outages are public."""
        named = entity_of(tracker, "area") or entity_of(tracker, "address") or text_of(tracker)
        area = await faults.area_of_text(self.services.bss, str(named))
        if area is not None:
            return await self._answer(dispatcher, area.id)
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """The customer's own area."""
        assert caller.verified is not None
        area = await faults.area_of_customer(self.services.bss, caller.verified.customer_id)
        return await self._answer(dispatcher, area.id if area is not None else "")

    async def _answer(self, dispatcher: CollectingDispatcher, area_id: str) -> list[EventType]:
        outages = await faults.outages_at(self.services.bss, area_id)
        if outages:
            await say_outage(self.services, dispatcher, outages[0], area_id)
        else:
            dispatcher.utter_message(response="utter_no_outage")
        return []


async def access_of(services: Services, caller: Caller) -> BroadbandAccess | None:
    """The verified customer's broadband: that of the verified line, else the first."""
    if caller.verified is None:
        return None
    accesses = await services.bss.broadband_of(caller.verified.customer_id)
    own = (access for access in accesses if access.line_id == caller.verified.line_id)
    return next(own, accesses[0] if accesses else None)


async def say_outage(
    services: Services, dispatcher: CollectingDispatcher, outage: Outage, area_id: str
) -> None:
    """Say where, why and until when."""
    area = await services.bss.area(area_id)
    name = area.name if area is not None else area_id
    if outage.expected_at is None:
        dispatcher.utter_message(
            response="utter_outage_open_end", area=name, cause=outage.cause.rstrip("。")
        )
        return
    dispatcher.utter_message(
        response="utter_outage",
        area=name,
        cause=outage.cause.rstrip("。"),
        until=moment(outage.expected_at, services.zone),
    )


def _another_symptom(tracker: Tracker) -> bool:
    """Whether the customer has just told of another symptom than before."""
    before = value_before(tracker, "device_symptom")
    return before is not None and before != tracker.get_slot("device_symptom")


async def _examine(services: Services, caller: Caller, tracker: Tracker) -> Examination:
    return await faults.examine(
        services.bss,
        services.diagnoses,
        tracker.get_slot("device_symptom"),
        access=await access_of(services, caller),
    )


async def _request(
    services: Services, caller: Caller, turn_id: str, tracker: Tracker, found: Examination
) -> TicketRequest:
    assert caller.verified is not None
    customer = await services.bss.customer(caller.verified.customer_id)
    tried = found.diagnosis.steps[: int(tracker.get_slot("step") or 0)]
    lines = [
        f"客户原话：{'；'.join(said(tracker))}",
        f"故障现象：{tracker.get_slot('device_symptom')}",
        f"线路检测：{_VERDICTS[found.line_test.verdict] if found.line_test else '没有检测'}",
        f"已经试过：{' '.join(step.do for step in tried) or '无'}",
        f"宽带：{found.access.id if found.access else '不明'}",
        f"地址：{found.access.address if found.access else '不明'}",
    ]
    return TicketRequest(
        kind=TicketKind.BROADBAND_FAULT,
        title=found.diagnosis.likely_cause[:40],
        description="\n".join(lines),
        actor="bot",
        contact_id=caller.contact_id,
        customer_id=caller.verified.customer_id,
        customer_name=customer.name if customer is not None else None,
        phone=caller.verified.phone,
        conversation_id=caller.conversation_id,
        turn_id=turn_id,
        rural=found.area is not None and found.area.kind is AreaKind.RURAL,
    )


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        ReportBroadbandFault(services),
        ValidateBroadbandFaultForm(services),
        AskFixed(services),
        FinishBroadbandFault(services),
        QueryOutage(services),
    ]
