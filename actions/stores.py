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
from actions.base import CareAction, CareForm, DomainDict, Slots, begin_form, forget, leave_form
from actions.heard import entity_of, intent_of, text_of, turn_of
from actions.services import Services
from care.appointments.ledger import AlreadyBooked, SlotFull
from care.appointments.service import Request
from care.appointments.texts import day_label, label
from care.appointments.timetable import Place
from care.bss.protocol import PlaceKind, Store
from care.clock import local_date
from care.conversations.callers import Caller
from care.faults.service import area_of_text, areas_of_customer
from care.stores import service as stores

FORM = "store_form"
FLOW = ("whereabouts", "store", "store_wish", "errand", *TIME_SLOTS)
SHOWN = 3

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
            near = await _near(self.services, tracker, caller)
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
                response="utter_store_services", services="、".join(found[0].services)
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
                        "title": f"预约{one.name}",
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


class ValidateStoreForm(CareForm):
    """Where the customer is, which shop, and what for."""

    form = FORM

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """A look needs a place; an appointment a shop (chosen near a place) and an errand."""
        if tracker.get_slot("store") is not None:
            where: list[str] = []
        elif tracker.get_slot("whereabouts") is not None:
            where = ["whereabouts"]
        else:
            near = await _near(self.services, tracker, await self.caller(tracker))
            where = ["whereabouts"] if near is None else []
        if tracker.get_slot("store_wish") != "book":
            return where or ["whereabouts"]
        return [*where, "store", "errand"]

    async def validate_whereabouts(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """An area, an address, a district, or a shop by its name."""
        if value is None:
            return {}
        shops = await self.services.bss.stores()
        named = _shop_in(str(value), shops)
        if named is not None:
            return {"whereabouts": str(value), "store": named.id}
        if stores.district_in(str(value), shops) is not None:
            return {"whereabouts": str(value)}
        area = await area_of_text(self.services.bss, str(value))
        if area is not None:
            return {"whereabouts": area.id}
        dispatcher.utter_message(response="utter_whereabouts_unknown")
        return {"whereabouts": None}

    async def validate_store(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of the shops, by identifier or name."""
        if value is None:
            return {}
        found = _shop_in(str(value), await self.services.bss.stores())
        if found is None:
            dispatcher.utter_message(response="utter_store_unknown")
            return {"store": None}
        errand_id = tracker.get_slot("errand")
        errand = self.services.errands.of(str(errand_id)) if errand_id else None
        if errand is not None and errand.service not in found.services:
            dispatcher.utter_message(
                response="utter_store_lacks_service", store=found.name, errand=errand.name
            )
            return {"store": None}
        return {"store": found.id}

    async def validate_errand(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """What the message names, by a wish or by a word; anything else is the general errand."""
        if value is None:
            return {}
        errands = self.services.errands
        if errands.of(str(value)).id == str(value):
            return {"errand": str(value)}
        meant = errands.meant(str(value))
        return {"errand": meant.id if meant is not None else errands.of("").id}


class AskStore(CareAction):
    """Asks which shop."""

    action_name = "action_ask_store_form_store"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Those near the customer that do what is wanted, as buttons."""
        near = await _near(self.services, tracker, await self.caller(tracker))
        shops = near if near is not None else await self.services.bss.stores()
        errand_id = tracker.get_slot("errand")
        if errand_id is not None:
            service = self.services.errands.of(str(errand_id)).service
            shops = stores.offering(shops, service) or stores.offering(
                await self.services.bss.stores(), service
            )
        dispatcher.utter_message(
            response="utter_ask_which_store",
            buttons=[
                {"title": shop.name, "payload": f'/inform{{"store": "{shop.id}"}}'}
                for shop in shops[:SHOWN]
            ],
        )
        return []


class AskErrand(CareAction):
    """Asks what for."""

    action_name = "action_ask_store_form_errand"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What the shop does, as buttons."""
        store = await stores.store(self.services.bss, str(tracker.get_slot("store") or ""))
        errands = list(self.services.errands)
        if store is not None:
            errands = self.services.errands.done_at(store)
        dispatcher.utter_message(
            response="utter_ask_errand",
            buttons=[
                {"title": errand.name, "payload": f'/inform{{"errand": "{errand.id}"}}'}
                for errand in errands
            ],
        )
        return []


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
        bring="、".join(errand.bring),
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


async def _near(services: Services, tracker: Tracker, caller: Caller) -> tuple[Store, ...] | None:
    """Shops near what was said, else near the verified customer's home; None where neither is known."""
    shops = await services.bss.stores()
    said = [
        tracker.get_slot("whereabouts"),
        *(said_values(tracker, entity)[-1:] for entity in ("area", "address")),
    ]
    for place in (one[0] if isinstance(one, list) and one else one for one in said):
        if not place:
            continue
        district = stores.district_in(str(place), shops)
        area = await area_of_text(services.bss, str(place))
        if area is not None:
            return await stores.stores_near(services.bss, area.id, limit=len(shops))
        if district is not None:
            return await stores.stores_in_district(services.bss, district)
    if intent_of(tracker) == "book_store":
        district = stores.district_in(text_of(tracker), shops)
        if district is not None:
            return await stores.stores_in_district(services.bss, district)
    if caller.verified is None:
        return None
    homes = await areas_of_customer(services.bss, caller.verified.customer_id)
    if len(homes) != 1:
        return None
    return await stores.stores_near(services.bss, homes[0].id, len(shops))


def _shop_in(text: str, shops: Sequence[Store]) -> Store | None:
    """The shop that a text names, by identifier, name or nickname; the longest name counts."""
    plain = "".join(text.split())
    found = [
        (len(name), shop)
        for shop in shops
        for name in (shop.id, shop.name, *shop.nicknames)
        if name in plain
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        BookStore(services),
        ValidateStoreForm(services),
        AskStore(services),
        AskErrand(services),
    ]
