"""Answers from the knowledge base: for questions, and for wishes that have no flow of their own yet."""

import asyncio
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict
from actions.heard import entity_of, intent_of, text_of
from actions.services import Services
from care.customers.masking import mask_text
from care.knowledge import Answer, Candidates, Entry, Hit


class AskFaq(CareAction):
    """Answers a question from the knowledge base, or says that it cannot."""

    action_name = "action_ask_faq"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """One entry, a choice of two or three, or an honest no with other ways."""
        chosen = entity_of(tracker, "faq_entry")
        entry = self.services.knowledge.entry(str(chosen)) if chosen else None
        if entry is not None:
            say_entry(dispatcher, entry)
            return [SlotSet("topic", entry.question)]
        text = text_of(tracker)
        found = await asyncio.to_thread(self.services.knowledge.answer_for, text)
        if isinstance(found, Answer):
            say_entry(dispatcher, found.hit.entry)
        elif isinstance(found, Candidates):
            dispatcher.utter_message(
                response="utter_faq_candidates",
                buttons=[entry_button(hit) for hit in found.hits],
            )
        elif found.guesses:
            dispatcher.utter_message(
                response="utter_faq_guesses",
                buttons=[entry_button(hit) for hit in found.guesses],
            )
        else:
            dispatcher.utter_message(response="utter_faq_unknown")
        return [SlotSet("topic", mask_text(text))]


class AnswerOrOffer(CareAction):
    """For wishes without a flow: what the knowledge base says of them, and a ticket or a person to get it done."""

    action_name = "action_answer_or_offer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Answer where an entry fits, and offer a ticket or a person in any case."""
        text = text_of(tracker)
        find = self.services.knowledge.entry_for_intent
        entry = await asyncio.to_thread(find, intent_of(tracker), text)
        if entry is not None:
            say_entry(dispatcher, entry)
        dispatcher.utter_message(response="utter_offer_ticket")
        pressed = text.startswith("/")  # a button's payload is no words of the customer
        topic = self.services.wish_names.title(intent_of(tracker)) if pressed else mask_text(text)
        return [SlotSet("topic", topic)]


def entry_button(hit: Hit) -> dict[str, str]:
    """A button that asks for the entry."""
    return {
        "title": hit.entry.question,
        "payload": f'/ask_faq{{"faq_entry": "{hit.entry.id}"}}',
    }


def say_entry(dispatcher: CollectingDispatcher, entry: Entry) -> None:
    """Give an entry's answer and say which entry it is from."""
    dispatcher.utter_message(
        response="utter_faq_answer", answer=entry.answer, question=entry.question
    )


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [AskFaq(services), AnswerOrOffer(services)]
