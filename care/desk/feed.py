"""The feed of numbered events, read and rendered once for all desks that this process serves.

Frames are pulled: a desk asks for what comes after the last one it sent. The newest frames are kept
in memory, older ones are read from the database, so a slow desk costs nothing and one that comes
back misses nothing.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.orm import Session

from care.backends import PubSub, Subscription
from care.conversations.announce import DESK
from care.conversations.tables import Conversation, Owner, Role
from care.db import Database
from care.desk.reader import DeskReader, Event

log = structlog.get_logger()

_BATCH = 200
_KEPT = 2000
_ASIDES = 50


@dataclass(frozen=True)
class Typing:
    """Somebody in a conversation is typing, or has stopped."""

    conversation_id: str
    role: str
    on: bool


@dataclass(frozen=True)
class Batch:
    """Frames (JSON) in order, and the number of the newest event that they cover."""

    frames: list[str]
    upto: int


class Listener:
    """One open desk. ``asides`` are told once; the oldest go when nobody takes them."""

    def __init__(self, agent_id: str) -> None:
        self.agent_id = agent_id
        self.asides: deque[Typing] = deque(maxlen=_ASIDES)
        self.recheck = asyncio.Event()  # the agent has logged out somewhere
        self.news = asyncio.Event()


class _Memory:
    """The newest frames: every one after ``since`` up to ``upto``."""

    def __init__(self, number: int) -> None:
        self.since = self.upto = number
        self._numbers: list[int] = []
        self._frames: list[str] = []

    def add(self, events: list[Event]) -> None:
        for event in events:
            if event.data is not None:
                self._numbers.append(event.id)
                self._frames.append(_frame(event))
        self.upto = events[-1].id
        if len(self._numbers) > 2 * _KEPT:
            self.since = self._numbers[-_KEPT - 1]
            del self._numbers[:-_KEPT], self._frames[:-_KEPT]

    def after(self, number: int) -> Batch | None:
        """What comes after ``number``; ``None`` when that reaches back too far."""
        if number < self.since:
            return None
        start = bisect_right(self._numbers, number)
        return Batch(self._frames[start : start + _BATCH], self._covered(start, number))

    def _covered(self, start: int, number: int) -> int:
        whole = start + _BATCH >= len(self._numbers)
        return max(self.upto, number) if whole else self._numbers[start + _BATCH - 1]


class DeskFeed:
    """Follows the events while any desk listens, looking every ``poll`` seconds at the latest."""

    def __init__(
        self, db: Database, pubsub: PubSub, reader: DeskReader, *, poll: float = 15.0
    ) -> None:
        self._db = db
        self._pubsub = pubsub
        self._reader = reader
        self._poll = poll
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._memory: _Memory | None = None

    @asynccontextmanager
    async def listen(self, agent_id: str) -> AsyncIterator[Listener]:
        """Have ``news`` set on each change for as long as the context is open."""
        listener = Listener(agent_id)
        self._listeners.add(listener)
        if self._task is None:
            self._task = asyncio.create_task(self._follow())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task = self._memory = None

    async def after(self, number: int) -> Batch:
        """Some of what comes after event ``number``; ``upto`` is ``number`` when nothing does."""
        if self._memory is not None:
            batch = self._memory.after(number)
            if batch is not None:
                return batch
        events = await self._reader.events(number, _BATCH)
        frames = [_frame(event) for event in events if event.data is not None]
        return Batch(frames, events[-1].id if events else number)

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_once()
            except Exception:
                log.exception("desk.feed_failed")
                await asyncio.sleep(1.0)

    async def _follow_once(self) -> None:
        wake = asyncio.Event()
        # Listening begins before the first look, so nothing falls between the two.
        async with self._pubsub.subscribe(DESK) as wakeups, asyncio.TaskGroup() as group:
            hearing = group.create_task(self._hear(wakeups, wake))
            memory = _Memory(await self._reader.last_event())
            self._memory = memory
            try:
                while True:
                    self._tell_all()
                    await self._woken(wake)
                    while events := await self._reader.events(memory.upto, _BATCH):
                        memory.add(events)
                        self._tell_all()
            finally:
                hearing.cancel()
                if self._memory is memory:
                    self._memory = None

    async def _woken(self, wake: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await wake.wait()
        wake.clear()

    async def _hear(self, wakeups: Subscription, wake: asyncio.Event) -> None:
        while True:
            message = await wakeups.next(self._poll)
            if message is None:
                continue
            if "typing" in message:
                await self._pass_typing(message)
            elif "signed_out" in message:
                self._recheck(message["signed_out"])
            else:
                wake.set()

    async def _pass_typing(self, message: dict[str, Any]) -> None:
        """To the desks of the agent who has the conversation."""
        if message["typing"] != Role.CUSTOMER:
            return
        conversation_id: str = message["conversation_id"]

        def owner(session: Session) -> str | None:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None or conversation.owner != Owner.AGENT:
                return None
            return conversation.agent_id

        agent_id = await self._db.read(owner)
        typing = Typing(conversation_id, message["typing"], bool(message["on"]))
        for listener in self._listeners:
            if listener.agent_id == agent_id:
                listener.asides.append(typing)
                listener.news.set()

    def _recheck(self, agent_id: str) -> None:
        for listener in self._listeners:
            if listener.agent_id == agent_id:
                listener.recheck.set()

    def _tell_all(self) -> None:
        for listener in self._listeners:
            listener.news.set()


def _frame(event: Event) -> str:
    return f'{{"type":"event","id":{event.id},"kind":"{event.kind}","data":{event.data}}}'
