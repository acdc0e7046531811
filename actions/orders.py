"""The second confirmation in the dialogue: offer, yes, code, order. One form for every kind of order.

A topic's action calls ``begin_order`` once it knows what is wanted; nothing else orders. The sentences of a kind stand in
``order_sentences``.
"""

import re
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    VerifiedAction,
    ask_identity,
    forget,
    leave_form,
)
from actions.heard import goes_first, intent_of, text_of, turn_of
from actions.identity import CHECKED, CODE, refuse_code
from actions.order_sentences import SENTENCES
from actions.services import Services
from actions.slots import FLOW_SLOTS
from actions.wish_words import latest_words
from care.bss.protocol import BssRejected, RejectReason
from care.catalogue.service import find_plan
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.errors import CareError
from care.orders.kinds import Terms
from care.orders.service import Consent, OfferExpired
from care.orders.tables import OrderState

FORM = "order_form"
CHANGE_PLAN = "change_plan"
FORM_SLOTS = ("order", "offer", "consent", "consent_code")

_AGREED = r"(?:好|行|可以|嗯+|对|是|确认|确定|同意|没错|没问题|ok)[的了吧啊呀]*[，,、。 ]*"
_RETURNS = re.compile(r"回|返|结束|到.{0,6}为止|back|return", re.IGNORECASE)
_DONE_TO_IT = r"(?:办理?|开通?|退订?|取消|撤销?|撤回|停掉?|换|改|订)"
_YES = re.compile(
    rf"(?:{_AGREED})+(?:那?就|帮我|给我|请|麻烦)*{_DONE_TO_IT}?[了掉它吧呗啊。！! ]*"
    r"|(?:那?就)?(?:办理?|开通?|退订?|撤销?|撤回)(?:了|掉|它)?[吧呗][。！! ]*",
    re.IGNORECASE,
)
"""A yes in the words of an order: that it is agreed, what is to be done, and nothing else."""

REJECTIONS = {
    RejectReason.LINE_NOT_ACTIVE: "utter_rejected_line_not_active",
    RejectReason.IN_ARREARS: "utter_rejected_in_arrears",
    RejectReason.ALREADY_REFUNDED: "utter_rejected_already_refunded",
    RejectReason.REFUNDED_LATELY: "utter_rejected_refunded_lately",
    RejectReason.NOT_ENOUGH_POINTS: "utter_rejected_not_enough_points",
    RejectReason.TIME_TAKEN: "utter_rejected_time_taken",
}
"""What is said when the operator would refuse an order, whatever is ordered; ``{name}`` is what was wanted."""


def begin_order(kind: str, params: Mapping[str, str]) -> list[EventType]:
    """Events that begin the second confirmation of an order; what the flow before it collected is forgotten."""
    return [
        *leave_form(FLOW_SLOTS),
        SlotSet("order", {"kind": kind, "params": dict(params)}),
        FollowupAction(FORM),
    ]


def say_rejected(
    dispatcher: CollectingDispatcher,
    reason: RejectReason,
    name: str,
    special: Mapping[RejectReason, str] | None = None,
) -> None:
    """Say why something cannot be ordered; ``special`` are a topic's own sentences by reason."""
    response = (special or {}).get(reason) or REJECTIONS.get(reason, "utter_rejected")
    dispatcher.utter_message(response=response, name=name)


