"""Who can get no code, since the very card is lost, broken or locked: by another number, or with a person at once."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions.base import forget
from actions.handover import collected
from actions.heard import entity_of, text_of
from actions.services import Services
from actions.slots import FLOW_SLOTS, WISH_SLOTS
from care.bss.protocol import CardReason
from care.conversations.callers import Caller

LOST_CARD = "lost_card"
"""Why a person takes over: each minute somebody may use the card."""

_ANOTHER = re.compile(
    r"(?:[用换拿](?:我|的|名下|成|个)*)(?:另外?一?个?|别的|其他的?|第二个|副卡的?)(?:手机)?(?:号码?|卡)"
    r"|换(?:一?个)(?:手机)?号(?!码?卡)|another (?:phone )?number|different (?:phone )?number",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"没有?(?:别的|其他|其它|另外|另|第二个)|[就只](?:有|办了?)?(?:这|那|一)?一?个(?:手机)?号|^没有?了?[。！!]?$"
    r"|(?:no|don't have|only) (?:other|another|one)",
    re.IGNORECASE,
)
_NOT_RECEIVED = re.compile(
    r"收不到|收不了|没法收|没办法收|怎么收|看不了|看不到|接不到|手机都|手机(?:已经)?(?:丢|没|被偷)"
    r"|(?:can't|cannot|can not) (?:get|receive)",
    re.IGNORECASE,
)
_TASKS = {"action_replace_sim", "action_unlock_sim"}


def about_no_code(tracker: Tracker) -> bool:
    """Whether we ask who this is for the sake of a card that may get no code."""
    task, reason = tracker.get_slot("task"), tracker.get_slot("card_reason")
    return task in _TASKS and (
        task == "action_unlock_sim" or reason in (CardReason.LOST, CardReason.DAMAGED)
    )


def wants_another_number(tracker: Tracker) -> bool:
    """Whether the customer would rather be verified by another number, and does not yet say which."""
    text = text_of(tracker)
    named = entity_of(tracker, "phone_number") or entity_of(tracker, "verification_code")
    return named is None and _ANOTHER.search(text) is not None and _NONE.search(text) is None


def has_no_way(tracker: Tracker) -> bool:
    """Whether there is no other number, or no code that could be read."""
    text = text_of(tracker)
    if not about_no_code(tracker) or entity_of(tracker, "phone_number") is not None:
        return False
    return _NONE.search(text) is not None or _NOT_RECEIVED.search(text) is not None


async def to_a_person(
    services: Services, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
) -> list[EventType]:
    """Hand over from the midst of the identity form, which ends; gives the events of its validation."""
    lost = tracker.get_slot("card_reason") == CardReason.LOST
    dispatcher.utter_message(response="utter_lost_handover" if lost else "utter_no_code_handover")
    packet = await collected(services, tracker, caller)
    reason = LOST_CARD if lost else "requested"
    dispatcher.utter_message(json_message={"handover": {"reason": reason, "packet": packet}})
    return [*forget([*FLOW_SLOTS, *WISH_SLOTS]), SlotSet(REQUESTED_SLOT, None)]
