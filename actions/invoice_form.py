"""The form of an invoice: months, title, and a yes. The flow itself is in ``actions/invoices.py``."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, CareForm, DomainDict, Slots, leave_form
from actions.heard import entity_of, intent_of, text_of
from actions.invoices import (
    FORM,
    FORM_SLOTS,
    INTENT,
    TITLE_SLOTS,
    allowed_months,
    billed_of,
    flat,
    read_title,
    title_of,
)
from actions.services import Services
from care.customers.masking import mask_phone
from care.invoices.titles import (
    TitleKind,
    company_said,
    good_tax_number,
    kind_said,
    tax_number_said,
)
from care.wording import month as month_words

_LOOSE_INTENTS = {"inform", "nlu_fallback", "noise", "enterprise_enquiry", INTENT}
"""What a company's name or number, which no model knows, may be taken for."""


class ValidateInvoiceForm(CareForm):
    """Months, title, and a yes."""

    form = FORM

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """Name and tax number of a company only."""
        if tracker.get_slot("invoice_title") == TitleKind.COMPANY:
            return domain_slots
        return [slot for slot in domain_slots if slot not in TITLE_SLOTS[1:]]

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A message that is no answer to a question about the title is left to the rules."""
        asked = tracker.get_slot("requested_slot")
        if asked in tracker.slots_to_validate() and not _is_answer(str(asked), tracker):
            return [SlotSet(asked, None), ActionExecutionRejected(FORM)]
        events: list[EventType] = await super().run(dispatcher, tracker, domain)
        return events

    async def validate_invoice_months(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Months that can be invoiced; of the others it is said why not."""
        if value is None:
            return {}
        billed = await billed_of(self.services, dispatcher, await self.caller(tracker), tracker)
        if billed is None:
            return {"invoice_months": None, "requested_slot": None}
        return {"invoice_months": allowed_months(self.services, dispatcher, value, billed) or None}

    async def validate_invoice_title(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A kind; a sentence may name the company, too."""
        if value is None:
            return {}
        if value in list(TitleKind):
            return {"invoice_title": str(value)}
        return {"invoice_title": None, **self._read(str(value), dispatcher)}

    async def validate_invoice_company(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """The name of an organisation."""
        if value is None or value == company_said(str(value)):
            return {}
        read = self._read(str(value), dispatcher)
        if read.get("invoice_title") == TitleKind.PERSON:
            return {"invoice_company": None, **read}
        if "invoice_company" not in read:
            dispatcher.utter_message(response="utter_invoice_company_unclear")
        return {"invoice_company": None, **read}

    async def validate_invoice_tax_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """18 characters with the right check character, or the former 15 digits."""
        if value is None or good_tax_number(str(value)):
            return {}
        read = self._read(str(value), dispatcher)
        if tax_number_said(str(value)) is None and "invoice_title" not in read:
            dispatcher.utter_message(response="utter_invoice_tax_number_wrong")
        return {"invoice_tax_number": None, **read}

    async def validate_invoice_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A yes that changes something is none yet."""
        if value is None:
            return {}
        read = self._read(text_of(tracker), dispatcher)
        if value is True and (read or entity_of(tracker, "month") or not _is_yes(tracker)):
            return {"invoice_confirmed": None, **read}
        return {"invoice_confirmed": bool(value)}

    def _read(self, text: str, dispatcher: CollectingDispatcher) -> Slots:
        """The slots that a sentence about the title fills; a wrong tax number is said so."""
        read = read_title(text)
        number = tax_number_said(text)
        if number is not None and "invoice_tax_number" not in read:
            dispatcher.utter_message(response="utter_invoice_tax_number_wrong")
        return read


class AskInvoiceMonths(CareAction):
    """Asks for the months, with those that can be invoiced."""

    action_name = "action_ask_invoice_form_invoice_months"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer them as buttons, all together as well."""
        billed = await billed_of(self.services, dispatcher, await self.caller(tracker), tracker)
        if billed is None:
            return leave_form(FORM_SLOTS)
        buttons = [
            {
                "title": f"{month_words(month)} {billed.months[month].amount:.2f}元",
                "payload": f'/inform{{"month": "{month}"}}',
            }
            for month in billed.allowed
        ]
        if len(buttons) > 1:
            listed = ", ".join(f'"{month}"' for month in sorted(billed.allowed))
            payload = f'/inform{{"month": [{listed}]}}'
            buttons.append({"title": f"这 {len(buttons)} 个月都开", "payload": payload})
        dispatcher.utter_message(response="utter_ask_invoice_months", buttons=buttons)
        return []


class AskInvoiceTitle(CareAction):
    """Asks for whom; months that are all invoiced already need no title."""

    action_name = "action_ask_invoice_form_invoice_title"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A company's own lines are invoiced to the company."""
        billed = await billed_of(self.services, dispatcher, await self.caller(tracker), tracker)
        if billed is None:
            return leave_form(FORM_SLOTS)
        months = flat(tracker.get_slot("invoice_months"))
        if set(await self.services.invoices.issued(billed.line_id, months)) == set(months):
            return [SlotSet("requested_slot", None)]
        dispatcher.utter_message(response="utter_ask_invoice_title")
        return []


class AskInvoiceConfirmed(CareAction):
    """Says what would be issued, and asks for a yes."""

    action_name = "action_ask_invoice_form_invoice_confirmed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What is to be replaced is said, too."""
        billed = await billed_of(self.services, dispatcher, await self.caller(tracker), tracker)
        slots = {slot: tracker.get_slot(slot) for slot in FORM_SLOTS}
        title = None if billed is None else title_of(slots, billed.customer)
        months = [] if billed is None else flat(slots["invoice_months"])
        if billed is None or title is None or not set(months) <= set(billed.months):
            return leave_form(FORM_SLOTS)
        present = await self.services.invoices.issued(billed.line_id, months)
        if set(present) == set(months) and {one.title for one in present.values()} == {title}:
            return [SlotSet("requested_slot", None)]
        replaced = [one.number for one in present.values() if one.title != title]
        if replaced:
            dispatcher.utter_message(
                response="utter_invoice_replaces", numbers="、".join(sorted(replaced))
            )
        dispatcher.utter_message(
            response="utter_invoice_confirm",
            phone=mask_phone(billed.phone),
            items="\n".join(
                f"· {month_words(month)} {billed.months[month].amount:.2f} 元" for month in months
            ),
            title=title.masked,
        )
        return []


def _is_answer(slot: str, tracker: Tracker) -> bool:
    """Whether a message may be an answer to the question for a slot of the title."""
    text, intent = text_of(tracker), intent_of(tracker)
    if slot not in TITLE_SLOTS or entity_of(tracker, "invoice_title"):
        return True
    if entity_of(tracker, "month") and intent in ("inform", INTENT):
        return True
    if intent == "request_human":  # 个人 looks like it
        return kind_said(text) is TitleKind.PERSON and "人工" not in text
    if read_title(text) or tax_number_said(text):
        return True
    return slot != "invoice_title" and intent in _LOOSE_INTENTS


def _is_yes(tracker: Tracker) -> bool:
    """确认开票 is a wish for an invoice to the model, and so is 发票先不要了."""
    text = text_of(tracker)
    return intent_of(tracker) != INTENT or ("确认" in text and "不" not in text)


def actions(services: Services) -> list[Any]:
    """The form's actions."""
    return [
        ValidateInvoiceForm(services),
        AskInvoiceMonths(services),
        AskInvoiceTitle(services),
        AskInvoiceConfirmed(services),
    ]
