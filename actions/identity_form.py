"""The identity form: a number, the code that was sent to it, and what else is answered while we ask."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import senior
from actions.base import IDENTITY_FORM, CareForm, DomainDict, Slots
from actions.fault_form import still_broken
from actions.heard import goes_first, intent_of, text_of, turn_of
from actions.identity import CHECKED, CODE, MOBILE, refuse_code
from actions.no_code import has_no_way, to_a_person, wants_another_number
from actions.services import Services
from care.errors import CareError


class ValidateIdentityForm(CareForm):
    """Checks number and code."""

    form = IDENTITY_FORM

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Take number or code. Another number, no way to get a code, and 还是不行 to a fault are no leaving of the form."""
        if goes_first(tracker, self.form):
            instead = await self._instead(dispatcher, tracker)
            if instead is not None:
                return instead
        events: list[EventType] = await super().run(dispatcher, tracker, domain)
        return events

    async def _instead(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[EventType] | None:
        """What is done instead of taking the message as number or code; None where it is one, or something else."""
        if has_no_way(tracker):
            caller = await self.caller(tracker)
            return await to_a_person(self.services, dispatcher, tracker, caller)
        if wants_another_number(tracker):
            caller = await self.caller(tracker)
            await self.services.verification.withdraw(caller.contact_id)
            dispatcher.utter_message(response="utter_verify_another_number")
            return [SlotSet("phone_number", None), SlotSet("verification_code", None)]
        about_fault = str(tracker.get_slot("task")).endswith("_fault")
        if about_fault and intent_of(tracker) == "deny" and still_broken(text_of(tracker)):
            dispatcher.utter_message(response="utter_fault_not_yet")
            return [SlotSet("verification_code", None)]
        return None

    async def validate_phone_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Only a mobile number can get a code; anything else is asked for again."""
        if value is None:
            return {}
        if not re.search(r"\d", str(value)):
            return {"phone_number": None}  # no number at all: asked for again
        if not MOBILE.fullmatch(str(value)):
            dispatcher.utter_message(response="utter_phone_invalid")
            return {"phone_number": None}
        return {"phone_number": str(value)}

    async def validate_verification_code(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Check the code; the slot only keeps that it was checked."""
        if value is None:
            return {}
        if not CODE.fullmatch(str(value)):
            return {
                "verification_code": None
            }  # no code at all: asked for again, and no try is lost
        caller = await self.caller(tracker)
        if caller.verified is not None and caller.verified.phone == tracker.get_slot(
            "phone_number"
        ):
            return {"verification_code": CHECKED}  # a repeated turn
        code = await self.services.conversations.typed_code(turn_of(tracker).id) or str(value)
        try:
            verified = await self.services.verification.check_identity(
                caller.contact_id, code, (caller.channel, caller.address)
            )
        except CareError as error:
            return {"verification_code": None, **refuse_code(dispatcher, error)}
        dispatcher.utter_message(
            response="utter_verified", minutes=self.services.settings.verified_minutes
        )
        await senior.met(self.services, dispatcher, caller.contact_id, verified.customer_id)
        return {"verification_code": CHECKED}


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [ValidateIdentityForm(services)]
