"""A charge disputed: given back at once where the rule allows it, else looked into by a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    VerifiedAction,
    ask_identity,
    begin_form,
    leave_form,
)
from actions.heard import Turn, said, turn_of
from actions.inquiry import SLOT, Inquiry, inquiry_of, item_of, kept
from actions.orders import begin_order
from actions.services import Services
from care.billing.charges import Found, Wanted, bills_of, by_addon, find_charge
from care.billing.comparison import charges
from care.billing.disputes import WHOLE_BILL, Judged, judge_charge, matter_of
from care.billing.errors import BadMonth, MonthNotYet, MonthTooOld
from care.billing.refunds import Verdict, rule_of
from care.billing.service import paying_line
from care.bss.protocol import Bill, BillState
from care.clock import local_date
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.tickets.lifecycle import OPEN_STATES
from care.tickets.service import TicketRequest
from care.tickets.tables import Ticket, TicketKind
from care.wording import day, either, listing, moment, month

FORM = "dispute_form"
FORM_SLOT = "disputed_charge"
CHARGES_OFFERED = 7

_NOT_KEPT = (BadMonth, MonthNotYet, MonthTooOld)
_MOST = Decimal(100_000)
"""Yuan; a greater number is no charge, but a number of something else."""

_SEVERAL = "several"
_REASONS = {
    _SEVERAL: "utter_dispute_several",
    Verdict.OTHER_KIND: "utter_dispute_other_kind",
    Verdict.TOO_LONG_AGO: "utter_dispute_too_long_ago",
    Verdict.TOO_MUCH: "utter_dispute_too_much",
    Verdict.REFUNDED_LATELY: "utter_dispute_refunded_lately",
}
"""Why a person looks into it."""


class DisputeCharge(VerifiedAction):
    """Which charge, and then what the rule says."""

    action_name = "action_dispute_charge"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Keep what is disputed while the identity is asked."""
        inquiry = inquiry_of(tracker, self.action_name)
        return [
            SlotSet(SLOT, inquiry.as_slot()),
            *await super().run(dispatcher, tracker, domain),
        ]

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Offer the refund, open the ticket, or ask which charge is meant."""
        assert caller.verified is not None
        inquiry, chosen = _meant(tracker)
        if inquiry_of(tracker, self.action_name).phone not in (None, caller.verified.phone):
            masked = mask_phone(caller.verified.phone)
            dispatcher.utter_message(response="utter_other_number", phone=masked)
            return leave_form([FORM_SLOT, "month", "phone_number", SLOT])
        today = _today(self.services)
        line = await paying_line(self.services.bss, caller.verified.line_id)
        try:
            bills = await bills_of(self.services.bss, line.id, inquiry.months, today)
        except _NOT_KEPT:
            dispatcher.utter_message(response="utter_dispute_month_not_kept")
            return leave_form([FORM_SLOT, "month"])
        if not bills:
            dispatcher.utter_message(response="utter_no_bills")
            return leave_form([FORM_SLOT, "month"])
        if chosen == WHOLE_BILL:
            found: list[Found] = [Found(_issued(bills), None)]
        else:
            found = _found(bills, Wanted(await item_of(self.services.bss, inquiry), inquiry.yuan()))
        if not found:
            if inquiry.names_charge:
                months = listing(month(bill.month) for bill in bills)
                dispatcher.utter_message(response="utter_dispute_not_on_bill", months=months)
            # The form is active from the start: activated by Rasa, it would take the charge of this very message again,
            # which is not on the bill, and come back here without end.
            return [
                *begin_form(FORM, keep=[SLOT])[:-1],
                SlotSet(SLOT, replace(inquiry, item=None, addon=None, amounts=()).as_slot()),
                ActiveLoop(FORM),
                FollowupAction(FORM),
            ]
        several = len(inquiry.months) > 1 and len(found) > 1
        events = await self._settle(dispatcher, tracker, caller, found, several, line.id)
        # What was disputed stays what is talked about, whatever form began.
        about = replace(inquiry, item=None) if chosen == WHOLE_BILL else inquiry
        return [*events, SlotSet(SLOT, about.as_slot())]

    async def _settle(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        found: Sequence[Found],
        several: bool,
        line_id: str,
    ) -> list[EventType]:
        services = self.services
        judged = [
            await judge_charge(
                services.bss,
                rule_of(services.duties),
                line_id,
                one,
                _today(services),
                services.zone,
            )
            for one in found
        ]
        first, ticket = judged[0], None
        if not several:
            ticket = await self._known(turn_of(tracker), first)
        if several:
            await self._ticket(dispatcher, tracker, caller, judged, _SEVERAL)
        elif ticket is not None:
            self._say_known(dispatcher, judged[:1], ticket)
        elif first.verdict is Verdict.NOTHING_CHARGED:
            dispatcher.utter_message(
                response="utter_dispute_nothing_charged",
                name=first.name,
                month=month(first.claim.month),
            )
        elif first.refund is not None:
            dispatcher.utter_message(
                response="utter_dispute_refunded",
                name=first.name,
                month=month(first.claim.month),
                amount=f"{first.refund.amount:.2f}",
                day=day(local_date(first.refund.at, services.zone)),
            )
        elif first.verdict is Verdict.REFUND:
            params = {"month": first.claim.month, "charge": first.claim.item_id}
            return begin_order("refund_charge", params)
        else:
            await self._ticket(dispatcher, tracker, caller, judged[:1], first.verdict)
        return leave_form([FORM_SLOT, "month"])

    async def _known(self, turn: Turn, judged: Judged) -> Ticket | None:
        """The ticket that an earlier turn has opened about the charge."""
        matter = matter_of(judged.claim)
        ticket = (await self.services.tickets.of_matters([matter])).get(matter)
        return None if ticket is None or ticket.turn_id == turn.id else ticket

    async def _ticket(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        judged: Sequence[Judged],
        reason: str,
    ) -> None:
        """Open the ticket that a person looks into: about what no earlier one is about."""
        services, turn = self.services, turn_of(tracker)
        new = [
            one
            for one in judged
            if one.refund is None and one.claim.amount > 0 and await self._known(turn, one) is None
        ]
        if not new:
            known = [ticket for one in judged if (ticket := await self._known(turn, one))]
            self._say_known(dispatcher, judged, known[0] if known else None)
            return
        request = await self._request(tracker, caller, turn, new)
        guard = services.conversations.guard(turn.id, turn.epoch)
        ticket = await services.tickets.open(request, guard)
        dispatcher.utter_message(response=_REASONS[reason])
        dispatcher.utter_message(
            response="utter_dispute_ticket",
            what=_in_words(new),
            number=ticket.number,
            promised=moment(ticket.promised_at, services.zone),
        )

    def _say_known(
        self, dispatcher: CollectingDispatcher, judged: Sequence[Judged], ticket: Ticket | None
    ) -> None:
        if ticket is None:
            dispatcher.utter_message(response="utter_dispute_settled", what=_in_words(judged))
            return
        if ticket.state not in OPEN_STATES:
            dispatcher.utter_message(
                response="utter_dispute_ticket_done", what=_in_words(judged), number=ticket.number
            )
            return
        dispatcher.utter_message(
            response="utter_dispute_ticket_known",
            what=_in_words(judged),
            number=ticket.number,
            promised=moment(ticket.promised_at, self.services.zone),
        )

    async def _request(
        self, tracker: Tracker, caller: Caller, turn: Turn, judged: Sequence[Judged]
    ) -> TicketRequest:
        assert caller.verified is not None
        customer = await self.services.bss.customer(caller.verified.customer_id)
        what = _in_words(judged)
        return TicketRequest(
            kind=TicketKind.COMPLAINT,
            title=f"费用争议：{what}",
            description="\n".join([f"客户对{what}有异议。", *said(tracker)]),
            actor="bot",
            contact_id=caller.contact_id,
            customer_id=caller.verified.customer_id,
            customer_name=customer.name if customer is not None else None,
            phone=caller.verified.phone,
            conversation_id=caller.conversation_id,
            turn_id=turn.id,
            matters=tuple(matter_of(one.claim) for one in judged),
        )


class ValidateDisputeForm(CareForm):
    """Which charge."""

    form = FORM

    async def validate_disputed_charge(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A kind of bill line, an add-on, a sum, or the whole bill; anything else is asked again."""
        if value is None:
            return {}
        text = str(value[-1] if isinstance(value, list) else value).strip()
        bss = self.services.bss
        items = {item.id: item for item in await bss.charge_items()}
        addon = by_addon(await bss.addons(), text)
        named = [one.id for one in items.values() if text in (one.id, one.name, *one.nicknames)]
        if text == WHOLE_BILL or addon is not None or named:
            return {FORM_SLOT: addon or (named[0] if named else text)}
        if _is_sum(text):
            return {FORM_SLOT: text}
        dispatcher.utter_message(response="utter_dispute_unclear")
        return {FORM_SLOT: None}


