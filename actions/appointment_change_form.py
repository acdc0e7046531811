"""The questions about what is booked: which appointment, and whether it is really to be given up."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.appointments import FORM_SLOTS
from actions.base import CareAction, CareForm, DomainDict, Slots, leave_form
from actions.heard import says_yes
from actions.services import Services
from care.appointments.ledger import place_of
from care.appointments.tables import Appointment
from care.appointments.texts import label, short
from care.appointments.timetable import Place
from care.appointments.wishes import days_shifted
from care.bss.protocol import PlaceKind
from care.wording import either

FORM = "change_appointment_form"
CHANGE_SLOTS = ("appointment_number", "change_wish", "giving_up", "store", *FORM_SLOTS)

_GIVE_UP = re.compile(
    r"取消|作废|不去了|去不了|去不成|不来了|退掉|退了|不用来|别来了|撤销|不约了|不要了"
)
_SHOW = re.compile(
    r"(?:查|看|有).{0,4}(?:预约|约)|(?:约|预约)(?:的|了)?.{0,4}(?:几点|什么时候|哪天|哪个时间)|我的预约"
)
_VISIT_WORDS = re.compile(r"师傅|上门|装机|安装|移机|维修|修|工程师|工单|装宽带")
_SHOP_WORDS = re.compile(r"营业厅|店里|去店|门店|柜台|厅|到店|取号|排号")
_SURE = {PlaceKind.VISIT: "utter_sure_visit", PlaceKind.SHOP: "utter_sure_shop"}


class ValidateChangeAppointmentForm(CareForm):
    """Which appointment, and whether it is really to be given up."""

    form = FORM

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """A move is not asked twice."""
        wish = tracker.get_slot("change_wish") or {}
        if wish.get("do") == "cancel":
            return domain_slots
        return [slot for slot in domain_slots if slot != "giving_up"]

    async def validate_appointment_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of the customer's own, by its number or by what it is."""
        caller = await self.caller(tracker)
        if value is None or caller.verified is None:
            return {"appointment_number": None}
        rows = await self.services.appointments.of_customer(caller.verified.customer_id)
        named = [row for row in rows if row.number == str(value)]
        found = named or _of_words(rows, str(value))
        return {"appointment_number": found[0].number if len(found) == 1 else None}

    async def validate_giving_up(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Yes or no: 确定取消 is a yes here, and so is pressing the button."""
        if value is None or isinstance(value, bool):
            return {"giving_up": value}
        return {"giving_up": says_yes(tracker, str(value))}


class AskAppointmentNumber(CareAction):
    """Asks which one is meant."""

    action_name = "action_ask_change_appointment_form_appointment_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """The customer's appointments as buttons."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return leave_form(CHANGE_SLOTS)
        rows = await self.services.appointments.of_customer(caller.verified.customer_id)
        buttons = [
            {
                "title": f"{short(row.day, row.hours)} {await _what(self.services, row)}",
                "payload": f'/inform{{"appointment_number": "{row.number}"}}',
            }
            for row in rows
        ]
        dispatcher.utter_message(response="utter_which_appointment", buttons=buttons)
        return []


class AskGivingUp(CareAction):
    """Asks whether it is really to be given up."""

    action_name = "action_ask_change_appointment_form_giving_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say which one, and what follows."""
        caller, number = await self.caller(tracker), tracker.get_slot("appointment_number")
        if caller.verified is None:
            return leave_form(CHANGE_SLOTS)
        rows = await self.services.appointments.of_customer(caller.verified.customer_id)
        row = next((row for row in rows if row.number == number), None)
        if row is None:
            dispatcher.utter_message(response="utter_no_appointment")
            return leave_form(CHANGE_SLOTS)
        dispatcher.utter_message(
            response=_SURE[PlaceKind(row.kind)],
            time=label(row.day, row.hours),
            number=row.number,
        )
        return []


def change_wish(text: str, names_time: bool) -> dict[str, Any]:
    """What a message wants to be done with an appointment, and with which."""
    shift = days_shifted(text)
    if _GIVE_UP.search(text) and not names_time and "改" not in text and shift is None:
        do = "cancel"
    elif _SHOW.search(text) and not names_time and "改" not in text and "换" not in text:
        do = "show"
    else:
        do = "move"
    kind = None
    if bool(_VISIT_WORDS.search(text)) != bool(_SHOP_WORDS.search(text)):
        kind = str(PlaceKind.VISIT if _VISIT_WORDS.search(text) else PlaceKind.SHOP)
    return {"do": do, "kind": kind, "days": shift}


def _of_words(rows: Sequence[Appointment], text: str) -> list[Appointment]:
    wish = change_wish(text, names_time=False)
    return [row for row in rows if wish["kind"] == row.kind]


async def place_name(services: Services, place: Place) -> str:
    if place.kind is PlaceKind.VISIT:
        return ""
    stores = {store.id: store.name for store in await services.bss.stores()}
    return stores.get(place.id, "")


async def _what(services: Services, row: Appointment) -> str:
    return await place_name(services, place_of(row)) or either("师傅上门", "engineer's visit")


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        ValidateChangeAppointmentForm(services),
        AskAppointmentNumber(services),
        AskGivingUp(services),
    ]
