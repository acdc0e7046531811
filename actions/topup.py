"""Topping up: which number, how much, the link to the payment page, and what became of the payment.

Nobody has to show who they are to pay. What a number owes or has left is told to its verified holder only.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import points
from actions.base import CareAction, CareForm, DomainDict, Slots, begin_form, leave_form
from actions.heard import entity_of, intent_of, text_of, turn_of, value_before
from actions.identity import MOBILE
from actions.services import Services
from care.billing import service as billing
from care.bss.protocol import Line, LineStatus
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.payments.service import Payment, PaymentRequest
from care.payments.tables import PaymentState
from care.payments.terms import Refusal
from care.wording import either, moment, money, yuan

FORM = "top_up_form"
FORM_SLOTS = ("top_up_number", "top_up_amount", "paid", "payment")
ARREARS = "arrears"
"""The bill line that stands for what is owed."""

OWED = "owed"
"""What stands for the amount when the customer wants to pay all that is owed."""

_REFUSALS = {
    Refusal.TOO_SMALL: "utter_top_up_too_small",
    Refusal.TOO_LARGE: "utter_top_up_too_large",
    Refusal.NOT_IN_FEN: "utter_top_up_not_in_fen",
}
_RESULTS = {
    PaymentState.CREATED: "utter_top_up_left",
    PaymentState.PAID: "utter_top_up_paid",
    PaymentState.CREDITED: "utter_top_up_credited",
    PaymentState.FAILED: "utter_top_up_failed",
    PaymentState.CANCELLED: "utter_top_up_cancelled",
    PaymentState.EXPIRED: "utter_top_up_expired",
    PaymentState.REFUNDING: "utter_top_up_refunded",
    PaymentState.REFUNDED: "utter_top_up_refunded",
}


_TO_NUMBER = re.compile(r"(?:给|到|往|號码|号码|号)\s*(\d{5,13})")
"""A number that something is to be paid to, also one that is none: nobody else's is taken in its place."""


@dataclass(frozen=True)
class Payee:
    """The line that is paid for. ``owed`` in yuan is known to its verified holder only."""

    line: Line
    own: bool
    owed: Decimal

    @property
    def stopped(self) -> bool:
        """Whether it is stopped for what is owed, as far as the customer may know."""
        return self.own and self.line.status is LineStatus.SUSPENDED_ARREARS


class TopUp(CareAction):
    """Leads the flow: number and amount, the payment, its result."""

    action_name = "action_top_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask for what is missing; when the payment has come to an end, say what became of it."""
        if points.means_exchange(tracker):
            return [FollowupAction(points.ACTION)]
        services, caller = self.services, await self.caller(tracker)
        done = [SlotSet("task", None)]
        if not services.payments.available:
            dispatcher.utter_message(response="utter_top_up_elsewhere")
            return [*done, *leave_form(FORM_SLOTS)]
        if tracker.get_slot("paid") is not None and tracker.get_slot("payment") is not None:
            payment = await services.payments.of(str(tracker.get_slot("payment")))
            await say_result(services, dispatcher, caller, payment)
            return [*done, *leave_form(FORM_SLOTS)]
        number = tracker.get_slot("top_up_number") or _number_given(tracker)
        amount = tracker.get_slot("top_up_amount")
        if number is None and caller.verified is None:
            if entity_of(tracker, "charge_item") == ARREARS:
                return self.identity_first(
                    dispatcher, tracker
                )  # what is owed is the holder's to know
        elif number is None and caller.verified is not None:
            number = caller.verified.phone
        payee = await _payee_or_refusal(services, dispatcher, caller, number)
        return [
            *done,
            *begin_form(FORM, keep=["payment"]),
            SlotSet("top_up_number", None if payee is None else payee.line.phone),
            SlotSet("top_up_amount", _allowed(services, dispatcher, amount, payee)),
        ]