class AskDisputedCharge(CareAction):
    """Asks which charge is wrong, with those of the bill as buttons."""

    action_name = "action_ask_dispute_form_disputed_charge"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer the lines of the bill."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(DisputeCharge.action_name)]
        inquiry = kept(tracker)
        months = inquiry.months if inquiry is not None else ()
        try:
            bills = await bills_of(
                self.services.bss, caller.verified.line_id, months, _today(self.services)
            )
        except _NOT_KEPT:
            bills = ()
        if not bills:
            dispatcher.utter_message(response="utter_no_bills")
            return leave_form([FORM_SLOT])
        bill = _issued(bills)
        dispatcher.utter_message(
            response="utter_ask_disputed_charge",
            month=month(bill.month),
            buttons=[
                *(
                    {
                        "title": f"{charge.name} {charge.amount:.2f}{either('元', ' yuan')}",
                        "payload": f'/inform{{"charge_item": "{charge.item_id}"}}',
                    }
                    for charge in charges(bill)[:CHARGES_OFFERED]
                    if charge.amount > 0
                ),
                {
                    "title": either(
                        f"整张账单 {bill.total:.2f}元", f"The whole bill {bill.total:.2f} yuan"
                    ),
                    "payload": f'/inform{{"charge_item": "{WHOLE_BILL}"}}',
                },
            ],
        )
        return []


