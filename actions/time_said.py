"""A mere time (周五上午) while an appointment stands to be made: at the shops that were told, or the visit that was offered.

Outside of forms nothing asks for it; the buttons of the last answers tell what it is for.
"""

import json
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.appointments import said_values
from actions.heard import payloads_offered

_VISIT = "/change_appointment"
_SHOP = "/book_store{"


def time_alone(tracker: Tracker) -> list[EventType] | None:
    """Events that go on with the appointment; None where the message names no time, or none stands to be made."""
    days, hours = said_values(tracker, "date"), said_values(tracker, "time_slot")
    if not (days or hours) or (tracker.active_loop or {}).get("name"):
        return None
    offered = payloads_offered(tracker)
    named = [SlotSet("visit_day", days or None), SlotSet("visit_time", hours or None)]
    read = [_shop(payload) for payload in offered if payload.startswith(_SHOP)]
    shops = list(dict.fromkeys(shop for shop in read if shop is not None))
    if shops:
        only = shops[0] if len(shops) == 1 else None
        told = " ".join(shops)
        wish = [
            SlotSet("store_wish", "book"),
            SlotSet("store", only),
            SlotSet("whereabouts", told if only is None else None),
        ]
        return [*wish, *named, FollowupAction("action_book_store")]
    if _VISIT in offered:
        wish = [SlotSet("change_wish", {"do": "move", "kind": None, "days": None})]
        return [*wish, *named, FollowupAction("action_change_appointment")]
    return None


def _shop(payload: str) -> str | None:
    values: dict[str, Any] = json.loads(payload[len(_SHOP) - 1 :])
    return values.get("store")
