"""What the flows about a customer's own lines share: which line is meant, who asks, and questions answered on the way."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    ask_identity,
    begin_form,
    forget,
    leave_form,
)
from actions.heard import intent_of, text_of, turn_of
from actions.knowledge import say_entry
from actions.services import Services
from care.bss.protocol import Line, LineStatus
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.knowledge import Answer
from care.lines.requests import Asked
from care.wording import either

FORM = "own_line_form"
_FORMS = {FORM, "card_reason_form", "card_way_form", "keep_form", "spam_number_form"}

STATUS_WORDS = {
    LineStatus.ACTIVE: ("正常", "in use"),
    LineStatus.SUSPENDED_ARREARS: ("欠费停机", "suspended for arrears"),
    LineStatus.SUSPENDED_REQUEST: ("停机保号", "suspended at your wish"),
    LineStatus.BLOCKED_LOST: ("已挂失", "reported lost"),
    LineStatus.CLOSED: ("已销户", "closed"),
}


def in_words(line: Line) -> str:
    """``138****8001（正常）``."""
    chinese, english = STATUS_WORDS[line.status]
    return mask_phone(line.phone) + either(f"（{chinese}）", f" ({english})")


def asked_by(services: Services, tracker: Tracker, caller: Caller) -> Asked:
    """Who asks for something to be done at once, with the turn's gate."""
    assert caller.verified is not None
    turn = turn_of(tracker)
    return Asked(
        verified=caller.verified,
        conversation_id=caller.conversation_id,
        channel=caller.channel,
        turn_id=turn.id,
        guard=services.conversations.guard(turn.id, turn.epoch),
    )


def hear(tracker: Tracker, heard: Mapping[str, Any]) -> list[EventType]:
    """Events that set the slots of what was heard in the message; the tracker has it from now on.

    What is None was not said, and changes nothing.
    """
    said = {slot: value for slot, value in heard.items() if value is not None}
    tracker.slots.update(said)
    return [SlotSet(slot, value) for slot, value in said.items()]


async def line_meant(
    services: Services, dispatcher: CollectingDispatcher, wanted: Any, caller: Caller
) -> tuple[Line | None, bool]:
    """The own line that was named (``wanted``), if one was, and whether it is refused (which has then been said)."""
    if wanted is None:
        return None, False
    assert caller.verified is not None
    line = await services.lines.named(caller.verified, str(wanted))
    if line is None:
        dispatcher.utter_message(
            response="utter_other_number", phone=mask_phone(caller.verified.phone)
        )
    return line, line is None


def settled(tracker: Tracker, slots: Sequence[str]) -> list[EventType]:
    """Events of a matter that has come to its end here: a form of its own ends with it, another's goes on."""
    return leave_form(slots) if active_form(tracker) in _FORMS else forget(slots)


def active_form(tracker: Tracker) -> str | None:
    """The form under way."""
    return (tracker.active_loop or {}).get("name")


def ask_line(task: str, keep: Sequence[str] = ()) -> list[EventType]:
    """Events that ask which of the customer's lines is meant, and then come back to the action ``task``."""
    return [*begin_form(FORM, keep=keep), SlotSet("line_task", task)]


async def answers_question(
    services: Services,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    intent: str,
    entries: Collection[str],
) -> bool:
    """Whether the message is a mere question that one of these entries of the knowledge base answers; it is answered then.

    补卡多少钱 wants an answer, and no one-time code.
    """
    text = text_of(tracker)
    if intent_of(tracker) != intent or text.startswith("/"):
        return False
    found = await asyncio.to_thread(services.knowledge.answer_for, text)
    if not isinstance(found, Answer) or found.entry.id not in entries:
        return False
    say_entry(dispatcher, found.entry)
    return True


class ValidateOwnLineForm(CareForm):
    """Which of the customer's lines."""

    form = FORM

    async def validate_own_line(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of theirs, by its button or number."""
        if value is None:
            return {}
        caller = await self.caller(tracker)
        if caller.verified is None:
            return {"own_line": value}  # who this is, is asked again by the action
        line = await self.services.lines.named(caller.verified, str(value))
        if line is None:
            dispatcher.utter_message(response="utter_own_line_unknown")
            return {"own_line": None}
        return {"own_line": line.id}


class AskOwnLine(CareAction):
    """Asks which line, with the customer's own as buttons."""

    action_name = "action_ask_own_line_form_own_line"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer each line with its state."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(str(tracker.get_slot("line_task")))]
        lines = await self.services.lines.own(caller.verified)
        dispatcher.utter_message(
            response="utter_ask_own_line",
            buttons=[
                {
                    "title": in_words(line),
                    "payload": f'/inform{{"own_line": "{line.id}"}}',
                }
                for line in lines
            ],
        )
        return []


class OwnLineChosen(CareAction):
    """Back to what the line was asked for."""

    action_name = "action_own_line_chosen"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Follow up with the action that asked."""
        task = tracker.get_slot("line_task")
        if task is None or tracker.get_slot("own_line") is None:
            return forget(["line_task", "own_line"])
        return [SlotSet("line_task", None), FollowupAction(task)]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [ValidateOwnLineForm(services), AskOwnLine(services), OwnLineChosen(services)]
