"""What was listed last, and which of it is meant: 第二个 · 最便宜的那个 · 带视频的那个 · 两个都要.

An action that lists things keeps them in the slot ``listed``; a later answer by place, by price or by what a thing has is
looked up there. Where such an answer fits several of them, it is asked between these.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, ask_identity
from actions.complaint_record import add_to_complaint, goes_with_complaint
from actions.heard import payloads_offered, text_of
from actions.services import Services
from actions.time_said import time_alone
from actions.wish_words import also_wanted

SLOT = "listed"

_PLACES = {
    word: place
    for place, words in enumerate(("一1", "二两2", "三3", "四4", "五5", "六6"))
    for word in words
}
_ORDINAL = re.compile(r"第([一二两三四五六1-6])(?=个|款|档|种|项|条|和|跟|与|、|$|吧|行|就)")
_BARE_PLACE = re.compile(r"^\s*(?:选|要)?([1-6一二三四五六])(?:号|个)?[吧。.]?\s*$")
_ENGLISH = {word: place for place, word in enumerate(("first", "second", "third", "fourth"))}
_ORDINAL_EN = re.compile(rf"\b({'|'.join(_ENGLISH)})\b", re.IGNORECASE)
_ALL = re.compile(r"[都全]要|都[办开订退停关取撤]|全部|所有|统统|通通|[两三几俩仨]个都|一起|all")
_COUNTED = re.compile(r"([两二俩三仨四2-4])个?都")
_COUNTS = {"两": 2, "二": 2, "俩": 2, "2": 2, "三": 3, "仨": 3, "3": 3, "四": 4, "4": 4}
_MOST_AT_ONCE = 4
_NOT = re.compile(r"都不|都别|全不|不[要想]|别")


_REFERS = re.compile(r"(?:带|有|含).{1,8}(?:的|那[个款种])")
_SIZE = re.compile(r"(\d{1,4})\s*[gG]")
_NO_ATTRIBUTE = re.compile(
    r"套餐|流量包|我|你|就|还是|要|想|选|来|办|开通?|换成?|改成?|加|订|那|这|一|个|款|种|档|的|(?<!宽)带|含|包|有|送|给|帮|能|可以|看|用|了|吧"
    r"|呢|啊|呀|嗯|哦|好|行|\W"
)
"""What stands around an attribute: 我要带视频的那个吧."""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that can be chosen: yuan and, where it has one, its size (MB); what it is called, and what it has."""

    id: str
    price: Decimal
    size: int = 0
    name: str = ""
    has: str = ""


type _Best = Callable[[Sequence[Item]], Iterable[Item]]


def _least(of: Callable[[Item], Any], sign: int = 1) -> _Best:
    """All items that have the least of something, with ``sign`` -1 the most."""

    def best(items: Sequence[Item]) -> list[Item]:
        least = min(sign * of(item) for item in items)
        return [item for item in items if sign * of(item) == least]

    return best


_BY_MEASURE: tuple[tuple[re.Pattern[str], _Best], ...] = (
    (re.compile(r"最后|末尾|最下面|后面那|后者|后一"), lambda items: items[-1:]),
    (re.compile(r"前面那|前者|前一|最上面|头一"), lambda items: items[:1]),
    (re.compile(r"便宜|价低|价格低|最低|省钱|cheap", re.I), _least(lambda item: item.price)),
    (re.compile(r"贵的|最贵|高的那"), _least(lambda item: item.price, -1)),
    (re.compile(r"最小|小的|少的"), _least(lambda item: item.size)),
    (re.compile(r"流量多|最大|大的|多的|largest"), _least(lambda item: item.size, -1)),
)


def listed(intent: str, entity: str, items: Iterable[Item]) -> EventType:
    """The event that keeps a list; choosing of it is ``intent`` with ``entity``."""
    return SlotSet(SLOT, _as_slot(intent, entity, items))


def _as_slot(intent: str, entity: str, items: Iterable[Item]) -> dict[str, Any]:
    kept = [{**asdict(item), "price": str(item.price)} for item in items]
    return {"intent": intent, "entity": entity, "items": kept}


def narrowed(
    intent: str, entity: str, items: Sequence[Item], meant: Sequence[str]
) -> dict[str, Any]:
    """The value of the slot where only some of the items are still meant: the form asks between these next."""
    return {
        **_as_slot(intent, entity, [item for item in items if item.id in meant]),
        "narrowed": True,
    }


def still_meant(tracker: Tracker, intent: str) -> list[Item]:
    """The items between which it is to be asked now; empty where the whole list is."""
    kept: Any = tracker.get_slot(SLOT)
    return items_of(tracker, intent) if isinstance(kept, dict) and kept.get("narrowed") else []


