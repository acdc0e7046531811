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
    "fault_place": "故障地点",
    "fault_since": "故障开始时间",
    "complaint_about": "投诉的事情",
}
_TASKS = {
    "action_query_bill": "查账单",
    "action_query_balance": "查余额",
    "action_query_usage": "查用量",
    "action_query_plan": "查套餐",
    "action_query_ticket": "查工单",
    "action_query_outage": "查网络故障",
    "action_change_plan": "换套餐",
    "action_report_broadband_fault": "宽带报修",
    "action_report_mobile_fault": "手机网络报修",
    "action_report_call_fault": "通话报修",
    "action_report_tv_fault": "电视报修",
    "action_notify_outage": "登记故障恢复提醒",
    "action_urge_ticket": "催工单",
    "action_cancel_ticket": "撤销工单",
    "action_complain": "登记投诉",
    "action_leave_ticket": "登记工单",
}
_QUESTIONS = {
    "identity_form": "核实身份",
    "change_plan_form": "换套餐",
    "order_form": "确认办理",
    "fault_form": "报修",
    "outage_form": "查网络故障",
    "urge_ticket_form": "催工单",
    "cancel_ticket_form": "撤销工单",
    "complaint_form": "登记投诉",
    "callback_form": "预约回电",
    "phone_number": "等手机号码",
    "verification_code": "等验证码",
    "plan": "等选择套餐",
    "consent": "等确认办理",
    "consent_code": "等办理验证码",
    "device_symptom": "等描述故障现象",
    "fixed": "等自助排障的结果",
    "fault_place": "等说明故障地点",
    "fault_since": "等说明故障开始的时间",
    "outage_place": "等说明要查的地方",
    "ticket_number": "等选择工单",
    "ticket_consent": "等确认撤销工单",
    "complaint_about": "等说明投诉的事情",
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
        reason = await self._reason(tracker, caller)
        dispatcher.utter_message(response="utter_handover")
        return await hand_over(self.services, dispatcher, tracker, caller, reason)

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


async def hand_over(
    services: Services,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    caller: Caller,
    reason: str,
) -> list[EventType]:
    """Ask the core for a person with all that was collected; the words about it are the caller's to say."""
    packet = await collected(services, tracker, caller)
    dispatcher.utter_message(json_message={"handover": {"reason": reason, "packet": packet}})
    return leave_form((*FLOW_SLOTS, *WISH_SLOTS))


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
        packet["停在"] = f"{_flow(tracker, form)}：{_QUESTIONS.get(question, question)}"
    return packet


def _flow(tracker: Tracker, form: str) -> str:
    """What the flow of a form is called; a fault report is called by its topic."""
    task = f"action_report_{tracker.get_slot('fault')}_fault"
    if form == "fault_form" and task in _TASKS:
        return _TASKS[task]
    return _QUESTIONS.get(form, form)


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
