"""Shops: where, when open, and an appointment at a counter."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.appointments import FORM_SLOTS as TIME_SLOTS
from actions.appointments import dates, said_values, time_for, time_gone
from actions.base import CareAction, DomainDict, begin_form, forget, leave_form
from actions.heard import entity_of, intent_of, text_of, turn_of
from actions.services import Services
from actions.store_form import FORM, SHOWN, shops_near
from care.appointments.ledger import AlreadyBooked, SlotFull
from care.appointments.service import Request
from care.appointments.texts import day_label, label
from care.appointments.timetable import Place
from care.bss.protocol import PlaceKind, Store
from care.clock import local_date
from care.conversations.callers import Caller
from care.stores import service as stores
from care.wording import either, listing

FLOW = ("whereabouts", "store", "store_wish", "errand", *TIME_SLOTS)

_BOOK = re.compile(r"预约|(?<!大)约(?!束|定|等|莫)|取(?:个)?号|排(?:个)?号|占个位|挂个号")
_ASKS = re.compile(
    r"要预约吗|需要预约|用预约|要不要(?:预)?约|几点|上班|开门|关门|营业(?!厅)|下班|收工|开不开|开吗|人多"
)
_STEP_FREE = re.compile(r"轮椅|无障碍|腿脚|拐杖|拄拐|台阶")
_GIVE_UP = re.compile(r"取消|作废|退掉|不去了|去不了|去不成|不约了")
_MINE = re.compile(r"我的预约|约(?:了|的|好)(?:没|吗|哪|几|什么)|查.{0,3}预约")


class BookStore(CareAction):
    """A shop: a look at it is for everybody, an appointment for verified customers."""

    action_name = "action_book_store"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """On from where it stands: told what there is, or booked."""
        begun: list[EventType] = []
        wish = tracker.get_slot("store_wish")
        if intent_of(tracker) == "book_store" and not tracker.get_slot("booking"):
            text = text_of(tracker)
            if _MINE.search(text) or _GIVE_UP.search(text):
                do = "cancel" if _GIVE_UP.search(text) else "show"
                kind = str(PlaceKind.SHOP) if do == "cancel" else None
                return [
                    *forget(FLOW),
                    SlotSet("change_wish", {"do": do, "kind": kind, "days": None}),
                    FollowupAction("action_change_appointment"),
                ]
            wish = _wish(tracker)
            begun = [SlotSet("store_wish", wish), *self._named(tracker)]
        caller = await self.caller(tracker)
        if wish == "book":
            return [*begun, *await self._book(dispatcher, tracker, caller, begun)]
        return [*begun, *await self._tell(dispatcher, tracker, caller)]

    def _named(self, tracker: Tracker) -> list[EventType]:
        """What the message says it is about."""
        meant = self.services.errands.meant(text_of(tracker))
        return [] if meant is None else [SlotSet("errand", meant.id)]

    async def _tell(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        named = await stores.store(self.services.bss, str(tracker.get_slot("store") or ""))
        found: Sequence[Store]
        if named is not None:
            found = [named]
        else:
            near = await shops_near(self.services, tracker, caller)
            if near is None:
                return begin_form(FORM, keep=["store_wish", "visit_day"])
            if _STEP_FREE.search(text_of(tracker)):
                near = tuple(one for one in near if one.accessible)
            found = near[:SHOWN]
        day = next(iter(dates(tracker.get_slot("visit_day") or ())), None)
        for one in found:
            await say_store(self.services, dispatcher, one, day)
        if len(found) == 1:
            dispatcher.utter_message(
                response="utter_store_services", services=listing(found[0].services)
            )
        takes = [
            one
            for one in found
            if await self.services.appointments.takes_bookings(Place(PlaceKind.SHOP, one.id))
        ]
        if takes:
            dispatcher.utter_message(
                response="utter_store_may_book",
                buttons=[
                    {
                        "title": either("预约", "Book ") + one.name,
                        "payload": f'/book_store{{"store": "{one.id}", "purpose": "book"}}',
                    }
                    for one in takes
                ],
            )
        return leave_form(FLOW)

    async def _book(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        begun: list[EventType],
    ) -> list[EventType]:
        kept = ["store_wish", "store", "errand", "whereabouts", "visit_day", "visit_time"]
        meant = self.services.errands.meant(text_of(tracker)) if begun else None
        errand_id = meant.id if meant is not None else tracker.get_slot("errand")
        store = await stores.store(self.services.bss, str(tracker.get_slot("store") or ""))
        if store is None or errand_id is None:
            form = begin_form(FORM, keep=kept)
            return [*form[:-1], *([SlotSet("errand", errand_id)] if errand_id else []), form[-1]]
        errand = self.services.errands.of(str(errand_id))
        if errand.service not in store.services:
            dispatcher.utter_message(
                response="utter_store_lacks_service", store=store.name, errand=errand.name
            )
            form = begin_form(FORM, keep=[slot for slot in kept if slot != "store"])
            return [*form[:-1], SlotSet("errand", errand.id), form[-1]]
        place = Place(PlaceKind.SHOP, store.id)
        if not await self.services.appointments.takes_bookings(place):
            dispatcher.utter_message(response="utter_store_no_bookings", store=store.name)
            await say_store(self.services, dispatcher, store, None)
            say_documents(self.services, dispatcher, errand.id)
            return leave_form(FLOW)
        if caller.verified is None:
            return [SlotSet("errand", errand.id), *self.identity_first(dispatcher, tracker)]
        chosen = await time_for(self.services, tracker, self.action_name, place)
        if isinstance(chosen, list):
            return [SlotSet("task", None), SlotSet("errand", errand.id), *chosen]
        turn = turn_of(tracker)
        request = Request(
            key=f"{turn.id}:shop",
            place=place,
            day=chosen.day,
            hours=chosen.hours,
            business=errand.id,
            customer_id=caller.verified.customer_id,
            phone=caller.verified.phone,
            contact_id=caller.contact_id,
            conversation_id=caller.conversation_id,
        )
        try:
            row = await self.services.appointments.book(
                request, self.services.conversations.guard(turn.id, turn.epoch)
            )
        except SlotFull:
            return [
                SlotSet("errand", errand.id),
                *time_gone(dispatcher, self.services, self.action_name, place),
            ]
        except AlreadyBooked as error:
            await self._already(dispatcher, caller, str(error.data["number"]))
            return [SlotSet("task", None), *leave_form(FLOW)]
        dispatcher.utter_message(
            response="utter_store_booked",
            store=store.name,
            address=store.address,
            time=label(row.day, row.hours),
            errand=errand.name,
            number=row.number,
        )
        say_documents(self.services, dispatcher, errand.id)
        return [SlotSet("task", None), *forget(FLOW)]

    async def _already(self, dispatcher: CollectingDispatcher, caller: Caller, number: str) -> None:
        assert caller.verified is not None
        rows = await self.services.appointments.of_customer(caller.verified.customer_id)
        row = next(row for row in rows if row.number == number)
        dispatcher.utter_message(
            response="utter_store_already_booked", time=label(row.day, row.hours), number=number
        )


async def say_store(
    services: Services, dispatcher: CollectingDispatcher, store: Store, day: date | None
) -> None:
    """Where it is and when it is open: on ``day``, else today."""
    now = services.clock()
    today = local_date(now, services.zone)
    facts = {"store": store.name, "address": store.address, "phone": store.phone}
    if day is not None and day != today:
        _say_store_on(dispatcher, store, day)
        return
    state = stores.store_today(store, now, services.zone)
    next_day = stores.next_open_day(store, today)
    following = day_label(next_day) if next_day is not None else ""
    if state.hours is None:
        dispatcher.utter_message(response="utter_store_closed_today", next=following, **facts)
        return
    opens, closes = f"{state.hours.opens:%H:%M}", f"{state.hours.closes:%H:%M}"
    if state.open_now:
        dispatcher.utter_message(
            response="utter_store_open_now", opens=opens, closes=closes, **facts
        )
    elif now.astimezone(services.zone).time() < state.hours.opens:
        dispatcher.utter_message(
            response="utter_store_opens_later", opens=opens, closes=closes, **facts
        )
    else:
        dispatcher.utter_message(
            response="utter_store_closed_now", closes=closes, next=following, **facts
        )


def _say_store_on(dispatcher: CollectingDispatcher, store: Store, day: date) -> None:
    facts = {"store": store.name, "address": store.address, "phone": store.phone}
    hours = stores.hours_on(store, day)
    if hours is None:
        dispatcher.utter_message(response="utter_store_closed_on", day=day_label(day), **facts)
        return
    dispatcher.utter_message(
        response="utter_store_open_on",
        day=day_label(day),
        opens=f"{hours.opens:%H:%M}",
        closes=f"{hours.closes:%H:%M}",
        **facts,
    )


def say_documents(services: Services, dispatcher: CollectingDispatcher, errand_id: str) -> None:
    """What to bring."""
    errand = services.errands.of(errand_id)
    dispatcher.utter_message(
        response="utter_documents",
        errand=errand.name,
        bring=listing(errand.bring),
        note=errand.note,
    )


def _wish(tracker: Tracker) -> str:
    """Whether an appointment is wanted, or only a look."""
    text = text_of(tracker)
    if entity_of(tracker, "purpose") == "book":
        return "book"
    if _ASKS.search(text):
        return "look"
    timed = bool(said_values(tracker, "date")) and bool(said_values(tracker, "time_slot"))
    return "book" if _BOOK.search(text) or timed else "look"


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [BookStore(services)]
