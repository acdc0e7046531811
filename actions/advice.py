"""Advice: which plan suits, by what the customer has used or in general, and plans side by side."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, CareForm, DomainDict, Slots, begin_form
from actions.heard import entity_of, intent_of, text_of
from actions.listed import items_of, listed, picked
from actions.plans import plan_item, say_refused
from actions.services import Services
from actions.wish_words import WishWords, latest_words, wish_words
from care.bss.protocol import Plan
from care.catalogue.advice import Advice, PlanCost
from care.catalogue.advising import Basis, advice_for, basis_of
from care.catalogue.comparison import compare, data_text
from care.catalogue.needs import Need, Needs, in_general, read_needs
from care.catalogue.service import find_plan
from care.clock import local_date
from care.conversations.callers import Caller
from care.wording import either, yuan

FORM = "compare_plans_form"
BASIS = "advice_basis"
"""The entity of a button: advice by the customer's ``own`` usage, or ``general``."""

CHART_LIFE = timedelta(minutes=30)
MOST_PLANS = 5
MOST_COMPARED = 3

_REFERENCE = re.compile(r"[那哪这]一?[个款种]|更|划算|便宜|值得?|合适|which|better|cheaper", re.I)
"""Words about plans that were compared just now: 那个更划算."""

_OWN_WORDS = ("用量", "消费", "花费", "用的情况", "用的多少", "我平时用", "使用情况", "账单")
_PRESENT_WORDS = ("现在", "目前", "我这个", "我的", "在用", "当前", "老套餐", "我用的")


