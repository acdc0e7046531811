"""The gateway: one HTTP call is one turn, and the answer says all that the care server needs to know of it.

``POST /webhooks/gateway/turn``::

    {"sender": conversation id, "turn": message id, "epoch": int, "message": text, "payload": "/intent{…}" or null,
     "fresh": bool, "repeat": bool, "channel": "web"}

answers 200 with ``{"messages": […], "understanding": {…}, "actions": [name, …], "latency_ms": …}``, or
``{"error": code}`` with

* 400 ``bad_request``, 401 ``unauthenticated``,
* 502 ``action_failed`` (an action could not be run: Rasa itself would hide it; ``actions`` has the kind of failure by the
  action's name), ``silent`` (nothing was said) or ``unfinished`` (more actions than Rasa allows in a turn),
* 500 ``broken`` (an exception in the turn), 503 ``not_ready`` (no model).

A turn that fails leaves no trace in the tracker, so the same turn may be asked for again; one that was
brought to an end is found by its id and answered with what was said then. ``GET /webhooks/gateway/ready`` tells
whether a model is loaded and the tracker store answers. ``POST /webhooks/gateway/forget {"sender": conversation id}``
removes all that is kept of a dialogue: 200 ``{"removed": events}``, 501 ``cannot_forget`` with another tracker store.
``POST /webhooks/gateway/parse {"text"}`` tells what is understood of a text outside of any dialogue, and keeps nothing:
200 ``{"understanding": {…}, "latency_ms": …}``.
"""

import hmac
import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels import language, session, store
from bot.channels.action_calls import ActionCalls
from bot.channels.replay import answer_given, answer_of, understanding_of
from bot.channels.wishes import Wishes, first_of, is_later_wish
from bot.patches import compile_action_schema

logger = logging.getLogger(__name__)

BODY_LIMIT = 256 * 1024  # bytes; some hundred times what the care server sends


