"""Times: the form in which one is chosen, whatever it is for.

A flow that needs a time asks ``time_for``: it gives the chosen one, or the events that have the customer choose. The form
comes back to the flow's action by itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, CareForm, DomainDict, Slots, VerifiedAction, forget, leave_form
from actions.heard import intent_of, turn_of
from actions.services import Services
from actions.slots import FLOW_SLOTS
from care.appointments.ledger import AlreadyBooked, SlotFull
from care.appointments.service import Request
from care.appointments.texts import label, short
from care.appointments.timetable import Place, TimeSlot
from care.appointments.wishes import Match, covers, match
from care.bss.protocol import PlaceKind
from care.conversations.callers import Caller
from care.wording import either

FORM = "appointment_form"
FORM_SLOTS = ("appointment", "booking", "visit_day", "visit_time", "times")

_ANOTHER_TIME = ("换个时间", "Another time")
"""The button behind the times that are offered."""

_OTHER = re.compile(r"换|别的|其他|其它|还有|都不|不行|没空|没时间|不方便|晚点|早点|改|再看看|下一")

_ASKED = {PlaceKind.VISIT: "utter_times_visit", PlaceKind.SHOP: "utter_times_shop"}
_MISSED = {PlaceKind.VISIT: "utter_times_missed_visit", PlaceKind.SHOP: "utter_times_missed_shop"}
_NONE = {PlaceKind.VISIT: "utter_times_none_visit", PlaceKind.SHOP: "utter_times_none_shop"}


@dataclass(frozen=True)
class Time:
    """A time that the customer has chosen."""

    day: date
    hours: str


async def time_for(
    services: Services, tracker: Tracker, task: str, place: Place
) -> Time | list[EventType]:
    """The time chosen at a place, or events that have the customer choose one and come back to the action ``task``.

    A day or hour that the flow's first sentence named counts (slots ``visit_day`` and ``visit_time``).
    """
    booking = {"task": task, "kind": str(place.kind), "place": place.id}
    chosen = time_of(tracker.get_slot("appointment"))
    if chosen is not None and tracker.get_slot("booking") == booking:
        return chosen
    found = await _match(services, tracker, place, None)
    if found.chosen is not None:
        return Time(found.chosen.day, found.chosen.hours)
    return choose_time(booking)


def choose_time(booking: dict[str, str]) -> list[EventType]:
    """Events that begin the form; what the flow has collected so far is kept."""
    return [
        *leave_form(("appointment", "times")),
        SlotSet("booking", booking),
        FollowupAction(FORM),
    ]


def time_gone(
    dispatcher: CollectingDispatcher, services: Services, task: str, place: Place
) -> list[EventType]:
    """Say that somebody else was quicker, and have another time chosen."""
    dispatcher.utter_message(response="utter_time_gone")
    return [
        *forget(("visit_day", "visit_time")),
        *choose_time({"task": task, "kind": str(place.kind), "place": place.id}),
    ]


async def offer_visit(
    services: Services, tracker: Tracker, ticket: str, area_id: str
) -> list[EventType]:
    """Events that have the customer choose when an engineer comes for a ticket, and book it.

    Without a free time the ticket's promise has to do.
    """
    place = Place(PlaceKind.VISIT, area_id)
    if not await services.appointments.free(place):
        return []
    booking = {
        "task": BookVisit.action_name,
        "kind": str(place.kind),
        "place": area_id,
        "ticket": ticket,
    }
    found = await _match(services, tracker, place, None)
    if found.chosen is None:
        return choose_time(booking)
    return [
        SlotSet("booking", booking),
        SlotSet("appointment", _value(found.chosen.day, found.chosen.hours)),
        FollowupAction(BookVisit.action_name),
    ]


class BookVisit(VerifiedAction):
    """Books the chosen time for a ticket (``offer_visit``)."""

    action_name = "action_book_visit"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Say when the engineer comes."""
        assert caller.verified is not None
        booking, chosen = tracker.get_slot("booking"), time_of(tracker.get_slot("appointment"))
        if booking is None or chosen is None or not booking.get("ticket"):
            return forget(FORM_SLOTS)
        turn = turn_of(tracker)
        request = Request(
            key=f"{turn.id}:visit",
            place=Place(PlaceKind(booking["kind"]), booking["place"]),
            day=chosen.day,
            hours=chosen.hours,
            business="repair",
            customer_id=caller.verified.customer_id,
            phone=caller.verified.phone,
            contact_id=caller.contact_id,
            ticket_number=booking["ticket"],
            conversation_id=caller.conversation_id,
        )
        guard = self.services.conversations.guard(turn.id, turn.epoch)
        try:
            row = await self.services.appointments.book(request, guard)
        except SlotFull:
            dispatcher.utter_message(response="utter_time_gone")
            return [*forget(("visit_day", "visit_time")), *choose_time(booking)]
        except AlreadyBooked:
            await say_visit(self.services, dispatcher, booking["ticket"])
            return forget(FORM_SLOTS)
        dispatcher.utter_message(
            response="utter_visit_booked", time=label(row.day, row.hours), number=row.number
        )
        return forget(FORM_SLOTS)