class RecommendPlan(CareAction):
    """Which plan suits: by the usage of who is verified, else in general with the offer to look at it."""

    action_name = "action_recommend_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Advise; a computation from personal data can be declined (PIPL 24), and is for the customer's own line.

        Who has declined such decisions altogether gets one only when asking for it.
        """
        words, caller = wish_words(tracker, "recommend_plan"), await self.caller(tracker)
        needs = read_needs(words.text, words.value("data_amount"), words.value("amount"))
        basis = words.value(BASIS)
        wants_own = basis == "own" or any(word in words.text for word in _OWN_WORDS)
        if (
            needs.for_other
            or basis == "general"
            or (not wants_own and await self._declined(caller))
        ):
            return await self._in_general(dispatcher, needs, caller)
        if caller.verified is None:
            if wants_own and not (tracker.active_loop or {}).get("name"):
                return self.identity_first(dispatcher, tracker)
            return await self._in_general(dispatcher, needs, caller)
        return [
            SlotSet("task", None),
            *await self._by_usage(dispatcher, needs, caller, caller.verified.line_id),
        ]

    async def _declined(self, caller: Caller) -> bool:
        if caller.verified is None:
            return False
        return not (await self.services.choices.of(caller.verified.customer_id)).automated

    async def _in_general(
        self, dispatcher: CollectingDispatcher, needs: Needs, caller: Caller
    ) -> list[EventType]:
        plans = in_general(await self.services.bss.plans(), needs)[:MOST_PLANS]
        if not plans:
            dispatcher.utter_message(response="utter_advice_none_fits")
            return []
        response = "utter_advice_for_other" if needs.for_other else "utter_advice_general"
        if caller.verified is not None and not needs.for_other:
            response = "utter_advice_general_verified"
        dispatcher.utter_message(response=response, plans="\n".join(map(_plan_row, plans)))
        return [_listed_plans(plans)]

    async def _by_usage(
        self, dispatcher: CollectingDispatcher, needs: Needs, caller: Caller, line_id: str
    ) -> list[EventType]:
        today = local_date(self.services.clock(), self.services.zone)
        line = await self.services.bss.line_by_id(line_id)
        if line is not None and line.primary_line_id is not None:
            dispatcher.utter_message(response="utter_advice_second_card")
            return await self._in_general(dispatcher, needs, caller)
        basis = await basis_of(self.services.bss, line_id, today)
        if not basis.uses:
            dispatcher.utter_message(response="utter_advice_no_usage")
            return await self._in_general(dispatcher, needs, caller)
        if not basis.allowed and await say_refused(self.services, dispatcher, line_id):
            return await self._in_general(dispatcher, needs, caller)
        advice = advice_for(basis, needs)
        if advice is None:
            dispatcher.utter_message(response="utter_advice_nothing_else", plan=basis.present.name)
            return []
        self._say_table(dispatcher, basis, advice, caller)
        self._say_verdict(dispatcher, advice, needs)
        named = _named(advice)
        changes = [cost.plan for cost in named if cost is not advice.present]
        return [_listed_plans(changes)]

    def _say_table(
        self, dispatcher: CollectingDispatcher, basis: Basis, advice: Advice, caller: Caller
    ) -> None:
        """The plans side by side, as rows and as a picture."""
        rows = "\n".join(_cost_row(cost, advice) for cost in _named(advice))
        dispatcher.utter_message(
            response="utter_advice_table", months=str(len(basis.uses)), rows=rows
        )
        dispatcher.utter_message(
            response="utter_advice_chart",
            link=self.services.links.make("chart", caller.contact_id, CHART_LIFE),
            minutes=str(int(CHART_LIFE.total_seconds() // 60)),
        )

    def _say_verdict(self, dispatcher: CollectingDispatcher, advice: Advice, needs: Needs) -> None:
        """What to do, honestly also where it is nothing; a tap begins the change."""
        spared = advice.present.monthly - advice.best.monthly
        buttons = [
            _change_button(cost.plan) for cost in _named(advice) if cost is not advice.present
        ]
        values = {"best": advice.best.plan.name, "amount": yuan(abs(spared))}
        if advice.stays:
            dispatcher.utter_message(
                response="utter_advice_stay", best=advice.best.plan.name, buttons=buttons
            )
        elif spared > 0:
            dispatcher.utter_message(response="utter_advice_best", buttons=buttons, **values)
        elif Need.MORE_DATA in needs.wanted:
            dispatcher.utter_message(response="utter_advice_more_data", buttons=buttons, **values)
        else:
            dispatcher.utter_message(response="utter_advice_as_wished", buttons=buttons, **values)


class ComparePlans(CareAction):
    """Two or three plans side by side; one that is named alone is compared with the present one."""

    action_name = "action_compare_plans"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say the differences where the plans are known, else ask for them."""
        if intent_of(tracker) != "compare_plans" and not self._goes_on(tracker):
            return []  # the form was left for something else
        words, caller = wish_words(tracker, "compare_plans"), await self.caller(tracker)
        in_other_form = (tracker.active_loop or {}).get("name") not in (None, FORM)
        ids = list(tracker.get_slot("compared") or ()) or await _named_plans(
            self.services, tracker, words
        )
        if words.value(BASIS) == "own":
            ids = ids or list(tracker.get_slot("compare_base") or ())
        with_present = words.value(BASIS) == "own" or any(
            word in words.text for word in _PRESENT_WORDS
        )
        known = {plan.id: plan for plan in await self.services.bss.plans()}
        shown = [known[one.id] for one in items_of(tracker, "change_plan") if one.id in known]
        refers = _REFERENCE.search(words.text) and not words.values("plan") and not with_present
        if len(ids) < 2 and refers and 2 <= len(shown) <= MOST_COMPARED:
            self._say_verdict(dispatcher, shown)
            return [SlotSet("task", None)]
        if len(ids) < 2 and (with_present or (ids and caller.verified is not None)):
            if caller.verified is None:
                if in_other_form:
                    dispatcher.utter_message(response="utter_compare_later")
                    return []
                return self.identity_first(dispatcher, tracker)
            present = await self._present(caller.verified.line_id)
            if present is not None:
                ids = [present, *(one for one in ids if one != present)]
        plans = [known[one] for one in ids if one in known]
        if len(plans) < 2:
            if in_other_form:
                dispatcher.utter_message(response="utter_compare_later")
                return []
            return [
                SlotSet("task", None),
                *begin_form(FORM, keep=["listed"]),
                SlotSet("compare_base", ids),
            ]
        _say_comparison(dispatcher, plans[:MOST_COMPARED])
        return [
            SlotSet("task", None),
            SlotSet("compared", None),
            SlotSet("compare_base", None),
            _listed_plans(plans),
        ]

    def _goes_on(self, tracker: Tracker) -> bool:
        """Whether plans were chosen, or the customer has just said who this is."""
        return bool(tracker.get_slot("compared")) or tracker.get_slot("task") == self.action_name

    def _say_verdict(self, dispatcher: CollectingDispatcher, plans: Sequence[Plan]) -> None:
        """Which of the plans that were just compared suits better: the fee tells one half, the usage the other."""
        cheap = min(plans, key=lambda plan: plan.monthly_fee)
        large = max(plans, key=lambda plan: plan.data_mb)
        dispatcher.utter_message(
            response="utter_comparison_verdict",
            cheap=cheap.name,
            fee=yuan(cheap.monthly_fee),
            large=large.name,
            data=data_text(large.data_mb),
        )

    async def _present(self, line_id: str) -> str | None:
        line = await self.services.bss.line_by_id(line_id)
        return line.plan_id if line is not None else None


