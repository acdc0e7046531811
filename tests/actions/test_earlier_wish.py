"""What waits for the identity and gives way: kept in its words, unless it is given up or no wish of its own."""

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.earlier_wish import keep_earlier
from actions.topics import load_wish_names
from tools.layout import ROOT


class _Services:
    wish_names = load_wish_names(ROOT / "data" / "wishes.yml")


def user(text: str, intent: str, entities: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    parsed = {"intent": {"name": intent, "confidence": 0.9}, "entities": entities or []}
    return {"event": "user", "text": text, "parse_data": parsed}


PLAN = {"entity": "plan", "value": "p129", "start": 4, "end": 9}
FIRST = user("帮我换成畅享129", "change_plan", [PLAN])


def kept(
    text: str = "我话费还剩多少",
    *,
    task: str = "action_change_plan",
    form: str | None = "identity_form",
    order: Any = None,
    first: dict[str, Any] = FIRST,
) -> tuple[list[Any], list[str]]:
    """The wishes that are pending afterwards (empty where nothing was kept), and what was said."""
    message = {"text": text, "intent": {"name": "query_balance"}, "entities": []}
    slots = {"task": task, "wishes": None, "order": order}
    events = [first, user(text, "query_balance")]
    loop = {"name": form} if form else {}
    tracker = Tracker("t", slots, message, events, False, None, loop, None)
    dispatcher = CollectingDispatcher()
    services: Any = _Services()
    found = keep_earlier(services, dispatcher, tracker, "action_query_balance")
    said = [str(one["response"]) for one in dispatcher.messages]
    return (found[0]["value"] if found else []), said


def test_the_first_wish_is_kept_in_its_words() -> None:
    wishes, said = kept()
    assert wishes == [
        {"intent": "change_plan", "confidence": 0.9, "text": "帮我换成畅享129", "entities": [PLAN]}
    ]
    assert said == ["utter_also_noted"]


def test_a_task_with_a_name_of_its_own_is_kept_as_its_wish() -> None:
    said = user("再加个副卡", "open_account")
    wishes, _ = kept(task="action_second_card", first=said)
    assert [(one["intent"], one["text"]) for one in wishes] == [("open_account", "再加个副卡")]


@pytest.mark.parametrize(
    ("task", "title"), [("second_card", "办副卡"), ("query_balance", "查话费余额")]
)
def test_what_is_noted_is_called_by_its_title(task: str, title: str) -> None:
    assert _Services.wish_names.title(task) == title


def test_an_order_whose_session_has_ended_is_a_wish_of_its_kind() -> None:
    wishes, _ = kept(task="action_resume_order", order={"kind": "change_plan", "params": {}})
    assert [one["intent"] for one in wishes] == ["change_plan"]


@pytest.mark.parametrize(
    "told",
    [
        {"text": "算了，看看我话费还剩多少"},
        {"text": "不换了，我话费还剩多少"},
        {"text": "never mind, what is my balance"},
        {"task": "action_query_balance"},
        {"task": "action_own_line_chosen"},
        {"form": None},
        {"form": "order_form"},
    ],
)
def test_nothing_is_kept_of_what_is_given_up_or_no_wish(told: dict[str, Any]) -> None:
    assert kept(**told) == ([], [])
