"""When the operator's systems are down, every question about money is answered by one sentence and leaves nothing."""

from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import billing, charges, disputes, payments, points
from actions.server import _guarded
from actions.services import Services
from actions.slots import FLOW_SLOTS
from care.bss.protocol import BssUnavailable
from care.clock import utc_now
from care.duties import load_duties
from care.settings import ROOT

INTENTS = {
    "action_query_bill": "query_bill",
    "action_query_balance": "query_balance",
    "action_query_usage": "query_usage",
    "action_explain_charge": "explain_charge",
    "action_dispute_charge": "dispute_charge",
    "action_query_payments": "query_payments",
    "action_query_points": "query_points",
}


class Down:
    """Systems of which none answers."""

    def __getattr__(self, name: str) -> Any:
        async def call(*words: Any, **names: Any) -> Any:
            raise BssUnavailable

        return call


class Callers:
    """A verified customer."""

    async def of(self, conversation_id: str) -> Any:
        verified = SimpleNamespace(
            contact_id="c", customer_id="C1101", line_id="L1101", phone="15000131101"
        )
        return SimpleNamespace(conversation_id="v", contact_id="c", verified=verified)


def money_actions() -> list[Any]:
    services = SimpleNamespace(
        bss=Down(),
        callers=Callers(),
        clock=utc_now,
        zone=ZoneInfo("Asia/Shanghai"),
        duties=load_duties(ROOT / "data" / "duties"),
    )
    made = [
        action
        for topic in (billing, charges, disputes, payments, points)
        for action in topic.actions(cast(Services, services))
    ]
    return [action for action in made if action.name() in INTENTS]


@pytest.mark.parametrize("action", money_actions(), ids=lambda action: str(action.name()))
async def test_a_system_that_is_down_is_told_once_and_nothing_is_kept(action: Any) -> None:
    message = {"intent": {"name": INTENTS[action.name()]}, "text": "…", "entities": []}
    slots = {"month": ["2026-10"], "inquiry": None}
    tracker = Tracker("s", slots, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await _guarded(action.run)(dispatcher, tracker, {})
    assert [said["response"] for said in dispatcher.messages] == ["utter_system_down"]
    emptied = {event["name"] for event in events if event["event"] == "slot" and not event["value"]}
    assert set(FLOW_SLOTS) <= emptied


def test_every_question_about_money_was_asked() -> None:
    assert {action.name() for action in money_actions()} == set(INTENTS)
