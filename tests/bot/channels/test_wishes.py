"""Several wishes in one message: answered one after the other, each as a message of its own would be."""

from typing import Any

import pytest
from rasa.core.processor import MessageProcessor

from tests.bot.world import SENDER, World


def wish(intent: str, text: str, part: str, *entities: dict[str, Any]) -> dict[str, Any]:
    start = text.index(part)
    placed = [
        {**entity, "start": text.index(entity["value"]), "end": text.index(entity["value"]) + 3}
        for entity in entities
    ]
    return {
        "intent": intent,
        "confidence": 0.9,
        "entities": placed,
        "start": start,
        "end": start + len(part),
    }


def plan(value: str) -> dict[str, Any]:
    return {"entity": "plan", "value": value}


TWO = "show it, then hello p59"
FORM = "choose, then show p10"
THREE = "show, hello p59, buy"
PARTS: dict[str, list[tuple[str, str, list[dict[str, Any]]]]] = {
    TWO: [("show", "show it", []), ("greet", "hello p59", [plan("p59")])],
    FORM: [("choose", "choose", []), ("show", "show p10", [plan("p10")])],
    THREE: [("show", "show", []), ("greet", "hello p59", [plan("p59")]), ("order", "buy", [])],
}


@pytest.fixture(autouse=True)
def several_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny assistant's classifier finds no wishes; those of the messages above are put in."""
    parse = MessageProcessor.parse_message

    async def parsed(self: Any, message: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = await parse(self, message, *args, **kwargs)
        if message.text in PARTS:
            wishes = [
                wish(name, message.text, part, *values)
                for name, part, values in PARTS[message.text]
            ]
            found["wishes"] = wishes
            found["intent"] = {"name": wishes[0]["intent"], "confidence": 0.9}
            found["entities"] = [entity for one in wishes for entity in one["entities"]]
        return found

    monkeypatch.setattr(MessageProcessor, "parse_message", parsed)


def users(world: World) -> list[dict[str, Any]]:
    return [event for event in world.stored(SENDER) if event["event"] == "user"]


def texts(answer: dict[str, Any]) -> list[str | None]:
    return [message.get("text") for message in answer["messages"]]


async def test_both_are_answered_in_one_turn(world: World) -> None:
    world.actions.say({"text": "看"})
    status, answer = await world.turn(TWO, turn="m-1")
    assert status == 200
    assert texts(answer) == ["看", "看", "您好"]  # the second is what introduces the second wish
    assert answer["actions"] == ["action_show", "action_next_wish"]
    understood = answer["understanding"]
    assert understood["intent"] == "show"
    assert [one["intent"] for one in understood["wishes"]] == ["show", "greet"]
    assert [one["entities"] for one in understood["wishes"]] == [[], understood["entities"]]
    assert understood["entities"][0]["text"] == "p59"


async def test_a_wish_fills_its_own_slots_only(world: World) -> None:
    world.actions.say({"text": "看"})
    await world.turn(TWO)
    first, second = users(world)
    assert first["parse_data"]["entities"] == []
    assert second["parse_data"]["entities"][0]["value"] == "p59"
    assert second["text"] == "hello p59"
    filled = [one for one in world.stored() if one["event"] == "slot" and one["name"] == "plan"]
    assert [one["value"] for one in filled] == ["p59"]
    names = [call["tracker"]["slots"]["plan"] for call in world.actions.calls]
    assert names == [None, None]  # while the first was answered, and introduced the second


async def test_the_very_same_is_answered_again(world: World) -> None:
    world.actions.say({"text": "看"})
    _, first = await world.turn(TWO, turn="m-1")
    before, calls = world.stored(), len(world.actions.calls)
    _, again = await world.turn(TWO, turn="m-1", repeat=True)
    assert {**again, "latency_ms": 0} == {**first, "latency_ms": 0}
    assert (world.stored(), len(world.actions.calls)) == (before, calls)
    # A turn after it is answered with its own words.
    assert await world.said("hello", turn="m-2") == await world.said("hello", turn="m-2")


async def test_the_second_waits_until_the_form_of_the_first_has_ended(world: World) -> None:
    status, answer = await world.turn(FORM)
    assert (status, texts(answer)) == (200, ["哪个套餐？"])
    assert answer["actions"] == []
    offer = [{"event": "slot", "name": "wish_offered", "value": True}]
    world.actions.say({"text": "另一件呢？"}, events=offer)
    _, answer = await world.turn("take p59")
    assert texts(answer) == ["您选了p59", "另一件呢？"]
    assert answer["actions"] == ["action_offer_wish"]


async def offered(world: World) -> None:
    await world.turn(FORM)
    offer = [{"event": "slot", "name": "wish_offered", "value": True}]
    world.actions.say({"text": "另一件呢？"}, events=offer)
    await world.turn("take p59")


async def test_a_yes_takes_it_up(world: World) -> None:
    await offered(world)
    taken = [{"event": "slot", "name": "wish_offered", "value": None}]
    world.actions.say({"text": "好"}, events=taken)
    _, answer = await world.turn("yes")
    assert answer["actions"] == ["action_take_up_wish", "action_show"]
    assert answer["understanding"]["intent"] == "affirm"
    assert world.actions.calls[-1]["tracker"]["slots"]["plan"] == "p10"
    assert world.actions.calls[-1]["tracker"]["slots"]["wishes"] is None


async def test_the_offer_lapses_when_something_else_is_wanted(world: World) -> None:
    await offered(world)
    assert await world.said("hello") == [
        {"text": "您好", "buttons": [{"title": "办套餐", "payload": '/order{"plan": "p59"}'}]}
    ]
    slots = {one["name"]: one["value"] for one in world.stored() if one["event"] == "slot"}
    assert (slots["wishes"], slots["wish_offered"]) == (None, None)
    world.actions.say({"text": "看"})
    assert await world.said("show") == [{"text": "看"}]


async def test_what_is_asked_for_again_is_not_offered(world: World) -> None:
    await world.turn(FORM)
    world.actions.say({"text": "看"})
    await world.turn("show")
    assert (await world.said("take p59"))[-1] == {"text": "您选了p59"}


async def test_a_goodbye_lets_go_of_it(world: World) -> None:
    world.actions.say({"text": "看"})
    await world.turn(FORM)
    await world.turn("farewell")
    slots = {one["name"]: one["value"] for one in world.stored() if one["event"] == "slot"}
    assert slots["wishes"] is None


async def test_three_are_answered_in_their_order(world: World) -> None:
    world.actions.say({"text": "看"})
    _, answer = await world.turn(THREE)
    assert answer["actions"] == [
        "action_show",
        "action_next_wish",
        "action_next_wish",
        "action_order",
    ]
    assert [event["message_id"] for event in users(world)] == ["turn-1", "turn-1.2", "turn-1.3"]


async def test_a_new_dialogue_has_nothing_pending(world: World) -> None:
    await world.turn(FORM)
    await world.turn("hello", fresh=True)
    await world.turn("choose")
    assert await world.said("take p59") == [{"text": "您选了p59"}]


async def test_a_long_dialogue_keeps_what_is_pending(world: World) -> None:
    await world.turn(FORM)
    for _ in range(30):  # beyond the events of a session
        assert await world.said("hello hello")
    world.actions.say({"text": "另一件呢？"})
    assert (await world.said("take p59"))[-1] == {"text": "另一件呢？"}


async def test_a_failed_second_wish_fails_the_turn(world: World) -> None:
    world.actions.say({"text": "看"})
    await world.turn("hello", turn="m-0")
    world.actions.status = 500
    status, answer = await world.turn(TWO, turn="m-1")
    assert (status, answer["error"]) == (502, "action_failed")
    world.actions.say({"text": "看"})
    status, answer = await world.turn(TWO, turn="m-1", repeat=True)
    assert (status, texts(answer)) == (200, ["看", "看", "您好"])
