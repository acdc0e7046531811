"""Turns at the same time: one after the other for a sender, beside each other for several."""

import asyncio

import pytest

from tests.bot.world import SENDER, World, action_failed

ORDER = '/order{"plan": "p59"}'


async def test_turns_of_one_sender_run_one_after_the_other(world: World) -> None:
    opened = world.actions.hold(SENDER)
    world.actions.say({"text": "好的"})
    turns = [asyncio.ensure_future(world.turn("show", turn=f"m-{n}")) for n in range(4)]
    await world.actions.arrived.get()
    # Another sender's whole turn passes meanwhile, so the three that wait have had their chance.
    assert await world.said("show", sender="another") == [{"text": "好的"}]
    assert not any(turn.done() for turn in turns)
    opened.set()
    assert [status for status, _ in await asyncio.gather(*turns)] == [200] * 4

    # Each turn knew all that was said before it.
    own = [call for call in world.actions.calls if call["sender_id"] == SENDER]
    kinds = [[event["event"] for event in call["tracker"]["events"]] for call in own]
    assert [kind.count("user") for kind in kinds] == [1, 2, 3, 4]
    events = [event for event in world.stored(SENDER) if event["event"] in ("user", "bot")]
    assert [event["event"] for event in events] == ["user", "bot"] * 4
    assert sorted(world.turns()) == ["m-0", "m-1", "m-2", "m-3"]


async def test_the_same_turn_asked_for_twice_at_once_runs_once(world: World) -> None:
    opened = world.actions.hold(SENDER)
    world.actions.say({"text": "好的"})
    turns = [asyncio.ensure_future(world.turn("show", turn="m-1")) for _ in range(2)]
    await world.actions.arrived.get()
    await world.said("hello", sender="another")
    opened.set()
    (first, answer), (second, answer_again) = await asyncio.gather(*turns)
    assert (first, second) == (200, 200)
    assert answer["messages"] == answer_again["messages"]
    assert len(world.actions.calls) == 1
    assert world.turns() == ["m-1"]


async def test_senders_do_not_wait_for_each_other(world: World) -> None:
    senders = ["a", "b", "c"]
    opened = [world.actions.hold(sender) for sender in senders]
    world.actions.say({"text": "好的"})
    turns = [asyncio.ensure_future(world.turn("show", sender=sender)) for sender in senders]
    assert sorted([await world.actions.arrived.get() for _ in senders]) == senders
    assert world.actions.most_at_once == 3
    for gate in opened:
        gate.set()
    assert [status for status, _ in await asyncio.gather(*turns)] == [200] * 3


async def test_one_senders_failure_is_not_anothers(world: World) -> None:
    opened = world.actions.hold("good")
    good = asyncio.ensure_future(world.turn("buy", sender="good"))
    await world.actions.arrived.get()
    world.actions.status = 500
    assert await world.turn("buy", sender="bad") == action_failed("status_500")
    world.actions.say()
    opened.set()
    status, answer = await good
    assert (status, answer.get("messages")) == (200, [{"text": "办好了"}])


async def test_a_caller_who_hangs_up_may_ask_again(world: World) -> None:
    opened = world.actions.hold(SENDER)
    world.actions.say({"text": "好的"})
    turn = asyncio.ensure_future(world.turn("show", turn="m-1"))
    await world.actions.arrived.get()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    opened.set()
    assert await world.said("show", turn="m-1", repeat=True) == [{"text": "好的"}]
    assert world.turns() == ["m-1"]
