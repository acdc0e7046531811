"""Plans: which one the customer has, and changing it."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    ask_identity,
    begin_form,
    leave_form,
)
from actions.heard import text_of
from actions.identity import OwnNumberAction
from actions.listed import SLOT as LISTED
from actions.listed import Item, fitting, items_of, listed, narrowed, picked, still_meant
from actions.orders import OrderingAction, begin_order, say_rejected
from actions.services import Services
from actions.wish_words import wish_words
from care.bss.protocol import BssRejected, OfferingKind, Plan, RejectReason
from care.catalogue.service import check_plan, find_plan, plans_on_sale
from care.clock import local_date
from care.wording import day, yuan

FORM = "change_plan_form"
PLANS_OFFERED = 6
_EXTREME = re.compile(r"最(?:便宜|低|省|贵|大|多)|cheapest|largest", re.IGNORECASE)

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
        await self._say_pending(dispatcher, line_id)
        if addons:
            dispatcher.utter_message(response="utter_plan_addons", addons="、".join(addons))
        for contract in await bss.contracts(line_id):
            dispatcher.utter_message(
                response="utter_plan_contract", contract=contract.name, until=day(contract.end)
            )

    async def _say_pending(self, dispatcher: CollectingDispatcher, line_id: str) -> None:
        """Another plan that was ordered and has not begun."""
        line = await self.services.bss.line_by_id(line_id)
        if line is None or line.pending_plan_id is None or line.pending_plan_from is None:
            return
        plan = await self.services.bss.plan(line.pending_plan_id)
        dispatcher.utter_message(
            response="utter_plan_pending",
            plan=plan.name if plan is not None else line.pending_plan_id,
            start=day(line.pending_plan_from),
        )


class ChangePlan(OrderingAction):
    """A change of plan: which one, then the order."""

    action_name = "action_change_plan"
    kind = "change_plan"

    async def lead(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str
    ) -> list[EventType]:
        """On to the order where the plan is known, else to the form; a line that may not change is told so."""
        wanted = tracker.get_slot("plan") or _by_place(tracker, text_of(tracker))
        if await say_refused(self.services, dispatcher, line_id):
            return leave_form(["plan"])
        items, meant = ([], []) if wanted else await self._described(tracker, line_id)
        if len(meant) > 1:
            form = begin_form(FORM)
            among = narrowed("change_plan", "plan", items, meant)
            return [*form[:-1], SlotSet(LISTED, among), form[-1]]
        wanted = wanted or next(iter(meant), None)
        if not wanted:
            return begin_form(FORM)
        plan_id = await _allowed_plan(self.services, dispatcher, line_id, str(wanted))
        if plan_id is None:
            return begin_form(FORM)
        return begin_order("change_plan", {"plan": plan_id})

    async def _described(self, tracker: Tracker, line_id: str) -> tuple[list[Item], list[str]]:
        """Which plans are described: one that was not listed (带宽带的那个), or 换成最便宜的 without any list.

        The latter counts also when it was asked since who this is.
        """
        text = wish_words(tracker, "change_plan").text
        if items_of(tracker, "change_plan"):
            text = text_of(tracker)
        elif not _EXTREME.search(text):
            return [], []
        items = [plan_item(plan) for plan in await may_change_to(self.services, line_id)]
        return items, fitting(text, items)


class ValidateChangePlanForm(CareForm):
    """Which plan."""

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
        line_id, wanted = caller.verified.line_id, _by_place(tracker, str(value)) or str(value)
        if await find_plan(self.services.bss, wanted) is None:
            items, meant = await self._fitting(tracker, line_id, wanted)
            if len(meant) > 1:
                return {"plan": None, LISTED: narrowed("change_plan", "plan", items, meant)}
            wanted = next(iter(meant), wanted)
        return {"plan": await _allowed_plan(self.services, dispatcher, line_id, wanted)}

    async def _fitting(
        self, tracker: Tracker, line_id: str, text: str
    ) -> tuple[list[Item], list[str]]:
        """Which plans an attribute fits (带视频的那个): of those shown, else of all that the line may change to."""
        shown = items_of(tracker, "change_plan")
        if meant := fitting(text, shown):
            return shown, meant
        items = [plan_item(plan) for plan in await may_change_to(self.services, line_id)]
        return items, fitting(text, items)


class AskPlan(CareAction):
    """Asks for the plan, with those the line may change to."""

    action_name = "action_ask_change_plan_form_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer plans as buttons; only those that the last answer fitted, where it fitted several."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(ChangePlan.action_name)]
        offered = still_meant(tracker, "change_plan")
        between = bool(offered)
        if not offered:
            plans = await may_change_to(self.services, caller.verified.line_id)
            offered = [plan_item(plan) for plan in plans[:PLANS_OFFERED]]
        dispatcher.utter_message(
            response="utter_which_of_these" if between else "utter_ask_plan",
            buttons=[
                {"title": item.name, "payload": f'/inform{{"plan": "{item.id}"}}'}
                for item in offered
            ],
        )
        return [listed("change_plan", "plan", offered)]


async def may_change_to(services: Services, line_id: str) -> tuple[Plan, ...]:
    """The plans that the line may change to, by monthly fee."""
    today = local_date(services.clock(), services.zone)
    return await plans_on_sale(services.bss, line_id, today)


def plan_item(plan: Plan) -> Item:
    """A plan as it stands in a list, with what customers tell it by."""
    broadband = ["宽带"] if plan.broadband_mbps is not None else []
    called = [name for name in plan.nicknames if not re.search(r"\d", name)]
    has = "、".join([*called, *plan.perks, *broadband])
    return Item(plan.id, plan.monthly_fee, plan.data_mb, plan.name, has)


def _by_place(tracker: Tracker, text: str) -> str | None:
    """The plan that is meant by its place in the last list, by being the cheapest of it, and so on."""
    return next(iter(picked(text, items_of(tracker, "change_plan"))), None)


async def _allowed_plan(
    services: Services, dispatcher: CollectingDispatcher, line_id: str, wanted: str
) -> str | None:
    """The plan's identifier if the line may change to it; None after the reason has been said."""
    plan = await find_plan(services.bss, wanted)
    if plan is None:
        say_rejected(dispatcher, RejectReason.UNKNOWN_OFFERING, "", _REJECTIONS)
        return None
    today = local_date(services.clock(), services.zone)
    try:
        await check_plan(services.bss, line_id, plan.id, today)
    except BssRejected as error:
        say_rejected(dispatcher, error.reason, plan.name, _REJECTIONS)
        return None
    return plan.id


async def say_refused(services: Services, dispatcher: CollectingDispatcher, line_id: str) -> bool:
    """Say why the line may change to no plan at all; gives whether that is so."""
    refused = await _refused_for_all(services, line_id)
    if refused is None:
        return False
    say_rejected(dispatcher, refused.reason, "", _REJECTIONS)
    return True


async def _refused_for_all(services: Services, line_id: str) -> BssRejected | None:
    """Why the line may change to no plan at all, ``None`` when it may to some."""
    today = local_date(services.clock(), services.zone)
    for plan in await services.bss.plans():
        try:
            await check_plan(services.bss, line_id, plan.id, today)
        except BssRejected as error:
            if error.reason in _LINE_REASONS:
                return error
        else:
            return None
    return None


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        QueryPlan(services),
        ChangePlan(services),
        ValidateChangePlanForm(services),
        AskPlan(services),
    ]
