"""A message with several wishes: the first is answered, the others are kept and come one after the other.

They are kept in the tracker (slot ``wishes``), so they survive a restart and end with the dialogue. When nothing is under
way any more, the next one is handled just as a message of its own would be: its part of the message, with what was
understood of it, goes through slots and rules. That happens

* at once, in the same turn, when the first wish was answered and asked for nothing but who the customer is;
* after a yes to 您刚才还提到…, when a longer matter (a form) lay between.

Such a later wish stands in the tracker as a user event whose metadata have its number (``wish``); its message id is the
turn's with that number, so that a turn asked for again finds all that was said in it (``replay``).
"""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

PENDING, OFFERED = "wishes", "wish_offered"
NUMBER = "wish"
MOST_PENDING = 3

_IDENTITY_FORM = "identity_form"
_GOODBYE = "goodbye"
_NO_ANSWER = frozenset({"nlu_fallback", "noise", "repeat"})
"""After these the offer still stands."""


class Step(Enum):
    """What becomes of the wishes that are kept."""

    NOTHING = "nothing"
    RUN = "run"
    OFFER = "offer"
    DROP = "drop"


def is_later_wish(event: Event) -> bool:
    """Whether a user event is no message, but a later wish of one."""
    return isinstance(event, UserUttered) and NUMBER in (event.metadata or {})


def first_of(parse_data: dict[str, Any]) -> dict[str, Any]:
    """What was understood of a message, for its first wish alone: what belongs to the others must fill no slot of it."""
    wishes = parse_data.get("wishes") or []
    return {**parse_data, "entities": wishes[0]["entities"]} if len(wishes) > 1 else parse_data


class Wishes:
    """The wishes of one turn. Made before the message is logged; a model without the slots keeps none."""

    def __init__(
        self, processor: MessageProcessor, tracker: DialogueStateTracker, message: UserMessage
    ) -> None:
        self._processor = processor
        self._tracker = tracker
        self._message = message
        self._form = tracker.active_loop_name
        self._was_offered = bool(self._slot(OFFERED))
        self._arrived = False
        self._number = 1

    def keep(self) -> None:
        """Keep the message's later wishes, before those of earlier messages; after the message was logged."""
        parse_data = self._message.parse_data or {}
        intent = str((parse_data.get("intent") or {}).get("name"))
        told = parse_data.get("wishes") or []
        text = parse_data.get("text") or ""
        later = [_kept(wish, text) for wish in told[1:]]
        self._arrived = bool(later)
        known = {intent, *(wish["intent"] for wish in later)}
        before = [] if self._was_offered and later else self._slot(PENDING) or []
        # What the customer has now asked for again is no longer to come, unless that is the yes to the offer.
        kept = [*later, *(wish for wish in before if wish["intent"] not in known)][:MOST_PENDING]
        if kept != (self._slot(PENDING) or []):
            self._set({PENDING: kept or None})
        if self._was_offered and (later or not kept):
            self._set({OFFERED: None})

    async def go_on(self, handle: Callable[[UserMessage], Awaitable[None]]) -> None:
        """After the message was handled: have the wishes that are due handled, then offer what is left, or let go of it."""
        while (step := self._step()) is Step.RUN:
            if not self._accepted():
                await self._say("action_next_wish")
            wish, *rest = self._slot(PENDING)
            self._number += 1
            self._set({PENDING: rest or None, OFFERED: None})
            await handle(self._as_message(wish))
        if step is Step.OFFER:
            await self._say("action_offer_wish")
        elif step is Step.DROP:
            self._set({PENDING: None, OFFERED: None})

    def _step(self) -> Step:
        if not self._slot(PENDING):
            return Step.NOTHING
        if self._slot(OFFERED):
            stands = self._offered_now() or self._intent() in _NO_ANSWER
            return (
                Step.NOTHING if stands else Step.DROP
            )  # the customer has gone on to something else
        if self._tracker.active_loop_name is not None:
            return Step.NOTHING
        if self._intent() == _GOODBYE:
            return Step.DROP
        if self._arrived or self._was_offered or self._form == _IDENTITY_FORM:
            return Step.RUN
        return Step.OFFER

    def _offered_now(self) -> bool:
        """Whether the offer was made in this turn."""
        for event in reversed(self._tracker.events):
            if isinstance(event, UserUttered):
                return False
            if isinstance(event, SlotSet) and event.key == OFFERED:
                return bool(event.value)
        return False

    def _accepted(self) -> bool:
        return self._was_offered and not self._arrived and self._number == 1

    def _intent(self) -> str:
        return str(((self._message.parse_data or {}).get("intent") or {}).get("name"))

    def _as_message(self, wish: dict[str, Any]) -> UserMessage:
        message = UserMessage(
            text=wish["text"],
            output_channel=self._message.output_channel,
            sender_id=self._message.sender_id,
            input_channel=self._message.input_channel,
            message_id=f"{self._message.message_id}.{self._number}",
            metadata={**(self._message.metadata or {}), NUMBER: self._number},
        )
        message.parse_data = {
            "text": wish["text"],
            "intent": {"name": wish["intent"], "confidence": wish["confidence"]},
            "entities": wish["entities"],
            "intent_ranking": [{"name": wish["intent"], "confidence": wish["confidence"]}],
        }
        return message

    async def _say(self, name: str) -> None:
        """Run an action of ours outside of the policies' loop, after it has chosen to listen."""
        processor, output = self._processor, self._message.output_channel
        action = processor._get_action(name)
        assert action is not None
        assert output is not None
        prediction = PolicyPrediction.for_action_name(processor.domain, name)
        await processor._run_action(action, self._tracker, output, processor.nlg, prediction)
        self._tracker.update(ActionExecuted(ACTION_LISTEN_NAME), processor.domain)

    def _slot(self, name: str) -> Any:
        slot = self._tracker.slots.get(name)
        return slot.value if slot is not None else None

    def _set(self, values: dict[str, Any]) -> None:
        known = [
            SlotSet(name, value) for name, value in values.items() if name in self._tracker.slots
        ]
        self._tracker.update_with_events(known, self._processor.domain)


def _kept(wish: dict[str, Any], text: str) -> dict[str, Any]:
    """A wish as the slot keeps it: its part of the message, with the entities at their places in that part."""
    start, end = wish["start"], wish["end"]
    return {
        "intent": wish["intent"],
        "confidence": wish["confidence"],
        "text": text[start:end],
        "entities": [
            {**entity, "start": entity["start"] - start, "end": entity["end"] - start}
            for entity in wish["entities"]
        ],
    }
