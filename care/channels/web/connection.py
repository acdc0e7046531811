"""One WebSocket of a customer: a reader that takes frames in order, and a writer that resumes by sequence number."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from care.backends import Subscription
from care.channels.web.door import Door, Visitor
from care.channels.web.frames import MAX_SEQ, BadFrame, Hello, Ping, Said, Typing, parse
from care.conversations.service import customer_status
from care.conversations.tables import Owner, Role
from care.conversations.transcript import for_customer
from care.errors import CareError, RateLimited, Unavailable
from care.http.errors import RequestTooLarge
from care.http.limits import RateLimiter

log = structlog.get_logger()

UNAUTHENTICATED = 4401
TOO_MANY = 4429
PROTOCOL = 1008
FAILED = 1011
MOVED = 4409
"""The chat is another conversation now, or is to be read anew: who dials again learns which."""


@dataclass(frozen=True)
class SocketTimes:
    """Seconds: until ``hello`` must come, between looks without a wake-up, until a frame must be taken."""

    hello: float = 5.0
    look: float = 15.0
    send: float = 20.0


@dataclass(frozen=True)
class SocketLimits:
    """``frame`` in characters; ``strikes``: senseless frames before the line is cut; ``per_session``: open sockets."""

    frame: int = 16_000
    strikes: int = 5
    per_session: int = 10
    frame_rate: float = 10.0
    frame_burst: int = 60


class _Closed(Exception):
    """This connection is to be closed with ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class OpenSockets:
    """Counts the open sockets of each session in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def add(self, address: str) -> bool:
        """Count one more; false when there are too many."""
        if self._open[address] >= self._most:
            return False
        self._open[address] += 1
        return True

    def remove(self, address: str) -> None:
        """One less."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]