class ValidateOrderForm(CareForm):
    """A yes or no to the offer, and the code that proves the yes."""

    form = FORM

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """An answer; or another plan in place of the one offered (不对，是畅享129), which ends this confirmation."""
        if goes_first(tracker, FORM) and (plan := await self._other_plan(tracker)) is not None:
            return [
                *forget([*FORM_SLOTS, REQUESTED_SLOT]),
                SlotSet("plan", plan),
            ]
        if goes_first(tracker, FORM) and (trip := _other_days(tracker)) is not None:
            params = tracker.get_slot("order")["params"]
            return [
                *forget([*FORM_SLOTS, REQUESTED_SLOT]),
                SlotSet("country", params["countries"].split(",")),
                SlotSet("roaming_pack", params["addon"]),
                SlotSet("travel_dates", trip),
                SlotSet("trip", {"start": trip[0], "end": trip[1]}),
            ]
        events: list[EventType] = await super().run(dispatcher, tracker, domain)
        return events

    async def _other_plan(self, tracker: Tracker) -> str | None:
        """Another plan that is named without a wish of its own, while a change of plan is confirmed."""
        if _kind(tracker) != CHANGE_PLAN or intent_of(tracker) in self.services.wish_names.titles:
            return None
        named = [
            await find_plan(self.services.bss, str(one))
            for one in latest_words(tracker).values("plan")
        ]
        offered = tracker.get_slot("order")["params"]["plan"]
        others = [plan.id for plan in named if plan is not None and plan.id != offered]
        return others[-1] if others else None

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """No code where a yes suffices."""
        kind = _kind(tracker)
        if kind is None or not self.services.orders.yes_suffices(kind):
            return domain_slots
        return [slot for slot in domain_slots if slot != "consent_code"]

    async def validate_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A yes counts only for an offer that was made; after a no there is nothing more to ask."""
        offer = tracker.get_slot("offer")
        if value is None or offer is None:
            return {"consent": None}
        if value is False:
            return {"consent": False, "requested_slot": None}
        kind = _kind(tracker)
        if kind is not None and self.services.orders.yes_suffices(kind):
            return await self._confirm(dispatcher, tracker, str(offer), code=None)
        return {"consent": True}

    async def validate_consent_code(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Take the code as consent; the order is placed with its proof or not at all."""
        if value is None:
            return {}
        if not CODE.fullmatch(str(value)):
            return {"consent_code": None}  # no code at all: asked for again, and no try is lost
        typed = await self.services.conversations.typed_code(turn_of(tracker).id)
        offer = str(tracker.get_slot("offer"))
        return await self._confirm(dispatcher, tracker, offer, code=typed or str(value))

    async def _confirm(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, offer: str, code: str | None
    ) -> Slots:
        services, turn = self.services, turn_of(tracker)
        caller = await self.caller(tracker)
        slot = "consent" if code is None else "consent_code"
        if caller.verified is None:
            return {slot: None}
        consent = Consent(
            code=code,
            channel=caller.channel,
            conversation_id=caller.conversation_id,
            guard=services.conversations.guard(turn.id, turn.epoch),
        )
        try:
            await services.orders.confirm(offer, caller.verified, consent)
        except OfferExpired:
            dispatcher.utter_message(response="utter_offer_expired")
            return {"consent": None, "consent_code": None, "offer": None}
        except CareError as error:
            return {slot: None, **refuse_code(dispatcher, error)}
        return {slot: True if code is None else CHECKED}


class AskConsent(CareAction):
    """Makes the offer: what is ordered, from when on, at what price."""

    action_name = "action_ask_order_form_consent"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say the offer and ask for a yes; after a digression only the question is asked again."""
        caller, wanted = await self.caller(tracker), tracker.get_slot("order")
        if wanted is None:
            return leave_form(FORM_SLOTS)
        if caller.verified is None:
            return _identity_first()
        if tracker.get_slot("offer") is not None and intent_of(tracker) != "repeat":
            dispatcher.utter_message(response="utter_order_confirm")
            return []
        try:
            offer = await self.services.orders.offer(
                caller.verified, wanted["kind"], wanted["params"]
            )
        except BssRejected as error:
            say_rejected(dispatcher, error.reason, "")
            return leave_form(FORM_SLOTS)
        say_offer(dispatcher, offer.kind, offer.terms)
        return [SlotSet("offer", offer.id)]


class AskConsentCode(CareAction):
    """Asks for the code that proves the yes, and sends it first where none is on its way."""

    action_name = "action_ask_order_form_consent_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Send the offer's text with a code to the line's own number, or ask for the one sent."""
        caller = await self.caller(tracker)
        offer = str(tracker.get_slot("offer"))
        if caller.verified is None:
            return _identity_first()
        if await self.services.orders.consent_awaited(offer, caller.verified):
            dispatcher.utter_message(response="utter_ask_code_again")
            return []
        try:
            await self.services.orders.ask_consent(offer, caller.verified, caller.network)
        except OfferExpired:
            dispatcher.utter_message(response="utter_offer_expired")
            return leave_form(FORM_SLOTS)
        except CareError as error:
            refuse_code(dispatcher, error)
            return leave_form(FORM_SLOTS)
        dispatcher.utter_message(
            response="utter_consent_code_sent", phone=mask_phone(caller.verified.phone)
        )
        return []


class ResumeOrder(CareAction):
    """Back to the second confirmation, after it was asked who this is."""

    action_name = "action_resume_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Make the offer anew: it may be another one for whom has been verified now."""
        return [SlotSet("task", None), FollowupAction(FORM)]


