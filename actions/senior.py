"""Senior mode: larger type, shorter sentences, a person in one step; and care by the family."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict
from actions.heard import entity_of, text_of, turn_of
from actions.services import Services
from care.bss.protocol import Addon
from care.clock import local_date

FAMILY_CARE = "family_care"
ON, OFF, FAMILY = "on", "off", "family"

_OFF = re.compile(
    r"退出|关(?:掉|闭|了|上)|取消|不用了|不要了|恢复|切回|换回|改回|普通版|标准版|默认|正常大小|太大"
)
_FAMILY = re.compile(
    r"亲情|家人|子女|绑定|怎么绑|代办|代管|代充|守护|帮.{0,4}(?:爸|妈|父|母|老人|爷|奶).{0,6}(?:管|看|查|充|设)"
    r"|名下看|我来收|发到我|提醒"
)
_HELPLESS = re.compile(
    r"(?:妈|爸|奶|爷|老人|老头|老太|父母|长辈).{0,12}(?:不会|不懂|不识|[用弄搞玩]不)"
)


def wanted_in(text: str) -> str | None:
    """What of it is wanted: ``on``, ``off``, ``family``; None where it has to be asked."""
    if _OFF.search(text) and not _FAMILY.search(text):
        return OFF
    if _FAMILY.search(text):
        return FAMILY
    return None if _HELPLESS.search(text) else ON


class SeniorMode(CareAction):
    """Turns senior mode on or off, or explains care by the family."""

    action_name = "action_senior_mode"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """The chat page takes its type size from the ``senior`` that goes along (web/chat)."""
        choice = entity_of(tracker, "choice")
        addon = entity_of(tracker, "addon")
        if choice is None:
            choice = FAMILY if addon is not None else wanted_in(text_of(tracker))
        if choice == FAMILY:
            return await self._explain(dispatcher)
        if choice not in (ON, OFF):
            dispatcher.utter_message(response="utter_senior_which")
            return []
        on, turn, caller = choice == ON, turn_of(tracker), await self.caller(tracker)
        guard = self.services.conversations.guard(turn.id, turn.epoch)
        await self.services.seniors.choose(caller.contact_id, on, guard)
        dispatcher.utter_message(
            response="utter_senior_on" if on else "utter_senior_off",
            json_message={"senior": on},
        )
        return [SlotSet("senior", on)]

    async def _explain(self, dispatcher: CollectingDispatcher) -> list[EventType]:
        addon: Addon | None = await self.services.bss.addon(FAMILY_CARE)
        if addon is None or not addon.on_sale:
            dispatcher.utter_message(response="utter_senior_which")
            return []
        dispatcher.utter_message(
            response="utter_family_care",
            name=addon.name,
            description=addon.description,
            terms="\n".join(f"· {rule}" for rule in addon.rules),
        )
        return []


async def met(
    services: Services, dispatcher: CollectingDispatcher, contact_id: str, customer_id: str
) -> None:
    """Note the age of whoever has just been verified, and offer senior mode once to whom it suits."""
    customer = await services.bss.customer(customer_id)
    today = local_date(services.clock(), services.zone)
    elderly = customer is not None and customer.is_senior(today)
    if await services.seniors.met(contact_id, elderly=elderly):
        dispatcher.utter_message(response="utter_senior_offer")


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [SeniorMode(services)]
