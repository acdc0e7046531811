"""What is booked: another time for it, giving it up, or only a look at it."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.appointments import (
    FORM_SLOTS,
    Time,
    choose_time,
    dates,
    offer_visit,
    said_values,
    time_gone,
    time_of,
)
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
from actions.heard import entity_of, intent_of, says_yes, text_of, turn_of
from actions.services import Services
from care.appointments.ledger import NotLive, SlotFull, place_of
from care.appointments.service import TooLate
from care.appointments.tables import Appointment
from care.appointments.texts import label, short
from care.appointments.timetable import Place
from care.appointments.wishes import days_shifted, match
from care.bss.protocol import PlaceKind
from care.conversations.callers import Caller
from care.errors import NotFound
from care.tickets.tables import TicketKind

CHANGE_FORM = "change_appointment_form"
CHANGE_SLOTS = ("appointment_number", "change_wish", "giving_up", "store", *FORM_SLOTS)

_GIVE_UP = re.compile(
    r"取消|作废|不去了|去不了|去不成|不来了|退掉|退了|不用来|别来了|撤销|不约了|不要了"
)
_SHOW = re.compile(
    r"(?:查|看|有).{0,4}(?:预约|约)|(?:约|预约)(?:的|了)?.{0,4}(?:几点|什么时候|哪天|哪个时间)|我的预约"
)
_VISIT_WORDS = re.compile(r"师傅|上门|装机|安装|移机|维修|修|工程师|工单|装宽带")
_SHOP_WORDS = re.compile(r"营业厅|店里|去店|门店|柜台|厅|到店|取号|排号")
_TOO_LATE = {PlaceKind.VISIT: "utter_too_late_visit", PlaceKind.SHOP: "utter_too_late_shop"}
_SHOWN = {PlaceKind.VISIT: "utter_appointment_visit", PlaceKind.SHOP: "utter_appointment_shop"}
_MOVED = {PlaceKind.VISIT: "utter_moved_visit", PlaceKind.SHOP: "utter_moved_shop"}
_GIVEN_UP = {PlaceKind.VISIT: "utter_given_up_visit", PlaceKind.SHOP: "utter_given_up_shop"}
_SURE = {PlaceKind.VISIT: "utter_sure_visit", PlaceKind.SHOP: "utter_sure_shop"}


_VISITED = (TicketKind.BROADBAND_FAULT, TicketKind.TV_FAULT)
"""Faults that an engineer mends at the customer's home."""


class ChangeAppointment(VerifiedAction):
    """Another time for what is booked, giving it up, or only a look at it."""

    action_name = "action_change_appointment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What is wanted stands in the message that wants it; it is kept while it is asked who this is."""
        wish = tracker.get_slot("change_wish")
        if intent_of(tracker) == "change_appointment" and not tracker.get_slot("booking"):
            wish = _wish(
                text_of(tracker),
                bool(said_values(tracker, "date") or said_values(tracker, "time_slot")),
            )
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [SlotSet("change_wish", wish), *await super().run(dispatcher, tracker, domain)]
        return [
            SlotSet("task", None),
            SlotSet("change_wish", wish),
            *await self._change(dispatcher, tracker, caller, wish or {}),
        ]

    async def _change(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        wish: dict[str, Any],
    ) -> list[EventType]:
        assert caller.verified is not None
        rows = await self.services.appointments.of_customer(caller.verified.customer_id)
        if not rows:
            wanted = (
                []
                if wish.get("do") in ("show", "cancel")
                else await self._first_visit(tracker, caller)
            )
            if not wanted:
                dispatcher.utter_message(response="utter_no_appointment")
            return [*forget(CHANGE_SLOTS), *wanted]
        if wish.get("do") == "show":
            for row in rows:
                await say_appointment(self.services, dispatcher, row)
            return forget(CHANGE_SLOTS)
        meant = _meant(rows, tracker, wish)
        if meant is None:
            return begin_form(CHANGE_FORM, keep=["change_wish", "visit_day", "visit_time", "store"])
        row, kind = meant, PlaceKind(meant.kind)
        policy = self.services.appointments.policy(kind)
        if not policy.may_change(row.starts_at, self.services.clock()):
            dispatcher.utter_message(
                response=_TOO_LATE[kind], number=row.number, time=label(row.day, row.hours)
            )
            return leave_form(CHANGE_SLOTS)
        known = SlotSet("appointment_number", row.number)
        if wish.get("do") == "cancel":
            return [known, *await self._give_up(dispatcher, tracker, caller, row)]
        return [known, *await self._move(dispatcher, tracker, caller, row, wish)]

    async def _first_visit(self, tracker: Tracker, caller: Caller) -> list[EventType]:
        """Events that let a time be chosen for an open fault at home that no engineer has a time for yet."""
        assert caller.verified is not None
        for ticket in await self.services.tickets.open_of_customer(caller.verified.customer_id):
            if ticket.kind in _VISITED and ticket.area_id is not None:
                return await offer_visit(self.services, tracker, ticket.number, ticket.area_id)
        return []

    async def _give_up(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller, row: Appointment
    ) -> list[EventType]:
        sure = tracker.get_slot("giving_up")
        if sure is None:
            return [
                *leave_form(),
                SlotSet("appointment_number", row.number),
                FollowupAction(CHANGE_FORM),
            ]
        if sure is False:
            dispatcher.utter_message(
                response="utter_kept", number=row.number, time=label(row.day, row.hours)
            )
            return forget(CHANGE_SLOTS)
        assert caller.verified is not None
        turn = turn_of(tracker)
        guard = self.services.conversations.guard(turn.id, turn.epoch)
        try:
            await self.services.appointments.cancel(row.number, caller.verified.customer_id, guard)
        except (TooLate, NotLive, NotFound):
            dispatcher.utter_message(
                response=_TOO_LATE[PlaceKind(row.kind)],
                number=row.number,
                time=label(row.day, row.hours),
            )
            return forget(CHANGE_SLOTS)
        dispatcher.utter_message(
            response=_GIVEN_UP[PlaceKind(row.kind)],
            number=row.number,
            time=label(row.day, row.hours),
        )
        return forget(CHANGE_SLOTS)

    async def _move(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        row: Appointment,
        wish: dict[str, Any],
    ) -> list[EventType]:
        assert caller.verified is not None
        place = await _new_place(self.services, tracker, row)
        if place == place_of(row) and _is_its_time(row, tracker):
            await say_appointment(self.services, dispatcher, row)
            return forget(CHANGE_SLOTS)
        chosen = await self._new_time(tracker, row, place, wish)
        if not isinstance(chosen, Time):
            return chosen
        turn = turn_of(tracker)
        try:
            moved = await self.services.appointments.move(
                row.number,
                caller.verified.customer_id,
                place,
                chosen.day,
                chosen.hours,
                self.services.conversations.guard(turn.id, turn.epoch),
            )
        except SlotFull:
            return time_gone(dispatcher, self.services, self.action_name, place)
        except (TooLate, NotLive, NotFound):
            dispatcher.utter_message(
                response=_TOO_LATE[PlaceKind(row.kind)],
                number=row.number,
                time=label(row.day, row.hours),
            )
            return forget(CHANGE_SLOTS)
        dispatcher.utter_message(
            response=_MOVED[PlaceKind(moved.kind)],
            number=moved.number,
            time=label(moved.day, moved.hours),
            place=await _place_name(self.services, place),
        )
        return forget(CHANGE_SLOTS)

    async def _new_time(
        self, tracker: Tracker, row: Appointment, place: Place, wish: dict[str, Any]
    ) -> Time | list[EventType]:
        """The time said, two days later, or at another shop the same time; else one has to be chosen."""
        days = [day for day in tracker.get_slot("visit_day") or () if day != row.day.isoformat()]
        if wish.get("days") and not days and tracker.get_slot("booking") is None:
            days = [(row.day + timedelta(days=int(wish["days"]))).isoformat()]
        hours = tracker.get_slot("visit_time") or []
        another_shop = place != place_of(row)
        if not days and (hours or another_shop) and tracker.get_slot("booking") is None:
            days = [row.day.isoformat()]
        same = [] if hours or not (another_shop or wish.get("days")) else [row.hours]
        free = [
            slot
            for slot in await self.services.appointments.free(place)
            if another_shop or (slot.day, slot.hours) != (row.day, row.hours)
        ]
        booking = {"task": self.action_name, "kind": str(place.kind), "place": place.id}
        chosen = time_of(tracker.get_slot("appointment"))
        if chosen is not None and tracker.get_slot("booking") == booking:
            return chosen
        if days or hours:
            found = match(free, dates(days), hours or same)
            if found.chosen is not None:
                return Time(found.chosen.day, found.chosen.hours)
        narrowed = [SlotSet("visit_day", days or None), SlotSet("visit_time", hours or None)]
        return [*narrowed, *choose_time(booking)]


