"""Who comes into the studio. The people and their log-ins are the desk's; ``care.app`` brings both together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request


class Trainer(Protocol):
    """Somebody who teaches the assistant: a trainer or a supervisor who is logged in."""

    @property
    def id(self) -> str:
        """The log-in's id."""

    @property
    def name(self) -> str:
        """What colleagues call them."""


@dataclass(frozen=True)
class StudioGate:
    """Dependencies of FastAPI. They raise ``Unauthenticated`` and ``Forbidden``.

    ``reader`` lets in who may see the studio; ``writer`` who may change something, from the studio's own page; ``staff``
    everybody who works at the desk, from its page: they say what was misunderstood.
    """

    reader: Callable[[Request], Awaitable[Trainer]]
    writer: Callable[[Request], Awaitable[Trainer]]
    staff: Callable[[Request], Awaitable[Trainer]]


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody is logged in"},
    403: {"description": "Neither a trainer nor a supervisor, or no CSRF token"},
    404: {"description": "There is no such thing"},
    409: {"description": "Somebody else was faster, or the files have changed"},
    422: {"description": "The request makes no sense"},
}
"""What a view of the studio may refuse with."""
