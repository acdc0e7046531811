"""Bills, balance and usage of the verified number."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.comparison import say_comparison
from actions.inquiry import COMPARISON, RECORDS, Inquiry, MoneyAction
from actions.services import Services
from care.billing import service as billing
from care.billing.comparison import compare_bills
from care.billing.disputes import refunded_on_bill
from care.billing.errors import BadMonth, MonthNotYet, MonthTooOld, NoBill
from care.billing.records import LINK_LIFE, link_subject, usage_days
from care.billing.records import PAGE as USAGE_PAGE
from care.bss.months import month_of, shift_month
from care.bss.protocol import (
    Bill,
    BillItem,
    BillState,
    Line,
    LineStatus,
    UsageBucket,
    UsageDay,
    UsageKind,
)
from care.clock import local_date
from care.errors import CareError
from care.wording import data_size, either, listing, month, short_day, yuan

WHOLE_BILLS = 2
"""So many bills are shown with all their lines; of more only the sums."""

_MISSING: dict[type[CareError], str] = {
    BadMonth: "utter_bill_none",
    NoBill: "utter_bill_none",
    MonthNotYet: "utter_bill_future",
    MonthTooOld: "utter_bill_too_old",
}
"""What is said of a month that has no bill to show."""

_STATES = {
    BillState.RUNNING: ("还没出账", "not issued yet"),
    BillState.UNPAID: ("还没缴清", "not paid in full yet"),
    BillState.PAID: ("已缴清", "paid"),
    BillState.CARRIED_OVER: ("没缴的并入了下个月", "carried over to the next month"),
}


class QueryBill(MoneyAction):
    """Bills of one month or several, two beside each other, or what was used on each day."""

    action_name = "action_query_bill"

    async def answer_for(
        self, dispatcher: CollectingDispatcher, inquiry: Inquiry, line: Line, phone: str
    ) -> None:
        """Say the bills of the months asked for, else of the last one issued."""
        today = local_date(self.services.clock(), self.services.zone)
        months = inquiry.months or (shift_month(month_of(today), -1),)
        if inquiry.view == RECORDS:
            for wanted in months:
                await self._say_records(dispatcher, line, phone, wanted, today)
            return
        comparing = inquiry.view == COMPARISON and len(months) <= 2
        if comparing and len(months) == 1:
            months = (shift_month(months[0], -1), *months) if _has_form(months[0]) else months
        bills = await self._bills(dispatcher, line, months, today)
        if comparing and len(bills) == 2:
            say_comparison(dispatcher, compare_bills(*bills))
        elif len(bills) > WHOLE_BILLS:
            _say_sums(dispatcher, bills, phone)
        else:
            refunds = await self.services.bss.refunds(line.customer_id)
            for bill in bills:
                say_bill(dispatcher, bill, phone, refunded_on_bill(refunds, line.id, bill.month))
        if len(bills) == 1:
            dispatcher.utter_message(response="utter_bill_more", month=bills[0].month)

    async def _bills(
        self, dispatcher: CollectingDispatcher, line: Line, months: tuple[str, ...], today: date
    ) -> list[Bill]:
        """The bills there are; of the others the reason is said."""
        found, missing = [], dict[type[CareError], list[str]]()
        for wanted in months:
            try:
                found.append(await billing.monthly_bill(self.services.bss, line.id, wanted, today))
            except tuple(_MISSING) as error:
                missing.setdefault(type(error), []).append(_month(wanted))
        for reason, names in missing.items():
            _say_missing(dispatcher, reason, names)
        return found

    async def _say_records(
        self,
        dispatcher: CollectingDispatcher,
        line: Line,
        phone: str,
        wanted: str,
        today: date,
    ) -> None:
        """What was used in the month, the busiest day, and where each day stands."""
        try:
            days = await usage_days(self.services.bss, line.id, wanted, today)
        except tuple(_MISSING) as error:
            _say_missing(dispatcher, type(error), [_month(wanted)])
            return
        if not days:
            dispatcher.utter_message(response="utter_records_none", month=month(wanted))
            return
        busiest = max(days, key=_weight)
        dispatcher.utter_message(
            response="utter_records",
            phone=phone,
            month=month(wanted),
            data=data_size(sum(day.data_mb for day in days)),
            voice=sum(day.voice_minutes for day in days),
            sms=sum(day.sms for day in days),
            busiest=short_day(busiest.day),
            busiest_data=data_size(busiest.data_mb),
            busiest_voice=busiest.voice_minutes,
            link=self.services.links.make(USAGE_PAGE, link_subject(line.id, wanted), LINK_LIFE),
            minutes=LINK_LIFE // timedelta(minutes=1),
        )


class QueryBalance(MoneyAction):
    """Money left, or owed."""

    action_name = "action_query_balance"

    async def answer_for(
        self, dispatcher: CollectingDispatcher, inquiry: Inquiry, line: Line, phone: str
    ) -> None:
        """Say what is left, and what is owed when something is."""
        balance = await billing.balance(self.services.bss, line.id)
        if balance.arrears > 0:
            dispatcher.utter_message(
                response="utter_arrears", phone=phone, amount=yuan(balance.arrears)
            )
            if line.status is LineStatus.SUSPENDED_ARREARS:
                dispatcher.utter_message(response="utter_arrears_suspended")
            return
        dispatcher.utter_message(
            response="utter_balance",
            phone=phone,
            amount=yuan(balance.available),
            running=yuan(balance.running),
        )


class QueryUsage(MoneyAction):
    """What is left of this month's allowances, or what was used of an earlier month's."""

    action_name = "action_query_usage"

    async def answer_for(
        self, dispatcher: CollectingDispatcher, inquiry: Inquiry, line: Line, phone: str
    ) -> None:
        """Say each allowance with what is left of it."""
        today = local_date(self.services.clock(), self.services.zone)
        for wanted in inquiry.months or (month_of(today),):
            try:
                usage = await billing.usage_summary(self.services.bss, line.id, today, wanted)
            except tuple(_MISSING) as error:
                _say_missing(dispatcher, type(error), [_month(wanted)])
                continue
            items = "\n".join(_bucket(bucket) for bucket in usage.buckets)
            if wanted != month_of(today):
                response = "utter_usage_of_month" if items else "utter_usage_of_month_none"
                dispatcher.utter_message(
                    response=response, phone=phone, month=month(wanted), items=items
                )
            elif items:
                dispatcher.utter_message(response="utter_usage", phone=phone, items=items)
            else:
                dispatcher.utter_message(response="utter_usage_none", phone=phone)


def say_bill(
    dispatcher: CollectingDispatcher,
    bill: Bill,
    phone: str,
    refunded: Mapping[str, Decimal] | None = None,
) -> None:
    """Say a bill with its items; ``refunded`` is what was given back of it, by kind of line."""
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
        items="\n".join(_items(bill.items, dict(refunded or {}))),
    )


def _items(items: Iterable[BillItem], refunded: dict[str, Decimal]) -> Iterator[str]:
    """The lines; the first of each kind says what was given back for all of them."""
    for item in items:
        yield _item(item, refunded.pop(item.charge_item_id, None))


def _item(item: BillItem, back: Decimal | None) -> str:
    line = f"· {item.name} {item.amount:.2f}{either('元', ' yuan')}"
    if back is None:
        return line
    return line + either(f"（已退回 {back:.2f}元）", f" ({back:.2f} yuan given back)")


def _say_sums(dispatcher: CollectingDispatcher, bills: list[Bill], phone: str) -> None:
    issued = [bill for bill in bills if bill.state is not BillState.RUNNING]
    average = (
        sum((bill.total for bill in issued), Decimal(0)) / len(issued) if issued else Decimal(0)
    )
    dispatcher.utter_message(
        response="utter_bill_sums",
        phone=phone,
        items="\n".join(
            f"· {month(bill.month)} {bill.total:.2f}"
            + either(f"元（{_STATES[bill.state][0]}）", f" yuan ({_STATES[bill.state][1]})")
            for bill in bills
        ),
        total=f"{sum((bill.total for bill in bills), Decimal(0)):.2f}",
        average=f"{average:.2f}",
    )


def _say_missing(
    dispatcher: CollectingDispatcher, reason: type[CareError], names: list[str]
) -> None:
    dispatcher.utter_message(response=_MISSING[reason], month=listing(names))


def _weight(day: UsageDay) -> tuple[int, int, int]:
    return day.data_mb, day.voice_minutes, day.sms


def _month(value: Any) -> str:
    return month(str(value)) if _has_form(value) else str(value)


def _has_form(value: Any) -> bool:
    try:
        month(str(value))
    except ValueError:
        return False
    return True


_KINDS = {
    UsageKind.DATA: ("流量", "data"),
    UsageKind.VOICE: ("语音", "calls"),
    UsageKind.SMS: ("短信", "texts"),
}
_UNITS = {UsageKind.VOICE: ("分钟", " minutes"), UsageKind.SMS: ("条", " texts")}


def _bucket(bucket: UsageBucket) -> str:
    left, total, over = (_amount(bucket.kind, n) for n in (bucket.left, bucket.total, bucket.over))
    kind, kind_en = _KINDS[bucket.kind]
    line = f"· {bucket.name}" + either(f"（{kind}）：", f" ({kind_en}): ")
    if not bucket.total:
        return line + either(f"套餐不含，已用 {over}", f"not in your plan, {over} used")
    line += either(f"剩余 {left}，共 {total}", f"{left} left of {total}")
    return line + either(f"，已超出 {over}", f", {over} over") if bucket.over else line


def _amount(kind: UsageKind, amount: int) -> str:
    return data_size(amount) if kind is UsageKind.DATA else f"{amount}{either(*_UNITS[kind])}"


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [QueryBill(services), QueryBalance(services), QueryUsage(services)]
