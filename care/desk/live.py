"""The desk's WebSocket: the events after the one the desk has, in order and each once."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import WebSocket
from sqlalchemy.orm import Session
from starlette.websockets import WebSocketDisconnect

from care.conversations.service import Conversations
from care.conversations.tables import Conversation, Owner, Role
from care.db import Database
from care.desk.feed import DeskFeed, Listener
from care.desk.gate import Gate
from care.desk.inputs import is_id
from care.desk.presence import PresenceKeeper
from care.desk.reader import DeskReader, EventsGone
from care.desk.sessions import AgentSessions, SignedInAgent
from care.errors import BadRequest, CareError
from care.http.limits import RateLimiter

log = structlog.get_logger()

UNAUTHENTICATED = 4401
"""Close code: the log-in has ended."""

RELOAD = 4409
"""Close code: there is no going on after that event; the desk loads its state anew."""

PROTOCOL = 1008
FAILED = 1011

_LONGEST_FRAME = 4000
_STRIKES = 5


@dataclass(frozen=True)
class LiveTimes:
    """Seconds: between looks at the log-in and signs of life, and until a frame must be taken."""

    look: float = 15.0
    send: float = 20.0


@dataclass(frozen=True)
class DeskLine:
    """What every connection of a desk needs."""

    db: Database
    conversations: Conversations
    sessions: AgentSessions
    presence: PresenceKeeper
    reader: DeskReader
    feed: DeskFeed
    times: LiveTimes = LiveTimes()


class _Closed(Exception):
    """This connection is to be closed with ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def serve(websocket: WebSocket, gate: Gate, line: DeskLine, after: int | None) -> None:
    """Let the desk in, or refuse it, and serve it until either side ends it."""
    try:
        agent = await gate.socket(websocket)
    except CareError:
        await websocket.close()  # before it was accepted: the browser sees 403
        return
    await websocket.accept()
    await DeskConnection(websocket, agent, line).run(after)


class DeskConnection:
    """One open desk."""

    def __init__(self, websocket: WebSocket, agent: SignedInAgent, line: DeskLine) -> None:
        self._socket = websocket
        self._agent = agent
        self._line = line
        self._sending = asyncio.Lock()
        self._frames = RateLimiter(rate=10, burst=50)

    async def run(self, after: int | None) -> None:
        """Send what comes after event ``after`` (``None``: from now on) until the line ends."""
        try:
            position = await self._start(after)
            async with self._line.feed.listen(self._agent.id) as listener:
                await _first_of(self._write(listener, position), self._look(listener), self._read())
        except _Closed as closed:
            await self._close(closed.code)
        except EventsGone:
            await self._close(RELOAD)
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("desk.connection_failed", agent=self._agent.id)
            await self._close(FAILED)

    async def _start(self, after: int | None) -> int:
        newest = await self._line.reader.last_event()
        if after is None:
            return newest
        if not 0 <= after <= newest:
            raise _Closed(RELOAD)
        return after

    async def _write(self, listener: Listener, position: int) -> None:
        while True:
            listener.news.clear()
            while True:
                await self._send_asides(listener)
                batch = await self._line.feed.after(position)
                if batch.upto == position:
                    break
                for frame in batch.frames:
                    await self._send(frame)
                position = batch.upto
            await listener.news.wait()

    async def _send_asides(self, listener: Listener) -> None:
        while listener.asides:
            typing = listener.asides.popleft()
            frame = {
                "type": "typing",
                "conversation_id": typing.conversation_id,
                "role": typing.role,
                "on": typing.on,
            }
            await self._send(json.dumps(frame))

    async def _look(self, listener: Listener) -> None:
        """See to it that the log-in still counts, and that the agent counts as there."""
        while True:
            await self._check_session()
            await self._line.presence.alive(self._agent.id)
            await self._pause(listener)

    async def _pause(self, listener: Listener) -> None:
        try:
            async with asyncio.timeout(self._line.times.look):
                await listener.recheck.wait()
        except TimeoutError:
            return
        listener.recheck.clear()

    async def _check_session(self) -> None:
        if not await self._line.sessions.lasts(self._agent.session_key):
            raise _Closed(UNAUTHENTICATED)

    async def _read(self) -> None:
        strikes = 0
        while True:
            raw = await self._receive()
            try:
                self._frames.take("")
                await self._take(_parsed(raw))
            except CareError as error:
                strikes += isinstance(error, BadRequest)
                await self._send(json.dumps({"type": "error", **error.as_json()["error"]}))
                if strikes >= _STRIKES:
                    raise _Closed(PROTOCOL) from None

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame:
            case {"type": "ping"}:
                await self._send('{"type":"pong"}')
            case {"type": "typing", "conversation_id": str(conversation_id), "on": bool(on)}:
                if await self._is_mine(conversation_id):
                    self._line.conversations.typing(conversation_id, Role.AGENT, on)
            case _:
                raise BadRequest()

    async def _is_mine(self, conversation_id: str) -> bool:
        def work(session: Session) -> bool:
            conversation = session.get(Conversation, conversation_id)
            return (
                conversation is not None
                and conversation.owner == Owner.AGENT
                and conversation.agent_id == self._agent.id
            )

        return is_id(conversation_id) and await self._line.db.read(work)

    async def _receive(self) -> str | bytes:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        return text if text is not None else message.get("bytes") or b""

    async def _send(self, frame: str) -> None:
        try:
            async with self._sending, asyncio.timeout(self._line.times.send):
                await self._socket.send_text(frame)
        except (TimeoutError, RuntimeError, OSError) as error:
            # Gone, or it does not read: it goes on from where it is when it dials again.
            raise WebSocketDisconnect(1006) from error

    async def _close(self, code: int) -> None:
        try:
            await self._socket.close(code)
        except (RuntimeError, OSError, WebSocketDisconnect):
            log.debug("desk.already_closed")


def _parsed(raw: str | bytes) -> dict[str, Any]:
    if len(raw) > _LONGEST_FRAME:
        raise BadRequest()
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest() from None
    if not isinstance(frame, dict):
        raise BadRequest()
    return frame


async def _first_of(*works: Awaitable[None]) -> None:
    """Run all until one ends, then stop the others; raises what that one raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