class FinishOrder(CareAction):
    """Says what became of the order, as its row has it."""

    action_name = "action_finish_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Success is said of an order that was placed, and of nothing else."""
        if tracker.get_slot("order") is None and tracker.get_slot("plan") is not None:
            return [FollowupAction("action_change_plan")]  # another plan was named instead
        if tracker.get_slot("order") is None and tracker.get_slot("trip") is not None:
            return [FollowupAction("action_open_roaming")]  # the same journey on other days
        offer_id = tracker.get_slot("offer")
        order = await self.services.orders.of_offer(offer_id) if offer_id is not None else None
        if order is None:
            if tracker.get_slot("consent") is False:
                dispatcher.utter_message(response="utter_order_declined")
            return forget(FORM_SLOTS)
        response = {
            OrderState.PLACED: SENTENCES[order.kind].done,
            OrderState.ACCEPTED: "utter_order_accepted",
            OrderState.REFUSED: "utter_order_refused",
        }[order.state]
        dispatcher.utter_message(
            response=response, **{"name": order.name, "order": order.number, **order.words}
        )
        return forget(FORM_SLOTS)


def say_offer(dispatcher: CollectingDispatcher, kind: str, terms: Terms) -> None:
    """Say what would be ordered, what more there is to know, and ask for a yes."""
    sentences = SENTENCES[kind]
    dispatcher.utter_message(response=sentences.offer, **{"name": terms.name, **terms.words})
    for note in terms.notes:
        dispatcher.utter_message(response=sentences.notes[note.name], **note.values)
    dispatcher.utter_message(response="utter_order_confirm")


class OrderingAction(VerifiedAction):
    """Leads to an order of one ``kind``, for verified customers only.

    While consent to such an order is asked, the wish in the order's own words (确认退订, 好的，撤销) is a yes.
    """

    kind = ""

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Take the yes, or lead on to the order."""
        assert caller.verified is not None
        yes = await self._yes(dispatcher, tracker)
        if yes is not None:
            return yes
        return await self.lead(dispatcher, tracker, caller.verified.line_id)

    async def lead(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str
    ) -> list[EventType]:
        """Find out what is wanted for the verified line, up to the order."""
        raise NotImplementedError

    async def _yes(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[EventType] | None:
        """The events of a yes; None where the message is none or names something."""
        message = tracker.latest_message
        asked = (tracker.active_loop or {}).get("name") == FORM
        if not asked or tracker.get_slot("requested_slot") != "consent":
            return None
        text = text_of(tracker).strip()
        if _kind(tracker) != self.kind or message.get("entities") or not _YES.fullmatch(text):
            return None
        form = ValidateOrderForm(self.services)
        slots = await form.validate_consent(True, dispatcher, tracker, {})
        if slots.get("consent") and self.services.orders.yes_suffices(self.kind):
            slots["consent_code"] = CHECKED  # it is ordered: nothing more is asked
        return [SlotSet(slot, value) for slot, value in slots.items()]


def _other_days(tracker: Tracker) -> list[str] | None:
    """First and last day of the journey as it is corrected while its pack is confirmed (不对，6号走); None without."""
    days = sorted(
        str(one)
        for one in tracker.get_latest_entity_values("date")
        if re.fullmatch(r"\d{4}-\d\d-\d\d", str(one))
    )
    if _kind(tracker) != "open_roaming" or not days:
        return None
    params = tracker.get_slot("order")["params"]
    start, end = days[0], days[-1]
    if len(days) == 1 and _RETURNS.search(text_of(tracker)):
        start = params["start"]
    elif len(days) == 1:
        end = params["end"]
    return [start, end] if start <= end else None


def _kind(tracker: Tracker) -> str | None:
    wanted = tracker.get_slot("order")
    return None if wanted is None else str(wanted["kind"])


def _identity_first() -> list[EventType]:
    """The verified session has ended meanwhile: who this is, then the offer once more."""
    return [
        *leave_form(("offer", "consent", "consent_code")),
        *ask_identity(ResumeOrder.action_name),
    ]


def actions(services: Services) -> list[Any]:
    """The actions of every order."""
    return [
        ValidateOrderForm(services),
        AskConsent(services),
        AskConsentCode(services),
        ResumeOrder(services),
        FinishOrder(services),
    ]