class AskAppointment(CareAction):
    """Offers times."""

    action_name = "action_ask_appointment_form_appointment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """The next free ones, or those that fit what was said."""
        booking = tracker.get_slot("booking")
        if booking is None:
            return leave_form(FORM_SLOTS)
        place = Place(PlaceKind(booking["kind"]), booking["place"])
        times = tracker.get_slot("times") or {}
        found = await _match(self.services, tracker, place, times.get("after"))
        if not found.offered:
            dispatcher.utter_message(response=_NONE[place.kind])
            return leave_form(FORM_SLOTS)
        another = {"title": either(*_ANOTHER_TIME), "payload": "/change_appointment"}
        dispatcher.utter_message(
            response=(_MISSED if found.missed else _ASKED)[place.kind],
            buttons=[*map(_button, found.offered), another],
        )
        offered = [_value(slot.day, slot.hours) for slot in found.offered]
        return [SlotSet("times", {**times, "offered": offered})]


class ValidateAppointmentForm(CareForm):
    """One of the times that are free."""

    form = FORM

    async def validate_appointment(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A day with an hour chooses; a day or an hour alone narrows; 换个时间 goes on to later ones."""
        booking = tracker.get_slot("booking")
        if value is None or booking is None:
            return {"appointment": None}
        place = Place(PlaceKind(booking["kind"]), booking["place"])
        times = tracker.get_slot("times") or {}
        offered = [time for time in map(time_of, times.get("offered") or ()) if time is not None]
        days, hours = said_values(tracker, "date"), said_values(tracker, "time_slot")
        if not days and not hours:
            picked = _by_number(str(value), offered)
            if picked is not None:
                return {"appointment": _value(picked.day, picked.hours)}
            if _OTHER.search(str(value)) or intent_of(tracker) == "change_appointment":
                after = times.get("offered") or [None]
                return {
                    "appointment": None,
                    "visit_day": None,
                    "visit_time": None,
                    "times": {"after": after[-1]},
                }
            if intent_of(tracker) == "deny":
                return {"appointment": None, "requested_slot": None}
            return {"appointment": None}
        if not days:
            days = _days_meant(tracker, hours, offered)
        free = await self.services.appointments.free(place)
        found = match(free, dates(days), hours)
        narrowed: Slots = {"visit_day": days or None, "visit_time": hours or None, "times": None}
        if found.chosen is None:
            return {"appointment": None, **narrowed}
        return {"appointment": _value(found.chosen.day, found.chosen.hours), **narrowed}


class FinishAppointment(CareAction):
    """Back to the flow that wanted a time."""

    action_name = "action_finish_appointment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Follow up with the action that began the form."""
        booking = tracker.get_slot("booking")
        if booking is None:
            return forget(FORM_SLOTS)
        if tracker.get_slot("appointment") is None:
            dispatcher.utter_message(response="utter_no_time_chosen")
            return forget(FLOW_SLOTS)
        return [FollowupAction(booking["task"])]


async def say_visit(services: Services, dispatcher: CollectingDispatcher, ticket: str) -> None:
    """Say when an engineer comes for a ticket, where that is agreed."""
    row = await services.appointments.of_ticket(ticket)
    if row is not None:
        dispatcher.utter_message(
            response="utter_appointment_visit", number=row.number, time=label(row.day, row.hours)
        )


async def _match(services: Services, tracker: Tracker, place: Place, after: str | None) -> Match:
    free = await services.appointments.free(place)
    last = time_of(after)
    behind = None
    if last is not None:
        behind = next((s for s in free if (s.day, s.hours) >= (last.day, last.hours)), None)
    days, hours = tracker.get_slot("visit_day") or (), tracker.get_slot("visit_time") or ()
    return match(free, dates(days), hours, behind)


def _button(slot: TimeSlot) -> dict[str, str]:
    return {
        "title": short(slot.day, slot.hours),
        "payload": f'/inform{{"date": "{slot.day}", "time_slot": "{slot.hours}"}}',
    }


def said_values(tracker: Tracker, entity: str) -> list[str]:
    """All values of an entity in the latest message."""
    return [str(value) for value in tracker.get_latest_entity_values(entity)]


def _days_meant(tracker: Tracker, hours: list[str], offered: list[Time]) -> list[str]:
    """The day that an hour without a day belongs to: the one told before, or the only one that was offered with it."""
    told = [str(day) for day in tracker.get_slot("visit_day") or ()]
    if told:
        return told
    days = {time.day for time in offered if any(covers(time.hours, said) for said in hours)}
    return [day.isoformat() for day in days] if len(days) == 1 else []


def dates(days: Sequence[Any]) -> list[date]:
    """ISO dates as days."""
    return [date.fromisoformat(str(day)) for day in days]


def _value(day: date, hours: str) -> str:
    return f"{day.isoformat()} {hours}"


def time_of(value: Any) -> Time | None:
    """A slot's value as a time, ``None`` where it is none."""
    if not value:
        return None
    day, _, hours = str(value).partition(" ")
    try:
        return Time(date.fromisoformat(day), hours)
    except ValueError:
        return None


def _by_number(text: str, offered: list[Time]) -> Time | None:
    """第一个, 最后一个: one of those that were offered."""
    found = re.search(r"第?([一二三123])个|最后一?个|最早|(?:第一|头)个", text)
    if found is None or not offered:
        return None
    if "最后" in found[0]:
        return offered[-1]
    index = "一二三".find(found[1] or "一") if (found[1] or "一") in "一二三" else int(found[1]) - 1
    return offered[index] if index < len(offered) else None


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        AskAppointment(services),
        ValidateAppointmentForm(services),
        FinishAppointment(services),
        BookVisit(services),
    ]
