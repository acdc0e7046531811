"""The gateway's promises, asked for over HTTP as the care server asks."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rasa.core.agent import Agent
from rasa.shared.exceptions import RasaException

from bot.channels.gateway import BODY_LIMIT, GatewayInput
from tests.bot.world import SECRET, SENDER, World, broken, mended, serving

ORDER = '/order{"plan": "p59"}'


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


# Forgetting a dialogue


async def forget(url: str, body: Any, secret: str = SECRET) -> tuple[int, dict[str, Any]]:
    """Ask for a dialogue to be forgotten."""
    headers = {"Authorization": f"Bearer {secret}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{url}/forget", json=body) as response,
    ):
        return response.status, json.loads(await response.text())


async def test_a_dialogue_is_forgotten_and_no_other(world: World) -> None:
    await world.said("hello")
    await world.said("hello", sender="bob")
    theirs = world.stored("bob")
    events = len(world.stored(SENDER))
    assert events > 0
    assert await forget(world.url, {"sender": SENDER}) == (200, {"removed": events})
    assert world.stored(SENDER) == []
    assert world.stored("bob") == theirs
    assert await forget(world.url, {"sender": SENDER}) == (200, {"removed": 0})
    await world.said("hello", fresh=True)
    assert len(world.turns()) == 1


async def test_who_may_have_a_dialogue_forgotten_and_how(world: World) -> None:
    await world.said("hello")
    before = world.stored()
    assert await forget(world.url, {"sender": SENDER}, "wrong") == (
        401,
        {"error": "unauthenticated"},
    )
    for body in ({}, {"sender": ""}, {"sender": 7}, {"sender": None}, [], None, "x"):
        assert await forget(world.url, body) == (400, {"error": "bad_request"}), body
    assert world.stored() == before


async def test_what_is_only_in_memory_cannot_be_forgotten_for_sure(model: Path) -> None:
    async with serving(Agent.load(model_path=model)) as (_, url):
        assert await forget(url, {"sender": SENDER}) == (501, {"error": "cannot_forget"})


# What is understood, outside of any dialogue


async def test_a_text_is_understood_and_nothing_is_kept(world: World) -> None:
    async with world.http.post(f"{world.url}/parse", json={"text": "take p59"}) as response:
        assert response.status == 200
        answer = await response.json()
    understanding = answer["understanding"]
    assert understanding["intent"] == "inform"
    assert [one["entity"] for one in understanding["entities"]] == ["plan"]
    assert answer["latency_ms"] >= 0
    assert world.stored() == []


async def test_a_command_that_is_parsed_is_only_words(world: World) -> None:
    async with world.http.post(f"{world.url}/parse", json={"text": "/order"}) as response:
        assert (await response.json())["understanding"]["intent"] != "order"


async def test_only_who_has_the_secret_may_have_texts_parsed(world: World) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{world.url}/parse", json={"text": "hello"}) as response,
    ):
        assert response.status == 401
    for body in ({}, {"text": ""}, {"text": 7}, []):
        async with world.http.post(f"{world.url}/parse", json=body) as response:
            assert response.status == 400, body


async def test_without_a_model_nothing_is_understood() -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with (
        serving(None) as (_, url),
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{url}/parse", json={"text": "hello"}) as response,
    ):
        assert response.status == 503