def _meant(tracker: Tracker) -> tuple[Inquiry, str | None]:
    """What is disputed; what was chosen in the form goes before all that was said."""
    inquiry = inquiry_of(tracker, DisputeCharge.action_name)
    chosen = tracker.get_slot(FORM_SLOT)
    if chosen is None:
        return inquiry, None
    chosen = str(chosen)
    before = kept(tracker)
    months = before.months if before is not None else inquiry.months
    if _is_sum(chosen):
        return Inquiry(inquiry.action, months=months, amounts=(chosen,)), None
    return Inquiry(inquiry.action, months=months, item=chosen), chosen


def _in_words(judged: Sequence[Judged]) -> str:
    """``2026年10月彩铃月使用费 5.00 元``."""
    claims = sorted((one.claim for one in judged), key=lambda claim: claim.month)
    months = listing(month(claim.month) for claim in claims)
    total = sum((claim.amount for claim in claims), Decimal(0))
    return f"{months}{judged[0].name or '整张账单'} {total:.2f} 元"


def _found(bills: Sequence[Bill], wanted: Wanted) -> list[Found]:
    """The charge on each bill that has it; the first bill's in front."""
    found = [find_charge([bill], wanted) for bill in bills] if wanted else []
    return [one for one in found if one is not None]


def _issued(bills: Sequence[Bill]) -> Bill:
    """The latest bill that is not still running, else the running one."""
    issued = [bill for bill in bills if bill.state is not BillState.RUNNING]
    return max(issued or bills, key=lambda bill: bill.month)


def _is_sum(text: str) -> bool:
    try:
        return 0 < Decimal(text) < _MOST
    except InvalidOperation:
        return False


def _today(services: Services) -> date:
    return local_date(services.clock(), services.zone)


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [DisputeCharge(services), ValidateDisputeForm(services), AskDisputedCharge(services)]
