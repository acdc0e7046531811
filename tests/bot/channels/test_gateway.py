"""The gateway's promises, asked for over HTTP as the care server asks."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rasa.core.agent import Agent
from rasa.shared.exceptions import RasaException

from bot.channels import action_calls
from bot.channels.gateway import BODY_LIMIT, GatewayInput
from tests.bot.world import SECRET, SENDER, World, serving

ORDER = '/order{"plan": "p59"}'


def broken(world: World, how: str) -> None:
    """Break the database in one way."""
    if how == "writing":
        world.sql(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    else:
        world.sql("ALTER TABLE events RENAME TO elsewhere")


def mended(world: World, how: str) -> None:
    """The database as it was."""
    if how == "writing":
        world.sql("DROP TRIGGER full")
    else:
        world.sql("ALTER TABLE elsewhere RENAME TO events")


# Who may ask, and with what


async def test_who_has_not_the_secret_is_sent_away(world: World) -> None:
    wrong = ["", SECRET, "Bearer", "Bearer ", f"Bearer {SECRET[:-1]}", f"Bearer {SECRET}x"]
    wrong += [f"bearer {SECRET}", f"Basic {SECRET}", "Bearer 密"]
    for headers in [{}, *({"Authorization": given} for given in wrong)]:
        async with aiohttp.ClientSession(headers=headers) as http:
            async with http.post(f"{world.url}/turn", json=world.body("hello")) as response:
                assert response.status == 401, headers
                assert await response.json() == {"error": "unauthenticated"}
            async with http.get(f"{world.url}/ready") as response:
                assert response.status == 401, headers
    assert world.stored() == []


async def test_a_secret_in_no_known_encoding_is_a_wrong_secret(world: World) -> None:
    address = world.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(address[0], int(address[1]))
    writer.write(
        b"GET /webhooks/gateway/ready HTTP/1.1\r\nHost: bot\r\n"
        b"Authorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_a_gateway_needs_a_secret() -> None:
    for credentials in (None, {}, {"secret": ""}, {"secret": None}):
        with pytest.raises(RasaException, match="secret"):
            GatewayInput.from_credentials(credentials)


async def test_a_body_that_is_no_json_object_is_refused(world: World) -> None:
    for sent in (b"", b"{", b"hello", b"[]", b'"hello"', b"null", b"7", b"\xff\xfe", b"sender=1"):
        assert await world.post(data=sent) == (400, {"error": "bad_request"}), sent
    assert world.stored() == []


async def test_a_body_without_a_field_is_refused(world: World) -> None:
    for field in ("sender", "turn", "message", "epoch"):
        body = world.body("hello")
        del body[field]
        assert await world.post(body) == (400, {"error": "bad_request"}), field
    assert world.stored() == []


WRONG: dict[str, list[Any]] = {
    "sender": [None, "", 7, True, ["x"], {"x": "y"}],
    "turn": [None, "", 7, True, ["x"], {"x": "y"}],
    "message": [None, "", 7, True, ["x"], {"x": "y"}],
    "epoch": [None, "1", 1.5, True, [1]],
    "payload": ["", "order", 7, True, ["/order"], {"/": 1}],
    "fresh": ["false", 1, [True]],
    "repeat": ["false", 1, [True]],
    "channel": [7, True, ["web"]],
}


@pytest.mark.parametrize("field", WRONG)
async def test_a_field_of_a_wrong_type_is_refused(world: World, field: str) -> None:
    for value in WRONG[field]:
        body = {**world.body("hello"), field: value}
        assert await world.post(body) == (400, {"error": "bad_request"}), value
    assert world.stored() == []


async def test_what_may_be_left_out(world: World) -> None:
    body = world.body("hello")
    for field in ("payload", "fresh", "repeat", "channel"):
        del body[field]
    status, _ = await world.post(body)
    assert status == 200
    [user] = [event for event in world.stored() if event["event"] == "user"]
    assert user["metadata"]["channel"] == "web"


async def test_a_body_that_is_too_big_is_refused(world: World) -> None:
    assert await world.turn("x" * BODY_LIMIT) == (400, {"error": "bad_request"})
    assert world.stored() == []
    assert await world.turn("hello") != (400, {"error": "bad_request"})


# A turn


async def test_a_turn_answers_with_words_understanding_and_time(world: World) -> None:
    status, answer = await world.turn("take p59")
    assert (status, answer) == (502, {"error": "silent"})
    status, answer = await world.turn("hello p59", channel="wechat", epoch=3, turn="m-1")
    assert status == 200
    assert set(answer) == {"messages", "understanding", "actions", "latency_ms"}
    assert answer["messages"] == [
        {"text": "您好", "buttons": [{"title": "办套餐", "payload": ORDER}]}
    ]
    entity = {"entity": "plan", "value": "p59", "text": "p59", "start": 6, "end": 9}
    assert answer["understanding"] == {
        "intent": "greet",
        "confidence": 1.0,
        "ranking": [],
        "entities": [entity],
        "wishes": [
            {"intent": "greet", "confidence": 1.0, "entities": [entity], "start": 0, "end": 9}
        ],
    }
    assert 0 < answer["latency_ms"] < 60_000
    [user] = [event for event in world.stored(SENDER) if event["event"] == "user"]
    assert user["message_id"] == "m-1"
    told = {"turn": "m-1", "epoch": 3, "channel": "wechat"}
    assert {key: user["metadata"][key] for key in told} == told


async def test_actions_are_told_of_the_turn(world: World) -> None:
    world.actions.say({"text": "好的"})
    _, answer = await world.turn("show", turn="m-7", epoch=4)
    assert answer["actions"] == ["action_show"]
    [call] = world.actions.calls
    assert call["next_action"] == "action_show"
    assert call["tracker"]["latest_message"]["metadata"]["turn"] == "m-7"
    assert call["tracker"]["latest_message"]["metadata"]["epoch"] == 4
    assert "domain" not in call  # Rasa's option for small calls reaches the recorder


async def test_slots_are_remembered_from_turn_to_turn(world: World) -> None:
    await world.said("hello p59")
    assert await world.said("choose") == [{"text": "您选了p59"}]
    assert await world.said("choose", sender="another") == [{"text": "哪个套餐？"}]


async def test_the_dialogue_survives_a_restart(world: World, model: Path) -> None:
    await world.said("choose")
    world.app.ctx.agent = Agent.load(
        model_path=model, tracker_store=world.agent.tracker_store._tracker_store
    )
    assert await world.said("take p59") == [{"text": "您选了p59"}]


# Failures leave no trace


def action_failed(kind: str) -> tuple[int, dict[str, Any]]:
    return 502, {"error": "action_failed", "actions": {"action_order": kind}}


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


# Text and buttons


@pytest.mark.parametrize("command", [ORDER, "/order", "/restart", "/session_start"])
async def test_a_command_that_is_typed_triggers_nothing(world: World, command: str) -> None:
    for number, before in enumerate(["", "  ", "\t\n", "\u3000", "\x1f", "\x85", "\u2028", " /"]):
        sender = f"customer-{number}"
        await world.said("hello p10", sender=sender)
        answer = await world.turn(before + command, sender=sender)
        assert answer == (502, {"error": "silent"}), before  # these are no words it knows
        assert await world.said("choose", sender=sender) == [{"text": "您选了p10"}]
    assert world.actions.calls == []


async def test_what_is_typed_is_understood_as_words(world: World) -> None:
    status, answer = await world.turn(" /hello p59")
    assert (status, answer["understanding"]["intent"]) == (200, "greet")
    [user] = [event for event in world.stored() if event["event"] == "user"]
    assert user["text"] == "／hello p59"


async def test_a_button_is_a_command(world: World) -> None:
    world.actions.say({"text": "正在办"})
    status, answer = await world.turn("办套餐", payload=ORDER)
    assert status == 200
    assert answer["messages"] == [{"text": "正在办"}, {"text": "办好了"}]
    assert answer["understanding"]["intent"] == "order"
    assert [call["next_action"] for call in world.actions.calls] == ["action_order"]
    assert await world.said("choose") == [{"text": "您选了p59"}]


# Turns at the same time


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


# Readiness


async def ready(url: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with aiohttp.ClientSession(headers=headers) as http, http.get(f"{url}/ready") as response:
        return response.status, json.loads(await response.text())


@pytest.fixture
async def ask_without_model() -> AsyncIterator[str]:
    """The address of a gateway whose agent has loaded no model."""
    async with serving(Agent()) as (_, url):
        yield url


async def test_without_a_model_nothing_is_ready(ask_without_model: str) -> None:
    assert await ready(ask_without_model) == (503, {"error": "not_ready"})
    headers = {"Authorization": f"Bearer {SECRET}"}
    body = {"sender": "a", "turn": "b", "epoch": 1, "message": "hello"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{ask_without_model}/turn", json=body) as response,
    ):
        assert (response.status, await response.json()) == (503, {"error": "not_ready"})


async def test_without_an_agent_nothing_is_ready() -> None:
    async with serving(None) as (_, url):
        assert await ready(url) == (503, {"error": "not_ready"})


async def test_with_a_model_and_a_database_it_is_ready(world: World) -> None:
    assert await ready(world.url) == (200, {"status": "ok"})
    assert world.stored() == []
    broken(world, "reading")
    assert await ready(world.url) == (503, {"error": "not_ready"})
    mended(world, "reading")
    assert await ready(world.url) == (200, {"status": "ok"})


async def test_trackers_in_memory_are_not_ready(model: Path) -> None:
    """Rasa takes memory, with no more than a warning, when it cannot make the store it was told of."""
    async with serving(Agent.load(model_path=model)) as (_, url):
        assert await ready(url) == (503, {"error": "not_ready"})
