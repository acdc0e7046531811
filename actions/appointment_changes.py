"""What is booked: another time for it, giving it up, or only a look at it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.appointment_change_form import CHANGE_SLOTS, FORM, change_wish, place_name
from actions.appointments import (
    Time,
    choose_time,
    dates,
    offer_visit,
    said_values,
    time_gone,
    time_of,
)
from actions.base import (
    DomainDict,
    VerifiedAction,
    begin_form,
    forget,
    leave_form,
)
from actions.heard import entity_of, intent_of, text_of, turn_of
from actions.services import Services
from care.appointments.ledger import NotLive, SlotFull, place_of
from care.appointments.service import TooLate
from care.appointments.tables import Appointment
from care.appointments.texts import label
from care.appointments.timetable import Place
from care.appointments.wishes import match
from care.bss.protocol import PlaceKind
from care.conversations.callers import Caller
from care.errors import NotFound
from care.tickets.tables import TicketKind

_TOO_LATE = {PlaceKind.VISIT: "utter_too_late_visit", PlaceKind.SHOP: "utter_too_late_shop"}
_SHOWN = {PlaceKind.VISIT: "utter_appointment_visit", PlaceKind.SHOP: "utter_appointment_shop"}
_MOVED = {PlaceKind.VISIT: "utter_moved_visit", PlaceKind.SHOP: "utter_moved_shop"}
_GIVEN_UP = {PlaceKind.VISIT: "utter_given_up_visit", PlaceKind.SHOP: "utter_given_up_shop"}


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
            wish = change_wish(
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
            return begin_form(FORM, keep=["change_wish", "visit_day", "visit_time", "store"])
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
                FollowupAction(FORM),
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
            place=await place_name(self.services, place),
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


async def say_appointment(
    services: Services, dispatcher: CollectingDispatcher, row: Appointment
) -> None:
    """Say when and where."""
    dispatcher.utter_message(
        response=_SHOWN[PlaceKind(row.kind)],
        number=row.number,
        time=label(row.day, row.hours),
        place=await place_name(services, place_of(row)),
    )


def _is_its_time(row: Appointment, tracker: Tracker) -> bool:
    """Whether the time that was said is the one that the appointment has already."""
    days, hours = tracker.get_slot("visit_day") or [], tracker.get_slot("visit_time") or []
    return [*days, *hours] == [row.day.isoformat(), row.hours]


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


async def _new_place(services: Services, tracker: Tracker, row: Appointment) -> Place:
    """Another shop where one was named that takes appointments, else where it was."""
    named = tracker.get_slot("store")
    old = place_of(row)
    if old.kind is not PlaceKind.SHOP or named is None or named == old.id:
        return old
    other = Place(PlaceKind.SHOP, str(named))
    return other if await services.appointments.takes_bookings(other) else old


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [ChangeAppointment(services)]
