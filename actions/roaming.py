"""Roaming: where, from when to when, with which pack, then the order."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import DomainDict, begin_form, leave_form
from actions.heard import intent_of
from actions.journeys import (
    as_trip,
    countries_of,
    find_countries,
    rates,
    read_trip,
    trip_slots,
    trip_words,
)
from actions.orders import OrderingAction, begin_order, say_rejected
from actions.roaming_form import FORM, OPEN_ROAMING
from actions.services import Services
from actions.wish_words import WishWords, wish_words
from care.bss.protocol import Addon, AddonKind, BssRejected, RejectReason, RoamingCountry
from care.catalogue import held, roaming
from care.catalogue.roaming import Trip
from care.catalogue.service import find_addon
from care.wording import data_size, day, either, yuan

_REJECTIONS = {
    RejectReason.SECOND_CARD: "utter_roaming_rejected_second_card",
    RejectReason.LINE_NOT_ACTIVE: "utter_rejected_line_not_active",
    RejectReason.IN_ARREARS: "utter_rejected_in_arrears",
}

INTENT = "open_roaming"
_SLOTS = ("country", "travel_dates", "trip", "roaming_pack", "addon")
_QUESTION = re.compile(
    r"多少|怎么收|收费|资费|费率|贵|几块|几天|怎么算|哪些|要钱|支持|覆盖|信号|用吗|能用不|能不能用"
)
_CLOSE = re.compile(r"关(?!于)|取消|退(?!休)|停|不用了|回国")


class OpenRoaming(OrderingAction):
    """Roaming is wanted, or what it costs."""

    action_name = OPEN_ROAMING

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What it costs is no secret: a question for it is answered to everybody, at once."""
        words = wish_words(tracker, INTENT)
        if _QUESTION.search(words.text) and intent_of(tracker) == INTENT:
            return await self._say_prices(dispatcher, tracker, words)
        return await super().run(dispatcher, tracker, domain)

    async def lead(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str
    ) -> list[EventType]:
        """On to the order where country, days and pack are known, else to the form."""
        words = await trip_words(self.services, wish_words(tracker, INTENT))
        if _CLOSE.search(words.text) and not words.values("country"):
            return await self._close(dispatcher, tracker, line_id)
        if await self._refused(dispatcher, line_id):
            return leave_form()
        countries = await _countries_chosen(self.services, tracker, words)
        if not countries:
            return begin_form(FORM, keep=["addon"])
        packs = roaming.packs_for(
            await self.services.bss.addons(), [country.id for country in countries]
        )
        if not packs:
            self._say_no_pack(dispatcher, countries)
            return leave_form(_SLOTS)
        kept = [SlotSet("country", [country.id for country in countries])]
        trip, known = await self._trip(dispatcher, tracker, words)
        if trip is None:
            return [*begin_form(FORM, keep=["addon", "listed"]), *kept, SlotSet("trip", known)]
        pack = await self._pack(dispatcher, tracker, words, packs, trip)
        if pack is None:
            return [*begin_form(FORM, keep=["listed"]), *kept, *trip_slots(trip)]
        return begin_order(
            "open_roaming",
            {
                "addon": pack.id,
                "countries": ",".join(country.id for country in countries),
                "start": trip.start.isoformat(),
                "end": trip.end.isoformat(),
            },
        )

    async def _trip(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, words: WishWords
    ) -> tuple[Trip | None, dict[str, str] | None]:
        """The journey where it is known; else what is known of it."""
        dates = tracker.get_slot("travel_dates")
        if dates and tracker.get_slot("trip"):
            return as_trip(tracker.get_slot("trip")), None
        known = dict(tracker.get_slot("trip") or {})
        return read_trip(self.services, dispatcher, words, known)

    async def _pack(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        words: WishWords,
        packs: Sequence[Addon],
        trip: Trip,
    ) -> Addon | None:
        """The pack that was chosen or named, or the only one there is."""
        named = [tracker.get_slot("roaming_pack"), *(tracker.get_slot("addon") or ())]
        for name in [*named, *words.values("addon")]:
            pack = await find_addon(self.services.bss, str(name)) if name else None
            if pack is None or pack.kind is not AddonKind.ROAMING:
                continue
            if pack in packs:
                return pack
            dispatcher.utter_message(response="utter_roaming_pack_not_there", name=pack.name)
        return packs[0] if len(packs) == 1 else None

    async def _refused(self, dispatcher: CollectingDispatcher, line_id: str) -> bool:
        packs = [
            addon
            for addon in await self.services.bss.addons()
            if addon.kind is AddonKind.ROAMING and addon.on_sale
        ]
        try:
            if packs:
                await self.services.bss.check_subscription(line_id, packs[0].id)
        except BssRejected as error:
            say_rejected(dispatcher, error.reason, either("国际漫游", "roaming"), _REJECTIONS)
            return True
        return False

    def _say_no_pack(
        self, dispatcher: CollectingDispatcher, countries: Sequence[RoamingCountry]
    ) -> None:
        """A warning with what it costs without a pack; several countries are better taken one by one."""
        if len(countries) > 1:
            dispatcher.utter_message(
                response="utter_roaming_no_common_pack",
                where="、".join(country.name for country in countries),
            )
        for country in countries[:3]:
            dispatcher.utter_message(response="utter_roaming_no_pack", **rates(country))

    async def _say_prices(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, words: WishWords
    ) -> list[EventType]:
        """What it costs there; where and when is kept for the order that may follow."""
        countries = await countries_of(self.services, words)
        codes = [country.id for country in countries]
        packs = roaming.packs_for(await self.services.bss.addons(), codes)
        if not packs:
            self._say_no_pack(dispatcher, countries)
            return []
        for name in words.values("addon"):
            pack = await find_addon(self.services.bss, str(name))
            if countries and pack is not None and pack not in packs:
                dispatcher.utter_message(response="utter_roaming_pack_not_there", name=pack.name)
        rows = "\n".join(map(_pack_row, packs))
        if not countries:
            dispatcher.utter_message(response="utter_roaming_packs", packs=rows)
            return []
        where = "、".join(country.name for country in countries)
        dispatcher.utter_message(response="utter_roaming_prices", where=where, packs=rows)
        dispatcher.utter_message(response="utter_roaming_without_pack", **rates(countries[0]))
        if (tracker.active_loop or {}).get("name"):
            return []
        words = await trip_words(self.services, words)
        trip, known = read_trip(self.services, dispatcher, words, {})
        dates = trip_slots(trip) if trip is not None else [SlotSet("trip", known)]
        return [SlotSet("country", codes), *dates]

    async def _close(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str
    ) -> list[EventType]:
        """A pack ends by itself; one that has not begun can be taken back. What is only being asked for is left."""
        if (tracker.active_loop or {}).get("name") == FORM:
            dispatcher.utter_message(response="utter_cancelled")
            return leave_form(_SLOTS)
        ends = []
        for addon in await self.services.bss.addons():
            until = await held.held_until(self.services.bss, line_id, addon.id)
            if addon.kind is AddonKind.ROAMING and until is not None:
                ends.append(
                    f"· {addon.name}"
                    + either(f"，到{day(until)}自动停止", f", stops by itself on {day(until)}")
                )
        if ends:
            dispatcher.utter_message(response="utter_roaming_ends", packs="\n".join(ends))
        else:
            dispatcher.utter_message(response="utter_roaming_none_held")
        return []


async def _countries_chosen(
    services: Services, tracker: Tracker, words: WishWords
) -> list[RoamingCountry]:
    """The countries that the form asked for, else those of the wish."""
    chosen = tracker.get_slot("country")
    if not chosen or (words.values("country") and intent_of(tracker) == INTENT):
        return await countries_of(services, words)  # said anew just now
    return await find_countries(services, chosen)


def _pack_row(pack: Addon) -> str:
    days = pack.valid_days or 1
    a_day = yuan((pack.price / days).quantize(pack.price))
    price, size = yuan(pack.price), data_size(pack.data_mb)
    return f"· {pack.name}" + either(
        f"｜{price}元，{size}，{days}天有效，约{a_day}元/天",
        f" | {price} yuan, {size}, good for {days} days, about {a_day} yuan a day",
    )


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [OpenRoaming(services)]
