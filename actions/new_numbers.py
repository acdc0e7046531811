"""New numbers: choosing one, its plan and how the card comes; one more card on the customer's line.

A number of one's own is an application, since only a real-name check of the person makes it work. A second card is an order.
"""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, VerifiedAction, begin_form, forget
from actions.heard import entity_of, intent_of, text_of, turn_of
from actions.number_forms import (
    CARD_FORM,
    FORM,
    SHOWN,
    ValidateNewNumberForm,
    ValidateSecondCardForm,
    for_new_numbers,
    kept_search,
    search_of,
)
from actions.orders import begin_order, say_rejected
from actions.services import Services
from care.bss.protocol import (
    BssRejected,
    Delivery,
    FreeNumber,
    NumberSearch,
    RejectReason,
)
from care.contracts.applications import (
    Applicant,
    Applied,
    NewNumber,
    TooManyApplications,
)
from care.contracts.search import wish_of
from care.contracts.tables import ApplicationState
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.wording import moment, yuan

SLOTS = (
    "new_number",
    "number_search",
    "plan",
    "delivery",
    "delivery_address",
    "reservation_confirmed",
)
PLANS_SHOWN = 6
SECOND_CARD = "second_card"

_SECOND_CARD = re.compile(r"副卡|附卡|附属卡|子卡|子号")

_CARD_REJECTIONS = {
    RejectReason.SECOND_CARD: "utter_second_card_rejected_second_card",
    RejectReason.TOO_MANY_CARDS: "utter_second_card_rejected_too_many_cards",
}


class OpenAccount(CareAction):
    """A new number: which, with which plan, how it comes; then the application. Needs no customer yet."""

    action_name = "action_open_account"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Apply where all is known, else begin the form; a second card is another matter."""
        if tracker.get_slot("reservation_confirmed"):
            return await self._apply(dispatcher, tracker)
        text = text_of(tracker) if intent_of(tracker) == "open_account" else ""
        choice = entity_of(tracker, "choice")
        if choice == SECOND_CARD or (choice is None and _SECOND_CARD.search(text)):
            return [*forget(SLOTS), FollowupAction(SecondCard.action_name)]
        wish = wish_of(text)
        first, *others = begin_form(FORM, keep=["plan"])[::-1]
        search = None if wish is None or wish.others else kept_search(wish.search, 0, [])
        return [*others[::-1], SlotSet("number_search", search), first]

    async def _apply(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        caller, turn = await self.caller(tracker), turn_of(tracker)
        number = str(tracker.get_slot("new_number"))
        plan = await self.services.bss.plan(str(tracker.get_slot("plan")))
        if plan is None:
            return begin_form(FORM, keep=["new_number", "delivery", "delivery_address"])
        delivery = Delivery(str(tracker.get_slot("delivery")))
        address = tracker.get_slot("delivery_address") if delivery is Delivery.MAIL else None
        customer_id = caller.verified.customer_id if caller.verified is not None else None
        applicant = Applicant(
            contact_id=caller.contact_id,
            conversation_id=caller.conversation_id,
            contact_phone=_contact_phone(tracker, caller),
            customer_id=customer_id,
        )
        wanted = NewNumber(number, plan.id, plan.name, delivery, address)
        try:
            applied = await self.services.applications.new_number(
                applicant,
                wanted,
                turn.id,
                self.services.conversations.guard(turn.id, turn.epoch),
            )
        except BssRejected:
            dispatcher.utter_message(response="utter_number_taken", number=number)
            return begin_form(FORM, keep=["plan", "delivery", "delivery_address"])
        except TooManyApplications as error:
            dispatcher.utter_message(
                response="utter_too_many_reservations", count=error.data["count"]
            )
            return forget(SLOTS)
        self._say(dispatcher, applied, number, delivery)
        return forget(SLOTS)

    def _say(
        self, dispatcher: CollectingDispatcher, applied: Applied, number: str, delivery: Delivery
    ) -> None:
        ticket = applied.ticket.number
        if applied.state is ApplicationState.LAPSED:
            dispatcher.utter_message(response="utter_number_taken", number=number)
        elif applied.kept_until is None:
            dispatcher.utter_message(response="utter_number_accepted", number=number, ticket=ticket)
        else:
            response = {
                Delivery.MAIL: "utter_number_reserved_mail",
                Delivery.STORE: "utter_number_reserved_store",
            }[delivery]
            until = moment(applied.kept_until, self.services.zone)
            dispatcher.utter_message(response=response, number=number, until=until, ticket=ticket)


class SecondCard(VerifiedAction):
    """One more card on the verified line."""

    action_name = "action_second_card"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """On to the order where number and delivery are known, else to the form."""
        assert caller.verified is not None
        try:
            await self.services.bss.second_card_fee(caller.verified.line_id)
        except BssRejected as error:
            say_rejected(dispatcher, error.reason, "", _CARD_REJECTIONS)
            return forget(SLOTS)
        number, delivery = tracker.get_slot("new_number"), tracker.get_slot("delivery")
        if number is None or delivery is None:
            return begin_form(CARD_FORM)
        params = {"number": str(number), "delivery": str(delivery), "holder": caller.contact_id}
        return begin_order("second_card", params)


class AskNewNumber(CareAction):
    """Shows free numbers as buttons."""

    action_name = f"action_ask_{FORM}_new_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """The next ones of what was asked for; ordinary ones where nothing fits."""
        caller, kept = await self.caller(tracker), tracker.get_slot("number_search") or {}
        search, skip = search_of(kept), int(kept.get("skip") or 0)
        bss = self.services.bss
        found = await bss.free_numbers(search, caller.contact_id, SHOWN, skip)
        if not found and skip:
            skip = 0
            found = await bss.free_numbers(search, caller.contact_id, SHOWN)
        response = "utter_choose_number"
        if not found:
            response, search, skip = "utter_choose_number_none", NumberSearch(), 0
            found = await bss.free_numbers(search, caller.contact_id, SHOWN)
        dispatcher.utter_message(response=response, buttons=_buttons(found))
        return [SlotSet("number_search", kept_search(search, skip, [one.phone for one in found]))]


class AskSecondCardNumber(AskNewNumber):
    """The same for a second card."""

    action_name = f"action_ask_{CARD_FORM}_new_number"


class AskPlan(CareAction):
    """Shows the plans that a new number may have."""

    action_name = f"action_ask_{FORM}_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say an agreement of the number first, then offer plans as buttons."""
        number = await self.services.bss.free_number(str(tracker.get_slot("new_number")))
        plans = [plan for plan in await self.services.bss.plans() if for_new_numbers(plan)]
        if number is not None and number.prestige:
            _say_prestige(dispatcher, number)
            plans = [plan for plan in plans if plan.monthly_fee >= number.minimum_fee] or plans
        dispatcher.utter_message(
            response="utter_choose_plan",
            buttons=[
                {"title": plan.name, "payload": f'/inform{{"plan": "{plan.id}"}}'}
                for plan in plans[:PLANS_SHOWN]
            ],
        )
        return []


