"""A turn that fails leaves no trace, and may be asked for again."""

import logging
import socket
from typing import Any

import pytest

from bot.channels import action_calls
from tests.bot.world import SENDER, World, action_failed, broken, mended

ORDER = '/order{"plan": "p59"}'


FAILURES: dict[str, dict[str, Any]] = {
    "an error": {"status": 500},
    "an error with its kind": {"status": 500, "raw": '{"error": "KeyError"}'},
    "an error with a text": {"status": 500, "raw": '{"error": "13812345678 ?"}'},
    "not found": {"status": 404},
    "a refusal of the secret": {"status": 401, "raw": ""},
    "no JSON": {"raw": "<html>"},
    "nothing": {"raw": ""},
    "a list": {"answer": []},
    "nothing in JSON": {"answer": None},
    "responses of a wrong form": {"answer": {"events": [], "responses": ["好的"]}},
    "events of a wrong form": {"answer": {"events": "none", "responses": []}},
    "an unknown event": {"answer": {"events": [{"event": "dance"}], "responses": []}},
    "a cut connection": {"cut": True},
}
KINDS = {
    "an error": "status_500",
    "an error with its kind": "KeyError",
    "an error with a text": "status_500",
    "not found": "status_404",
    "a refusal of the secret": "status_401",
    "a cut connection": "ServerDisconnectedError",
}
"""What is told of a failure; an answer of another form than an action's is ``malformed``."""


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_turn_whose_action_fails_did_not_happen(world: World, failure: str) -> None:
    await world.said("hello p59", turn="before")
    before = world.stored()
    for name, value in FAILURES[failure].items():
        setattr(world.actions, name, value)
    assert await world.turn("buy", turn="m-1") == action_failed(KINDS.get(failure, "malformed"))
    assert world.stored() == before

    world.actions.say({"text": "正在办"})
    assert await world.said("buy", turn="m-1", repeat=True) == [
        {"text": "正在办"},
        {"text": "办好了"},
    ]
    assert world.turns() == ["before", "m-1"]


async def test_json_called_text_is_no_answer(world: World) -> None:
    world.actions.raw = (
        '{"events": [], "responses": []}'  # sent as text/plain: Rasa reads nothing of it
    )
    assert await world.turn("buy") == action_failed("malformed")
    assert world.stored() == []


async def test_a_refused_connection_fails_the_turn(world: World) -> None:
    address = str(world.action_server.make_url("/webhook"))
    with socket.socket() as taken:  # bound and not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        world.call_actions_at(f"http://127.0.0.1:{taken.getsockname()[1]}/webhook")
        assert await world.turn("buy", turn="m-1") == action_failed("ClientConnectorError")
        assert world.stored() == []
    world.call_actions_at(address)
    assert await world.said("buy", turn="m-1", repeat=True) == [{"text": "办好了"}]
    assert world.turns() == ["m-1"]


async def test_an_action_that_does_not_answer_fails_the_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_calls, "CALL_TIMEOUT_SECONDS", 0.05)
    world.actions.hold(SENDER)
    assert await world.turn("buy") == action_failed("TimeoutError")
    assert world.stored() == []


async def test_an_action_may_decline(world: World) -> None:
    """Rasa's protocol: 400 with the action's name means that the action does not want to run now."""
    assert await world.said("strict") == [{"text": "哪个小区？"}]
    world.actions.status = 400
    world.actions.answer = {"action_name": "strict_form", "error": "not an answer"}
    status, answer = await world.turn("hello")
    assert status == 200, answer
    assert answer["messages"][0]["text"] == "您好"


async def test_silence_leaves_no_trace(world: World) -> None:
    await world.said("hello", turn="before")
    before = world.stored()
    assert await world.turn("what is this", turn="m-1") == (502, {"error": "silent"})
    world.actions.say(events=[{"event": "slot", "name": "plan", "value": "p1"}])
    assert await world.turn("show", turn="m-2") == (502, {"error": "silent"})
    assert world.stored() == before

    world.actions.say({"text": "好的"})
    assert await world.said("show", turn="m-2", repeat=True) == [{"text": "好的"}]
    assert await world.said("choose") == [{"text": "哪个套餐？"}]  # the silent turn's slot is gone


async def test_a_turn_without_an_end_is_an_error(world: World) -> None:
    world.actions.say({"text": "再来"}, events=[{"event": "followup", "name": "action_stuck"}])
    assert await world.turn("stuck") == (502, {"error": "unfinished"})
    assert len(world.actions.calls) == 10  # Rasa's limit of actions in a turn
    assert world.stored() == []


@pytest.mark.parametrize("how", ["writing", "reading"])
async def test_a_broken_database_fails_the_turn(world: World, how: str) -> None:
    await world.said("hello p59", turn="before")
    broken(world, how)
    assert await world.turn("choose", turn="m-1") == (500, {"error": "broken"})
    assert await world.turn("choose", turn="m-1") == (500, {"error": "broken"})
    mended(world, how)
    assert world.turns() == ["before"]
    # Rasa would have gone on in memory, and have lost the slot or the turn.
    assert await world.said("choose", turn="m-1", repeat=True) == [{"text": "您选了p59"}]
    assert world.turns() == ["before", "m-1"]


async def test_customers_words_do_not_reach_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken(world, "writing")
    with caplog.at_level(logging.DEBUG, logger="bot"):
        await world.turn("hello my number is 13900001111")
    [record] = [record for record in caplog.records if record.name == "bot.channels.gateway"]
    assert "IntegrityError" in record.message
    assert "13900001111" not in record.message
    assert record.exc_info is None
