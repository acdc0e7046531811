"""What was said in the message that wanted something, also when others have come since."""

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.orders import _YES
from actions.wish_words import NOTHING_SAID, also_wanted, mentioned, wish_words


def said(
    text: str, intent: str, entities: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A user event."""
    found = [
        {"entity": name, "value": value, "start": text.find(str(value)), "end": 0}
        for name, value in (entities or {}).items()
    ]
    return {
        "event": "user",
        "text": text,
        "parse_data": {"intent": {"name": intent}, "entities": found, **more},
    }


def tracker_of(*events: dict[str, Any], **slots: Any) -> Tracker:
    """A tracker after these events."""
    return Tracker("c", slots, {}, list(events), False, None, {}, "action_listen")


def test_the_latest_wish_counts_and_not_what_came_since() -> None:
    tracker = tracker_of(
        said("开彩铃", "subscribe_addon", {"addon": "crbt"}),
        said("加5G", "subscribe_addon", {"data_amount": 5120}),
        said("138", "inform", {"phone_number": "138"}),
    )
    words = wish_words(tracker, "subscribe_addon")
    assert words.text == "加5G"
    assert words.value("data_amount") == 5120
    assert words.value("addon") is None
    assert wish_words(tracker, "open_roaming") == NOTHING_SAID


def test_lists_and_single_values_are_each_told_once() -> None:
    event = said("x", "compare_plans")
    event["parse_data"]["entities"] = [
        {"entity": "plan", "value": ["p59", "p89"], "start": 0, "end": 1},
        {"entity": "plan", "value": "p59", "start": 0, "end": 1},
    ]
    assert wish_words(tracker_of(event), "compare_plans").values("plan") == ["p59", "p89"]


def test_of_two_wishes_the_first_one_is_the_messages() -> None:
    text = "退彩铃另外开云盘"
    event = said(text, "cancel_addon", {"彩铃": "彩铃", "云盘": "云盘"})
    event["parse_data"]["wishes"] = [
        {"intent": "cancel_addon", "start": 0, "end": 3},
        {"intent": "subscribe_addon", "start": 3, "end": 8},
    ]
    words = wish_words(tracker_of(event), "cancel_addon")
    assert words.text == "退彩铃"
    assert [name for name, _ in words.entities] == ["彩铃"]


def test_a_button_has_values_and_no_words() -> None:
    event = said('/cancel_addon{"addon": "crbt"}', "cancel_addon", {"addon": "crbt"})
    words = wish_words(tracker_of(event), "cancel_addon")
    assert (words.text, words.value("addon")) == ("", "crbt")


def test_what_was_mentioned_last_stands_in_front() -> None:
    tracker = tracker_of(
        said("彩铃", "explain_charge", {"charge_item": "crbt_fee"}),
        said("云盘呢", "query_plan", {"addon": "cloud_drive"}),
    )
    assert mentioned(tracker, "addon", "charge_item") == [
        ("addon", "cloud_drive"),
        ("charge_item", "crbt_fee"),
    ]


def test_further_things_wanted_stand_before_what_was_pending() -> None:
    tracker = tracker_of(wishes=[{"intent": "query_bill"}])
    [event] = also_wanted(tracker, "cancel_addon", "addon", ["crbt", "cloud_drive"])
    assert [wish["intent"] for wish in event["value"]] == [
        "cancel_addon",
        "cancel_addon",
        "query_bill",
    ]
    assert event["value"][0]["entities"][0]["value"] == "crbt"
    assert also_wanted(tracker, "cancel_addon", "addon", []) == []


@pytest.mark.parametrize(
    "text",
    ["确认退订", "好的，撤销", "嗯嗯，办吧", "那就开通吧", "对，就撤了吧", "OK", "行，帮我办理"],
)
def test_a_yes_in_the_words_of_the_order(text: str) -> None:
    assert _YES.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    ["取消", "取消吧", "要换成别的", "对了我要换别的", "好的我再想想", "退订", "不退订了吧", "就换便宜的", "办理什么"],
)  # fmt: skip
def test_no_yes(text: str) -> None:
    assert not _YES.fullmatch(text)
