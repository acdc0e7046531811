"""Companies: who they are, what they need, whom to call back; a lead for the account team."""

import re
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, CareForm, DomainDict, Slots, begin_form, forget
from actions.heard import intent_of, text_of, turn_of
from actions.services import Services
from care.customers.masking import mask_phone, mask_text
from care.enterprise.leads import Enquiry
from care.wording import moment

FORM = "enterprise_form"
SLOTS = ("company", "enterprise_product", "enterprise_amount", "enterprise_area")
LEAD = "enterprise_lead"
"""The slot with number and promise of the lead that was opened; it outlives the form."""

LONGEST = 60
"""Characters of each answer that are kept."""

_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}")
_AMOUNT = re.compile(
    r"\d|[零〇一二两三四五六七八九十百千万几]|不确定|不清楚|不知道|没想好|待定|再说"
)
_MERE_AMOUNT = re.compile(
    r"(?:大概|差不多|约|要)?[\d零一二两三四五六七八九十百千万几]+\s*"
    r"(?:兆|[mM]|[gG]|条|张|台|个|人|部|套|路|线|根|来)*(?:带宽|左右|吧)?"
)
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
_WHEN = re.compile(r"什么时候|啥时候|多久|几点|几时|哪天|何时|多长时间")
_NO_NAME = re.compile(r"^(?:公司|单位|企业|我们公司|我公司|我们单位|[\d\s]+)$")
_SAID_BEFORE = re.compile(
    r"^(?:我们?(?:公司|单位|店)?(?:的?名字|名称)?(?:叫做|叫|是)|名称是|公司叫|单位叫|叫)"
)


class EnterpriseEnquiry(CareAction):
    """A company's enquiry: the form, then the lead."""

    action_name = "action_enterprise_enquiry"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Open the lead where all is known; what the first sentence names is not asked again."""
        values = {slot: tracker.get_slot(slot) for slot in SLOTS}
        phone = tracker.get_slot("phone_number")
        if all(values.values()) and phone is not None:
            return await self._open(dispatcher, tracker, str(phone))
        product = None
        if intent_of(tracker) == "enterprise_enquiry":
            product = self.services.products.named_in(text_of(tracker))
        first, *others = begin_form(FORM)[::-1]
        kept = SlotSet("enterprise_product", None if product is None else product.name)
        return [*others[::-1], kept, first]

    async def _open(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, phone: str
    ) -> list[EventType]:
        caller, turn = await self.caller(tracker), turn_of(tracker)
        company, product, amount, area = (str(tracker.get_slot(slot)) for slot in SLOTS)
        ticket = await self.services.leads.open(
            Enquiry(
                company=company,
                product=product,
                amount=amount,
                area=area,
                phone=phone,
                contact_id=caller.contact_id,
                conversation_id=caller.conversation_id,
                customer_id=caller.verified.customer_id if caller.verified is not None else None,
            ),
            turn.id,
            self.services.conversations.guard(turn.id, turn.epoch),
        )
        dispatcher.utter_message(
            response="utter_enterprise_lead",
            number=ticket.number,
            company=company,
            product=product,
            amount=amount,
            area=mask_text(area),
            phone=mask_phone(phone),
            promised=moment(ticket.promised_at, self.services.zone),
        )
        number, promised = ticket.number, ticket.promised_at.isoformat()
        return [*forget(SLOTS), SlotSet(LEAD, {"number": number, "promised": promised})]


def asks_when(tracker: Tracker) -> bool:
    """Whether the customer asks when the account manager of a lead will call: 什么时候联系我."""
    known = isinstance(tracker.get_slot(LEAD), dict)
    return known and _WHEN.search(text_of(tracker)) is not None


def say_when(services: Services, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Say by when."""
    lead = tracker.get_slot(LEAD)
    promised = moment(datetime.fromisoformat(lead["promised"]), services.zone)
    dispatcher.utter_message(
        response="utter_enterprise_when", number=lead["number"], promised=promised
    )


class ValidateEnterpriseForm(CareForm):
    """What a company tells of itself."""

    form = FORM

    async def validate_company(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A name of at least two characters."""
        if value is None:
            return {}
        name = _SAID_BEFORE.sub("", str(value).strip()).strip("。.!！ ")
        if not 2 <= len(name) <= LONGEST or _NO_NAME.match(name):
            dispatcher.utter_message(response="utter_company_unclear")
            return {"company": None}
        return {"company": name}

    async def validate_enterprise_product(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of the operator's products, else the company's own words."""
        if value is None:
            return {}
        text = str(value).strip()[:LONGEST]
        product = self.services.products.find(text) or self.services.products.named_in(text)
        return {"enterprise_product": product.name if product is not None else text}

    async def validate_enterprise_amount(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A number, or that it is open yet."""
        if value is None:
            return {}
        text = str(value).strip()[:LONGEST]
        if not _AMOUNT.search(_PHONE.sub("", text)) or _ID_NUMBER.search(text):
            dispatcher.utter_message(response="utter_enterprise_amount_unclear")
            return {"enterprise_amount": None}
        return {"enterprise_amount": text}

    async def validate_enterprise_area(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """In the company's own words."""
        if value is None:
            return {}
        text = str(value).strip()[:LONGEST]
        if _MERE_AMOUNT.fullmatch(text):  # how much, said late
            dispatcher.utter_message(response="utter_enterprise_area_unclear")
            return {"enterprise_area": None, "enterprise_amount": text}
        if len(_PHONE.sub("", text)) < 2 or _ID_NUMBER.search(text):
            dispatcher.utter_message(response="utter_enterprise_area_unclear")
            return {"enterprise_area": None}
        return {"enterprise_area": _PHONE.sub("", text).strip()}

    async def validate_phone_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A mobile or a fixed line with its area code."""
        if value is None:
            return {}
        text = "".join(str(value).split())
        if not _PHONE.fullmatch(text):
            dispatcher.utter_message(response="utter_enterprise_phone_invalid")
            return {"phone_number": None}
        return {"phone_number": text}


class AskProduct(CareAction):
    """Shows what the operator has for companies."""

    action_name = f"action_ask_{FORM}_enterprise_product"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """As buttons."""
        dispatcher.utter_message(
            response="utter_ask_enterprise_product",
            buttons=[
                {"title": product.name, "payload": f'/inform{{"choice": "{product.id}"}}'}
                for product in self.services.products.all()
            ],
        )
        return []


class AskAmount(CareAction):
    """Asks how much is needed, in what is counted for the product."""

    action_name = f"action_ask_{FORM}_enterprise_amount"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Lines, cards, people."""
        product = self.services.products.named_in(str(tracker.get_slot("enterprise_product")))
        counts = product.counts if product is not None else "数量"
        dispatcher.utter_message(response="utter_ask_enterprise_amount", counts=counts)
        return []


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        EnterpriseEnquiry(services),
        ValidateEnterpriseForm(services),
        AskProduct(services),
        AskAmount(services),
    ]
