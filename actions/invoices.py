"""Electronic invoices: which months, for whom, yes; then the links.

A title is said masked. What a sentence says of it is read by ``care/invoices/titles.py``: it has no entity of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import DomainDict, Slots, VerifiedAction, begin_form, leave_form
from actions.heard import entity_of, intent_of, text_of, turn_of
from actions.services import Services
from care.billing import service as billing
from care.bss.protocol import Customer, CustomerKind
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.invoices.ledger import Month, Obstacle
from care.invoices.service import Invoice, IssueRequest
from care.invoices.titles import (
    Title,
    TitleKind,
    company_said,
    good_tax_number,
    kind_said,
    tax_number_said,
)
from care.wording import month as month_words

FORM = "invoice_form"
INTENT = "request_invoice"
FORM_SLOTS = (
    "invoice_number",
    "invoice_months",
    "invoice_title",
    "invoice_company",
    "invoice_tax_number",
    "invoice_confirmed",
    "month",
)
TITLE_SLOTS = ("invoice_title", "invoice_company", "invoice_tax_number")

_OBSTACLES = {
    Obstacle.RUNNING: "utter_invoice_running",
    Obstacle.UNPAID: "utter_invoice_unpaid",
    Obstacle.EMPTY: "utter_invoice_empty",
    Obstacle.NO_BILL: "utter_invoice_no_bill",
}


@dataclass(frozen=True)
class Billed:
    """Whose months may be invoiced: the verified customer's line, and for a second card the line that pays for it."""

    customer: Customer
    line_id: str
    phone: str
    months: Mapping[str, Month]

    @property
    def allowed(self) -> list[str]:
        """The months that can be invoiced, newest first."""
        return sorted((one for one in self.months if not self.months[one].obstacle), reverse=True)


class RequestInvoice(VerifiedAction):
    """Leads the flow; what was invoiced already is given again."""

    action_name = "action_request_invoice"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What the first sentence says of the title is kept while it is asked who this is."""
        told = _told(tracker) if intent_of(tracker) == INTENT else {}
        if (await self.caller(tracker)).verified is None:
            return [
                *(SlotSet(slot, value) for slot, value in told.items()),
                *self.identity_first(dispatcher, tracker),
            ]
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """On from where it stands: refuse, ask, give again or issue."""
        if tracker.get_slot("invoice_confirmed") is False:
            dispatcher.utter_message(response="utter_invoice_declined")
            return leave_form(FORM_SLOTS)
        billed = await billed_of(self.services, dispatcher, caller, tracker)
        if billed is None:
            return leave_form(FORM_SLOTS)
        if not billed.allowed:
            dispatcher.utter_message(response="utter_invoice_none", phone=mask_phone(billed.phone))
            return leave_form(FORM_SLOTS)
        slots = {slot: tracker.get_slot(slot) for slot in FORM_SLOTS}
        if intent_of(tracker) == INTENT:
            slots |= _told(tracker)
        if billed.customer.kind is CustomerKind.ENTERPRISE:  # its lines are its own business
            slots["invoice_title"] = str(TitleKind.COMPANY)
            slots["invoice_company"] = slots["invoice_company"] or billed.customer.name
        if slots["invoice_months"] is None and _about_a_payment(tracker):
            dispatcher.utter_message(response="utter_invoice_by_month")
        months = allowed_months(self.services, dispatcher, slots["invoice_months"], billed)
        title = title_of(slots, billed.customer)
        if months and await self._said_again(dispatcher, billed, months, title, slots):
            return leave_form(FORM_SLOTS)
        if months and title is not None and slots["invoice_confirmed"] is True:
            await self._issue(dispatcher, tracker, caller, billed, months, title)
            return leave_form(FORM_SLOTS)
        return [
            *begin_form(FORM, keep=["invoice_number", *TITLE_SLOTS]),
            *(SlotSet(slot, slots[slot]) for slot in TITLE_SLOTS),
            SlotSet("invoice_months", months or None),
        ]

    async def _said_again(
        self,
        dispatcher: CollectingDispatcher,
        billed: Billed,
        months: Sequence[str],
        title: Title | None,
        slots: Slots,
    ) -> bool:
        """Give the invoices that are there already, unless another title is wanted for them."""
        invoices = await self.services.invoices.issued(billed.line_id, months)
        if set(invoices) != set(months):
            return False
        if slots["invoice_title"] is not None:
            kinds = {invoice.title.kind for invoice in invoices.values()}
            named = slots["invoice_company"] or slots["invoice_tax_number"]
            if kinds != {slots["invoice_title"]}:
                return False
            if title is None and named:
                return False
            if title is not None and {one.title for one in invoices.values()} != {title}:
                return False
        dispatcher.utter_message(
            response="utter_invoice_existing",
            items=_items(self.services, invoices.values()),
            hours=self.services.invoices.terms.link_hours,
            buttons=_other_titles(invoices, billed.customer),
        )
        return True

    async def _issue(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        billed: Billed,
        months: Sequence[str],
        title: Title,
    ) -> None:
        turn = turn_of(tracker)
        request = IssueRequest(
            customer_id=billed.customer.id,
            line_id=billed.line_id,
            phone=billed.phone,
            months=tuple(months),
            title=title,
            conversation_id=caller.conversation_id,
        )
        guard = self.services.conversations.guard(turn.id, turn.epoch)
        issued = await self.services.invoices.issue(request, guard)
        dispatcher.utter_message(
            response="utter_invoice_issued",
            items=_items(self.services, issued),
            hours=self.services.invoices.terms.link_hours,
        )


async def billed_of(
    services: Services, dispatcher: CollectingDispatcher, caller: Caller, tracker: Tracker
) -> Billed | None:
    """The customer's months; ``None`` when nobody is verified (any more), or after a foreign number was refused."""
    if caller.verified is None:
        return None
    customer = await services.bss.customer(caller.verified.customer_id)
    assert customer is not None
    line_id, phone = caller.verified.line_id, caller.verified.phone
    named = tracker.get_slot("invoice_number")
    if named is not None and str(named) != phone:
        lines = await services.bss.lines(customer.id)
        own = next((line for line in lines if line.phone == str(named)), None)
        if own is None:
            dispatcher.utter_message(response="utter_other_number", phone=mask_phone(phone))
            return None
        line_id, phone = own.id, own.phone
    paying = await billing.paying_line(services.bss, line_id)
    return Billed(customer, paying.id, phone, await services.invoices.months(paying.id))


