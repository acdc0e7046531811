"""Who is this: the identity form, and the way back to what was wanted."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, Slots, VerifiedAction, forget, leave_form
from actions.heard import entity_of
from actions.services import Services
from actions.slots import WISH_SLOTS
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.customers.sms import SmsFailed
from care.customers.verification import (
    IDENTITY,
    BoundToAnother,
    CodeExpired,
    CodeWrong,
    NumberLocked,
)
from care.errors import CareError, RateLimited

MOBILE = re.compile(r"1[3-9]\d{9}")
CODE = re.compile(r"\d{6}|\*{6}")
"""A one-time code, or the stars that stand where one was typed."""

CHECKED = "checked"
"""What stands in the code's slot afterwards; the code itself never does."""

CODE_SLOTS = ("verification_code", "consent_code")

_CLOSE_FORM: Slots = {"requested_slot": None}


class AskVerificationCode(CareAction):
    """Asks for the code, and sends it first where none is on its way."""

    action_name = "action_ask_identity_form_verification_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Send a code and say so, or ask for the one that was sent."""
        caller = await self.caller(tracker)
        phone = str(tracker.get_slot("phone_number"))
        if await self.services.verification.awaits(caller.contact_id, phone, IDENTITY):
            dispatcher.utter_message(response="utter_ask_code_again")
            return []
        try:
            await self.services.verification.send_code(caller.contact_id, phone, caller.network)
        except CareError as error:
            refuse_code(dispatcher, error)
            return leave_form(["phone_number", *WISH_SLOTS])
        dispatcher.utter_message(
            response="utter_code_sent",
            phone=mask_phone(phone),
            minutes=self.services.settings.code_minutes,
        )
        return []


class ResendCode(CareAction):
    """Another code for whoever waits for one."""

    action_name = "action_resend_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Forget the code that was sent; the form that waits for it sends another as it asks again."""
        if tracker.get_slot("requested_slot") in CODE_SLOTS:
            caller = await self.caller(tracker)
            await self.services.verification.withdraw(caller.contact_id)
        else:
            dispatcher.utter_message(response="utter_no_code_to_resend")
        return []


class OwnNumberAction(VerifiedAction):
    """An action about the verified customer's own lines; other numbers are refused."""

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Answer for the verified line, or for another of the same customer that was named."""
        assert caller.verified is not None
        line_id, phone = caller.verified.line_id, caller.verified.phone
        named = self.named_number(tracker)
        if named is not None and named != phone:
            lines = await self.services.bss.lines(caller.verified.customer_id)
            own = next((line for line in lines if line.phone == named), None)
            if own is None:
                dispatcher.utter_message(response="utter_other_number", phone=mask_phone(phone))
                return forget(["month", "phone_number", "inquiry"])
            line_id, phone = own.id, own.phone
        await self.answer(dispatcher, tracker, line_id, mask_phone(phone))
        return forget(["month"])

    def named_number(self, tracker: Tracker) -> str | None:
        """The number that the customer asks about, where one was named."""
        named = entity_of(tracker, "phone_number")
        return None if named is None else str(named)

    async def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str, phone: str
    ) -> None:
        """Answer for a line; ``phone`` is masked."""
        raise NotImplementedError


class ResumeTask(CareAction):
    """After the identity form: on with what was wanted."""

    action_name = "action_resume_task"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Follow up with the task that asked who this is."""
        task = tracker.get_slot("task")
        caller = await self.caller(tracker)
        if task and caller.verified is not None:
            return [SlotSet("verification_code", None), FollowupAction(task)]
        return [*forget(WISH_SLOTS), SlotSet("verification_code", None), SlotSet("task", None)]


def refuse_code(dispatcher: CollectingDispatcher, error: CareError) -> Slots:
    """Say why a code was not sent or not taken; gives the slots that end the form where it cannot go on.

    Raises errors that are not about codes.
    """
    if isinstance(error, CodeWrong):
        dispatcher.utter_message(response="utter_code_wrong", left=error.data["left"])
        return {}
    if isinstance(error, CodeExpired):
        dispatcher.utter_message(response="utter_code_expired")
        return {}
    if isinstance(error, NumberLocked):
        minutes = -(-int(error.data["retry_after"]) // 60)
        dispatcher.utter_message(response="utter_number_locked", minutes=minutes)
        return dict(_CLOSE_FORM)
    if isinstance(error, BoundToAnother):
        dispatcher.utter_message(response="utter_bound_to_another")
        return dict(_CLOSE_FORM)
    if isinstance(error, RateLimited):
        dispatcher.utter_message(response="utter_code_limited")
        return dict(_CLOSE_FORM)
    if isinstance(error, SmsFailed):
        dispatcher.utter_message(response="utter_sms_failed")
        return dict(_CLOSE_FORM)
    raise error


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        AskVerificationCode(services),
        ResendCode(services),
        ResumeTask(services),
    ]
