"""Plans: which one the customer has, and changing it."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Services,
    Slots,
    VerifiedAction,
    ask_identity,
    begin_form,
    forget,
    intent_of,
    leave_form,
    turn_of,
    value_before,
)
from actions.identity import CHECKED, CODE, OwnNumberAction, refuse_code
from actions.wording import day, yuan
from care.bss.protocol import BssRejected, OfferingKind, RejectReason
from care.catalogue.service import PlanOffer, find_plan, plans_on_sale
from care.clock import local_date
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.errors import CareError
from care.orders.service import Consent, OfferExpired
from care.orders.tables import OrderState

FORM = "change_plan_form"
FORM_SLOTS = ("plan", "consent", "consent_code", "offer")
PLANS_OFFERED = 6

_LINE_REASONS = {
    RejectReason.LINE_NOT_ACTIVE,
    RejectReason.SECOND_CARD,
    RejectReason.IN_ARREARS,
    RejectReason.CHANGE_PENDING,
}
"""Why a line may change to no plan at all."""

_REJECTIONS = {
    RejectReason.SAME_PLAN: "utter_plan_rejected_same_plan",
    RejectReason.NOT_ON_SALE: "utter_plan_rejected_not_on_sale",
    RejectReason.CHANGE_PENDING: "utter_plan_rejected_change_pending",
    RejectReason.CONTRACT_BOUND: "utter_plan_rejected_contract_bound",
    RejectReason.NOT_ELIGIBLE: "utter_plan_rejected_not_eligible",
    RejectReason.LINE_NOT_ACTIVE: "utter_plan_rejected_line_not_active",
    RejectReason.IN_ARREARS: "utter_plan_rejected_in_arrears",
    RejectReason.SECOND_CARD: "utter_plan_rejected_second_card",
    RejectReason.UNKNOWN_OFFERING: "utter_plan_rejected_unknown_offering",
}


class QueryPlan(OwnNumberAction):
    """Plan, add-ons and contract of the verified number."""

    action_name = "action_query_plan"

    async def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str, phone: str
    ) -> None:
        """Say what the line has and until when."""
        bss = self.services.bss
        subscriptions = await bss.subscriptions(line_id)
        held = [sub for sub in subscriptions if sub.kind is OfferingKind.PLAN]
        plan = await bss.plan(held[0].offering_id) if held else None
        if plan is None:
            dispatcher.utter_message(response="utter_plan_none", phone=phone)
            return
        addons = [sub.name for sub in subscriptions if sub.kind is OfferingKind.ADDON]
        dispatcher.utter_message(
            response="utter_plan",
            phone=phone,
            plan=plan.name,
            fee=yuan(plan.monthly_fee),
            rules="\n".join(f"· {rule}" for rule in plan.rules[:3]),
        )
        if addons:
            dispatcher.utter_message(response="utter_plan_addons", addons="、".join(addons))
        for contract in await bss.contracts(line_id):
            dispatcher.utter_message(
                response="utter_plan_contract", contract=contract.name, until=day(contract.end)
            )


class ChangePlan(VerifiedAction):
    """Begins a change of plan."""

    action_name = "action_change_plan"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """On to the form, with the plan that was named, if one was; a line that may not change is told so."""
        assert caller.verified is not None
        refused = await _refused_for_all(self.services, caller.verified.line_id)
        if refused is not None:
            await _say_rejected(self.services, dispatcher, refused, "")
            return leave_form(FORM_SLOTS)
        return begin_form(FORM, keep=["plan"])


class ValidateChangePlanForm(CareForm):
    """Which plan, yes or no, and the code that proves it."""

    form = FORM

    async def validate_plan(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A plan that the line may change to; else the reason why not."""
        if value is None:
            return {}
        caller = await self.caller(tracker)
        if caller.verified is None:
            return {"plan": value}  # who this is, is asked before anything is offered
        # Another plan is another offer: a yes or a code for the former one was not meant for it.
        others: Slots = {"consent": None, "consent_code": None, "offer": None}
        plan = await find_plan(self.services.bss, str(value))
        if plan is None:
            dispatcher.utter_message(response="utter_plan_rejected_unknown_offering")
            return {"plan": None, **others}
        try:
            await self.services.orders.check_plan(caller.verified.line_id, plan.id)
        except BssRejected as error:
            await _say_rejected(self.services, dispatcher, error, plan.id)
            ended: Slots = {"requested_slot": None} if error.reason in _LINE_REASONS else {}
            return {"plan": None, **others, **ended}
        if value_before(tracker, "plan") == plan.id:
            return {"plan": plan.id}
        return {"plan": plan.id, **others}

    async def validate_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A yes counts only for an offer that was made; after a no there is nothing more to ask."""
        if tracker.get_slot("offer") is None:
            return {"consent": None}
        return {"consent": value, **({"requested_slot": None} if value is False else {})}

    async def validate_consent_code(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Take the code as consent; the order is placed with its proof or not at all."""
        if value is None:
            return {}
        if not CODE.fullmatch(str(value)):
            return {"consent_code": None}  # no code at all: asked for again, and no try is lost
        services, turn = self.services, turn_of(tracker)
        caller = await self.caller(tracker)
        if caller.verified is None:
            return {"consent_code": None}
        consent = Consent(
            code=await services.conversations.typed_code(turn.id) or str(value),
            channel=caller.channel,
            conversation_id=caller.conversation_id,
            guard=services.conversations.guard(turn.id, turn.epoch),
        )
        try:
            await services.orders.confirm(str(tracker.get_slot("offer")), caller.verified, consent)
        except OfferExpired:
            dispatcher.utter_message(response="utter_offer_expired")
            return {"consent": None, "consent_code": None, "offer": None}
        except CareError as error:
            return {"consent_code": None, **refuse_code(dispatcher, error)}
        return {"consent_code": CHECKED}


