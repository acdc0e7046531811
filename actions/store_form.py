"""The questions about a shop: where the customer is, which shop, and what for."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.appointments import said_values
from actions.base import CareAction, CareForm, DomainDict, Slots
from actions.heard import intent_of, text_of
from actions.services import Services
from care.bss.protocol import Store
from care.conversations.callers import Caller
from care.faults.service import area_of_text, areas_of_customer
from care.stores import service as stores

FORM = "store_form"
SHOWN = 3
"""Shops that are named at once."""


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
            near = await shops_near(self.services, tracker, await self.caller(tracker))
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
        if told_of(str(value), shops):
            return {"whereabouts": str(value)}
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
        near = await shops_near(self.services, tracker, await self.caller(tracker))
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


async def shops_near(
    services: Services, tracker: Tracker, caller: Caller
) -> tuple[Store, ...] | None:
    """Shops near what was said, else near the verified customer's home; None where neither is known."""
    shops = await services.bss.stores()
    said = [
        tracker.get_slot("whereabouts"),
        *(said_values(tracker, entity)[-1:] for entity in ("area", "address")),
    ]
    for place in (one[0] if isinstance(one, list) and one else one for one in said):
        if not place:
            continue
        if told := told_of(str(place), shops):
            return told
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


def told_of(place: str, shops: Sequence[Store]) -> tuple[Store, ...]:
    """Several shops that the bot named, and one of which is wanted (``actions/time_said.py``): identifiers with spaces."""
    words = place.split()
    return tuple(shop for shop in shops if shop.id in words) if len(words) > 1 else ()


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
    return [ValidateStoreForm(services), AskStore(services), AskErrand(services)]
