"""The chat through a real server and a real WebSocket client: what only the wire shows."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from care import schema
from care.serving import FRAME_BYTES
from tests.channels.served import serving_world
from tests.channels.world import World


def _world(folder: Path) -> World:
    world = World(f"sqlite:///{folder / 'care.db'}", folder)
    schema.metadata.create_all(world.db.engine)
    return world


async def _session(address: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
        answer: dict[str, Any] = (await http.post("/chat/session")).json()
        return answer


async def _frame(line: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(10):
        frame: dict[str, Any] = json.loads(await line.recv())
    return frame


async def _until(line: ClientConnection, **wanted: object) -> dict[str, Any]:
    while True:
        frame = await _frame(line)
        if all(frame.get(key) == value for key, value in wanted.items()):
            return frame


async def _close_code(line: ClientConnection) -> int | None:
    """How the server closes the line, after frames still under way."""
    try:
        while True:
            await _frame(line)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else None


async def _open(address: str, token: str, after: int = 0) -> ClientConnection:
    line = await connect(f"ws://{address}/chat/ws", origin=f"http://{address}", proxy=None)  # type: ignore[arg-type]
    await line.send(json.dumps({"type": "hello", "token": token, "after": after}))
    assert (await _frame(line))["type"] == "ready"
    return line


@pytest.mark.timeout(60)
async def test_talking_a_cut_and_going_on(tmp_path: Path) -> None:
    world = _world(tmp_path)
    async with serving_world(world) as (address, _):
        session = await _session(address)
        line = await _open(address, session["token"])
        say = {"type": "message", "client_id": "client-0001", "text": "查话费"}
        await line.send(json.dumps(say))
        answer = await _until(line, type="message", role="bot")
        assert answer["text"] == "您说：查话费"
        line.transport.abort()  # no closing handshake: the network is gone
        line = await _open(address, session["token"], after=answer["seq"])
        await line.send(json.dumps(say))
        assert (await _until(line, type="ack"))["seq"] == 1
        await line.send(json.dumps({**say, "client_id": "client-0002", "text": "还在吗"}))
        assert (await _until(line, type="message", role="bot"))["text"] == "您说：还在吗"
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}/chat/ws", origin="https://evil.example", proxy=None)  # type: ignore[arg-type]
        assert refused.value.response.status_code == 403
        with pytest.raises(InvalidStatus):
            await connect(f"ws://{address}/chat/nothing", proxy=None)
        await line.send("x" * (FRAME_BYTES + 1))
        assert await _close_code(line) == 1009
        async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            pages = await http.get("/")
            assert (pages.status_code, pages.headers["location"]) == (302, "/chat/")
            assert "server" not in pages.headers
        line = await _open(address, session["token"], after=answer["seq"])
    # The server has stopped: the line was closed, so that the client dials again at once.
    assert await _close_code(line) == 1012


@pytest.mark.timeout(60)
async def test_a_stop_lets_a_running_turn_end(tmp_path: Path) -> None:
    world = _world(tmp_path)
    body = {"sender": "张三", "message": "查话费", "metadata": {"message_id": "m-1"}}
    async with httpx.AsyncClient(trust_env=False) as http:
        async with serving_world(world) as (address, _):
            world.engine.free.clear()
            call = asyncio.create_task(
                http.post(f"http://{address}/webhooks/rest/webhook", json=body)
            )
            await world.engine.asked.wait()
            asyncio.get_running_loop().call_later(0.3, world.engine.free.set)
        # Leaving the block stopped the server while the turn was running.
        assert (await call).json() == [{"recipient_id": "张三", "text": "您说：查话费"}]


@pytest.mark.timeout(60)
async def test_the_private_side_wants_its_secret(tmp_path: Path) -> None:
    world = _world(tmp_path)
    secret = world.settings.action_secret.get_secret_value()
    async with (
        serving_world(world) as (public, private),
        httpx.AsyncClient(base_url=f"http://{private}", trust_env=False) as inner,
        httpx.AsyncClient(base_url=f"http://{public}", trust_env=False) as outer,
    ):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": secret}):
            assert (await inner.get("/metrics", headers=headers)).status_code == 401
            webhook = await inner.post("/actions/webhook", json={}, headers=headers)
            assert webhook.status_code == 401
        await outer.post("/webhooks/rest/webhook", json={"sender": "张三", "message": "转人工"})
        known = {"Authorization": f"Bearer {secret}"}
        figures = (await inner.get("/metrics", headers=known)).text
        assert 'care_turns_total{outcome="handed_over"} 1.0' in figures
        assert "care_queue_length 1.0" in figures
        assert 'route="/webhooks/rest/webhook",status="200"} 1.0' in figures
        assert "张三" not in figures
        for path in ("/metrics", "/actions/webhook"):
            assert (await outer.get(path, headers=known)).status_code == 404
        assert (await inner.get("/openapi.json", headers=known)).status_code == 404