class AskPlan(CareAction):
    """Asks for the plan, with those the line may change to."""

    action_name = "action_ask_change_plan_form_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer plans as buttons."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(ChangePlan.action_name)]
        today = local_date(self.services.clock(), self.services.zone)
        plans = await plans_on_sale(self.services.bss, caller.verified.line_id, today)
        dispatcher.utter_message(
            response="utter_ask_plan",
            buttons=[
                {"title": plan.name, "payload": f'/inform{{"plan": "{plan.id}"}}'}
                for plan in plans[:PLANS_OFFERED]
            ],
        )
        return []


class AskConsent(CareAction):
    """Makes the offer: what changes, from when on, at what price."""

    action_name = "action_ask_change_plan_form_consent"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say the offer and ask for a yes; after a digression only the question is asked again."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(ChangePlan.action_name)]
        if tracker.get_slot("offer") is not None and intent_of(tracker) != "repeat":
            dispatcher.utter_message(response="utter_change_plan_confirm")
            return []
        plan_id = str(tracker.get_slot("plan"))
        try:
            offer = await self.services.orders.offer_plan(caller.verified, plan_id)
        except BssRejected as error:
            await _say_rejected(self.services, dispatcher, error, plan_id)
            return leave_form(FORM_SLOTS)
        say_offer(dispatcher, offer.plan)
        return [SlotSet("offer", offer.id)]


class AskConsentCode(CareAction):
    """Asks for the code that proves the yes, and sends it first where none is on its way."""

    action_name = "action_ask_change_plan_form_consent_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Send the offer's text with a code to the line's own number, or ask for the one sent."""
        caller = await self.caller(tracker)
        offer = str(tracker.get_slot("offer"))
        if caller.verified is None:
            return [*leave_form(), *ask_identity(ChangePlan.action_name)]
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


class FinishChangePlan(CareAction):
    """Says what became of the change of plan, as the order's row has it."""

    action_name = "action_finish_change_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Success is said of an order that was placed, and of nothing else."""
        caller = await self.caller(tracker)
        offer_id = tracker.get_slot("offer")
        order = None
        if offer_id is not None and tracker.get_slot("consent_code") == CHECKED:
            order = await self.services.orders.of_offer(offer_id)
        if order is None or caller.verified is None:
            if tracker.get_slot("consent") is False:
                dispatcher.utter_message(response="utter_change_plan_declined")
            return forget(FORM_SLOTS)
        plan = await self.services.bss.plan(order.offering_id)
        values = {
            "order": order.number,
            "new": plan.name if plan is not None else order.offering_id,
            "new_fee": yuan(plan.monthly_fee) if plan is not None else "",
            "start": day(order.effective),
        }
        response = {
            OrderState.PLACED: "utter_change_plan_done",
            OrderState.ACCEPTED: "utter_change_plan_accepted",
            OrderState.REFUSED: "utter_change_plan_refused",
        }[order.state]
        dispatcher.utter_message(response=response, **values)
        return forget(FORM_SLOTS)


def say_offer(dispatcher: CollectingDispatcher, offer: PlanOffer) -> None:
    """Say an offer: old and new price, start, and what is lost and gained."""
    dispatcher.utter_message(
        response="utter_change_plan_offer",
        old=offer.old.name,
        new=offer.new.name,
        old_fee=yuan(offer.old.monthly_fee),
        new_fee=yuan(offer.new.monthly_fee),
        start=day(offer.effective),
        lost="；".join(difference.text for difference in offer.comparison.lost) or "无",
        gained="；".join(difference.text for difference in offer.comparison.gained) or "无",
    )
    if offer.broadband_fee:
        dispatcher.utter_message(
            response="utter_change_plan_broadband_fee", fee=yuan(offer.broadband_fee)
        )
    if offer.extra_card_fee:
        dispatcher.utter_message(
            response="utter_change_plan_card_fee", fee=yuan(offer.extra_card_fee)
        )
    if offer.contract is not None:
        dispatcher.utter_message(
            response="utter_change_plan_contract", until=day(offer.contract.end)
        )
    dispatcher.utter_message(response="utter_change_plan_confirm")


async def _refused_for_all(services: Services, line_id: str) -> BssRejected | None:
    """Why the line may change to no plan at all, ``None`` when it may to some."""
    for plan in await services.bss.plans():
        try:
            await services.orders.check_plan(line_id, plan.id)
        except BssRejected as error:
            if error.reason in _LINE_REASONS:
                return error
        else:
            return None
    return None


async def _say_rejected(
    services: Services, dispatcher: CollectingDispatcher, error: BssRejected, plan_id: str
) -> None:
    plan = await services.bss.plan(plan_id)
    dispatcher.utter_message(
        response=_REJECTIONS.get(error.reason, "utter_plan_rejected"),
        plan=plan.name if plan is not None else plan_id,
    )


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        QueryPlan(services),
        ChangePlan(services),
        ValidateChangePlanForm(services),
        AskPlan(services),
        AskConsent(services),
        AskConsentCode(services),
        FinishChangePlan(services),
    ]
