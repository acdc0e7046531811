"""What all actions share: who is asking, and the services that do the work.

An action is thin. It never decides who owns a conversation (it returns ``handover``), never keeps who the customer is in a
slot (``Caller`` asks the care server each time), and says nothing itself: sentences are the domain's responses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions.topics import WishNames
from care.bss.protocol import Bss
from care.clock import Clock
from care.conversations.callers import Caller, Callers
from care.conversations.service import Conversations
from care.customers.masking import mask_text
from care.customers.verification import Verification
from care.db import Database
from care.duties import Duties
from care.faults.diagnosis import Diagnoses
from care.knowledge import KnowledgeBase
from care.links import Links
from care.orders.service import Orders
from care.settings import Settings
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
    "inquiry",
    "disputed_charge",
)
"""What a flow collects, and must forget when it ends or gives way to another."""

WISH_SLOTS = ("wishes", "wish_offered")
"""What is still to come of a message with several wishes; outlives the flow of the first."""

WISHES_KEPT = 5


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
    diagnoses: Diagnoses
    knowledge: KnowledgeBase
    duties: Duties
    wish_names: WishNames
    links: Links


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


class VerifiedAction(CareAction):
    """An action for verified customers only: who is not verified is asked first and comes back by itself."""

    task = ""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Do the work, or begin to find out who this is."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return ask_identity(self.action_name)
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


def entity_of(tracker: Tracker, entity: str) -> Any:
    """The value of an entity in the latest message, ``None`` without."""
    return next(tracker.get_latest_entity_values(entity), None)


def pending_wishes(tracker: Tracker) -> list[dict[str, Any]]:
    """The wishes that the customer has told and that come after the present one."""
    return list(tracker.get_slot("wishes") or ())


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
