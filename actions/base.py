"""What all actions share: who is asking, and the services that do the work.

An action is thin. It never decides who owns a conversation (it returns ``handover``), never keeps who the customer is in a
slot (``Caller`` asks the care server each time), and says nothing itself: sentences are the domain's responses.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions.anger_words import AngerWords
from actions.earlier_wish import keep_earlier
from actions.topics import WishNames
from care.appointments.service import Appointments
from care.bss.protocol import Bss
from care.clock import Clock
from care.contracts.applications import Applications
from care.conversations.callers import Caller, Callers
from care.conversations.service import Conversations
from care.conversations.stories import Stories
from care.customers.masking import mask_text
from care.customers.owners import Owners
from care.customers.privacy import Choices
from care.customers.senior import Seniors
from care.customers.verification import Verification
from care.db import Database
from care.duties import Duties
from care.enterprise.leads import Leads
from care.enterprise.products import Products
from care.faults.diagnosis import FaultGuide
from care.faults.notices import OutageNotices
from care.invoices.service import Invoices
from care.knowledge import KnowledgeBase
from care.lines.service import LineService
from care.links import Links
from care.orders.service import Orders
from care.payments.service import Payments
from care.privacy.service import Privacy
from care.settings import Settings
from care.stores.documents import Errands
from care.tickets.complaints import ComplaintGuide
from care.tickets.service import Tickets

type DomainDict = dict[str, Any]
type Slots = dict[str, Any]

IDENTITY_FORM = "identity_form"

FLOW_SLOTS = (
    "task",
    "verification_code",
    "plan",
    "consent",
    "consent_code",
    "order",
    "offer",
    "device_symptom",
    "fixed",
    "step",
    "month",
    "ticket_number",
    "listed",
    "compared",
    "compare_base",
    "addon",
    "country",
    "travel_dates",
    "trip",
    "roaming_pack",
    "top_up_number",
    "top_up_amount",
    "paid",
    "payment",
    "invoice_number",
    "invoice_months",
    "invoice_title",
    "invoice_company",
    "invoice_tax_number",
    "invoice_confirmed",
    # New numbers, closing, another owner
    "new_number",
    "number_search",
    "delivery",
    "delivery_address",
    "reservation_confirmed",
    "close_target",
    "transfer_kind",
    "transfer_confirmed",
    # Personal data
    "privacy_kind",
    "privacy_confirmed",
    # Companies
    "company",
    "enterprise_product",
    "enterprise_amount",
    "enterprise_area",
    # Broadband
    "address",
    "place",
    "covered",
    "lead",
    "broadband_offer",
    "broadband_access",
    # Appointments
    "appointment",
    "booking",
    "visit_day",
    "visit_time",
    "times",
    "appointment_number",
    "change_wish",
    "giving_up",
    # Shops
    "whereabouts",
    "store",
    "store_wish",
    "errand",
    "own_line",
    "line_task",
    "card_reason",
    "card_way",
    "keep_from",
    "keep_months",
    "spam_wish",
    "spam_number",
    # faults, outages, tickets and complaints
    "fault",
    "fault_question",
    "fault_place",
    "fault_since",
    "fault_line",
    "fault_words",
    "steps_tried",
    "outage_place",
    "ticket_consent",
    "complaint_about",
    "inquiry",
    "disputed_charge",
)
"""What a flow collects, and must forget when it ends or gives way to another."""

WISH_SLOTS = ("wishes", "wish_offered")
"""What is still to come of a message with several wishes; outlives the flow of the first."""

YES_MEANS = "yes_means"
"""The slot with the action that a yes leads to, where a question was asked outside of forms; it counts for the next message
only (``actions/talk.py``)."""

OFFERED_TICKET = "offered_ticket"
"""The slot with the number of the ticket that such a question was about."""

WISHES_KEPT = 5

_NO = re.compile(r"不|别|算了|留着|返回|退出")


@dataclass(frozen=True)
class Services:
    """What actions may call."""

    db: Database
    clock: Clock
    settings: Settings
    zone: ZoneInfo
    bss: Bss
    conversations: Conversations
    callers: Callers
    verification: Verification
    orders: Orders
    tickets: Tickets
    appointments: Appointments
    errands: Errands
    fault_guide: FaultGuide
    outage_notices: OutageNotices
    complaint_guide: ComplaintGuide
    anger: AngerWords
    knowledge: KnowledgeBase
    duties: Duties
    wish_names: WishNames
    links: Links
    payments: Payments
    invoices: Invoices
    applications: Applications
    leads: Leads
    products: Products
    privacy: Privacy
    choices: Choices
    seniors: Seniors
    stories: Stories
    owners: Owners
    lines: LineService


@dataclass(frozen=True)
class Turn:
    """The turn in which an action runs."""

    id: str
    epoch: int


class CareAction(Action):  # type: ignore[misc]
    """An action with the care server's services."""

    action_name = ""

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        """The action's name in the domain."""
        return self.action_name

    async def caller(self, tracker: Tracker) -> Caller:
        """Who is asking, as the care server knows."""
        return await self.services.callers.of(tracker.sender_id)

    def identity_first(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Events that find out who this is and come back here; what waited for that before is kept for after."""
        earlier = keep_earlier(self.services, dispatcher, tracker, self.action_name)
        return [*earlier, *ask_identity(self.action_name)]


class VerifiedAction(CareAction):
    """An action for verified customers only: who is not verified is asked first and comes back by itself."""

    task = ""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Do the work, or begin to find out who this is."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return self.identity_first(dispatcher, tracker)
        return [
            SlotSet("task", None),
            *await self.run_verified(dispatcher, tracker, caller),
        ]

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Do the work for a verified caller."""
        raise NotImplementedError


class CareForm(FormValidationAction):  # type: ignore[misc]
    """The validation of a form, with the care server's services.

    Rasa has the emptying of a slot validated, too: each ``validate_…`` must let ``None`` pass.
    """

    form = ""

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        """The action's name in the domain."""
        return f"validate_{self.form}"

    async def caller(self, tracker: Tracker) -> Caller:
        """Who is asking, as the care server knows."""
        return await self.services.callers.of(tracker.sender_id)


def ask_identity(task: str) -> list[EventType]:
    """Events that find out who this is, and then come back to the action ``task``."""
    return [
        SlotSet("task", task),
        SlotSet("verification_code", None),
        FollowupAction(IDENTITY_FORM),
    ]


def turn_of(tracker: Tracker) -> Turn:
    """The turn that the customer's latest message began."""
    metadata = tracker.latest_message.get("metadata") or {}
    return Turn(str(metadata.get("turn", "")), int(metadata.get("epoch", 0)))


def text_of(tracker: Tracker) -> str:
    """What the customer wrote last; of a message with several wishes, the part with the first."""
    message = tracker.latest_message
    text, wishes = str(message.get("text") or ""), message.get("wishes") or []
    return text[wishes[0]["start"] : wishes[0]["end"]] if len(wishes) > 1 else text


def intent_of(tracker: Tracker) -> str:
    """What the customer wanted last."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


@dataclass(frozen=True)
class Words:
    """With which words something was wanted, and the values in them."""

    text: str
    values: dict[str, Any]


def words_for(tracker: Tracker, intent: str) -> Words:
    """The customer's latest words with this intent: what was wanted before it was asked who this is.

    Empty where there are none.
    """
    if intent_of(tracker) == intent:
        entities = tracker.latest_message.get("entities") or []
        return Words(text_of(tracker), _values(entities))
    for event in reversed(tracker.events):
        if event.get("event") == "user" and _intent(event) == intent:
            parsed = event.get("parse_data") or {}
            return Words(str(event.get("text") or ""), _values(parsed.get("entities") or []))
    return Words("", {})


def _values(entities: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(one.get("entity")): one.get("value") for one in reversed(entities)}


def entity_of(tracker: Tracker, entity: str) -> Any:
    """The value of an entity in the latest message, ``None`` without."""
    return next(tracker.get_latest_entity_values(entity), None)


def says_yes(tracker: Tracker, text: str) -> bool:
    """Whether an answer to a yes-or-no question is a yes: by its intent, else by its words."""
    intent = intent_of(tracker)
    if intent in ("affirm", "deny"):
        return intent == "affirm"
    return _NO.search(text) is None


def pending_wishes(tracker: Tracker) -> list[dict[str, Any]]:
    """The wishes that the customer has told and that come after the present one."""
    return list(tracker.get_slot("wishes") or ())


def goes_first(tracker: Tracker, form: str) -> bool:
    """Whether the message goes to the form first. One that another action has looked at in this turn is no answer.

    Rasa has the slots validated again when a form begins, also when it has ended in the same turn.
    """
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return True
        if event.get("event") == "action" and event.get("name") != form:
            return False
    return False


def taken_up(event: dict[str, Any]) -> bool:
    """Whether a user event is no message, but a later wish of one (``bot/channels/wishes.py``)."""
    return "wish" in (event.get("metadata") or {})


def value_before(tracker: Tracker, slot: str) -> Any:
    """What a slot held before the latest message, ``None`` when it was empty."""
    value = None
    found = None
    for event in tracker.events:
        if event.get("event") == "user":
            found = value
        elif event.get("event") == "slot" and event.get("name") == slot:
            value = event.get("value")
    return found


def set_in_last_turn(tracker: Tracker, slot: str) -> Any:
    """What a slot was set to in the turn of the customer's message before the latest, ``None`` when it was not."""
    value, turns = None, 0
    for event in reversed(tracker.events):
        if event.get("event") == "user" and not taken_up(event):
            turns += 1
            if turns == 2:
                break
        elif turns == 1 and event.get("event") == "slot" and event.get("name") == slot:
            value = event.get("value")
            break
    return value


def actions_of_last_turn(tracker: Tracker) -> list[str]:
    """The actions by which the customer's message before the latest one was answered."""
    turns: list[list[str]] = [[]]
    for event in tracker.events:
        if event.get("event") == "user":
            turns.append([])
        elif event.get("event") == "action":
            turns[-1].append(str(event.get("name")))
    return turns[-2] if len(turns) > 1 else []


def said(tracker: Tracker) -> list[str]:
    """What the customer wrote in this dialogue, numbers masked; without buttons, values and codes."""
    return [
        mask_text(event["text"])
        for event in tracker.events
        if event.get("event") == "user"
        and event.get("text")
        and not event["text"].startswith("/")
        and not taken_up(event)
        and _intent(event) != "inform"
    ]


def intents_of(tracker: Tracker) -> set[str]:
    """What the customer has wanted in this dialogue."""
    return {_intent(event) for event in tracker.events if event.get("event") == "user"}


def _intent(event: dict[str, Any]) -> str:
    return str(((event.get("parse_data") or {}).get("intent") or {}).get("name") or "")


def begin_form(form: str, keep: Sequence[str] = ()) -> list[EventType]:
    """Events that begin a form. What another flow collected is forgotten, but for ``keep``."""
    return [
        *forget(slot for slot in FLOW_SLOTS if slot not in keep),
        FollowupAction(form),
    ]


def leave_form(slots: Sequence[str] = ()) -> list[EventType]:
    """Events that end the active form and forget ``slots``."""
    return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), *forget(slots)]


def forget(slots: Iterable[str]) -> list[EventType]:
    """Events that empty ``slots``."""
    return [SlotSet(slot, None) for slot in slots]
