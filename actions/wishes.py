"""Words between two wishes of one message, and the question back to a topic without a wish.

The gateway (``bot/channels/wishes.py``) keeps the wishes that are still to come in the slot ``wishes``, decides when one is
due, and handles it as a message of its own; what is said in between is said here.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict, forget
from actions.heard import entity_of, intent_of, pending_wishes
from actions.services import Services
from actions.slots import WISH_SLOTS


class _WishAction(CareAction):
    """An action that says something of the first wish that is still to come."""

    def title(self, tracker: Tracker) -> str:
        """What that wish is called."""
        wishes = pending_wishes(tracker)
        return self.services.wish_names.title(wishes[0]["intent"]) if wishes else ""


class NextWish(_WishAction):
    """Says that the answer to the next wish follows."""

    action_name = "action_next_wish"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Name the wish that is taken up in the same breath."""
        dispatcher.utter_message(response="utter_next_wish", wish=self.title(tracker))
        return []


class OfferWish(_WishAction):
    """Asks whether to go on with the next wish, after a longer matter."""

    action_name = "action_offer_wish"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Name the wish; the customer's yes takes it up."""
        dispatcher.utter_message(response="utter_offer_wish", wish=self.title(tracker))
        return [SlotSet("wish_offered", True)]


class TakeUpWish(_WishAction):
    """The customer has said yes to the wish that was offered."""

    action_name = "action_take_up_wish"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say so; the gateway goes on with the wish, since it is pending and no longer an offer."""
        dispatcher.utter_message(response="utter_wish_taken_up", wish=self.title(tracker))
        return forget(["wish_offered"])


class DropWish(CareAction):
    """The customer has said no to the wish that was offered."""

    action_name = "action_drop_wish"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Forget what was pending."""
        dispatcher.utter_message(response="utter_wish_dropped")
        return forget(WISH_SLOTS)


class AskTopic(CareAction):
    """Asks back what is wanted of a topic: its commonest wish, with the other likely ones as buttons."""

    action_name = "action_ask_topic"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Outside of forms a yes means the commonest wish; inside, it is the form's."""
        word = str(entity_of(tracker, "bare_topic"))
        names = self.services.wish_names
        topic = names.topics.get(word)
        intent = topic.intent if topic is not None else intent_of(tracker)
        dispatcher.utter_message(
            response="utter_which_wish",
            topic=word,
            wish=names.title(intent),
            buttons=[
                {"title": choice.title, "payload": choice.payload}
                for choice in (topic.choices if topic is not None else ())
            ],
        )
        if (tracker.active_loop or {}).get("name"):
            return []
        guess = {"intent": intent, "confidence": 1.0, "text": word, "entities": [], "guessed": True}
        return [SlotSet("wishes", [guess]), SlotSet("wish_offered", True)]


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        NextWish(services),
        OfferWish(services),
        TakeUpWish(services),
        DropWish(services),
        AskTopic(services),
    ]
