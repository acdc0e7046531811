"""Broadband that moves house: which line, where to, when, and the order."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, Slots, VerifiedAction, begin_form, leave_form
from actions.broadband import (
    FLOW as INSTALL_FLOW,
)
from actions.broadband import (
    REJECTIONS,
    AddressForm,
    AskAddress,
    check_address,
    finish_lead,
    hold_time,
    wanted_slots,
)
from actions.heard import intent_of, text_of
from actions.orders import begin_order, say_rejected
from actions.services import Services
from care.appointments.timetable import Place
from care.broadband import service as broadband
from care.bss.protocol import BroadbandAccess, BssRejected, PlaceKind, RejectReason
from care.conversations.callers import Caller

FORM = "relocate_form"
FLOW = (*INSTALL_FLOW, "broadband_access")

_INDOORS = re.compile(r"客厅|卧室|书房|房间|屋里|室内|同一个家|网线口|挪个位置")
"""A modem that changes the room is no relocation."""

_REJECTIONS = {
    **REJECTIONS,
    RejectReason.SAME_ADDRESS: "utter_relocation_same_address",
    RejectReason.WORK_PENDING: "utter_relocation_pending",
}


class RelocateBroadband(VerifiedAction):
    """A move to another address."""

    action_name = "action_relocate_broadband"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Within a home nothing is ordered: that is a question for the knowledge base and a person."""
        if intent_of(tracker) == "relocate_broadband" and _INDOORS.search(text_of(tracker)):
            return [FollowupAction("action_answer_or_offer")]
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """On from where it stands: which line, the new address, a time, the order."""
        assert caller.verified is not None
        accesses = await broadband.accesses_of(
            self.services.bss, caller.verified.customer_id, caller.verified.line_id
        )
        if not accesses:
            dispatcher.utter_message(response="utter_relocation_no_broadband")
            return leave_form(FLOW)
        chosen = str(tracker.get_slot("broadband_access") or "")
        access = next((one for one in accesses if one.id == chosen), None)
        known = [] if access is None and len(accesses) > 1 else [access or accesses[0]]
        covered, address = tracker.get_slot("covered"), tracker.get_slot("address")
        if covered is False and tracker.get_slot("lead") is not None:
            return await finish_lead(self.services, dispatcher, tracker)
        if not known or address is None or not covered:
            form = begin_form(FORM, keep=["address", "place", "visit_day", "visit_time"])
            only = [SlotSet("broadband_access", one.id) for one in known]
            return [*form[:-1], *only, form[-1]]
        return await self._order(dispatcher, tracker, caller, known[0], str(address))

    async def _order(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        access: BroadbandAccess,
        address: str,
    ) -> list[EventType]:
        try:
            await self.services.bss.check_relocation(access.id, address)
        except BssRejected as error:
            say_rejected(dispatcher, error.reason, address, _REJECTIONS)
            return leave_form(FLOW)
        area = await self.services.bss.area_of(address)
        assert area is not None  # the check would have said so
        place = Place(PlaceKind.VISIT, area.id)
        held = await hold_time(
            self.services, dispatcher, tracker, caller, self.action_name, place, "relocation"
        )
        if isinstance(held, list):
            return held
        return begin_order(
            "relocate_broadband", {"broadband": access.id, "address": address, **held}
        )


class ValidateRelocateForm(AddressForm):
    """Which line, and where to."""

    form = FORM

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """What is asked depends on the coverage."""
        return ["broadband_access", *await wanted_slots(self.services, tracker, None)]

    async def validate_broadband_access(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of the customer's own, by its identifier or its area."""
        caller = await self.caller(tracker)
        if value is None or caller.verified is None:
            return {"broadband_access": value}
        accesses = await broadband.accesses_of(
            self.services.bss, caller.verified.customer_id, caller.verified.line_id
        )
        area = await broadband.coverage(self.services.bss, str(value))
        found = [one for one in accesses if one.id == str(value)] or [
            one for one in accesses if area.area is not None and one.area_id == area.area.id
        ]
        return {"broadband_access": found[0].id if len(found) == 1 else None}

    async def validate_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """See ``check_address``."""
        return await check_address(self.services, dispatcher, tracker, value)


class AskBroadbandAccess(CareAction):
    """Asks which of several lines."""

    action_name = "action_ask_relocate_form_broadband_access"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """The lines by area and speed, as buttons."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return leave_form(FLOW)
        accesses = await broadband.accesses_of(
            self.services.bss, caller.verified.customer_id, caller.verified.line_id
        )
        areas = {area.id: area.name for area in await self.services.bss.areas()}
        dispatcher.utter_message(
            response="utter_which_broadband",
            buttons=[
                {
                    "title": f"{areas.get(one.area_id, '')} {one.mbps}M",
                    "payload": f'/inform{{"broadband_access": "{one.id}"}}',
                }
                for one in accesses
            ],
        )
        return []


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        RelocateBroadband(services),
        ValidateRelocateForm(services),
        AskAddress(services, FORM),
        AskBroadbandAccess(services),
    ]
