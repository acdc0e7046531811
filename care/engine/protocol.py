"""What the conversation core asks of whatever understands the customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from care.errors import Unavailable


@dataclass(frozen=True)
class TurnRequest:
    """One message for the engine.

    ``text`` is what the customer typed, ``payload`` what a pressed button stands for (``/intent{…}``); ``fresh``
    begins a new dialogue. ``repeat`` says that this turn may have reached the engine before.
    """

    conversation_id: str
    turn_id: str
    epoch: int
    text: str
    payload: str | None = None
    fresh: bool = False
    repeat: bool = False
    channel: str = "web"


@dataclass(frozen=True)
class Button:
    """A quick reply: what it says and what it stands for."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message of the bot."""

    text: str | None = None
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    custom: dict[str, Any] | None = None


@dataclass(frozen=True)
class Handover:
    """The wish of a turn that a person takes over: why, and what was collected so far."""

    reason: str
    packet: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TurnResult:
    """What the engine made of a message; ``actions`` are the names of those that were run."""

    replies: tuple[Reply, ...]
    understanding: dict[str, Any]
    handover: Handover | None = None
    actions: tuple[str, ...] = ()
    latency_ms: float = 0.0


class EngineUnreachable(Unavailable):
    """Nobody answered at the engine's address: the turn did not begin."""

    code = "engine_unreachable"


class EngineFailed(Unavailable):
    """The engine took the turn and did not bring it to an end (time-out, 5xx, a failed action, silence).

    ``failed_actions`` has the kind of failure by the action's name.
    """

    code = "engine_failed"

    def __init__(self, *, failed_actions: Mapping[str, str] | None = None, **data: Any) -> None:
        super().__init__(**data)
        self.failed_actions = dict(failed_actions or {})


class Engine(Protocol):
    """Understands messages and keeps the dialogue."""

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answer one message. Asking again with ``repeat`` and the same turn id never runs a turn twice.

        Raises ``EngineUnreachable`` or ``EngineFailed``.
        """

    async def ready(self) -> bool:
        """Whether the engine has a model and its tracker store."""

    async def forget(self, conversation_id: str) -> None:
        """Remove all that the engine keeps of a conversation; nothing happens where it keeps nothing.

        Raises ``EngineUnreachable`` or ``EngineFailed``.
        """

    async def close(self) -> None:
        """Let go of connections."""
