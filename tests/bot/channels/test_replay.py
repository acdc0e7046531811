"""A turn that is asked for again is answered with what was said then."""

from typing import Any

from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.replay import RANKING_LENGTH, actions_of, answer_given, understanding_of
from tests.bot.world import World

BUTTONS = [{"title": "是", "payload": "/yes"}, {"title": "否", "payload": "/no"}]
HANDOVER = {"handover": {"reason": "requested", "packet": {"月份": "2026-08"}}}
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "words": [{"text": "好的"}],
    "two utterances": [{"text": "好的"}, {"text": "请稍等"}],
    "paragraphs": [{"text": "第一段\n\n第二段\n\n第三段"}],
    "buttons": [{"text": "要办吗？", "buttons": BUTTONS}],
    "paragraphs with buttons": [{"text": "第一段\n\n要办吗？", "buttons": BUTTONS}],
    "a picture": [{"image": "/pictures/1.png"}],
    "words and a picture": [{"text": "看图", "image": "/pictures/1.png"}],
    "a file": [{"text": "账单", "attachment": "/bills/1.pdf"}],
    "a packet": [{"custom": HANDOVER}],
    "words and a packet": [{"text": "为您转人工", "custom": HANDOVER}],
    "a response of the domain": [{"response": "utter_greet"}, {"custom": {"card": [1, None]}}],
    "quick replies": [{"text": "要办吗？", "quick_replies": BUTTONS}],
    "all at once": [
        {"text": "甲\n\n乙", "buttons": BUTTONS, "image": "/1.png", "custom": HANDOVER}
    ],
}


def without_time(answer: tuple[int, dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    status, body = answer
    return status, {key: value for key, value in body.items() if key != "latency_ms"}


async def test_the_very_same_answer_is_given_again(world: World) -> None:
    """Of each turn that ever was, though the session of the first is over (session.EVENT_LIMIT)."""
    answers: dict[str, tuple[int, dict[str, Any]]] = {}
    for turn, responses in ANSWERS.items():
        world.actions.say(*responses)
        status, body = await world.turn("show p59", turn=turn)
        assert status == 200, turn
        assert body["messages"], turn
        answers[turn] = without_time((status, body))
    before, calls = world.stored(), len(world.actions.calls)

    world.actions.status = 500  # nothing is run again
    for turn, answer in answers.items():
        assert without_time(await world.turn("show p59", turn=turn, repeat=True)) == answer
    assert world.stored() == before
    assert len(world.actions.calls) == calls
    assert world.turns() == list(ANSWERS)


async def test_the_same_is_understood_again(world: World) -> None:
    turns = [
        world.body("hello p59 200"),
        world.body("办套餐", payload='/order{"plan": "p59", "amount": "200"}'),
        world.body("choose"),
        world.body("hello p10", fresh=True),
        world.body("choose", fresh=True),
        world.body("take p59"),  # in a form
        world.body("/hello hello"),
    ]
    for body in turns:
        answer = await world.post(body)
        assert answer[0] == 200, answer
        before = world.stored()
        assert without_time(await world.post({**body, "repeat": True})) == without_time(answer)
        assert world.stored() == before


async def test_another_senders_turn_is_not_given(world: World) -> None:
    world.actions.say({"text": "甲"})
    await world.said("show", turn="m-1", sender="a")
    world.actions.say({"text": "乙"})
    assert await world.said("show", turn="m-1", sender="b", repeat=True) == [{"text": "乙"}]


async def test_a_turn_that_never_ran_is_run(world: World) -> None:
    assert (await world.said("hello", turn="m-1", repeat=True))[0]["text"] == "您好"
    assert world.turns() == ["m-1"]


def dialogue(*events: Any) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("a", list(events))


async def test_each_wish_of_a_message_is_given_again() -> None:
    wish = {"intent": "ask_bill", "confidence": 0.9, "entities": [], "start": 0, "end": 3}
    parsed = {
        "text": "查话费，办彩铃",
        "intent": {"name": "ask_bill", "confidence": 0.87654321},
        "entities": [],
        "intent_ranking": [{"name": f"i{n}", "confidence": 1 / (n + 1)} for n in range(20)],
        "wishes": [wish, {**wish, "intent": "order_addon", "start": 4, "end": 7}],
    }
    then = understanding_of(parsed)
    assert [wish["intent"] for wish in then["wishes"]] == ["ask_bill", "order_addon"]
    assert then["confidence"] == 0.8765
    assert len(then["ranking"]) == RANKING_LENGTH
    user = UserUttered(
        parsed["text"], parsed["intent"], parsed["entities"], parsed, message_id="m-1"
    )
    again = await answer_given(dialogue(user, BotUttered("好的")), "m-1")
    assert again == {"messages": [{"text": "好的"}], "understanding": then, "actions": []}


def test_only_our_own_actions_are_told_of() -> None:
    names = [
        "action_extract_slots",
        "identity_form",
        "action_query_bill",
        "utter_done",
        "action_listen",
    ]
    assert actions_of(map(ActionExecuted, names)) == ["action_query_bill"]


async def test_only_the_turns_own_words_are_given() -> None:
    def user(turn: str) -> UserUttered:
        return UserUttered("x", {"name": "greet", "confidence": 1.0}, message_id=turn)

    tracker = dialogue(
        BotUttered("欢迎"),
        user("1"),
        BotUttered("一"),
        BotUttered("一二"),
        user("2"),
        BotUttered("二"),
    )
    for turn, words in {"1": ["一", "一二"], "2": ["二"]}.items():
        answer = await answer_given(tracker, turn)
        assert answer is not None
        assert [message["text"] for message in answer["messages"]] == words
    assert await answer_given(tracker, "3") is None
    assert await answer_given(dialogue(), "1") is None


def test_an_entity_without_a_place_is_shown_by_its_value() -> None:
    parsed = {"text": "x", "intent": {}, "entities": [{"entity": "amount", "value": 200}]}
    understood = understanding_of(parsed)
    assert understood["entities"] == [
        {"entity": "amount", "value": 200, "text": "200", "start": None, "end": None}
    ]
    assert (understood["intent"], understood["confidence"]) == (None, 0.0)
