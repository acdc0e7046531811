"""The card: lost, broken, another one; locked by its PIN."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    VerifiedAction,
    ask_identity,
    begin_form,
    forget,
    leave_form,
)
from actions.heard import entity_of, intent_of, text_of
from actions.identity import MOBILE
from actions.lines import (
    active_form,
    answers_question,
    ask_line,
    asked_by,
    hear,
    line_meant,
    settled,
)
from actions.orders import begin_order, say_rejected
from actions.services import Services
from care.bss.protocol import (
    BssRejected,
    CardDelivery,
    CardReason,
    Line,
    LineStatus,
    RejectReason,
)
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.customers.verification import Verified
from care.lines.grants import LIFE
from care.lines.replacement import deliveries
from care.lines.tables import GrantedPage
from care.stores.service import stores_near
from care.wording import either

REASON_FORM, WAY_FORM = "card_reason_form", "card_way_form"
SHOP, LATER = "shop", "later"
SHOPS_NAMED = 2

_REPLACE_QUESTIONS = ("sim-replace-fee", "sim-contacts", "sim-types", "sim-age")
_UNLOCK_QUESTIONS = ("pin-set",)
"""Entries of the knowledge base that answer a mere question about it."""

_WAYS = {
    CardDelivery.COURIER: ("快递到家", "Send it to my home", "courier"),
    CardDelivery.DOWNLOAD: ("换成 eSIM", "Change to eSIM", "download"),
}
"""Titles in Chinese and English, and what the button stands for."""
_REJECTIONS = {
    RejectReason.CARD_ORDERED: "utter_card_rejected_ordered",
    RejectReason.LINE_NOT_ACTIVE: "utter_card_rejected_line_not_active",
    RejectReason.NOT_ELIGIBLE: "utter_card_rejected_not_eligible",
}
_SLOTS = ("own_line", "card_reason", "card_way")


class ReplaceSim(VerifiedAction):
    """A new card. A lost one is blocked before anything else is asked (why at once: ``care.lines.requests``)."""

    action_name = "action_replace_sim"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What the message says of the reason is kept; who may not be able to get a code is told of other ways."""
        heard = []
        if intent_of(tracker) == "replace_sim":
            reason = self.services.lines.words.read("card_reason", text_of(tracker))
            if tracker.get_slot("task") != self.action_name and not active_form(tracker):
                heard = _begun_anew(tracker)
            heard += hear(tracker, {"card_reason": reason})
        if tracker.get_slot("card_reason") != CardReason.LOST and await answers_question(
            self.services, dispatcher, tracker, "replace_sim", _REPLACE_QUESTIONS
        ):
            dispatcher.utter_message(response="utter_card_go_on")
            return forget(_SLOTS)
        caller = await self.caller(tracker)
        if caller.verified is not None:
            return [*heard, *await super().run(dispatcher, tracker, domain)]
        return [*heard, *self._ask_identity(dispatcher, tracker)]

    def _ask_identity(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        reason, named = tracker.get_slot("card_reason"), str(tracker.get_slot("own_line") or "")
        if tracker.get_slot("task") == self.action_name:
            pass  # told before
        elif reason == CardReason.LOST:
            dispatcher.utter_message(response="utter_lost_no_code")
        elif reason == CardReason.DAMAGED:
            dispatcher.utter_message(response="utter_damaged_no_code")
        elif MOBILE.fullmatch(named):
            return [SlotSet("phone_number", named), *self.identity_first(dispatcher, tracker)]
        return self.identity_first(dispatcher, tracker)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Reason, line, block, way, order: on from where the matter stands."""
        assert caller.verified is not None
        line, refused = await line_meant(
            self.services, dispatcher, tracker.get_slot("own_line"), caller
        )
        if refused:
            return settled(tracker, _SLOTS)
        told = tracker.get_slot("card_reason")
        if told is None:
            return begin_form(REASON_FORM, keep=["own_line"])
        reason = CardReason(told)
        own = await self.services.lines.own(caller.verified)
        if line is None and len(own) > 1 and reason in (CardReason.LOST, CardReason.DAMAGED):
            # Whoever gets codes on one number has most likely lost the other: a guess would stop the wrong one.
            return ask_line(self.action_name, keep=["card_reason"])
        line = line or next((one for one in own if one.id == caller.verified.line_id), None)
        if line is None:
            dispatcher.utter_message(response="utter_line_gone")
            return settled(tracker, _SLOTS)
        if reason is CardReason.LOST and line.status is not LineStatus.BLOCKED_LOST:
            await self.services.lines.block_lost(asked_by(self.services, tracker, caller), line)
            dispatcher.utter_message(response="utter_lost_blocked", phone=mask_phone(line.phone))
        elif reason is CardReason.LOST and tracker.get_slot("card_way") is None:
            dispatcher.utter_message(
                response="utter_lost_blocked_already", phone=mask_phone(line.phone)
            )
        return await self._new_card(dispatcher, tracker, caller.verified, line, reason)

    async def _new_card(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        verified: Verified,
        line: Line,
        reason: CardReason,
    ) -> list[EventType]:
        customer = await self.services.bss.customer(line.customer_id)
        assert customer is not None
        offered = deliveries(reason, line, verified, customer.kind)
        way = tracker.get_slot("card_way")
        if way == LATER:
            dispatcher.utter_message(response="utter_card_later")
            return settled(tracker, _SLOTS)
        if way == SHOP or not offered:
            await self._say_shops(dispatcher, customer.area_id)
            return settled(tracker, _SLOTS)
        if way is None and reason is CardReason.ESIM:
            way = CardDelivery.DOWNLOAD
        try:
            delivery = CardDelivery(way) if way is not None else offered[0]
            if delivery not in offered:
                dispatcher.utter_message(response="utter_card_esim_elsewhere")
                return _ask_way(line)
            await self.services.bss.check_replacement(line.id, reason, delivery)
        except BssRejected as error:
            say_rejected(dispatcher, error.reason, either("换卡", "a new card"), _REJECTIONS)
            return settled(tracker, _SLOTS)
        if way is None:
            return _ask_way(line)
        by_courier = delivery is CardDelivery.COURIER
        kind = "replace_lost_card" if reason is CardReason.LOST and by_courier else "replace_card"
        return begin_order(kind, {"line": line.id, "reason": reason, "delivery": delivery})

    async def _say_shops(self, dispatcher: CollectingDispatcher, area_id: str | None) -> None:
        shops = await stores_near(self.services.bss, area_id or "", SHOPS_NAMED)
        dispatcher.utter_message(
            response="utter_card_at_shop",
            shops="\n".join(f"· {shop.name}：{shop.address}，{shop.phone}" for shop in shops),
        )


def _button_or_words(services: Services, tracker: Tracker, slot: str, value: Any) -> Slots:
    """The value of a button as it is; else what the customer's words say, ``None`` where they say none of it."""
    if value is None:
        return {}
    words = services.lines.words
    if value in words.values(slot):
        return {slot: value}
    return {slot: words.read(slot, text_of(tracker))}


class ValidateCardReasonForm(CareForm):
    """Why a new card is wanted."""

    form = REASON_FORM

    async def validate_card_reason(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A button's value, or the customer's words."""
        return _button_or_words(self.services, tracker, "card_reason", value)


class AskCardWay(CareAction):
    """Asks how the new card is to come, with the ways there are for this customer."""

    action_name = "action_ask_card_way_form_card_way"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer them as buttons; a lost card may also wait."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(ReplaceSim.action_name)]
        named = str(tracker.get_slot("own_line"))
        line = await self.services.lines.named(caller.verified, named)
        customer = await self.services.bss.customer(caller.verified.customer_id)
        if line is None or customer is None:
            dispatcher.utter_message(response="utter_line_gone")
            return leave_form(_SLOTS)
        reason = CardReason(tracker.get_slot("card_reason"))
        ways = [_WAYS[way] for way in deliveries(reason, line, caller.verified, customer.kind)]
        ways.append(("去营业厅办", "At a store", SHOP))
        if reason is CardReason.LOST:
            ways.append(("先不补", "Not yet", LATER))
        dispatcher.utter_message(
            response="utter_ask_card_way",
            buttons=[
                {
                    "title": either(title, english),
                    "payload": f'/inform{{"card_way": "{way}"}}',
                }
                for title, english, way in ways
            ],
        )
        return []


class ValidateCardWayForm(CareForm):
    """How the new card is to come."""

    form = WAY_FORM

    async def validate_card_way(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A button's value, or the customer's words."""
        return _button_or_words(self.services, tracker, "card_way", value)


class UnlockSim(VerifiedAction):
    """The PUK of a card that is locked, on a page of its own: it never stands in the chat."""

    action_name = "action_unlock_sim"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A locked card gets no code: who is not verified is told of other ways first."""
        if await answers_question(
            self.services, dispatcher, tracker, "unlock_sim", _UNLOCK_QUESTIONS
        ):
            dispatcher.utter_message(response="utter_puk_go_on")
            return forget(["own_line"])
        caller = await self.caller(tracker)
        if caller.verified is None and tracker.get_slot("task") != self.action_name:
            dispatcher.utter_message(response="utter_puk_no_code")
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Give the link, say how the PUK is typed, and warn of the tenth try."""
        assert caller.verified is not None
        line, refused = await line_meant(
            self.services, dispatcher, tracker.get_slot("own_line"), caller
        )
        if refused:
            return settled(tracker, ["own_line"])
        own = await self.services.lines.own(caller.verified)
        if line is None and len(own) > 1:
            return ask_line(self.action_name)
        line = line or next(iter(own), None)
        if line is None:
            dispatcher.utter_message(response="utter_line_gone")
            return settled(tracker, ["own_line"])
        if line.status is LineStatus.BLOCKED_LOST:
            # Who found a lost card must not get it open.
            dispatcher.utter_message(response="utter_puk_lost", phone=mask_phone(line.phone))
            return settled(tracker, ["own_line"])
        address = await self.services.lines.grants.make(
            GrantedPage.PUK, asked_by(self.services, tracker, caller), line
        )
        dispatcher.utter_message(
            response="utter_puk_link",
            phone=mask_phone(line.phone),
            link=address,
            minutes=int(LIFE.total_seconds() // 60),
        )
        dispatcher.utter_message(response="utter_puk_warning")
        return settled(tracker, ["own_line"])


def _begun_anew(tracker: Tracker) -> list[EventType]:
    """Only what this message says counts: an earlier matter that was left must not have a line blocked."""
    now = {
        "card_reason": entity_of(tracker, "card_reason"),
        "own_line": entity_of(tracker, "phone_number"),
        "card_way": None,
    }
    tracker.slots.update(now)
    return [SlotSet(slot, value) for slot, value in now.items()]


def _ask_way(line: Line) -> list[EventType]:
    return [
        SlotSet("own_line", line.id),
        *begin_form(WAY_FORM, keep=["own_line", "card_reason"]),
    ]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        ReplaceSim(services),
        ValidateCardReasonForm(services),
        AskCardWay(services),
        ValidateCardWayForm(services),
        UnlockSim(services),
    ]
