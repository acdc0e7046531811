"""The service password: set on a page of its own, and never asked for or taken in the chat."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, VerifiedAction
from actions.heard import entity_of, intent_of, text_of
from actions.lines import asked_by, line_meant
from actions.services import Services
from care.bss.protocol import LineStatus
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.lines.grants import LIFE, password_awaited
from care.lines.tables import GrantedPage

MASKED = "******"


class ManagePassword(VerifiedAction):
    """Gives the link to the page where the password is set; the same for one that is new, forgotten or locked."""

    action_name = "action_manage_password"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Who has typed a password here is told that it was hidden."""
        if intent_of(tracker) == "manage_password" and MASKED in text_of(tracker):
            dispatcher.utter_message(response="utter_password_hidden")
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """A link for the verified line, or another of the customer's that was named."""
        assert caller.verified is not None
        line, refused = await line_meant(
            self.services, dispatcher, entity_of(tracker, "phone_number"), caller
        )
        if refused:
            return []
        if line is None:
            line = await self.services.lines.named(caller.verified, caller.verified.line_id)
        if line is None:
            dispatcher.utter_message(response="utter_line_gone")
        elif line.status is LineStatus.BLOCKED_LOST:
            # Who found a lost telephone must not get a password of its owner's.
            dispatcher.utter_message(response="utter_password_lost", phone=mask_phone(line.phone))
        else:
            address = await self.services.lines.grants.make(
                GrantedPage.PASSWORD, asked_by(self.services, tracker, caller), line
            )
            dispatcher.utter_message(
                response="utter_password_link",
                phone=mask_phone(line.phone),
                link=address,
                minutes=int(LIFE.total_seconds() // 60),
            )
        return []


class StrayCode(CareAction):
    """Six digits that nothing asked for: most likely a new password, typed here instead of on its page."""

    action_name = "action_stray_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say where a password belongs, to whom was given the page; else ask what the number is for."""
        caller, now = await self.caller(tracker), self.services.clock()
        awaited = await self.services.db.read(
            lambda session: password_awaited(session, caller.contact_id, now)
        )
        dispatcher.utter_message(response="utter_password_hidden" if awaited else "utter_inform")
        return []


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [ManagePassword(services), StrayCode(services)]