class TurnFailed(Exception):
    """A turn that must not count; ``code`` says why."""

    def __init__(self, code: str, status: int, actions: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.actions = actions or {}


class GatewayInput(InputChannel):
    """Rasa's side of the care server's engine client."""

    def __init__(self, secret: str, event_limit: int = session.EVENT_LIMIT) -> None:
        if not secret:
            raise RasaException("The gateway channel needs a secret.")
        self._secret = f"Bearer {secret}"
        self._event_limit = event_limit
        compile_action_schema()

    @classmethod
    def name(cls) -> str:
        """The channel's name in its address."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "GatewayInput":
        """Made from ``credentials.yml``: ``secret`` is needed, ``event_limit`` bounds a session's events."""
        options = credentials or {}
        return cls(
            str(options.get("secret") or ""),
            int(options.get("event_limit", session.EVENT_LIMIT)),
        )

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes."""
        routes = Blueprint("gateway")

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            if not self._allowed(request):
                return _error("unauthenticated", 401)
            agent = _agent(request.app)
            if agent is None or not await store.answers(agent):
                return _error("not_ready", 503)
            return response.json({"status": "ok"})

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not self._allowed(request):
                return _error("unauthenticated", 401)
            agent = _agent(request.app)
            if agent is None:
                return _error("not_ready", 503)
            body = _body(request)
            if body is None:
                return _error("bad_request", 400)
            started = time.perf_counter()
            try:
                answer = await self._turn(agent, body)
            except TurnFailed as failure:
                return _error(failure.code, failure.status, failure.actions)
            except Exception as error:
                logger.error("A turn broke: %s at %s", type(error).__name__, _places(error))
                return _error("broken", 500)
            answer["latency_ms"] = round((time.perf_counter() - started) * 1000, 2)
            return response.json(answer)

        @routes.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            if not self._allowed(request):
                return _error("unauthenticated", 401)
            agent = _agent(request.app)
            if agent is None:
                return _error("not_ready", 503)
            sender = _text(request, "sender")
            if sender is None:
                return _error("bad_request", 400)
            try:
                async with agent.lock_store.lock(sender):
                    removed = await store.forget(agent, sender)
            except Exception as error:
                logger.error("Forgetting broke: %s at %s", type(error).__name__, _places(error))
                return _error("broken", 500)
            if removed is None:
                return _error("cannot_forget", 501)
            return response.json({"removed": removed})

        @routes.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            if not self._allowed(request):
                return _error("unauthenticated", 401)
            agent = _agent(request.app)
            if agent is None or agent.processor is None:
                return _error("not_ready", 503)
            text = _text(request, "text")
            if text is None:
                return _error("bad_request", 400)
            started = time.perf_counter()
            try:
                parsed = await agent.processor.parse_message(UserMessage(_as_plain_text(text)))
            except Exception as error:
                logger.error("Parsing broke: %s at %s", type(error).__name__, _places(error))
                return _error("broken", 500)
            took = round((time.perf_counter() - started) * 1000, 2)
            return response.json({"understanding": understanding_of(parsed), "latency_ms": took})

        return routes

    def _allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(errors="surrogateescape"), self._secret.encode())

    async def _turn(self, agent: Agent, body: dict[str, Any]) -> dict[str, Any]:
        processor = agent.processor
        assert processor is not None
        calls = ActionCalls.of(agent, processor)
        output = CollectingOutputChannel()
        message = UserMessage(
            text=_as_plain_text(body["message"]) if body["payload"] is None else body["payload"],
            output_channel=output,
            sender_id=body["sender"],
            input_channel=self.name(),
            message_id=body["turn"],
            metadata={"turn": body["turn"], "epoch": body["epoch"], "channel": body["channel"]},
        )
        async with agent.lock_store.lock(body["sender"]):
            tracker = await processor.fetch_tracker_and_update_session(
                body["sender"], output, message.metadata
            )
            given = await answer_given(tracker, body["turn"])
            if given is None and body["repeat"]:  # it may stand in a session that is over
                whole = await agent.tracker_store.retrieve_full_tracker(body["sender"])
                given = whole and await answer_given(whole, body["turn"])
            if given is not None:
                return given
            session.prepare(tracker, processor.domain, self._event_limit, fresh=body["fresh"])
            language.note(tracker, processor.domain, body["payload"] or body["message"])
            with calls.watch() as failed:
                understanding = await self._run(processor, message, tracker)
            if failed:
                raise TurnFailed("action_failed", 502, failed)
            if not output.messages:
                raise TurnFailed("silent", 502)
            await processor.save_tracker(tracker)
        return answer_of(output, understanding, _since_message(tracker))

    async def _run(
        self, processor: MessageProcessor, message: UserMessage, tracker: DialogueStateTracker
    ) -> dict[str, Any]:
        """What ``MessageProcessor.handle_message`` does, without saving; gives what was understood.

        The later wishes of a message with several are each handled like it, when they are due.
        """
        parse_data = await processor.parse_message(message, tracker)
        understanding = understanding_of(parse_data)
        message.parse_data = first_of(parse_data)
        wishes = Wishes(processor, tracker, message)

        async def handle(one: UserMessage) -> None:
            await processor._handle_message_with_tracker(one, tracker)
            if one is message:
                wishes.keep()
            assert one.output_channel is not None
            await processor.run_action_extract_slots(one.output_channel, tracker)
            await processor._run_prediction_loop(one.output_channel, tracker)
            if tracker.latest_action_name != ACTION_LISTEN_NAME:
                raise TurnFailed("unfinished", 502)

        await handle(message)
        await wishes.go_on(handle)
        return understanding


def _agent(app: Sanic) -> Agent | None:
    agent: Agent | None = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready() or agent.processor is None:
        return None
    store.fail_aloud(agent)
    return agent


def _text(request: Request, field: str) -> str | None:
    """The text that the request has in ``field``, when it has the right form."""
    if len(request.body) > BODY_LIMIT:
        return None
    try:
        text = request.json[field]
    except Exception:
        return None
    return text if isinstance(text, str) and text else None


def _body(request: Request) -> dict[str, Any] | None:
    """The request's body when it has the right form."""
    if len(request.body) > BODY_LIMIT:
        return None
    try:
        raw = request.json
    except Exception:
        return None
    if not isinstance(raw, dict):
        return None
    body = {
        "sender": raw.get("sender"),
        "turn": raw.get("turn"),
        "message": raw.get("message"),
        "epoch": raw.get("epoch"),
        "payload": raw.get("payload"),
        "fresh": raw.get("fresh") or False,
        "repeat": raw.get("repeat") or False,
        "channel": raw.get("channel") or "web",
    }
    texts_good = all(
        isinstance(body[name], str) and body[name] for name in ("sender", "turn", "message")
    )
    payload_good = body["payload"] is None or (
        isinstance(body["payload"], str) and body["payload"].startswith("/")
    )
    options_good = (
        isinstance(body["fresh"], bool)
        and isinstance(body["repeat"], bool)
        and isinstance(body["channel"], str)
    )
    if not texts_good or not payload_good or not options_good or type(body["epoch"]) is not int:
        return None
    return body


def _as_plain_text(text: str) -> str:
    """``text`` so that Rasa cannot take it for a command: an intent typed as ``/intent`` is only words."""
    return f"／{text.lstrip()[1:]}" if text.lstrip().startswith("/") else text


def _since_message(tracker: DialogueStateTracker) -> list[Event]:
    events: list[Event] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered) and not is_later_wish(event):
            break
        events.append(event)
    return events[::-1]


def _error(code: str, status: int, actions: dict[str, str] | None = None) -> HTTPResponse:
    details = {"actions": actions} if actions else {}
    return response.json({"error": code, **details}, status=status)


def _places(error: BaseException) -> str:
    """Where an exception came from, without its text, which may quote the customer."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
