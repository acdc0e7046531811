"""What is said to a question, by how surely the knowledge base knows its answer."""

import asyncio
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.knowledge import AskFaq
from actions.services import Services
from care.knowledge import Answer, Candidates, Entry, Hit, Unknown


def hit(name: str) -> Hit:
    return Hit(Entry(name, f"{name}的问题", (), f"{name}的答案", "源", date(2026, 1, 1)), 0.5, name)


@pytest.mark.parametrize(
    ("found", "response", "offered"),
    [
        (Answer(hit("a")), "utter_faq_answer", []),
        (Candidates((hit("a"), hit("b"))), "utter_faq_candidates", ["a", "b"]),
        (Unknown(hit("a"), (hit("a"),)), "utter_faq_guesses", ["a"]),
        (Unknown(hit("a")), "utter_faq_unknown", []),
    ],
)
def test_only_what_surely_answers_is_told(found: Any, response: str, offered: list[str]) -> None:
    knowledge = SimpleNamespace(entry=lambda _: None, answer_for=lambda _: found)
    services = cast(Services, SimpleNamespace(knowledge=knowledge))
    message = {"text": "问题", "intent": {"name": "ask_faq"}, "entities": []}
    tracker = Tracker("c", {}, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    asyncio.run(AskFaq(services).run(dispatcher, tracker, {}))
    (said,) = dispatcher.messages
    assert said["response"] == response
    assert ("answer" in said) == isinstance(found, Answer)
    assert [one["payload"] for one in said["buttons"]] == [
        f'/ask_faq{{"faq_entry": "{name}"}}' for name in offered
    ]
