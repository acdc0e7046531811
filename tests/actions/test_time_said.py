"""A mere time goes to what the last buttons stand for; a month that was not meant is told from one that was."""

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.inquiry import Inquiry, denies_month
from actions.time_said import time_alone

SHOP = '/book_store{"store": "%s", "purpose": "book"}'


def tracker(*payloads: str, form: str | None = None, **entities: str) -> Tracker:
    """After an answer with these buttons the customer names values."""
    named = [{"entity": name, "value": value} for name, value in entities.items()]
    latest = {"intent": {"name": "inform"}, "text": "…", "entities": named}
    events: list[dict[str, Any]] = [
        {"event": "user", "text": "…"},
        {"event": "bot", "data": {"buttons": [{"payload": one} for one in payloads]}},
        {"event": "user", "text": "…"},
    ]
    loop = {"name": form} if form else {}
    return Tracker("c", {}, latest, events, False, None, loop, "action_listen")


def outcome(events: list[dict[str, Any]] | None) -> dict[str, Any]:
    """The slots that events set, and the action that follows."""
    assert events is not None
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    return {**slots, "follows": events[-1]["name"]}


def test_at_the_one_shop_that_was_told() -> None:
    said = outcome(time_alone(tracker(SHOP % "s_cuihu", date="2026-12-04")))
    assert said["follows"] == "action_book_store"
    assert (said["store"], said["store_wish"], said["whereabouts"]) == ("s_cuihu", "book", None)
    assert (said["visit_day"], said["visit_time"]) == (["2026-12-04"], None)


def test_of_several_shops_it_is_asked_which() -> None:
    said = outcome(
        time_alone(tracker(SHOP % "s_cuihu", SHOP % "s_wenhua", time_slot="15:00-16:00"))
    )
    assert said["store"] is None
    assert set(said["whereabouts"].split()) == {"s_cuihu", "s_wenhua"}


def test_for_the_visit_that_was_offered() -> None:
    said = outcome(time_alone(tracker("/change_appointment", time_slot="18:00-21:00")))
    assert said["follows"] == "action_change_appointment"
    assert said["visit_time"] == ["18:00-21:00"]


@pytest.mark.parametrize(
    "said",
    [
        tracker(SHOP % "s_cuihu"),
        tracker(date="2026-12-04"),
        tracker("/query_bill", '/book_store{"purpose": "book"}', date="2026-12-04"),
        tracker(SHOP % "s_cuihu", form="order_form", date="2026-12-04"),
    ],
)
def test_else_it_is_no_appointment(said: Tracker) -> None:
    assert time_alone(said) is None


@pytest.mark.parametrize(
    ("text", "month", "denied"),
    [
        ("没说9月啊", "9月", True),
        ("我又没问10月", "10月", True),
        ("谁说8月了", "8月", True),
        ("9月我可没提", "9月", True),
        ("不是这个 10月", "10月", False),
        ("不对，是9月", "9月", False),
        ("那9月的呢", "9月", False),
        ("我说的是9月", "9月", False),
    ],
)
def test_a_month_that_was_not_meant(text: str, month: str, denied: bool) -> None:
    start = text.index(month)
    entity = {
        "entity": "month",
        "value": "2026-09",
        "start": start,
        "end": start + len(month),
    }
    latest = {"intent": {"name": "deny"}, "text": text, "entities": [entity]}
    before = {"inquiry": Inquiry("action_query_bill", months=("2026-10",)).as_slot()}
    said = Tracker("c", before, latest, [], False, None, {}, "action_listen")
    assert denies_month(said) is denied
