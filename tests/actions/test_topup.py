"""Where one cannot pay, that is said, and nothing is asked."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services
from actions.topup import FORM_SLOTS, TopUp


class Callers:
    """Nobody is verified."""

    async def of(self, conversation_id: str) -> Any:
        """The caller."""
        return SimpleNamespace(verified=None)


def tracker(**slots: Any) -> Tracker:
    """A conversation whose latest message was a wish to top up."""
    message = {"text": "充100块", "intent": {"name": "top_up"}, "entities": []}
    return Tracker("c", slots, message, [], False, None, {}, "action_listen")


@pytest.mark.parametrize("amount", [None, "100", "9999"])
async def test_production_without_a_gateway_names_the_other_ways(amount: str | None) -> None:
    services = SimpleNamespace(payments=SimpleNamespace(available=False), callers=Callers())
    dispatcher = CollectingDispatcher()
    events = await TopUp(cast(Services, services)).run(
        dispatcher, tracker(top_up_amount=amount), {}
    )
    assert [message["response"] for message in dispatcher.messages] == ["utter_top_up_elsewhere"]
    assert not [event for event in events if event["event"] == "followup"]
    assert {event["name"] for event in events if event["event"] == "slot"} >= set(FORM_SLOTS)
