"""What was listed last, and which of it is meant: 第二个 · 最便宜的那个 · 两个都要.

An action that lists things keeps them in the slot ``listed``; a later answer by place or by price is looked up there.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict
from actions.complaint_record import add_to_complaint, goes_with_complaint
from actions.heard import text_of
from actions.services import Services
from actions.wish_words import also_wanted

SLOT = "listed"

_PLACES = {
    word: place
    for place, words in enumerate(("一1", "二两2", "三3", "四4", "五5", "六6"))
    for word in words
}
_ORDINAL = re.compile(r"第([一二两三四五六1-6])(?=个|款|档|种|项|条|和|跟|与|、|$|吧|行|就)")
_ALL = re.compile(r"[都全]要|都[办开订退停关取撤]|全部|所有|统统|通通|[两三几俩仨]个都|一起|all")
_COUNTED = re.compile(r"([两二俩三仨四2-4])个?都")
_COUNTS = {"两": 2, "二": 2, "俩": 2, "2": 2, "三": 3, "仨": 3, "3": 3, "四": 4, "4": 4}
_MOST_AT_ONCE = 4
_NOT = re.compile(r"都不|都别|全不|不[要想]|别")


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that can be chosen: yuan and, where it has one, its size (MB)."""

    id: str
    price: Decimal
    size: int = 0


_BY_MEASURE: tuple[tuple[re.Pattern[str], Callable[[Sequence[Item]], Item]], ...] = (
    (re.compile(r"最后|末尾|最下面|后面那|后者|后一"), lambda items: items[-1]),
    (re.compile(r"前面那|前者|前一|最上面|头一"), lambda items: items[0]),
    (
        re.compile(r"便宜|价低|价格低|最低|省钱"),
        lambda items: min(items, key=lambda item: item.price),
    ),
    (re.compile(r"贵的|最贵|高的那"), lambda items: max(items, key=lambda item: item.price)),
    (re.compile(r"最小|小的|少的"), lambda items: min(items, key=lambda item: item.size)),
    (re.compile(r"流量多|最大|大的|多的"), lambda items: max(items, key=lambda item: item.size)),
)


def listed(intent: str, entity: str, items: Iterable[Item]) -> EventType:
    """The event that keeps a list; choosing of it is ``intent`` with ``entity``."""
    kept = [{"id": item.id, "price": str(item.price), "size": item.size} for item in items]
    return SlotSet(SLOT, {"intent": intent, "entity": entity, "items": kept})


def items_of(tracker: Tracker, intent: str | None = None) -> list[Item]:
    """The list as it was said; empty without one, or where it is one of another intent."""
    kept = tracker.get_slot(SLOT)
    if not isinstance(kept, dict) or intent not in (None, kept["intent"]):
        return []
    return [Item(one["id"], Decimal(one["price"]), one["size"]) for one in kept["items"]]


def picked(text: str, items: Sequence[Item]) -> list[str]:
    """The identifiers that an answer means by place, price, size or as a whole; empty where it names none."""
    if not items or not text:
        return []
    places = [_PLACES[found] for found in _ORDINAL.findall(text)]
    if places:
        return list(dict.fromkeys(items[place].id for place in places if place < len(items)))
    if _NOT.search(text):
        return []
    for words, of in _BY_MEASURE:
        if words.search(text):
            return [of(items).id]
    if counted := _COUNTED.search(text):
        return [item.id for item in items] if len(items) == _COUNTS[counted[1]] else []
    if _ALL.search(text) and len(items) <= _MOST_AT_ONCE:
        return [item.id for item in items]
    return []


class Inform(CareAction):
    """A bare answer to no question: a choice from what was listed last, else asked what it is for."""

    action_name = "action_inform"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """On with what was chosen, as if it had been named."""
        kept: Any = tracker.get_slot(SLOT)
        chosen = [] if (tracker.active_loop or {}).get("name") else _chosen(tracker)
        if (
            not chosen
            and goes_with_complaint(tracker)
            and not (tracker.active_loop or {}).get("name")
        ):
            caller = await self.caller(tracker)
            added = await add_to_complaint(self.services, dispatcher, tracker, caller)
            if added is not None:
                return added
        if not chosen:
            dispatcher.utter_message(response="utter_inform")
            return []
        first, *rest = chosen
        value = first if kept["entity"] == "plan" else [first]
        return [
            SlotSet(kept["entity"], value),
            *also_wanted(tracker, kept["intent"], kept["entity"], rest),
            FollowupAction(f"action_{kept['intent']}"),
        ]


def _chosen(tracker: Tracker) -> list[str]:
    chosen = picked(text_of(tracker), items_of(tracker))
    kept = tracker.get_slot(SLOT)
    return chosen[:1] if kept and kept["entity"] == "plan" else chosen  # a line has one plan


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [Inform(services)]
