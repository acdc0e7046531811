"""Who can get no code since the card is lost: another number, or a person; and what is neither."""

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.no_code import has_no_way, wants_another_number


def tracker(text: str, *, task: str = "action_replace_sim", reason: str | None = "lost") -> Tracker:
    """A tracker while we ask who this is."""
    message: dict[str, Any] = {"text": text, "intent": {"name": "inform"}, "entities": []}
    slots = {"task": task, "card_reason": reason}
    return Tracker("t", slots, message, [], False, None, {}, None)


@pytest.mark.parametrize(
    "text",
    ["用另一个号", "用我名下的另一个号码核实吧", "换个号行吗", "换我副卡的号码", "换一个手机号"],
)
def test_another_number_is_wanted(text: str) -> None:
    assert wants_another_number(tracker(text))
    assert not has_no_way(tracker(text))


@pytest.mark.parametrize(
    "text",
    [
        "收不到啊手机都丢了",
        "没有别的号",
        "我就这一个号",
        "没有",
        "我怎么收验证码啊",
        "I can't receive it",
    ],
)
def test_there_is_no_way(text: str) -> None:
    assert has_no_way(tracker(text))
    assert has_no_way(tracker(text, reason="damaged"))
    assert has_no_way(tracker(text, task="action_unlock_sim", reason=None))
    assert not has_no_way(tracker(text, task="action_query_bill")), "a bill can wait for the code"


@pytest.mark.parametrize("text", ["13900131166", "算了不挂了", "你是机器人吗", "换成eSIM", "好的"])
def test_other_words_are_neither(text: str) -> None:
    assert not wants_another_number(tracker(text))
    assert not has_no_way(tracker(text))
