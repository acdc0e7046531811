"""Bills, balance and usage of the verified number."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Services
from actions.identity import OwnNumberAction
from care.billing import service as billing
from care.billing.errors import BadMonth, MonthNotYet, MonthTooOld, NoBill
from care.bss.months import month_of, shift_month
from care.bss.protocol import Bill, BillState, UsageBucket, UsageKind
from care.clock import local_date
from care.errors import CareError
from care.wording import data_size, month, yuan

_MISSING: dict[type[CareError], str] = {
    BadMonth: "utter_bill_none",
    NoBill: "utter_bill_none",
    MonthNotYet: "utter_bill_future",
    MonthTooOld: "utter_bill_too_old",
}
"""What is said of a month that has no bill to show."""


class QueryBill(OwnNumberAction):
    """The itemised bill of a month or of several."""

    action_name = "action_query_bill"

    async def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str, phone: str
    ) -> None:
        """Say the bills of the months asked for, else of the last one issued."""
        today = local_date(self.services.clock(), self.services.zone)
        missing: dict[type[CareError], list[str]] = {}
        for wanted in _months(tracker.get_slot("month")) or [shift_month(month_of(today), -1)]:
            try:
                bill = await billing.monthly_bill(self.services.bss, line_id, wanted, today)
            except tuple(_MISSING) as error:
                missing.setdefault(type(error), []).append(_month(wanted))
            else:
                say_bill(dispatcher, bill, phone)
        for reason, months in missing.items():
            dispatcher.utter_message(response=_MISSING[reason], month="、".join(months))


class QueryBalance(OwnNumberAction):
    """Money left, or owed."""

    action_name = "action_query_balance"

    async def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str, phone: str
    ) -> None:
        """Say what is left, and what is owed when something is."""
        balance = await billing.balance(self.services.bss, line_id)
        if balance.arrears > 0:
            dispatcher.utter_message(
                response="utter_arrears", phone=phone, amount=yuan(balance.arrears)
            )
            return
        dispatcher.utter_message(
            response="utter_balance",
            phone=phone,
            amount=yuan(balance.available),
            running=yuan(balance.running),
        )


class QueryUsage(OwnNumberAction):
    """What is left of this month's allowances."""

    action_name = "action_query_usage"

    async def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str, phone: str
    ) -> None:
        """Say each allowance with what is left of it."""
        today = local_date(self.services.clock(), self.services.zone)
        usage = await billing.usage_summary(self.services.bss, line_id, today)
        if not usage.buckets:
            dispatcher.utter_message(response="utter_usage_none", phone=phone)
            return
        items = "\n".join(_bucket(bucket) for bucket in usage.buckets)
        dispatcher.utter_message(response="utter_usage", phone=phone, items=items)


def say_bill(dispatcher: CollectingDispatcher, bill: Bill, phone: str) -> None:
    """Say a bill with its items."""
    response = {
        BillState.RUNNING: "utter_bill_running",
        BillState.UNPAID: "utter_bill_unpaid",
        BillState.PAID: "utter_bill_paid",
        BillState.CARRIED_OVER: "utter_bill_carried_over",
    }[bill.state]
    dispatcher.utter_message(
        response=response,
        phone=phone,
        month=month(bill.month),
        total=f"{bill.total:.2f}",
        due=f"{bill.due:.2f}",
        items="\n".join(f"· {item.name} {item.amount:.2f}元" for item in bill.items),
    )


def _months(slot: Any) -> list[str]:
    """The months asked for, each once and in order: a slot holds months, and ranges of them."""
    months: set[str] = set()
    for value in slot or ():
        months.update(value if isinstance(value, list) else [value])
    return sorted(months)


def _month(value: Any) -> str:
    try:
        return month(str(value))
    except ValueError:
        return str(value)


_KINDS = {UsageKind.DATA: "流量", UsageKind.VOICE: "语音", UsageKind.SMS: "短信"}
_UNITS = {UsageKind.VOICE: "分钟", UsageKind.SMS: "条"}


def _bucket(bucket: UsageBucket) -> str:
    left, total, over = (_amount(bucket.kind, n) for n in (bucket.left, bucket.total, bucket.over))
    line = f"· {bucket.name}（{_KINDS[bucket.kind]}）："
    if not bucket.total:
        return f"{line}套餐不含，已用 {over}"
    line += f"剩余 {left}，共 {total}"
    return f"{line}，已超出 {over}" if bucket.over else line


def _amount(kind: UsageKind, amount: int) -> str:
    return data_size(amount) if kind is UsageKind.DATA else f"{amount}{_UNITS[kind]}"


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [QueryBill(services), QueryBalance(services), QueryUsage(services)]
