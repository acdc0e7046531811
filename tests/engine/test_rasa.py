"""The client of the gateway: what it makes of each answer."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from care.engine import (
    Button,
    Engine,
    EngineFailed,
    EngineUnreachable,
    Handover,
    Reply,
    TurnRequest,
)
from care.engine.rasa import RasaEngine

REQUEST = TurnRequest("c-1", "m-1", 3, "查话费", fresh=True, channel="wechat")
ANSWER: dict[str, Any] = {
    "messages": [
        {"text": "您好", "buttons": [{"title": "查账单", "payload": "/query_bill"}]},
        {"custom": {"handover": {"reason": "requested", "packet": {"月份": "8月"}}}},
        {"custom": {"chart": [1, 2]}},
    ],
    "understanding": {"intent": "greet"},
    "actions": ["action_request_human"],
    "latency_ms": 12.5,
}

type Answering = Callable[[httpx.Request], httpx.Response]


def engine(answering: Answering) -> Engine:
    """The client with ``answering`` in the place of Rasa."""
    made = RasaEngine("http://rasa/", "secret", 5.0)
    made._http = httpx.AsyncClient(
        base_url=made._http.base_url,
        headers=made._http.headers,
        transport=httpx.MockTransport(answering),
    )
    return made


async def test_a_turn_is_asked_for_and_its_answer_read() -> None:
    asked: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=ANSWER)

    result = await engine(answering).turn(REQUEST)
    [request] = asked
    assert str(request.url) == "http://rasa/webhooks/gateway/turn"
    assert request.headers["authorization"] == "Bearer secret"
    assert json.loads(request.content) == {
        "sender": "c-1",
        "turn": "m-1",
        "epoch": 3,
        "message": "查话费",
        "payload": None,
        "fresh": True,
        "repeat": False,
        "channel": "wechat",
    }
    assert result.replies == (
        Reply("您好", (Button("查账单", "/query_bill"),)),
        Reply(custom={"chart": [1, 2]}),
    )
    assert result.handover == Handover("requested", {"月份": "8月"})
    assert (result.understanding, result.actions) == (
        {"intent": "greet"},
        ("action_request_human",),
    )
    assert result.latency_ms == 12.5


async def test_a_turn_that_failed_says_why() -> None:
    body = {"error": "action_failed", "actions": {"action_query_bill": "KeyError"}}
    with pytest.raises(EngineFailed) as failed:
        await engine(lambda _: httpx.Response(502, json=body)).turn(REQUEST)
    assert failed.value.data == {"cause": "action_failed"}
    assert failed.value.failed_actions == {"action_query_bill": "KeyError"}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (httpx.Response(500, text="<html>"), "status_500"),
        (httpx.Response(502, json=["silent"]), "status_502"),
        (httpx.Response(502, json={"error": "silent"}), "silent"),
        (httpx.Response(502, json={"error": "action_failed", "actions": "x"}), "status_502"),
        (httpx.Response(200, text=""), "malformed_answer"),
        (httpx.Response(200, json=[]), "malformed_answer"),
        (httpx.Response(200, json={**ANSWER, "messages": None}), "malformed_answer"),
        (httpx.Response(200, json={**ANSWER, "latency_ms": "long"}), "malformed_answer"),
    ],
)
async def test_what_is_no_answer_is_a_failure(answer: httpx.Response, cause: str) -> None:
    with pytest.raises(EngineFailed) as failed:
        await engine(lambda _: answer).turn(REQUEST)
    assert failed.value.data == {"cause": cause}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("refused"), EngineUnreachable),
        (httpx.ConnectTimeout("late"), EngineUnreachable),
        (httpx.ReadTimeout("late"), EngineFailed),
        (httpx.RemoteProtocolError("cut"), EngineFailed),
    ],
)
async def test_only_what_never_arrived_is_unreachable(
    error: Exception, kind: type[Exception]
) -> None:
    def answering(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(kind):
        await engine(answering).turn(REQUEST)


async def test_without_a_model_the_turn_did_not_begin() -> None:
    answer = httpx.Response(503, json={"error": "not_ready"})
    with pytest.raises(EngineUnreachable):
        await engine(lambda _: answer).turn(REQUEST)
    assert not await engine(lambda _: answer).ready()
    assert await engine(lambda _: httpx.Response(200)).ready()


async def test_a_conversation_is_forgotten() -> None:
    asked: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"removed": 7})

    await engine(answering).forget("c-1")
    [request] = asked
    assert str(request.url) == "http://rasa/webhooks/gateway/forget"
    assert json.loads(request.content) == {"sender": "c-1"}


@pytest.mark.parametrize(
    ("status", "error"),
    [(503, EngineUnreachable), (500, EngineFailed), (501, EngineFailed), (401, EngineFailed)],
)
async def test_what_could_not_be_forgotten_is_an_error(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await engine(lambda _: httpx.Response(status, json={"error": "x"})).forget("c-1")


async def test_nobody_there_to_forget_is_an_error() -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(EngineUnreachable):
        await engine(nobody).forget("c-1")
