"""The engine over HTTP: Rasa's gateway channel (``bot/channels/gateway.py``)."""

from typing import Any

import httpx

from care.engine.protocol import (
    Button,
    EngineFailed,
    EngineUnreachable,
    Handover,
    Reply,
    TurnRequest,
    TurnResult,
)


class RasaEngine:
    """One Rasa server, by its address. ``timeout`` is in seconds for a whole turn."""

    def __init__(self, url: str, secret: str, timeout: float) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/webhooks/gateway",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=httpx.Timeout(timeout, connect=2.0),
            limits=httpx.Limits(max_keepalive_connections=64, max_connections=None),
            trust_env=False,
        )

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Ask Rasa to answer ``request``."""
        body = {
            "sender": request.conversation_id,
            "turn": request.turn_id,
            "epoch": request.epoch,
            "message": request.text,
            "payload": request.payload,
            "fresh": request.fresh,
            "repeat": request.repeat,
            "channel": request.channel,
        }
        try:
            response = await self._http.post("/turn", json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise EngineUnreachable(cause=type(error).__name__) from error
        except httpx.HTTPError as error:
            raise EngineFailed(cause=type(error).__name__) from error
        if response.status_code == 503:
            raise EngineUnreachable(cause="not_ready")
        if response.status_code != 200:
            cause, actions = _failure(response)
            raise EngineFailed(cause=cause, failed_actions=actions)
        try:
            return _result(response.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineFailed(cause="malformed_answer") from error

    async def parse(self, text: str) -> dict[str, Any]:
        """What Rasa understands of ``text`` by itself, outside of any conversation; in the form of a turn's result.

        Raises ``EngineUnreachable`` or ``EngineFailed``.
        """
        response = await self._post("/parse", {"text": text})
        try:
            understanding: dict[str, Any] = response.json()["understanding"]
        except (ValueError, KeyError, TypeError) as error:
            raise EngineFailed(cause="malformed_answer") from error
        return understanding

    async def ready(self) -> bool:
        """Whether Rasa has loaded a model and reaches its tracker store."""
        try:
            response = await self._http.get("/ready", timeout=2.0)
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def forget(self, conversation_id: str) -> None:
        """Have Rasa remove the conversation's tracker."""
        await self._post("/forget", {"sender": conversation_id})

    async def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """The answer to a call that must succeed."""
        try:
            response = await self._http.post(path, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise EngineUnreachable(cause=type(error).__name__) from error
        except httpx.HTTPError as error:
            raise EngineFailed(cause=type(error).__name__) from error
        if response.status_code == 503:
            raise EngineUnreachable(cause="not_ready")
        if response.status_code != 200:
            raise EngineFailed(cause=_failure(response)[0])
        return response

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _failure(response: httpx.Response) -> tuple[str, dict[str, str]]:
    """The cause, and the kinds of failure of the actions."""
    try:
        body = response.json()
        actions = {str(name): str(kind) for name, kind in (body.get("actions") or {}).items()}
        return str(body["error"])[:60], actions
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"status_{response.status_code}", {}


def _result(body: dict[str, Any]) -> TurnResult:
    replies: list[Reply] = []
    handover: Handover | None = None
    for message in body["messages"]:
        custom = message.get("custom")
        if custom and "handover" in custom:
            wish = custom["handover"]
            handover = Handover(str(wish["reason"]), dict(wish.get("packet") or {}))
            continue
        replies.append(
            Reply(
                text=message.get("text"),
                buttons=tuple(
                    Button(str(button["title"]), str(button["payload"]))
                    for button in message.get("buttons") or ()
                ),
                image=message.get("image"),
                custom=custom,
            )
        )
    return TurnResult(
        replies=tuple(replies),
        understanding=body["understanding"],
        handover=handover,
        actions=tuple(str(name) for name in body["actions"]),
        latency_ms=float(body["latency_ms"]),
    )