class ValidateTopUpForm(CareForm):
    """Number, amount, and whether it was paid."""

    form = FORM

    async def validate_top_up_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Any number of ours that is in use."""
        if value is None:
            return {}
        payee = await _payee_or_refusal(
            self.services, dispatcher, await self.caller(tracker), value
        )
        return {
            "top_up_number": None if payee is None else payee.line.phone,
            # It is not said that it is the customer's own: nobody's identity is checked with it.
            "phone_number": value_before(tracker, "phone_number"),
        }

    async def validate_top_up_amount(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """An amount within the terms."""
        if value is None:
            return {}
        caller = await self.caller(tracker)
        payee = await payee_of(self.services, caller, tracker.get_slot("top_up_number"))
        return {"top_up_amount": _allowed(self.services, dispatcher, value, payee)}

    async def validate_paid(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """What the customer says is looked up; another number or amount in the message is what counts in it."""
        payment_id = tracker.get_slot("payment")
        corrected = entity_of(tracker, "amount") or entity_of(tracker, "phone_number")
        if value is None or payment_id is None or corrected:
            return {"paid": None}
        payments = self.services.payments
        if value == "cancel":
            await payments.cancel(str(payment_id))
        elif value == "yes":
            payment = await payments.settle(str(payment_id), answered=True)
            if payment.state is PaymentState.CREATED:
                dispatcher.utter_message(response="utter_top_up_not_yet")
                return {"paid": None}
        return {"paid": value}


class AskTopUpNumber(CareAction):
    """Asks for the number; to a verified customer the own ones are offered."""

    action_name = "action_ask_top_up_form_top_up_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask."""
        caller = await self.caller(tracker)
        lines: tuple[Line, ...] = ()
        if caller.verified is not None:
            lines = await self.services.bss.lines(caller.verified.customer_id)
        dispatcher.utter_message(
            response="utter_ask_top_up_number",
            buttons=[
                {
                    "title": mask_phone(line.phone),
                    "payload": f'/inform{{"phone_number": "{line.phone}"}}',
                }
                for line in lines
            ],
        )
        return []


class AskTopUpAmount(CareAction):
    """Asks for the amount, with what is owed in the first place."""

    action_name = "action_ask_top_up_form_top_up_amount"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask, with amounts as buttons."""
        services, terms = self.services, self.services.payments.terms
        caller = await self.caller(tracker)
        payee = await payee_of(services, caller, tracker.get_slot("top_up_number"))
        if payee is None:
            return [SlotSet("top_up_number", None), SlotSet("requested_slot", "top_up_number")]
        amounts = [(money(one), one) for one in terms.offered]
        if payee.owed > terms.maximum:
            dispatcher.utter_message(response="utter_top_up_in_parts", most=yuan(terms.maximum))
            amounts.insert(0, (either("先交 ", "Pay ") + money(terms.maximum), terms.maximum))
        elif payee.owed > 0:
            all_owed = max(payee.owed, terms.minimum)
            amounts.insert(0, (either("缴清欠费 ", "Pay all: ") + money(all_owed), all_owed))
        elif _too_much(services, tracker):
            amounts.append((either("先充 ", "Add ") + money(terms.maximum), terms.maximum))
        buttons = [
            {"title": title, "payload": f'/inform{{"amount": "{amount}"}}'}
            for title, amount in amounts
        ]
        phone = mask_phone(payee.line.phone)
        if payee.owed > 0:
            owed = {"phone": phone, "owed": yuan(payee.owed)}
            if payee.stopped:
                hours = services.duties.hours("reconnect_after_payment")
                dispatcher.utter_message(
                    response="utter_ask_top_up_amount_stopped",
                    hours=hours,
                    phone=phone,
                    owed=yuan(payee.owed),
                    buttons=buttons,
                )
            else:
                dispatcher.utter_message(
                    response="utter_ask_top_up_amount_owed", buttons=buttons, **owed
                )
        else:
            dispatcher.utter_message(
                response="utter_ask_top_up_amount",
                phone=phone,
                least=yuan(terms.minimum),
                most=yuan(terms.maximum),
                buttons=buttons,
            )
        return []


class AskPaid(CareAction):
    """Opens the payment and gives the link; after a digression the link once more, or the result."""

    action_name = "action_ask_top_up_form_paid"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say the link; a payment that has come to an end ends the form."""
        services, caller, turn = self.services, await self.caller(tracker), turn_of(tracker)
        payee = await payee_of(services, caller, tracker.get_slot("top_up_number"))
        amount = _decimal(tracker.get_slot("top_up_amount"))
        if payee is None or amount is None:
            return leave_form(FORM_SLOTS)
        payment = await self._present(tracker)
        again = payment is not None
        if payment is not None and (payment.phone, payment.amount) != (payee.line.phone, amount):
            payment = await services.payments.cancel(payment.id)
            if payment.state is not PaymentState.CANCELLED:
                await say_result(services, dispatcher, caller, payment)
            again = False
        elif payment is not None and payment.state is not PaymentState.CREATED:
            return [SlotSet("paid", "yes"), SlotSet("requested_slot", None)]
        paying = await billing.paying_line(services.bss, payee.line.id)
        request = PaymentRequest(
            conversation_id=caller.conversation_id,
            contact_id=caller.contact_id,
            line_id=paying.id,
            phone=payee.line.phone,
            amount=amount,
            own=payee.own,
        )
        guard = services.conversations.guard(turn.id, turn.epoch)
        payment, link = await services.payments.begin(request, guard)
        dispatcher.utter_message(
            response="utter_top_up_link_again" if again else "utter_top_up_link",
            phone=mask_phone(payment.phone),
            amount=yuan(payment.amount),
            until=moment(payment.expires_at, services.zone),
            link=link,
        )
        return [SlotSet("payment", payment.id)]

    async def _present(self, tracker: Tracker) -> Payment | None:
        """The payment of this flow, as it stands now."""
        payment_id = tracker.get_slot("payment")
        if payment_id is None:
            return None
        return await self.services.payments.settle(str(payment_id), answered=True)


