"""What was paid and whether it has arrived."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.inquiry import Inquiry, MoneyAction
from actions.services import Services
from care.billing import service as billing
from care.billing.errors import BadMonth, MonthNotYet, MonthTooOld
from care.billing.payments import PaymentsWanted, find_payments
from care.billing.service import MONTHS_KEPT, check_month
from care.bss.months import month_of
from care.bss.protocol import Balance, Line, Payment, PaymentMethod, PaymentState
from care.clock import local_date
from care.wording import day, either, listing, moment, month, yuan

MONTHS_SHOWN = 2
"""How many full months before the present one are shown where nothing was said of when."""

ONE_BY_ONE = 3
"""So many payments are told each in a sentence; more stand in a list."""

_METHODS = {
    PaymentMethod.APP: ("手机营业厅", "the app"),
    PaymentMethod.STORE: ("营业厅", "a store"),
    PaymentMethod.BANK: ("银行", "a bank"),
    PaymentMethod.AUTOPAY: ("自动扣款", "autopay"),
    PaymentMethod.SCRATCH_CARD: ("充值卡", "a top-up card"),
    PaymentMethod.REFUND: ("退费", "a refund"),
    PaymentMethod.POINTS: ("积分兑换", "points"),
}
_STATES = {
    PaymentState.SETTLED: ("已到账", "received"),
    PaymentState.PENDING: ("处理中", "being processed"),
    PaymentState.REFUNDED: ("已退回", "returned"),
}


class QueryPayments(MoneyAction):
    """Payments by day, month and amount, or those of the last months."""

    action_name = "action_query_payments"

    async def answer_for(
        self, dispatcher: CollectingDispatcher, inquiry: Inquiry, line: Line, phone: str
    ) -> None:
        """Tell honestly what has arrived, what has not, and what is not there; and what is owed."""
        today = local_date(self.services.clock(), self.services.zone)
        months = _kept_months(inquiry.months, today)
        days = [date.fromisoformat(text) for text in inquiry.days]
        too_old = bool(days) and not _kept_months(map(month_of, days), today)
        if too_old or (inquiry.months and not months):
            dispatcher.utter_message(response="utter_payments_month_not_kept")
            return
        wanted = PaymentsWanted(
            days=frozenset(days),
            months=frozenset(months),
            amounts=frozenset(inquiry.yuan()),
        )
        payments = await billing.payments(
            self.services.bss, line.id, MONTHS_KEPT if wanted else MONTHS_SHOWN
        )
        found = find_payments(payments, wanted, self.services.zone)
        balance = await billing.balance(self.services.bss, line.id)
        if not wanted or (found.fitting and not wanted.days and not wanted.amounts):
            self._say_list(dispatcher, found.fitting, phone)
        elif len(found.fitting) > ONE_BY_ONE:
            self._say_list(dispatcher, found.fitting, phone)
        elif found.fitting:
            for payment in found.fitting:
                self._say_one(dispatcher, payment, balance)
        else:
            self._say_none(dispatcher, wanted, found.near)
        if balance.arrears > 0:
            dispatcher.utter_message(
                response="utter_payments_arrears", amount=yuan(balance.arrears)
            )

    def _say_list(
        self, dispatcher: CollectingDispatcher, payments: Iterable[Payment], phone: str
    ) -> None:
        listed = list(payments)
        if not listed:
            dispatcher.utter_message(response="utter_payments_none", phone=phone)
            return
        arrived = [one for one in listed if one.state is PaymentState.SETTLED]
        dispatcher.utter_message(
            response="utter_payments",
            phone=phone,
            items=self._lines(listed),
            count=len(arrived),
            total=f"{sum((one.amount for one in arrived), Decimal(0)):.2f}",
        )

    def _say_one(
        self, dispatcher: CollectingDispatcher, payment: Payment, balance: Balance
    ) -> None:
        at = moment(payment.paid_at, self.services.zone)
        method, amount = either(*_METHODS[payment.method]), f"{payment.amount:.2f}"
        if payment.state is PaymentState.SETTLED:
            dispatcher.utter_message(
                response="utter_payment_settled",
                at=at,
                method=method,
                amount=amount,
                available=yuan(balance.available),
            )
            return
        response = {
            PaymentState.PENDING: "utter_payment_pending",
            PaymentState.REFUNDED: "utter_payment_returned",
        }[payment.state]
        dispatcher.utter_message(response=response, at=at, method=method, amount=amount)

    def _say_none(
        self, dispatcher: CollectingDispatcher, wanted: PaymentsWanted, near: tuple[Payment, ...]
    ) -> None:
        words = [day(one) for one in sorted(wanted.days)]
        words += [month(one) for one in sorted(wanted.months)]
        words += [
            either("{} 元", "{} yuan").format(yuan(amount)) for amount in sorted(wanted.amounts)
        ]
        if near:
            dispatcher.utter_message(
                response="utter_payment_near", wanted=listing(words), items=self._lines(near)
            )
        else:
            dispatcher.utter_message(response="utter_payment_not_found", wanted=listing(words))

    def _lines(self, payments: Iterable[Payment]) -> str:
        return "\n".join(
            f"· {moment(one.paid_at, self.services.zone)} {either(*_METHODS[one.method])}"
            f" {one.amount:.2f}{either('元', ' yuan')} {either(*_STATES[one.state])}"
            for one in payments
        )


def _kept_months(months: Iterable[str], today: date) -> list[str]:
    """Those of which payments are still shown."""
    kept = []
    for one in months:
        try:
            check_month(one, today)
        except (BadMonth, MonthNotYet, MonthTooOld):
            continue
        kept.append(one)
    return kept


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [QueryPayments(services)]