def title_of(slots: Slots, customer: Customer) -> Title | None:
    """The title, as far as it is known. A person's is the customer's own name; a company customer's, its own name."""
    company, tax_number = slots["invoice_company"], slots["invoice_tax_number"]
    if slots["invoice_title"] == TitleKind.PERSON and customer.kind is CustomerKind.PERSON:
        return Title(TitleKind.PERSON, customer.name)
    if slots["invoice_title"] != TitleKind.COMPANY or company is None or tax_number is None:
        return None
    return Title(TitleKind.COMPANY, str(company), str(tax_number))


def _told(tracker: Tracker) -> Slots:
    """What a wish for an invoice says of the title."""
    chosen = entity_of(tracker, "invoice_title")
    read = read_title(text_of(tracker))
    return {**read, "invoice_title": chosen} if chosen in list(TitleKind) else read


def read_title(text: str) -> Slots:
    """The slots of the title that a sentence fills."""
    kind, company, number = kind_said(text), company_said(text), tax_number_said(text)
    read: Slots = {}
    if number is not None and good_tax_number(number):
        read |= {"invoice_tax_number": number, "invoice_title": str(TitleKind.COMPANY)}
    if kind is not None:
        read["invoice_title"] = str(kind)
    if company is not None:
        read["invoice_company"] = company
    return read


def _about_a_payment(tracker: Tracker) -> bool:
    return intent_of(tracker) == INTENT and entity_of(tracker, "amount") is not None


def allowed_months(
    services: Services, dispatcher: CollectingDispatcher, wanted: Any, billed: Billed
) -> list[str]:
    """The wanted months that can be invoiced; of the others it is said why not."""
    refused: dict[Obstacle, list[str]] = {}
    allowed = []
    for month in flat(wanted):
        obstacle = services.invoices.obstacle(billed.months, month)
        if obstacle is None:
            allowed.append(month)
        else:
            refused.setdefault(obstacle, []).append(_words(month))
    for obstacle, months in refused.items():
        dispatcher.utter_message(
            response=_OBSTACLES[obstacle],
            month="、".join(months),
            months=services.invoices.terms.months,
        )
    return allowed


def flat(slot: Any) -> list[str]:
    """Months, each once and in order: a slot holds months, and ranges of them."""
    months: set[str] = set()
    for value in slot or ():
        months.update(map(str, value if isinstance(value, list) else [value]))
    return sorted(months)


def _words(month: str) -> str:
    try:
        return month_words(month)
    except ValueError:
        return month


def _items(services: Services, invoices: Iterable[Invoice]) -> str:
    return "\n".join(
        f"· {month_words(one.month)} {one.total:.2f} 元，号码 {one.number}，{one.title.masked}\n"
        f"{services.invoices.link(one)}"
        for one in sorted(invoices, key=lambda one: one.month)
    )


def _other_titles(invoices: Mapping[str, Invoice], customer: Customer) -> list[dict[str, str]]:
    """Buttons that have the same months issued for another title."""
    listed = ", ".join(f'"{month}"' for month in sorted(invoices))
    kinds = [TitleKind.COMPANY]
    if customer.kind is CustomerKind.PERSON:
        kinds.append(TitleKind.PERSON)
    names = {TitleKind.COMPANY: "改开公司抬头", TitleKind.PERSON: "改开个人抬头"}
    return [
        {
            "title": names[kind],
            "payload": f'/{INTENT}{{"month": [{listed}], "invoice_title": "{kind}"}}',
        }
        for kind in kinds
        if {one.title.kind for one in invoices.values()} != {kind}
    ]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [RequestInvoice(services)]
