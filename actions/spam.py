"""Nuisance calls and messages: the spam shield and its levels, and numbers that are blocked one by one."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareForm, DomainDict, Slots, VerifiedAction, begin_form, forget
from actions.heard import entity_of, intent_of, text_of
from actions.lines import answers_question, asked_by, hear, settled
from actions.orders import begin_order
from actions.services import Services
from care.bss.protocol import BssRejected, Line, RejectReason, SpamLevel, SpamShield
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.lines.nuisance import NumberProblem, number_in, problem_with
from care.orders.kinds.spam_shield import LEVELS

FORM = "spam_number_form"
OFF, LIST, BLOCK, UNBLOCK = "off", "list", "block", "unblock"

_QUESTIONS = ("marketing-calls", "spam-code-bomb")
"""Entries of the knowledge base that answer a mere question about it."""

_SLOTS = ("spam_wish", "spam_number")
_PROBLEMS = {
    NumberProblem.NO_NUMBER: "utter_spam_no_number",
    NumberProblem.OWN: "utter_spam_own_number",
    NumberProblem.SERVICE: "utter_spam_service_number",
}


class BlockSpam(VerifiedAction):
    """Switches the shield, blocks a number, lists and frees blocked ones; without a clear wish it offers the shield."""

    action_name = "action_block_spam"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What the message says of wish and number is kept."""
        heard = []
        if intent_of(tracker) == "block_spam":
            if await answers_question(self.services, dispatcher, tracker, "block_spam", _QUESTIONS):
                dispatcher.utter_message(response="utter_spam_go_on")
                return forget(_SLOTS)
            text = text_of(tracker)
            pressed = entity_of(tracker, "spam_wish")
            number = entity_of(tracker, "spam_number") or entity_of(tracker, "phone_number")
            if number is None and not text.startswith("/"):
                number = number_in(text)
            wish = pressed or self.services.lines.words.read("spam_wish", text)
            if wish is None and number is not None:
                wish = BLOCK
            heard = hear(
                tracker, {"spam_wish": wish, "spam_number": _digits(number) if number else None}
            )
        return [*heard, *await super().run(dispatcher, tracker, domain)]

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Do what is wanted for the verified line."""
        assert caller.verified is not None
        verified = caller.verified
        line = await self.services.lines.named(verified, verified.line_id)
        if line is None:
            dispatcher.utter_message(response="utter_line_gone")
            return settled(tracker, _SLOTS)
        wish, number = tracker.get_slot("spam_wish"), tracker.get_slot("spam_number")
        shield = await self.services.bss.spam_shield(line.id)
        if wish in (BLOCK, UNBLOCK):
            if number is None:
                if wish == UNBLOCK and not shield.blocked:
                    dispatcher.utter_message(response="utter_spam_list_empty")
                    return settled(tracker, _SLOTS)
                return begin_form(FORM, keep=["spam_wish"])
            return await self._number(dispatcher, tracker, caller, line, wish, str(number))
        if wish == LIST:
            _say_list(dispatcher, shield)
        elif wish == OFF:
            await self._off(dispatcher, tracker, caller, line, shield)
        elif wish is None and shield.level is not SpamLevel.OFF:
            _say_level(dispatcher, line, shield.level)
        else:
            level = SpamLevel(wish or SpamLevel.STANDARD)
            if level is shield.level:
                _say_level(dispatcher, line, level)
            else:
                return begin_order("spam_shield", {"line": line.id, "level": level})
        return settled(tracker, _SLOTS)

    async def _number(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        line: Line,
        wish: str,
        number: str,
    ) -> list[EventType]:
        assert caller.verified is not None
        own = await self.services.lines.own(caller.verified)
        problem = problem_with(number, {one.phone for one in own})
        if wish == BLOCK and problem is not None:
            dispatcher.utter_message(response=_PROBLEMS[problem])
            if problem is NumberProblem.NO_NUMBER:
                return begin_form(FORM, keep=["spam_wish"])
            return settled(tracker, _SLOTS)
        asked = asked_by(self.services, tracker, caller)
        try:
            if wish == BLOCK:
                await self.services.lines.block_number(asked, line, number)
                dispatcher.utter_message(response="utter_spam_blocked", number=number)
            else:
                await self.services.lines.unblock_number(asked, line, number)
                dispatcher.utter_message(response="utter_spam_unblocked", number=number)
        except BssRejected as error:
            full = error.reason is RejectReason.LIMIT_REACHED
            dispatcher.utter_message(
                response="utter_spam_list_full" if full else "utter_spam_not_blocked"
            )
        return settled(tracker, _SLOTS)

    async def _off(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        line: Line,
        shield: SpamShield,
    ) -> None:
        if shield.level is SpamLevel.OFF:
            dispatcher.utter_message(response="utter_spam_off_already")
            return
        await self.services.lines.switch_spam_off(asked_by(self.services, tracker, caller), line)
        dispatcher.utter_message(response="utter_spam_off", phone=mask_phone(line.phone))


class ValidateSpamNumberForm(CareForm):
    """The number that is to ring no more, or again."""

    form = FORM

    async def validate_spam_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Digits of any telephone number, short ones of text messages too; whether it may be blocked is seen after."""
        if value is None:
            return {}
        number = _digits(str(value))
        if not re.fullmatch(r"\d{3,20}", number):
            number = number_in(text_of(tracker)) or ""
        if not number:
            dispatcher.utter_message(response="utter_spam_no_number")
            return {"spam_number": None}
        return {"spam_number": number}


def _say_level(dispatcher: CollectingDispatcher, line: Line, level: SpamLevel) -> None:
    title, blocks = LEVELS[level]
    strict = level is SpamLevel.STRICT
    dispatcher.utter_message(
        response="utter_spam_on_strict" if strict else "utter_spam_on_standard",
        phone=mask_phone(line.phone),
        level=title,
        blocks=blocks,
    )


def _say_list(dispatcher: CollectingDispatcher, shield: SpamShield) -> None:
    if not shield.blocked:
        dispatcher.utter_message(response="utter_spam_list_empty")
        return
    dispatcher.utter_message(
        response="utter_spam_list",
        count=len(shield.blocked),
        numbers="\n".join(f"· {number}" for number in shield.blocked),
    )


def _digits(number: str) -> str:
    return re.sub(r"[\s+-]", "", number)


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [BlockSpam(services), ValidateSpamNumberForm(services)]