def items_of(tracker: Tracker, intent: str | None = None) -> list[Item]:
    """The list as it was said; empty without one, or where it is one of another intent."""
    kept = tracker.get_slot(SLOT)
    if not isinstance(kept, dict) or intent not in (None, kept["intent"]):
        return []
    return [Item(**{**one, "price": Decimal(one["price"])}) for one in kept["items"]]


def picked(text: str, items: Sequence[Item]) -> list[str]:
    """The identifiers that an answer means by place, price, size, attribute or as a whole; empty where it names none."""
    if not items or not text:
        return []
    places = [_PLACES[found] for found in _ORDINAL.findall(text)]
    if bare := _BARE_PLACE.match(text):
        places = [_PLACES[bare[1]]]
    places = places or [_ENGLISH[word.lower()] for word in _ORDINAL_EN.findall(text)]
    if places:
        return list(dict.fromkeys(items[place].id for place in places if place < len(items)))
    meant = fitting(text, items)
    if len(meant) == 1:
        return meant
    if meant or _NOT.search(text):
        return []
    if counted := _COUNTED.search(text):
        return [item.id for item in items] if len(items) == _COUNTS[counted[1]] else []
    if _ALL.search(text) and len(items) <= _MOST_AT_ONCE:
        return [item.id for item in items]
    return []


def fitting(text: str, items: Sequence[Item]) -> list[str]:
    """Those that a measure or an attribute fits: 便宜的那个, 60G那个, 带视频的. Empty where it fits none, or all."""
    if not items or not text or _NOT.search(text):
        return []
    found: Iterable[Item] = ()
    for words, best in _BY_MEASURE:
        if words.search(text):
            found = best(items)
            break
    else:
        if size := _SIZE.search(text):
            found = [item for item in items if item.size == int(size[1]) * 1024]
        elif len(attribute := _NO_ATTRIBUTE.sub("", text)) > 1:
            stands = re.compile(rf"(?<!\d){re.escape(attribute)}(?!\d)", re.I)
            found = [item for item in items if stands.search(f"{item.name} {item.has}")]
    ids = [item.id for item in found]
    return ids if len(ids) < len(items) or len(ids) == 1 else []


class Inform(CareAction):
    """A bare answer to no question: a choice from what was listed last, else asked what it is for."""

    action_name = "action_inform"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """On with what was chosen, as if it had been named."""
        chosen = time_alone(tracker) or _advised(tracker) or choice(dispatcher, tracker)
        if chosen is not None:
            return chosen
        in_form = bool((tracker.active_loop or {}).get("name"))
        if goes_with_complaint(tracker) and not in_form:
            caller = await self.caller(tracker)
            added = await add_to_complaint(self.services, dispatcher, tracker, caller)
            if added is not None:
                return added
        dispatcher.utter_message(response="utter_not_an_answer" if in_form else "utter_inform")
        return []


def _advised(tracker: Tracker) -> list[EventType] | None:
    """Events that advise by the customer's own usage, where the number is given right after that was offered."""
    number = next(tracker.get_latest_entity_values("phone_number"), None)
    offered = any("advice_basis" in one and "own" in one for one in payloads_offered(tracker, 1))
    if number is None or not offered or (tracker.active_loop or {}).get("name"):
        return None
    return ask_identity("action_recommend_plan")


def choice(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
    """Events that go on with what a message chooses from the list, outside of forms; None where it chooses nothing.

    Where several are meant, it is asked between them.
    """
    kept: Any = tracker.get_slot(SLOT)
    if (tracker.active_loop or {}).get("name") or not isinstance(kept, dict):
        return None
    text, items = text_of(tracker), items_of(tracker)
    chosen = picked(text, items)
    if not chosen:
        meant = fitting(text, items)
        if not meant and kept["entity"] == "plan" and _REFERS.search(text):
            return [FollowupAction("action_change_plan")]  # one that was not listed
        if not meant:
            return None
        still = [item for item in items if item.id in meant]
        dispatcher.utter_message(
            response="utter_which_of_these",
            buttons=[
                {
                    "title": item.name,
                    "payload": f'/{kept["intent"]}{{"{kept["entity"]}": "{item.id}"}}',
                }
                for item in still
            ],
        )
        return [listed(kept["intent"], kept["entity"], still)]
    one_only = kept["entity"] == "plan"  # a line has one plan
    first, *rest = chosen
    return [
        SlotSet(kept["entity"], first if one_only else [first]),
        *([] if one_only else also_wanted(tracker, kept["intent"], kept["entity"], rest)),
        FollowupAction(f"action_{kept['intent']}"),
    ]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [Inform(services)]