class ValidateComparePlansForm(CareForm):
    """Which plans."""

    form = FORM

    async def validate_compared(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Two or more plans, with the one that was named before; a single one is kept and another asked for."""
        if value is None:
            return {}
        if entity_of(tracker, "phone_number") or entity_of(tracker, "verification_code"):
            dispatcher.utter_message(response="utter_compare_left")
            return {"compared": None, "compare_base": None, "requested_slot": None}
        base = list(tracker.get_slot("compare_base") or ())
        named = await _named_plans(self.services, tracker, latest_words(tracker))
        if not named:
            dispatcher.utter_message(response="utter_compare_unknown")
            return {"compared": None}
        ids = list(dict.fromkeys([*base, *named]))
        caller = await self.caller(tracker)
        if len(ids) == 1 and caller.verified is None:
            return {"compared": None, "compare_base": ids}
        return {"compared": ids[:MOST_COMPARED], "compare_base": None}


class AskCompared(CareAction):
    """Asks which plans are to be compared."""

    action_name = "action_ask_compare_plans_form_compared"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer plans as buttons, and the customer's own one beside one that was named."""
        base = list(tracker.get_slot("compare_base") or ())
        plans = [
            plan
            for plan in in_general(await self.services.bss.plans(), Needs())
            if plan.id not in base
        ]
        buttons = [
            {"title": plan.name, "payload": f'/inform{{"plan": "{plan.id}"}}'}
            for plan in plans[: MOST_PLANS + 1]
        ]
        if base:
            named = await self.services.bss.plan(base[0])
            dispatcher.utter_message(
                response="utter_ask_compare_other",
                plan=named.name if named is not None else base[0],
                buttons=buttons,
            )
        else:
            dispatcher.utter_message(response="utter_ask_compare", buttons=buttons)
        return []


async def _named_plans(services: Services, tracker: Tracker, words: WishWords) -> list[str]:
    """The plans that were named, or meant by their place in the last list (第一个和第二个, 这两个)."""
    ids = []
    for value in words.values("plan"):
        plan = await find_plan(services.bss, str(value))
        if plan is not None and plan.id not in ids:
            ids.append(plan.id)
    if ids:
        return ids
    items = items_of(tracker, "change_plan")
    chosen = picked(words.text, items)
    if chosen:
        return chosen
    both = ("这两", "那两", "两个", "这俩", "这几", "刚说", "推荐的")
    if len(items) >= 2 and any(word in words.text for word in both):
        return [item.id for item in items[:2]]
    if (plan := await find_plan(services.bss, text_of(tracker))) is not None:
        return [plan.id]
    return []


def _say_comparison(dispatcher: CollectingDispatcher, plans: Sequence[Plan]) -> None:
    first, *others = plans
    buttons = [_change_button(plan) for plan in plans if plan.on_sale]
    dispatcher.utter_message(
        response="utter_comparison", plans="\n".join(map(_plan_row, plans)), buttons=buttons
    )
    for other in others:
        comparison = compare(first, other)
        dispatcher.utter_message(
            response="utter_comparison_dearer"
            if comparison.fee_difference >= 0
            else "utter_comparison_cheaper",
            first=first.name,
            other=other.name,
            amount=yuan(abs(comparison.fee_difference)),
            gained=either("；", "; ").join(one.text for one in comparison.gained)
            or either("无", "nothing"),
            lost=either("；", "; ").join(one.text for one in comparison.lost)
            or either("无", "nothing"),
        )


def _change_button(plan: Plan) -> dict[str, str]:
    return {"title": plan.name, "payload": f'/change_plan{{"plan": "{plan.id}"}}'}


def _plan_row(plan: Plan) -> str:
    parts = [
        either("月费{}元", "{} yuan a month").format(yuan(plan.monthly_fee)),
        either("流量{}", "data {}").format(data_text(plan.data_mb)),
        either("通话{}分钟", "{} minutes").format(plan.voice_minutes),
    ]
    if plan.broadband_mbps is not None:
        parts.append(either("宽带{}M", "broadband {}M").format(plan.broadband_mbps))
    if plan.min_age is not None:
        parts.append(either("{}岁及以上", "age {} and over").format(plan.min_age))
    if plan.max_age is not None:
        parts.append(either("{}岁及以下", "age {} and under").format(plan.max_age))
    return f"· {plan.name}｜" + "｜".join(parts)


def _cost_row(cost: PlanCost, advice: Advice) -> str:
    plan = cost.plan
    mark = either("（推荐）", " (recommended)") if cost is advice.best else ""
    mark = either("（现在）", " (now)") if cost is advice.present else mark
    monthly = yuan(cost.monthly)
    parts = [
        either("流量{}", "data {}").format(data_text(plan.data_mb)),
        either("通话{}分钟", "{} minutes").format(plan.voice_minutes),
        either("月费{}元", "{} yuan a month").format(yuan(plan.monthly_fee)),
        either(f"按您的用量每月约{monthly}元", f"about {monthly} yuan a month for what you use"),
    ]
    return f"· {plan.name}{mark}｜" + "｜".join(parts)


def _named(advice: Advice) -> list[PlanCost]:
    """What is said: the present plan, the best one, the alternatives."""
    best = [] if advice.stays else [advice.best]
    return [advice.present, *best, *advice.others]


def _listed_plans(plans: Sequence[Plan]) -> EventType:
    return listed("change_plan", "plan", map(plan_item, plans))


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        RecommendPlan(services),
        ComparePlans(services),
        ValidateComparePlansForm(services),
        AskCompared(services),
    ]
