"""Publish and subscribe inside one process."""

import asyncio
from collections import defaultdict
from types import TracebackType
from typing import Any, Self

QUEUE_SIZE = 1000


class MemoryPubSub:
    """The ``PubSub`` of a server that runs as one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[MemorySubscription]] = defaultdict(set)

    def publish(self, topic: str, message: dict[str, Any] | None = None) -> None:
        """Hand ``message`` to the listeners of ``topic``."""
        for listener in tuple(self._listeners.get(topic, ())):
            listener.put(topic, message or {})

    def publish_everywhere(self) -> None:
        """Wake all listeners: something may have been missed."""
        for topic in tuple(self._listeners):
            self.publish(topic)

    def subscribe(self, *topics: str) -> "MemorySubscription":
        """A listener to ``topics``."""
        return MemorySubscription(self, topics)

    async def ping(self) -> bool:
        """Always: it is this very process."""
        return True

    async def close(self) -> None:
        """Nothing to let go of."""

    def add(self, listener: "MemorySubscription") -> None:
        """Begin to hand messages to ``listener``."""
        for topic in listener.topics:
            self._listeners[topic].add(listener)

    def remove(self, listener: "MemorySubscription") -> None:
        """Hand it no more."""
        for topic in listener.topics:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]


class MemorySubscription:
    """A listener in this process. One too slow to read loses the oldest messages, as pub/sub may."""

    def __init__(self, owner: MemoryPubSub, topics: tuple[str, ...]) -> None:
        self.topics = topics
        self._owner = owner
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(QUEUE_SIZE)

    def put(self, topic: str, message: dict[str, Any]) -> None:
        """Keep a message for ``next``."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait({"topic": topic, **message})

    async def next(self, timeout: float) -> dict[str, Any] | None:
        """The next message, or ``None`` after ``timeout`` seconds."""
        try:
            return await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            return None

    async def __aenter__(self) -> Self:
        self._owner.add(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._owner.remove(self)