class ChatConnection:
    """One customer's line, from ``hello`` to its end."""

    def __init__(
        self,
        socket: WebSocket,
        door: Door,
        network: str,
        sockets: OpenSockets,
        times: SocketTimes,
        limits: SocketLimits,
    ) -> None:
        self._socket = socket
        self._door = door
        self._network = network
        self._sockets = sockets
        self._times = times
        self._limits = limits
        self._frames = RateLimiter(limits.frame_rate, limits.frame_burst)
        self._sending = asyncio.Lock()
        self._cursor = 0
        self._base = 0
        self._state: dict[str, Any] | None = None
        self._bot_types = False

    async def run(self) -> None:
        """Serve the line until either side ends it."""
        await self._socket.accept()
        try:
            visitor = await self._hello()
            if not self._sockets.add(visitor.address):
                await self._refuse(RateLimited())
                raise _Closed(TOO_MANY)
            try:
                await self._serve(visitor)
            finally:
                self._sockets.remove(visitor.address)
        except _Closed as closed:
            await self._close(closed.code)
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("chat.connection_failed")
            await self._close(FAILED)

    async def _hello(self) -> Visitor:
        try:
            async with asyncio.timeout(self._times.hello):
                frame = parse(await self._receive())
        except TimeoutError:
            raise _Closed(UNAUTHENTICATED) from None
        except CareError as error:
            await self._refuse(error)
            raise _Closed(PROTOCOL) from None
        if not isinstance(frame, Hello):
            await self._refuse(BadFrame())
            raise _Closed(PROTOCOL)
        try:
            visitor = await self._door.enter(frame.token, self._network)
        except CareError as error:
            await self._refuse(error)
            raise _Closed(UNAUTHENTICATED) from None
        self._cursor = frame.after
        return visitor

    async def _serve(self, visitor: Visitor) -> None:
        # Listening begins before the first look, so nothing falls between the two.
        async with self._door.conversations.listen(visitor.conversation_id) as wakeups:
            _, status = await self._door.look(visitor, MAX_SEQ)
            if status.conversation_id != visitor.conversation_id:
                raise _Closed(MOVED)
            self._base = status.base
            ready: dict[str, Any] = {
                "type": "ready",
                "conversation": visitor.conversation_id,
                "owner": status.owner,
                "seq": status.last_seq,
            }
            if status.base:  # what was seen up to this number is of an earlier log
                ready["base"] = status.base
            await self._send(ready)
            await _first_of(self._read(visitor), self._write(visitor, wakeups))

    async def _write(self, visitor: Visitor, wakeups: Subscription) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._send_news(visitor)
            look_at = loop.time() + self._times.look
            while (left := look_at - loop.time()) > 0:
                wakeup = await wakeups.next(left)
                if wakeup is None or "typing" not in wakeup:
                    break
                await self._send_typing(wakeup["typing"], wakeup["on"])

    async def _send_news(self, visitor: Visitor) -> None:
        """Everything after the cursor, in order, then the state when it is another than before."""
        more = True
        while more:
            messages, status = await self._door.look(visitor, self._cursor)
            if (status.conversation_id, status.base) != (visitor.conversation_id, self._base):
                raise _Closed(MOVED)
            answered = any(message.role != Role.CUSTOMER for message in messages)
            if self._bot_types and (answered or status.owner is not Owner.BOT):
                await self._send_typing(Role.BOT, on=False)
            for message in messages:
                await self._send({"type": "message", **for_customer(message)})
                self._cursor = message.seq
            more = bool(messages) and self._cursor < status.last_seq
        state = {"type": "state", **customer_status(status)}
        if state != self._state:
            await self._send(state)
            self._state = state

    async def _send_typing(self, role: str, on: bool) -> None:
        if role not in (Role.BOT, Role.AGENT):
            return
        if role == Role.BOT:
            self._bot_types = on
        await self._send({"type": "typing", "role": role, "on": on})

    async def _read(self, visitor: Visitor) -> None:
        strikes = 0
        while True:
            try:
                raw = await self._receive()
                self._frames.take("")
                await self._take(visitor, parse(raw))
            except Unavailable:
                # Closing makes the client dial again and resend what was not acknowledged.
                log.warning("chat.unavailable", conversation=visitor.conversation_id)
                raise _Closed(FAILED) from None
            except CareError as error:
                await self._refuse(error)
                if isinstance(error, BadFrame | RequestTooLarge):
                    strikes += 1
                if strikes >= self._limits.strikes:
                    raise _Closed(PROTOCOL) from None

    async def _take(self, visitor: Visitor, frame: Hello | Said | Typing | Ping) -> None:
        match frame:
            case Said():
                try:
                    receipt = await self._door.say(visitor, frame)
                except Unavailable:
                    raise
                except CareError as error:
                    await self._refuse(error, frame.client_id)
                    return
                await self._send(
                    {
                        "type": "ack",
                        "client_id": frame.client_id,
                        "id": receipt.message_id,
                        "seq": receipt.seq,
                    }
                )
            case Typing():
                self._door.conversations.typing(visitor.conversation_id, Role.CUSTOMER, frame.on)
            case Ping():
                await self._send({"type": "pong"})
            case Hello():
                raise BadFrame()

    async def _receive(self) -> str | bytes:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        raw: str | bytes | None = message.get("text")
        if raw is None:
            raw = message.get("bytes") or b""
        if len(raw) > self._limits.frame:
            raise RequestTooLarge(limit=self._limits.frame)
        return raw

    async def _refuse(self, error: CareError, client_id: str | None = None) -> None:
        frame = {"type": "error", **error.as_json()["error"]}
        if client_id is not None:
            frame["client_id"] = client_id
        await self._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        try:
            async with self._sending, asyncio.timeout(self._times.send):
                await self._socket.send_json(frame)
        except (TimeoutError, RuntimeError, OSError) as error:
            # Gone, closed meanwhile, or it does not read: it resumes when it dials again.
            raise WebSocketDisconnect(1006) from error

    async def _close(self, code: int) -> None:
        try:
            await self._socket.close(code)
        except (RuntimeError, OSError, WebSocketDisconnect):
            log.debug("chat.already_closed")


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
