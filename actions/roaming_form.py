"""The questions about a journey: which country, which days, which pack."""

import re
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, CareForm, DomainDict, Slots, ask_identity, leave_form
from actions.heard import goes_first, text_of
from actions.journeys import as_trip, countries_of, find_countries, rates, read_trip, trip_words
from actions.listed import Item, items_of, listed, picked
from actions.services import Services
from actions.wish_words import latest_words
from care.catalogue import roaming
from care.catalogue.roaming import PackChoice
from care.catalogue.service import find_addon
from care.wording import data_size, day, either, yuan

FORM = "roaming_form"
_NOT_GOING = re.compile(
    r"不去了|去不成|取消(?:这个|办|开)?(?:漫游|国际漫游|行程)|不[开办要用](?:漫游)?了|漫游(?:先)?不[开办要用]了?"
)
OPEN_ROAMING = "action_open_roaming"


class ValidateRoamingForm(CareForm):
    """Country, days and pack."""

    form = FORM

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """An answer; 不去了，取消漫游 is none, whatever it is taken for."""
        asked = tracker.get_slot("requested_slot")
        if goes_first(tracker, FORM) and asked and _NOT_GOING.search(text_of(tracker)):
            return [SlotSet(asked, None), ActionExecutionRejected(FORM)]
        events: list[EventType] = await super().run(dispatcher, tracker, domain)
        return events

    async def validate_country(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Countries in which customers may roam; of others it is said that they are not known."""
        if value is None:
            return {}
        words = latest_words(tracker)
        found = await countries_of(self.services, words) if words.values("country") else []
        found = found or await find_countries(self.services, _texts(value))
        if not found:
            dispatcher.utter_message(response="utter_roaming_country_unknown")
            return {"country": None}
        packs = roaming.packs_for(
            await self.services.bss.addons(), [country.id for country in found]
        )
        if not packs:  # the action says so, and what it costs without
            return {"country": [country.id for country in found], "requested_slot": None}
        before = items_of(tracker, "open_roaming")
        chosen = tracker.get_slot("roaming_pack")
        still = chosen is None or any(pack.id == chosen for pack in packs) or not before
        return {
            "country": [country.id for country in found],
            "roaming_pack": chosen if still else None,
        }

    async def validate_travel_dates(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Both days, in one message or one after the other, or the first day and how many there are."""
        if value is None:
            return {}
        known = dict(tracker.get_slot("trip") or {})
        if "start" in known and "end" in known:
            if value == [known["start"], known["end"]]:  # the action filled it in as the form began
                return {"travel_dates": value}
            known = {}
        words = await trip_words(self.services, latest_words(tracker))
        trip, known_now = read_trip(self.services, dispatcher, words, known)
        if trip is None:
            return {"travel_dates": None, "trip": known_now}
        return {
            "travel_dates": [trip.start.isoformat(), trip.end.isoformat()],
            "trip": {"start": trip.start.isoformat(), "end": trip.end.isoformat()},
        }

    async def validate_roaming_pack(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of the packs that are good there, by name or by its place in the list."""
        if value is None:
            return {}
        words = latest_words(tracker)
        chosen = picked(words.text, items_of(tracker, "open_roaming"))[:1]
        pack = await find_addon(self.services.bss, str(chosen[0] if chosen else value))
        good = roaming.packs_for(
            await self.services.bss.addons(), list(tracker.get_slot("country") or ())
        )
        if pack is None and (words.values("country") or words.values("date")):
            return {"roaming_pack": None}  # another journey: its packs are offered anew
        if pack is None:
            dispatcher.utter_message(response="utter_roaming_pack_unknown")
            return {"roaming_pack": None}
        if pack not in good:
            dispatcher.utter_message(response="utter_roaming_pack_not_there", name=pack.name)
            return {"roaming_pack": None}
        return {"roaming_pack": pack.id}


class AskTravelDates(CareAction):
    """Asks for the days abroad: both, or the one that is missing."""

    action_name = "action_ask_roaming_form_travel_dates"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """One question, for what is not known yet."""
        known = tracker.get_slot("trip") or {}
        if "start" in known:
            start = day(date.fromisoformat(known["start"]))
            dispatcher.utter_message(response="utter_ask_travel_end", start=start)
        elif "end" in known:
            end = day(date.fromisoformat(known["end"]))
            dispatcher.utter_message(response="utter_ask_travel_start", end=end)
        else:
            dispatcher.utter_message(response="utter_ask_travel_dates")
        return []


class AskRoamingPack(CareAction):
    """Offers the packs that are good for the journey, the best in front."""

    action_name = "action_ask_roaming_form_roaming_pack"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Each with its price, its price a day and its last day."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(OPEN_ROAMING)]
        codes = list(tracker.get_slot("country") or ())
        trip = as_trip(tracker.get_slot("trip"))
        packs = roaming.packs_for(await self.services.bss.addons(), codes)
        offered = roaming.choices(packs, trip)
        names = await find_countries(self.services, codes)
        if len(offered) == 1:
            pack = offered[0].pack
            return [SlotSet("roaming_pack", pack.id), SlotSet("requested_slot", None)]
        dispatcher.utter_message(
            response="utter_ask_roaming_pack",
            where="、".join(country.name for country in names),
            start=day(trip.start),
            end=day(trip.end),
            days=str(trip.days),
            packs="\n".join(map(_choice_row, offered)),
            buttons=[
                {
                    "title": choice.pack.name,
                    "payload": f'/inform{{"addon": "{choice.pack.id}"}}',
                }
                for choice in offered
            ],
        )
        if names:
            dispatcher.utter_message(response="utter_roaming_outside_pack", **rates(names[0]))
        items = [
            Item(one.pack.id, one.pack.price, one.pack.data_mb, one.pack.name) for one in offered
        ]
        return [listed("open_roaming", "addon", items)]


def _choice_row(choice: PackChoice) -> str:
    pack = choice.pack
    reach = either("用到", "until ") + day(choice.end)
    reach += "" if choice.covers else either("，不够全程", ", not the whole trip")
    price, size, a_day = yuan(pack.price), data_size(pack.data_mb), yuan(choice.price_a_day)
    return f"· {pack.name}" + either(
        f"｜{price}元，{size}，约{a_day}元/天，{reach}",
        f" | {price} yuan, {size}, about {a_day} yuan a day, {reach}",
    )


def _texts(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [ValidateRoamingForm(services), AskTravelDates(services), AskRoamingPack(services)]
