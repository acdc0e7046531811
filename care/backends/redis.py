"""Publish and subscribe between processes, over Redis (or Valkey).

Listeners in this process are served directly, without a round trip; the others hear of it over one
Redis channel that every process listens to. Wake-ups are few and small, so one channel costs less
than a subscription for each conversation and its confirmation. While Redis is away, listeners of
other processes fall back on their own looks; when it is back, all listeners are woken, since
something may have been missed.
"""

import asyncio
import json
import secrets
from typing import Any, Self

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from care.backends.memory import MemoryPubSub, MemorySubscription

log = structlog.get_logger()

CHANNEL = "care:wake"
_BACKLOG = 10_000
_RETRY = 1.0
_PING_TIMEOUT = 2.0


class RedisPubSub:
    """The ``PubSub`` of a server that runs as several processes; ``url`` as ``redis://host:port/0``."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_connect_timeout=2.0, socket_keepalive=True, health_check_interval=15
        )
        self._local = MemoryPubSub()
        self._name = secrets.token_hex(8)
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(_BACKLOG)
        self._tasks: list[asyncio.Task[None]] = []
        self._listening = asyncio.Event()
        self._pings: dict[str, asyncio.Event] = {}

    def publish(self, topic: str, message: dict[str, Any] | None = None) -> None:
        """Hand ``message`` to the listeners here and, soon after, elsewhere."""
        self._local.publish(topic, message)
        self._send({"topic": topic, "message": message or {}})

    def subscribe(self, *topics: str) -> "RedisSubscription":
        """A listener to ``topics``."""
        return RedisSubscription(self, self._local, topics)

    async def ping(self) -> bool:
        """Whether a message travels to Redis and back."""
        self._start()
        token = secrets.token_hex(8)
        arrived = self._pings[token] = asyncio.Event()
        try:
            async with asyncio.timeout(_PING_TIMEOUT):
                await self._listening.wait()
                self._send({"ping": token})
                await arrived.wait()
        except TimeoutError:
            return False
        finally:
            del self._pings[token]
        return True

    async def close(self) -> None:
        """Stop listening and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._redis.aclose()

    async def listening(self) -> None:
        """Wait until messages of other processes arrive here; gives up when Redis is away."""
        self._start()
        try:
            async with asyncio.timeout(_PING_TIMEOUT):
                await self._listening.wait()
        except TimeoutError:
            log.warning("pubsub.not_listening")

    def _start(self) -> None:
        """Raises ``RuntimeError`` without an event loop."""
        asyncio.get_running_loop()
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._receive()),
                asyncio.create_task(self._deliver()),
            ]

    def _send(self, content: dict[str, Any]) -> None:
        try:
            self._start()
        except RuntimeError:
            return  # a command without an event loop: nobody waits for its wake-ups
        if self._outgoing.full():
            self._outgoing.get_nowait()
        self._outgoing.put_nowait(json.dumps({"from": self._name, **content}))

    async def _deliver(self) -> None:
        failing = False
        while True:
            content = await self._outgoing.get()
            try:
                await self._redis.publish(CHANNEL, content)
                failing = False
            except (RedisError, OSError) as error:
                if not failing:
                    log.warning("pubsub.send_failed", error=type(error).__name__)
                failing = True

    async def _receive(self) -> None:
        before = False
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    while True:
                        raw = await channel.get_message(timeout=5.0)
                        if raw is None:
                            continue
                        if raw["type"] == "subscribe":
                            # Also after the client has reconnected by itself.
                            self._listening.set()
                            if before:
                                log.info("pubsub.listening_again")
                                self._local.publish_everywhere()
                            before = True
                        elif raw["type"] == "message":
                            self._heard(raw["data"])
            except (RedisError, OSError) as error:
                if self._listening.is_set() or not before:
                    log.warning("pubsub.receive_failed", error=type(error).__name__)
                self._listening.clear()
            await asyncio.sleep(_RETRY)

    def _heard(self, data: bytes) -> None:
        try:
            content = json.loads(data)
            if "ping" in content:
                if arrived := self._pings.get(content["ping"]):
                    arrived.set()
            elif content["from"] != self._name:
                self._local.publish(content["topic"], content["message"])
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("pubsub.senseless_message")


class RedisSubscription(MemorySubscription):
    """A listener that hears other processes too, from the moment it was entered."""

    def __init__(self, owner: RedisPubSub, local: MemoryPubSub, topics: tuple[str, ...]) -> None:
        super().__init__(local, topics)
        self._remote = owner

    async def __aenter__(self) -> Self:
        await self._remote.listening()
        return await super().__aenter__()
