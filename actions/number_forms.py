"""The forms of a new number and of a second card: what was meant by an answer."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareForm, DomainDict, Slots
from actions.heard import entity_of, value_before
from actions.identity import MOBILE
from care.bss.protocol import BssRejected, Delivery, NumberSearch, Plan, PlanSegment
from care.catalogue.service import find_plan
from care.contracts.search import chosen_among, wish_of

FORM = "new_number_form"
CARD_FORM = "second_card_form"
SHOWN = 5
"""Numbers shown at once."""

ANOTHER = "another"
ADDRESS_LENGTH = (6, 200)

_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_NUMBER = re.compile(r"1\d{10}")
_MAIL = re.compile(r"邮寄|快递|寄|送货|送上门|上门|送到")
_STORE = re.compile(r"营业厅|门店|自取|自己去|去拿|去取|厅里|店里|到店")
_STREET = re.compile(r"\d|[号栋幢单元室楼路街村巷弄]")


class _NumberForm(CareForm):
    """What the forms of a new number and of a second card share."""

    async def validate_new_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A number that is now held for this contact; else another list of numbers."""
        if value is None or value == ANOTHER:
            return {"new_number": None}
        text, search = str(value), tracker.get_slot("number_search") or {}
        asked = value_before(tracker, "requested_slot")
        if _ID_NUMBER.search("".join(text.split())):
            dispatcher.utter_message(response="utter_number_no_id_number")
            return {"new_number": None}
        plan = await find_plan(self.services.bss, str(entity_of(tracker, "plan") or ""))
        if asked == "new_number" and plan is not None:
            dispatcher.utter_message(response="utter_number_plan_noted", plan=plan.name)
            return {"new_number": None}
        before = value_before(tracker, "new_number")
        if asked == "delivery" and before is not None:
            # A number of the customer's own, to be called on; the reserved one stays, unless another free one is named.
            free = await self.services.bss.free_number("".join(text.split()))
            if free is None:
                called = {"phone_number": whole_number} if (whole_number := _mobile(text)) else {}
                return {"new_number": before, **called}
        shown = list(search.get("shown") or ())
        whole = _NUMBER.search("".join(text.split()))
        number = whole[0] if whole is not None else chosen_among(text, shown)
        if number is not None:
            return await self._hold(dispatcher, tracker, number)
        wish = wish_of(text)
        if wish is None:
            dispatcher.utter_message(response="utter_number_unclear")
            return {"new_number": None}
        if wish.others:
            skip = int(search.get("skip") or 0) + SHOWN
            return {"new_number": None, "number_search": {**search, "skip": skip}}
        return {"new_number": None, "number_search": kept_search(wish.search, 0, [])}

    async def _hold(self, dispatcher: CollectingDispatcher, tracker: Tracker, number: str) -> Slots:
        caller = await self.caller(tracker)
        try:
            await self.services.bss.hold_number(number, caller.contact_id)
        except BssRejected:
            dispatcher.utter_message(response="utter_number_taken", number=number)
            return {"new_number": None}
        if value_before(tracker, "new_number") != number:
            dispatcher.utter_message(response="utter_number_held", number=number)
        return {"new_number": number}

    async def validate_delivery(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """By mail or in a shop."""
        if value is None:
            return {}
        text = str(value)
        if text in (Delivery.MAIL, Delivery.STORE):
            return {"delivery": text}
        if _STORE.search(text):
            return {"delivery": Delivery.STORE.value}
        if _MAIL.search(text):
            return {"delivery": Delivery.MAIL.value}
        plan = await find_plan(self.services.bss, str(entity_of(tracker, "plan") or ""))
        if plan is not None:
            dispatcher.utter_message(response="utter_number_plan_noted", plan=plan.name)
            return {"delivery": None}
        if entity_of(tracker, "phone_number") is None:
            dispatcher.utter_message(response="utter_delivery_unclear")
        return {"delivery": None}


def _mobile(text: str) -> str | None:
    """The mobile number that a text consists of."""
    plain = "".join(text.split())
    return plain if MOBILE.fullmatch(plain) else None


class ValidateNewNumberForm(_NumberForm):
    """Number, plan, delivery, and who is called before the card comes."""

    form = FORM

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """An address only where something is sent; no number to call where one is verified."""
        left_out = set()
        if tracker.get_slot("delivery") != Delivery.MAIL:
            left_out.add("delivery_address")
        if (await self.caller(tracker)).verified is not None:
            left_out.add("phone_number")
        return [slot for slot in domain_slots if slot not in left_out]

    async def validate_plan(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A plan that a new number may have."""
        if value is None:
            return {}
        plan = await find_plan(self.services.bss, str(value))
        if plan is None or not for_new_numbers(plan):
            dispatcher.utter_message(response="utter_plan_unknown_for_new_number")
            return {"plan": None}
        return {"plan": plan.id}

    async def validate_delivery_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """An address with a street or a house number."""
        if value is None:
            return {}
        text = str(value).strip()
        shortest, longest = ADDRESS_LENGTH
        if not shortest <= len(text) <= longest or not _STREET.search(text):
            dispatcher.utter_message(response="utter_delivery_address_short")
            return {"delivery_address": None}
        return {"delivery_address": text}

    async def validate_phone_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """The number that is called; one that was said of the new number is none."""
        if value is None:
            return {}
        asked = tracker.get_slot("requested_slot")
        if asked not in (None, "phone_number") and entity_of(tracker, "phone_number") is not None:
            return {"phone_number": value_before(tracker, "phone_number")}
        if not MOBILE.fullmatch(str(value)):
            dispatcher.utter_message(response="utter_phone_invalid")
            return {"phone_number": None}
        return {"phone_number": str(value)}


class ValidateSecondCardForm(_NumberForm):
    """Number and delivery of a second card."""

    form = CARD_FORM


def for_new_numbers(plan: Plan) -> bool:
    """Whether a new number of a person may have the plan."""
    return plan.on_sale and plan.segment is not PlanSegment.ENTERPRISE


def kept_search(search: NumberSearch, skip: int, shown: list[str]) -> dict[str, Any]:
    """A search as a slot keeps it, with how many were left out and which were shown."""
    return {
        "ending": search.ending,
        "containing": search.containing,
        "without": sorted(search.without),
        "prestige": search.prestige,
        "skip": skip,
        "shown": shown,
    }


def search_of(kept: dict[str, Any]) -> NumberSearch:
    """The search that a slot keeps."""
    return NumberSearch(
        ending=kept.get("ending"),
        containing=kept.get("containing"),
        without=frozenset(kept.get("without") or ()),
        prestige=bool(kept.get("prestige")),
    )
