"""Publish and subscribe.

A message wakes whoever listens now and is kept nowhere: the truth is in the database, so a lost
message costs delay and nothing else. Listeners look there again after each message and at times of
their own.
"""

from types import TracebackType
from typing import Any, Protocol, Self


class Subscription(Protocol):
    """One listener; an asynchronous context manager."""

    async def next(self, timeout: float) -> dict[str, Any] | None:
        """The next message, or ``None`` when none came within ``timeout`` seconds."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class PubSub(Protocol):
    """Carries small JSON messages by topic to all processes."""

    def publish(self, topic: str, message: dict[str, Any] | None = None) -> None:
        """Send ``message`` (default: empty, a mere wake-up) to the listeners; never blocks, never raises."""

    def subscribe(self, *topics: str) -> Subscription:
        """A listener to ``topics``; it hears what is published after it was entered."""

    async def ping(self) -> bool:
        """Whether messages travel."""

    async def close(self) -> None:
        """Let go of connections."""
