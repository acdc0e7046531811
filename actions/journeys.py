"""What the actions about roaming share: where somebody goes, and from when to when."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services
from actions.wish_words import WishWords
from care.bss.protocol import RoamingCountry
from care.catalogue import roaming
from care.catalogue.roaming import Trip, TripInPast, TripReversed, TripTooFar
from care.clock import local_date
from care.errors import CareError
from care.wording import yuan

_TRIP_ERRORS: dict[type[CareError], str] = {
    TripInPast: "utter_trip_in_past",
    TripReversed: "utter_trip_reversed",
    TripTooFar: "utter_trip_too_far",
}

_RETURN = re.compile(r"回|返")
_LEAVE = re.compile(r"去|走|出发|飞|到|启程|开始|起")


async def countries_of(services: Services, words: WishWords) -> list[RoamingCountry]:
    """The countries that were named in a message."""
    named = await find_countries(services, words.values("country"))
    return [one for one in named if not roaming.ruled_out(one, words.text)] or named


async def find_countries(services: Services, names: Sequence[Any]) -> list[RoamingCountry]:
    """The countries with these codes or names, each once."""
    countries = await services.bss.countries()
    found: list[RoamingCountry] = []
    for name in names:
        country = roaming.find_country(countries, str(name))
        if country is not None and country not in found:
            found.append(country)
    return found


async def trip_words(services: Services, words: WishWords) -> WishWords:
    """The words of a message without the days that belong to a pack's name (亚洲7日)."""
    text = roaming.without_pack_days(words.text, await services.bss.addons())
    if text == words.text:
        return words
    gone = {int(found) for found in re.findall(r"(\d{1,2})\s*[日天]", words.text)}
    gone -= {int(found) for found in re.findall(r"(\d{1,2})\s*[日天号]", text)}
    kept = tuple(
        (name, value)
        for name, value in words.entities
        if name != "date" or not _is_day(value, gone)
    )
    return WishWords(text, kept)


def _is_day(value: Any, days: set[int]) -> bool:
    """Whether a date is one of these days of a month."""
    return str(value)[-2:].isdigit() and int(str(value)[-2:]) in days


def read_trip(
    services: Services,
    dispatcher: CollectingDispatcher,
    words: WishWords,
    known: dict[str, str],
) -> tuple[Trip | None, dict[str, str] | None]:
    """The journey that a message and what is known make up; else what is known now, and what is wrong is said."""
    dates, length = _dates(words), roaming.days_in(words.text)
    weekdays = roaming.weekdays_in(words.text, _today(services)) if len(dates) < 2 else None
    if weekdays is not None:
        dates = list(weekdays)
    if not dates and not length:
        return None, known or None
    if len(dates) >= 2:
        start, end = dates[0], dates[1]
    elif "start" in known:
        start = date.fromisoformat(known["start"])
        end = dates[0] if dates else roaming.last_day_of(start, length or 1)
    elif "end" in known and dates:
        start, end = dates[0], date.fromisoformat(known["end"])
    elif dates and length:
        start, end = dates[0], roaming.last_day_of(dates[0], length)
    elif dates:
        returns = _RETURN.search(words.text) and not _LEAVE.search(words.text)
        start = end = dates[0]
        if _wrong(services, dispatcher, start, end):
            return None, None
        return None, {"end" if returns else "start": dates[0].isoformat()}
    else:
        return None, known or None
    if _wrong(services, dispatcher, start, end):
        return None, None
    return roaming.check_trip(start, end, _today(services)), None


def _wrong(services: Services, dispatcher: CollectingDispatcher, start: date, end: date) -> bool:
    """Whether there is no such journey; what is wrong with it is said."""
    try:
        roaming.check_trip(start, end, _today(services))
    except tuple(_TRIP_ERRORS) as error:
        dispatcher.utter_message(response=_TRIP_ERRORS[type(error)])
        return True
    return False


def _dates(words: WishWords) -> list[date]:
    found = []
    for value in words.values("date"):
        try:
            found.append(date.fromisoformat(str(value)))
        except ValueError:
            continue
    return found


def _today(services: Services) -> date:
    return local_date(services.clock(), services.zone)


def as_trip(kept: dict[str, str]) -> Trip:
    return Trip(date.fromisoformat(kept["start"]), date.fromisoformat(kept["end"]))


def trip_slots(trip: Trip) -> list[EventType]:
    start, end = trip.start.isoformat(), trip.end.isoformat()
    return [SlotSet("travel_dates", [start, end]), SlotSet("trip", {"start": start, "end": end})]


def rates(country: RoamingCountry) -> dict[str, str]:
    """What roaming costs there without a pack, as values of a sentence."""
    return {
        "where": country.name,
        "call": yuan(country.call_per_minute),
        "receive": yuan(country.receive_per_minute),
        "sms": yuan(country.sms_each),
        "data": yuan(country.data_per_mb),
    }