class ValidateChangeAppointmentForm(CareForm):
    """Which appointment, and whether it is really to be given up."""

    form = CHANGE_FORM

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


async def say_appointment(
    services: Services, dispatcher: CollectingDispatcher, row: Appointment
) -> None:
    """Say when and where."""
    dispatcher.utter_message(
        response=_SHOWN[PlaceKind(row.kind)],
        number=row.number,
        time=label(row.day, row.hours),
        place=await _place_name(services, place_of(row)),
    )


def _is_its_time(row: Appointment, tracker: Tracker) -> bool:
    """Whether the time that was said is the one that the appointment has already."""
    days, hours = tracker.get_slot("visit_day") or [], tracker.get_slot("visit_time") or []
    return [*days, *hours] == [row.day.isoformat(), row.hours]


def _wish(text: str, names_time: bool) -> dict[str, Any]:
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


def _meant(
    rows: Sequence[Appointment], tracker: Tracker, wish: dict[str, Any]
) -> Appointment | None:
    """The one that is meant, where that is clear."""
    number = tracker.get_slot("appointment_number")
    ticket = entity_of(tracker, "ticket_number")
    for row in rows:
        if number is not None and row.number == number:
            return row
        if ticket is not None and row.ticket_number == str(ticket):
            return row
    fitting = [row for row in rows if wish.get("kind") in (None, row.kind)]
    return fitting[0] if len(fitting) == 1 else None


def _of_words(rows: Sequence[Appointment], text: str) -> list[Appointment]:
    wish = _wish(text, names_time=False)
    return [row for row in rows if wish["kind"] == row.kind]


async def _new_place(services: Services, tracker: Tracker, row: Appointment) -> Place:
    """Another shop where one was named that takes appointments, else where it was."""
    named = tracker.get_slot("store")
    old = place_of(row)
    if old.kind is not PlaceKind.SHOP or named is None or named == old.id:
        return old
    other = Place(PlaceKind.SHOP, str(named))
    return other if await services.appointments.takes_bookings(other) else old


async def _place_name(services: Services, place: Place) -> str:
    if place.kind is PlaceKind.VISIT:
        return ""
    stores = {store.id: store.name for store in await services.bss.stores()}
    return stores.get(place.id, "")


async def _what(services: Services, row: Appointment) -> str:
    return await _place_name(services, place_of(row)) or "师傅上门"


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        ChangeAppointment(services),
        ValidateChangeAppointmentForm(services),
        AskAppointmentNumber(services),
        AskGivingUp(services),
    ]
