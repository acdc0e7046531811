"""The classes of all actions and forms, and the events that begin and end a form.

An action is thin. It never decides who owns a conversation (it returns ``handover``), never keeps who the customer is in a
slot (``Caller`` asks the care server each time), and says nothing itself: sentences are the domain's responses.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions.earlier_wish import keep_earlier
from actions.services import Services
from actions.slots import FLOW_SLOTS
from care.conversations.callers import Caller

type DomainDict = dict[str, Any]


type Slots = dict[str, Any]


IDENTITY_FORM = "identity_form"


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