async def payee_of(services: Services, caller: Caller, number: Any) -> Payee | None:
    """The line in use with this number, ``None`` where we have none; what it owes, for its holder."""
    line = await services.bss.line(str(number)) if MOBILE.fullmatch(str(number)) else None
    if line is None:
        return None
    own = caller.verified is not None and caller.verified.customer_id == line.customer_id
    owed = (await billing.balance(services.bss, line.id)).arrears if own else Decimal(0)
    return Payee(line, own, owed)


async def say_result(
    services: Services, dispatcher: CollectingDispatcher, caller: Caller, payment: Payment
) -> None:
    """Say what became of a payment; to the line's holder with the balance, and whether the line is back."""
    phone = mask_phone(payment.phone)
    dispatcher.utter_message(
        response=_RESULTS[payment.state],
        phone=phone,
        amount=yuan(payment.amount),
        until=moment(payment.expires_at, services.zone),
    )
    payee = await payee_of(services, caller, payment.phone)
    if payment.state is not PaymentState.CREDITED or payee is None or not payee.own:
        return
    if payment.resumed:
        dispatcher.utter_message(response="utter_top_up_resumed", phone=phone)
    if payee.owed > 0:
        dispatcher.utter_message(response="utter_top_up_still_owed", owed=yuan(payee.owed))
    else:
        balance = await billing.balance(services.bss, payment.line_id)
        dispatcher.utter_message(response="utter_top_up_balance", amount=yuan(balance.available))


async def _payee_or_refusal(
    services: Services, dispatcher: CollectingDispatcher, caller: Caller, number: Any
) -> Payee | None:
    if number is None:
        return None
    if not MOBILE.fullmatch(str(number)):
        dispatcher.utter_message(response="utter_phone_invalid")
        return None
    payee = await payee_of(services, caller, number)
    if payee is None:
        dispatcher.utter_message(
            response="utter_top_up_number_unknown", phone=mask_phone(str(number))
        )
    return payee


def _allowed(
    services: Services, dispatcher: CollectingDispatcher, wanted: Any, payee: Payee | None
) -> str | None:
    """The amount if it may be paid; ``None`` after the reason has been said, or where none was named."""
    if wanted is None:
        return None
    terms = services.payments.terms
    if wanted == OWED:
        owed = payee.owed if payee is not None else Decimal(0)
        return str(owed) if owed > 0 and terms.refusal(owed) is None else None
    amount = _decimal(wanted)
    if amount is None:
        dispatcher.utter_message(response="utter_top_up_no_amount")
        return None
    refusal = terms.refusal(amount)
    if refusal is not None:
        dispatcher.utter_message(
            response=_REFUSALS[refusal], least=yuan(terms.minimum), most=yuan(terms.maximum)
        )
        return None
    return str(amount)


def _too_much(services: Services, tracker: Tracker) -> bool:
    """Whether the latest message names more than may be paid at once."""
    amount = _decimal(entity_of(tracker, "amount") or text_of(tracker).strip())
    return amount is not None and services.payments.terms.refusal(amount) is Refusal.TOO_LARGE


def _decimal(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 100_000_000 else None


def _number_given(tracker: Tracker) -> str | None:
    found = _TO_NUMBER.search(text_of(tracker))
    return None if found is None or intent_of(tracker) != "top_up" else found[1]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        TopUp(services),
        ValidateTopUpForm(services),
        AskTopUpNumber(services),
        AskTopUpAmount(services),
        AskPaid(services),
    ]
