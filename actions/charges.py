"""A charge explained: what it is, since when, and how it stops."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.billing import say_bill
from actions.comparison import say_comparison
from actions.inquiry import Inquiry, MoneyAction, item_of
from actions.services import Services
from care.billing.charges import (
    Found,
    Origin,
    Wanted,
    bills_of,
    charge_item,
    find_charge,
    find_rise,
    origin,
    with_month_before,
)
from care.billing.comparison import BillComparison, Charge, compare_bills
from care.billing.errors import BadMonth, MonthNotYet, MonthTooOld
from care.billing.service import MONTHS_KEPT
from care.bss.protocol import Bill, ChargeKind, Line, Plan
from care.clock import local_date
from care.wording import data_size, day, either, month, yuan

_WAYS = {
    "doubt": "utter_charge_doubt",
    "data": "utter_charge_overage",
    "talk": "utter_charge_overage_of_talk",
}
_UNITS = {"minute": ("分钟", " minutes"), "sms": ("条", " texts")}


class ExplainCharge(MoneyAction):
    """The charge that is meant, or the bill beside that of the month before."""

    action_name = "action_explain_charge"

    async def answer_for(
        self, dispatcher: CollectingDispatcher, inquiry: Inquiry, line: Line, phone: str
    ) -> None:
        """Find the charge and explain it; where none is meant or found, say what changed."""
        today = local_date(self.services.clock(), self.services.zone)
        wanted = Wanted(await item_of(self.services.bss, inquiry), inquiry.yuan())
        try:
            bills = await bills_of(self.services.bss, line.id, inquiry.months, today)
        except (BadMonth, MonthNotYet, MonthTooOld):
            dispatcher.utter_message(response="utter_charge_month_not_kept")
            return
        if not bills:
            dispatcher.utter_message(response="utter_no_bills")
            return
        if inquiry.months:
            bills = bills[::-1]  # of several months that were named, the latest is looked at first
        compared = await self._compared(inquiry, bills)
        found = _found(bills, wanted, compared)
        if found is not None and found.charge is not None:
            await self._explain(dispatcher, found.bill, found.charge, today)
        elif found is not None:
            dispatcher.utter_message(
                response="utter_charge_is_bill",
                amount=f"{found.bill.total:.2f}",
                month=month(found.bill.month),
            )
            say_bill(dispatcher, found.bill, phone)
        elif wanted.item_id is not None:
            await self._not_on_bill(dispatcher, line, wanted.item_id, bills)
        else:
            if wanted.amounts:
                amounts = "、".join(yuan(amount) for amount in wanted.amounts)
                dispatcher.utter_message(response="utter_charge_not_found", amount=amounts)
            if compared is None:
                say_bill(dispatcher, bills[0], phone)
            else:
                say_comparison(dispatcher, compared)

    async def _compared(self, inquiry: Inquiry, bills: Sequence[Bill]) -> BillComparison | None:
        """Two months that were named beside each other, else the first one beside the month before it."""
        if len(inquiry.months) == 2 and len(bills) == 2:
            return compare_bills(bills[1], bills[0])
        return await with_month_before(self.services.bss, bills[0])

    async def _explain(
        self, dispatcher: CollectingDispatcher, bill: Bill, charge: Charge, today: date
    ) -> None:
        """What it is, how it comes about, since when; then how to stop or dispute it."""
        told = await origin(self.services.bss, bill, charge, today)
        dispatcher.utter_message(
            response="utter_charge",
            month=month(bill.month),
            name=charge.name,
            amount=f"{charge.amount:.2f}",
            explanation=told.explanation,
        )
        if charge.quantity is not None and told.plan is not None:
            dispatcher.utter_message(
                response="utter_charge_quantity",
                quantity=_quantity(charge),
                price=_price(charge, told.plan),
            )
        _say_since(dispatcher, bill, told)
        refunds = await self.services.bss.refunds(await self._customer_of(bill))
        for refund in refunds:
            if (refund.line_id, refund.month, refund.charge_item_id) == (
                bill.line_id,
                bill.month,
                charge.item_id,
            ):
                dispatcher.utter_message(
                    response="utter_charge_refunded",
                    amount=f"{refund.amount:.2f}",
                    day=day(local_date(refund.at, self.services.zone)),
                )
                return
        _say_ways(dispatcher, bill, charge, told)

    async def _customer_of(self, bill: Bill) -> str:
        line = await self.services.bss.line_by_id(bill.line_id)
        assert line is not None
        return line.customer_id

    async def _not_on_bill(
        self, dispatcher: CollectingDispatcher, line: Line, item_id: str, bills: Sequence[Bill]
    ) -> None:
        """Say what the charge would be, and when it was last charged if ever."""
        item = await charge_item(self.services.bss, item_id)
        dispatcher.utter_message(
            response="utter_charge_not_on_bill",
            months="、".join(month(bill.month) for bill in bills),
            name=item.name if item is not None else item_id,
            explanation=item.explanation if item is not None else "",
        )
        last = find_charge(await self.services.bss.bills(line.id, MONTHS_KEPT), Wanted(item_id))
        if last is not None and last.charge is not None:
            dispatcher.utter_message(
                response="utter_charge_last",
                month=month(last.bill.month),
                amount=f"{last.charge.amount:.2f}",
            )


def _found(bills: Sequence[Bill], wanted: Wanted, compared: BillComparison | None) -> Found | None:
    """The charge that is meant: a sum is what a line rose by, what it is, or what a bill comes to."""
    if compared is not None and wanted.item_id is None:
        risen = find_rise(compared, wanted.amounts)
        if risen is not None:
            return find_charge([compared.now], Wanted(risen))
    return find_charge(bills, wanted) if wanted else None


def _say_since(dispatcher: CollectingDispatcher, bill: Bill, told: Origin) -> None:
    if told.addon is None:
        if told.first_month != bill.month:
            dispatcher.utter_message(
                response="utter_charge_since_month", month=month(told.first_month)
            )
        return
    name = told.addon.name
    if told.since is None:
        dispatcher.utter_message(response="utter_charge_not_held", addon=name)
    elif told.order_number is not None:
        dispatcher.utter_message(
            response="utter_charge_since_order",
            addon=name,
            since=day(told.since),
            order=told.order_number,
        )
    else:
        dispatcher.utter_message(response="utter_charge_since", addon=name, since=day(told.since))
    if told.until is not None:
        dispatcher.utter_message(response="utter_charge_until", addon=name, until=day(told.until))


def _say_ways(dispatcher: CollectingDispatcher, bill: Bill, charge: Charge, told: Origin) -> None:
    """How to stop it, and the way to dispute it."""
    if charge.amount <= 0:
        return
    if told.may_cancel:
        assert told.addon is not None
        dispatcher.utter_message(
            response="utter_charge_stop",
            name=told.addon.name,
            addon=told.addon.id,
            item=charge.item_id,
            month=bill.month,
        )
        return
    way = "doubt"
    if charge.kind is ChargeKind.OVERAGE:
        way = "data" if charge.unit == "MB" else "talk"
    dispatcher.utter_message(response=_WAYS[way], item=charge.item_id, month=bill.month)


def _quantity(charge: Charge) -> str:
    assert charge.quantity is not None
    if charge.unit == "MB":
        return data_size(charge.quantity)
    return f"{charge.quantity}{either(*_UNITS.get(charge.unit or '', ('', '')))}"


def _price(charge: Charge, plan: Plan) -> str:
    tariff = plan.tariff
    if charge.unit == "MB":
        price = either("每GB {} 元", "{} yuan a GB").format(yuan(tariff.data_per_gb))
        if tariff.data_cap is None:
            return price
        return price + either("，每月最多 {} 元", ", at most {} yuan a month").format(
            yuan(tariff.data_cap)
        )
    if charge.unit == "minute":
        return either("每分钟 {} 元", "{} yuan a minute").format(yuan(tariff.voice_per_minute))
    return either("每条 {} 元", "{} yuan a text").format(yuan(tariff.sms_each))


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [ExplainCharge(services)]