class AskReservationConfirmed(CareAction):
    """Says the application as a whole and asks for a yes."""

    action_name = f"action_ask_{FORM}_reservation_confirmed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Number, plan, delivery, the number to call."""
        caller = await self.caller(tracker)
        number = str(tracker.get_slot("new_number"))
        plan = await self.services.bss.plan(str(tracker.get_slot("plan")))
        assert plan is not None
        phone = mask_phone(_contact_phone(tracker, caller))
        free = await self.services.bss.free_number(number)
        if free is not None and free.prestige:
            _say_prestige(dispatcher, free)
        fee = yuan(plan.monthly_fee)
        if tracker.get_slot("delivery") == Delivery.MAIL:
            dispatcher.utter_message(
                response="utter_reservation_mail",
                number=number,
                plan=plan.name,
                fee=fee,
                address=tracker.get_slot("delivery_address"),
                phone=phone,
            )
        else:
            dispatcher.utter_message(
                response="utter_reservation_store",
                number=number,
                plan=plan.name,
                fee=fee,
                phone=phone,
            )
        return []


def _say_prestige(dispatcher: CollectingDispatcher, number: FreeNumber) -> None:
    dispatcher.utter_message(
        response="utter_number_prestige",
        number=number.phone,
        months=number.term_months,
        minimum=yuan(number.minimum_fee),
    )


def _buttons(numbers: tuple[FreeNumber, ...]) -> list[dict[str, str]]:
    shown = [
        {
            "title": f"{one.phone}（靓号）" if one.prestige else one.phone,
            "payload": f'/inform{{"choice": "{one.phone}"}}',
        }
        for one in numbers
    ]
    return [*shown, {"title": "换一批", "payload": '/inform{"choice": "more"}'}]


def _contact_phone(tracker: Tracker, caller: Caller) -> str:
    if caller.verified is not None:
        return caller.verified.phone
    return str(tracker.get_slot("phone_number"))


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        OpenAccount(services),
        SecondCard(services),
        ValidateNewNumberForm(services),
        ValidateSecondCardForm(services),
        AskNewNumber(services),
        AskSecondCardNumber(services),
        AskPlan(services),
        AskReservationConfirmed(services),
    ]
