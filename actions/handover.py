"""Handing over to a person: at once, in any wording, from the middle of anything."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, leave_form
from actions.heard import intents_of, pending_wishes, said
from actions.inquiry import for_desk, kept
from actions.services import Services
from actions.slots import FLOW_SLOTS, WISH_SLOTS, WISHES_KEPT
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
    "top_up_number": "充值号码",
    "top_up_amount": "充值金额",
    "invoice_months": "发票月份",
    "new_number": "选的号码",
    "delivery_address": "邮寄地址",
    "company": "单位",
    "enterprise_product": "企业需求",
    "enterprise_amount": "数量",
    "enterprise_area": "地点",
    "address": "地址",
    "broadband_offer": "想要的宽带",
    "appointment": "选的时间",
    "appointment_number": "预约号",
    "card_reason": "换卡原因",
    "card_way": "新卡怎么拿",
    "keep_from": "停机从哪天起",
    "keep_months": "停几个月",
    "spam_number": "要拉黑的号码",
    "fault_place": "故障地点",
    "fault_since": "故障开始时间",
    "complaint_about": "投诉的事情",
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
    "action_recommend_plan": "推荐套餐",
    "action_compare_plans": "比较套餐",
    "action_subscribe_addon": "办增值业务或流量包",
    "action_cancel_addon": "退订业务",
    "action_open_roaming": "办国际漫游",
    "action_query_order": "查办理记录",
    "action_undo_order": "撤销办理",
    "action_report_broadband_fault": "宽带报修",
    "action_report_mobile_fault": "手机网络报修",
    "action_report_call_fault": "通话报修",
    "action_report_tv_fault": "电视报修",
    "action_notify_outage": "登记故障恢复提醒",
    "action_urge_ticket": "催工单",
    "action_cancel_ticket": "撤销工单",
    "action_complain": "登记投诉",
    "action_leave_ticket": "登记工单",
    "action_top_up": "充值缴费",
    "action_request_invoice": "开发票",
    "action_open_account": "办新号",
    "action_second_card": "办副卡",
    "action_cancel_account": "销户",
    "action_port_out": "携号转网",
    "action_transfer_ownership": "过户和证件更新",
    "action_privacy_request": "个人信息请求",
    "action_enterprise_enquiry": "企业业务",
    "action_install_broadband": "新装宽带",
    "action_relocate_broadband": "宽带移机",
    "action_book_store": "预约营业厅",
    "action_change_appointment": "改预约",
    "action_query_account": "查号码信息",
    "action_replace_sim": "补换卡、挂失",
    "action_unlock_sim": "查 PUK 码",
    "action_suspend_service": "停机保号",
    "action_resume_service": "复机、解除挂失",
    "action_block_spam": "拦骚扰",
    "action_manage_password": "设服务密码",
    "action_book_visit": "预约上门",
}
_QUESTIONS = {
    "identity_form": "核实身份",
    "change_plan_form": "换套餐",
    "compare_plans_form": "比较套餐",
    "subscribe_addon_form": "办增值业务或流量包",
    "cancel_addon_form": "退订业务",
    "roaming_form": "办国际漫游",
    "order_form": "确认办理",
    "fault_form": "报修",
    "outage_form": "查网络故障",
    "urge_ticket_form": "催工单",
    "cancel_ticket_form": "撤销工单",
    "complaint_form": "登记投诉",
    "dispute_form": "退扣错的费用",
    "disputed_charge": "等说明是哪一笔",
    "broadband_fault_form": "宽带报修",
    "callback_form": "预约回电",
    "own_line_form": "选号码",
    "own_line": "等选择号码",
    "card_reason_form": "补换卡",
    "card_reason": "等换卡的原因",
    "card_way_form": "补换卡",
    "card_way": "等选择新卡怎么拿",
    "keep_form": "停机保号",
    "keep_from": "等停机的日期",
    "keep_months": "等停机的时长",
    "spam_number_form": "拉黑号码",
    "spam_number": "等要拉黑的号码",
    "phone_number": "等手机号码",
    "verification_code": "等验证码",
    "plan": "等选择套餐",
    "consent": "等确认办理",
    "consent_code": "等办理验证码",
    "device_symptom": "等描述故障现象",
    "fixed": "等自助排障的结果",
    "compared": "等说明比较哪些套餐",
    "addon": "等选择业务",
    "country": "等说明去哪里",
    "travel_dates": "等出行日期",
    "roaming_pack": "等选择漫游包",
    "top_up_form": "充值缴费",
    "top_up_number": "等充值号码",
    "top_up_amount": "等充值金额",
    "paid": "等付款",
    "invoice_form": "开发票",
    "invoice_months": "等发票月份",
    "invoice_title": "等抬头类型",
    "invoice_company": "等单位名称",
    "invoice_tax_number": "等税号",
    "invoice_confirmed": "等确认开票",
    "new_number_form": "办新号",
    "second_card_form": "办副卡",
    "new_number": "等选择号码",
    "delivery": "等选择领卡方式",
    "delivery_address": "等邮寄地址",
    "reservation_confirmed": "等确认预约",
    "close_form": "销户",
    "close_target": "等选择要注销的号码或宽带",
    "transfer_form": "过户和证件更新",
    "transfer_kind": "等选择过户或证件更新",
    "transfer_confirmed": "等确认登记申请",
    "privacy_form": "个人信息请求",
    "privacy_kind": "等选择哪一项",
    "privacy_confirmed": "等确认删除",
    "enterprise_form": "企业业务",
    "company": "等单位名称",
    "enterprise_product": "等选择业务",
    "enterprise_amount": "等数量",
    "enterprise_area": "等地点",
    "install_form": "新装宽带",
    "relocate_form": "宽带移机",
    "address": "等装机地址",
    "lead": "等是否登记需求",
    "broadband_offer": "等选择速率",
    "broadband_access": "等选择宽带",
    "appointment_form": "约时间",
    "appointment": "等选择时间",
    "change_appointment_form": "改预约",
    "appointment_number": "等选择预约",
    "giving_up": "等确认取消预约",
    "store_form": "找营业厅",
    "whereabouts": "等所在位置",
    "store": "等选择营业厅",
    "errand": "等要办的业务",
    "fault_place": "等说明故障地点",
    "fault_since": "等说明故障开始的时间",
    "outage_place": "等说明要查的地方",
    "ticket_number": "等选择工单",
    "ticket_consent": "等确认撤销工单",
    "complaint_about": "等说明投诉的事情",
}
"""What a form, and a question of a form, are called on the desk."""

_WORDS = {
    "card_reason": {
        "lost": "丢失",
        "damaged": "损坏",
        "resize": "换大小或换新",
        "esim": "换成 eSIM",
        "plastic": "eSIM 换实体卡",
    },
    "card_way": {"courier": "快递", "download": "eSIM", "shop": "营业厅", "later": "先不补"},
}
"""What a slot's values are called on the desk."""


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
        if caller.senior:
            return "senior"
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
        chosen = await services.choices.of(caller.verified.customer_id)
        refused = [
            word
            for allowed, word in ((chosen.automated, "自动化决策"), (chosen.marketing, "营销"))
            if not allowed
        ]
        if refused:
            packet["客户已拒绝"] = "、".join(refused)
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
    if slot in _WORDS:
        return _WORDS[slot].get(str(value), mask_text(str(value)))
    if isinstance(value, list):
        return "、".join(mask_text(str(one)) for one in value)
    return mask_text(str(value))


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [RequestHuman(services)]
