"""Handing over to a person: at once, in any wording, from the middle of anything."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    FLOW_SLOTS,
    WISH_SLOTS,
    WISHES_KEPT,
    CareAction,
    DomainDict,
    Services,
    intents_of,
    leave_form,
    pending_wishes,
    said,
)
from actions.inquiry import for_desk, kept
from care.clock import local_date
from care.conversations.callers import Caller
from care.customers.masking import mask_phone, mask_text

COMPLAINT = "complain"

_LABELS = {
    "month": "月份",
    "plan": "套餐",
    "device_symptom": "故障现象",
    "ticket_number": "工单号",
    "topic": "最近的问题",
}
_TASKS = {
    "action_query_bill": "查账单",
    "action_query_balance": "查余额",
    "action_query_usage": "查用量",
    "action_explain_charge": "看扣费",
    "action_dispute_charge": "退扣错的费用",
    "action_query_payments": "查缴费",
    "action_query_points": "查积分",
    "action_query_plan": "查套餐",
    "action_query_ticket": "查工单",
    "action_query_outage": "查网络故障",
    "action_change_plan": "换套餐",
    "action_report_broadband_fault": "宽带报修",
    "action_leave_ticket": "登记工单",
}
_QUESTIONS = {
    "identity_form": "核实身份",
    "change_plan_form": "换套餐",
    "order_form": "确认办理",
    "dispute_form": "退扣错的费用",
    "disputed_charge": "等说明是哪一笔",
    "broadband_fault_form": "宽带报修",
    "callback_form": "预约回电",
    "phone_number": "等手机号码",
    "verification_code": "等验证码",
    "plan": "等选择套餐",
    "consent": "等确认办理",
    "consent_code": "等办理验证码",
    "device_symptom": "等描述故障现象",
    "fixed": "等自助排障的结果",
}
"""What a form, and a question of a form, are called on the desk."""


class RequestHuman(CareAction):
    """Asks the conversation core for a person; the core changes the owner."""

    action_name = "action_request_human"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say so and hand over with all that was collected."""
        caller = await self.caller(tracker)
        packet = await collected(self.services, tracker, caller)
        reason = await self._reason(tracker, caller)
        dispatcher.utter_message(response="utter_handover")
        dispatcher.utter_message(json_message={"handover": {"reason": reason, "packet": packet}})
        return leave_form((*FLOW_SLOTS, *WISH_SLOTS))

    async def _reason(self, tracker: Tracker, caller: Caller) -> str:
        """Why, as far as it decides who is served first (``care.conversations.ownership``)."""
        if COMPLAINT in intents_of(tracker):
            return "complaint"
        if caller.verified is not None:
            customer = await self.services.bss.customer(caller.verified.customer_id)
            today = local_date(self.services.clock(), self.services.zone)
            if customer is not None and customer.is_senior(today):
                return "senior"
        return "requested"


async def collected(services: Services, tracker: Tracker, caller: Caller) -> dict[str, str]:
    """What a person needs to go on from here, by label; numbers are masked."""
    packet: dict[str, str] = {}
    if caller.verified is not None:
        packet["已核实号码"] = mask_phone(caller.verified.phone)
    elif tracker.get_slot("phone_number"):
        packet["自报号码（未核实）"] = mask_phone(str(tracker.get_slot("phone_number")))
    wishes = said(tracker)
    if wishes:
        packet["客户说过"] = " / ".join(wishes[-WISHES_KEPT:])
    for slot, label in _LABELS.items():
        value = tracker.get_slot(slot)
        if value:
            packet[label] = await _in_words(services, slot, value)
    inquiry = kept(tracker)
    if inquiry is not None and (about := await for_desk(services.bss, inquiry)):
        packet["在问的费用"] = about
    if tracker.get_slot("offer"):
        packet["要办的业务"] = await services.orders.offered(str(tracker.get_slot("offer")))
    told = [wish["intent"] for wish in pending_wishes(tracker) if not wish.get("guessed")]
    if told:
        packet["还没办的事"] = "、".join(services.wish_names.title(intent) for intent in told)
    if tracker.get_slot("task") in _TASKS:
        packet["正在办理"] = _TASKS[tracker.get_slot("task")]
    form = (tracker.active_loop or {}).get("name")
    if form:
        question = tracker.get_slot("requested_slot")
        packet["停在"] = f"{_QUESTIONS.get(form, form)}：{_QUESTIONS.get(question, question)}"
    return packet


async def _in_words(services: Services, slot: str, value: Any) -> str:
    if slot == "plan":
        plan = await services.bss.plan(str(value))
        return plan.name if plan is not None else mask_text(str(value))
    if isinstance(value, list):
        return "、".join(mask_text(str(one)) for one in value)
    return mask_text(str(value))


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [RequestHuman(services)]
