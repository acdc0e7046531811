"""Sessions are kept short, and nobody notices; a fresh dialogue knows nothing of the last one."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from tests.bot.world import SENDER, World, running, serving

LIMIT = 12
TURN_EVENTS = 12  # no turn of this assistant has more, nor more to carry over
WORDS = ["hello", "hello p10", "choose", "take p59", "take 200", "strict", "buy", "show", "幸福里"]


async def tracker_of(world: World, sender: str = SENDER) -> DialogueStateTracker:
    """The session that the next turn will read."""
    tracker = await world.agent.tracker_store.retrieve(sender)
    assert tracker is not None
    return tracker


def sessions(world: World, sender: str = SENDER) -> int:
    return sum(event["event"] == "session_started" for event in world.stored(sender))


async def test_a_session_over_the_limit_is_followed_by_another(model: Path, tmp_path: Path) -> None:
    async with running(model, tmp_path, event_limit=LIMIT) as world:
        read = []
        for _ in range(25):
            await world.said("hello")
            started, events = sessions(world), len((await tracker_of(world)).events)
            read.append(events)
            assert max(read) <= LIMIT + TURN_EVENTS
            assert started > 1 or events == len(world.stored()) - 2  # Rasa's two before the first
        assert 5 < sessions(world) < 25
        # Just over the limit, and not before: a session ends with the first turn that took it there.
        assert all(before > LIMIT for before, after in pairwise(read) if after < before)
        assert all(after < before for before, after in pairwise(read) if before > LIMIT)
        assert len(world.turns()) == 25  # what was said stays in the database


async def test_slots_are_carried_over(model: Path, tmp_path: Path) -> None:
    async with running(model, tmp_path, event_limit=LIMIT) as world:
        world.actions.say(
            {"text": "好的"}, events=[{"event": "slot", "name": "reminders", "value": None}]
        )
        await world.said("show p59 200")
        before = (await tracker_of(world)).current_slot_values()
        assert (before["plan"], before["amount"], before["reminders"]) == ("p59", "200", None)
        while sessions(world) < 3:
            await world.said("hello")
        after = (await tracker_of(world)).current_slot_values()
        assert {**after, "session_started_metadata": None} == {
            **before,
            "session_started_metadata": None,
        }


async def test_a_form_stands_where_it_stood(model: Path, tmp_path: Path) -> None:
    async with running(model, tmp_path, event_limit=LIMIT) as world:
        assert await world.said("choose") == [{"text": "哪个套餐？"}]
        while sessions(world) < 3:
            messages = await world.said("hello")  # the form steps aside and asks again
            assert [message["text"] for message in messages] == ["您好", "哪个套餐？"]
        tracker = await tracker_of(world)
        assert tracker.active_loop_name == "plan_form"
        assert tracker.get_slot("requested_slot") == "plan"
        assert await world.said("take p59") == [{"text": "您选了p59"}]
        assert (await tracker_of(world)).active_loop_name is None


async def test_a_turn_that_began_a_session_is_found_again(model: Path, tmp_path: Path) -> None:
    async with running(model, tmp_path, event_limit=6) as world:
        for turn in ("m-1", "m-2", "m-3"):
            said = await world.said("hello", turn=turn)
            assert await world.said("hello", turn=turn, repeat=True) == said
        assert world.turns() == ["m-1", "m-2", "m-3"]
        assert sessions(world) == 3


@pytest.mark.parametrize("seed", range(3))
async def test_short_sessions_answer_as_long_ones_do(world: World, seed: int) -> None:
    chance = random.Random(seed)
    world.actions.say({"text": "好的"})
    async with serving(world.agent, event_limit=1) as (_, url):
        long_url = world.url
        for _ in range(25):
            message, fresh = chance.choice(WORDS), chance.random() < 0.1
            world.url = long_url
            long_status, long = await world.turn(message, sender="long", fresh=fresh)
            world.url = url
            status, short = await world.turn(message, sender="short", fresh=fresh)
            assert (status, short.get("messages")) == (long_status, long.get("messages")), message
        world.url = long_url
    assert sessions(world, "short") > sessions(world, "long")


async def test_a_fresh_dialogue_knows_nothing_of_the_last(world: World) -> None:
    world.actions.say(
        {"text": "好的"}, events=[{"event": "slot", "name": "reminders", "value": False}]
    )
    await world.said("show p59")
    assert await world.said("choose") == [{"text": "您选了p59"}]
    assert await world.said("choose", fresh=True) == [{"text": "哪个套餐？"}]
    tracker = await tracker_of(world)
    assert tracker.get_slot("plan") is None
    assert tracker.get_slot("reminders") is True  # its first value
    assert [event["text"] for event in map(vars, tracker.events) if "input_channel" in event] == [
        "choose"
    ]
    assert sessions(world) == 2

    # In the midst of a form, too: it is left, and its answer means nothing.
    assert [message["text"] for message in await world.said("hello", fresh=True)] == ["您好"]
    assert (await tracker_of(world)).active_loop_name is None
    assert await world.turn("take p59") == (502, {"error": "silent"})


async def test_a_new_sender_is_fresh_already(world: World) -> None:
    await world.said("hello", fresh=True)
    assert sessions(world) == 1


async def test_a_fresh_turn_asked_for_again_is_fresh_once(world: World) -> None:
    await world.said("hello p59")
    said = await world.said("choose", turn="m-1", fresh=True)
    before = world.stored()
    assert await world.said("choose", turn="m-1", fresh=True, repeat=True) == said
    assert world.stored() == before
    assert await world.said("take p10") == [{"text": "您选了p10"}]


async def test_a_fresh_turn_that_fails_leaves_the_old_dialogue(world: World) -> None:
    await world.said("hello p59")
    world.actions.status = 500
    assert (await world.turn("buy", fresh=True))[0] == 502
    assert await world.said("choose") == [{"text": "您选了p59"}]
