"""One engine out of several Rasa processes: which of them answers a turn is looked up for each turn.

A new model is a new process; pointing ``Routing`` at it is one assignment, so a turn is answered by the one or by the
other and never waits. Turns that have begun end where they began.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from care.engine.protocol import Engine, EngineFailed, EngineUnreachable, TurnRequest, TurnResult

log = structlog.get_logger()

SHARES = 100


@dataclass(frozen=True)
class Backend:
    """A Rasa process: the model it runs, and its address."""

    model: str
    url: str


@dataclass(frozen=True)
class Trial:
    """A candidate that answers ``share`` % of the conversations, or, with ``shadow``, none and only listens."""

    id: str
    backend: Backend
    share: int = 0
    shadow: bool = False


@dataclass(frozen=True)
class Routes:
    """Who answers. ``former`` was live before and is kept warm."""

    live: Backend
    former: Backend | None = None
    trial: Trial | None = None

    def of(self, conversation_id: str) -> Backend:
        """Who answers this conversation: always the same one while the routes stay."""
        trial = self.trial
        if (
            trial is not None
            and not trial.shadow
            and place(trial.id, conversation_id) < trial.share
        ):
            return trial.backend
        return self.live


def place(trial_id: str, conversation_id: str) -> int:
    """The place of a conversation among the hundred of a trial; another trial shuffles anew."""
    digest = hashlib.sha256(f"{trial_id}/{conversation_id}".encode()).digest()
    return int.from_bytes(digest[:4]) % SHARES


class RasaClient(Engine, Protocol):
    """The client of one Rasa process."""

    async def parse(self, text: str) -> dict[str, Any]:
        """What is understood of a text outside of any conversation."""


@dataclass(frozen=True)
class Answered:
    """A turn that was asked of an engine while ``trial`` ran; ``result`` is none when the engine failed."""

    request: TurnRequest
    backend: Backend
    trial: Trial | None
    result: TurnResult | None

    @property
    def by_candidate(self) -> bool:
        """Whether the candidate had the turn."""
        return self.trial is not None and self.backend == self.trial.backend


class Routing:
    """The routes of this process, the clients of its backends, and how many turns each is at."""

    def __init__(self, routes: Routes, client: Callable[[str], RasaClient]) -> None:
        self.routes = routes
        self.watchers: list[Callable[[Answered], None]] = []
        """Told of each turn; must return at once."""
        self._client = client
        self._clients: dict[str, RasaClient] = {}
        self._running: Counter[str] = Counter()

    def client(self, url: str) -> RasaClient:
        """The client of the process at ``url``."""
        if url not in self._clients:
            self._clients[url] = self._client(url)
        return self._clients[url]

    async def parse(self, text: str) -> dict[str, Any]:
        """What the live model understands of a text outside of any conversation."""
        return await self.client(self.routes.live.url).parse(text)

    def running(self, url: str) -> int:
        """The turns that are being answered there."""
        return self._running[url]

    @contextmanager
    def turn_at(self, url: str) -> Iterator[RasaClient]:
        """The client, counted as busy."""
        self._running[url] += 1
        try:
            yield self.client(url)
        finally:
            self._running[url] -= 1

    async def let_go(self, url: str) -> None:
        """Close the client of a process that has been stopped."""
        client = self._clients.pop(url, None)
        if client is not None:
            await client.close()

    async def close(self) -> None:
        """Close all clients."""
        for url in list(self._clients):
            await self.let_go(url)


class RoutedEngine:
    """The ``Engine`` of the conversations: each turn goes where ``Routing`` says."""

    def __init__(self, routing: Routing) -> None:
        self._routing = routing

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Have the turn answered. Where a process cannot be reached, the next one is asked: the turn did not begin."""
        routes = self._routing.routes
        first = routes.of(request.conversation_id)
        standing_by = [one for one in (routes.live, routes.former) if one and one != first]
        for backend in [first, *standing_by]:
            try:
                with self._routing.turn_at(backend.url) as client:
                    result = await client.turn(request)
            except EngineUnreachable:
                self._tell(request, backend, routes.trial, None)
                if backend == ([first, *standing_by])[-1]:
                    raise
                log.warning("engine.stands_in", model=backend.model)
            except EngineFailed:
                self._tell(request, backend, routes.trial, None)
                raise
            else:
                result = replace(
                    result, understanding={**result.understanding, "model": backend.model}
                )
                self._tell(request, backend, routes.trial, result)
                return result
        raise AssertionError("unreachable")

    def _tell(
        self, request: TurnRequest, backend: Backend, trial: Trial | None, result: TurnResult | None
    ) -> None:
        for watcher in self._routing.watchers:
            watcher(Answered(request, backend, trial, result))

    async def ready(self) -> bool:
        """Whether the live model can answer, or the former one for it."""
        routes = self._routing.routes
        if await self._routing.client(routes.live.url).ready():
            return True
        return routes.former is not None and await self._routing.client(routes.former.url).ready()

    async def forget(self, conversation_id: str) -> None:
        """Remove the conversation's tracker; all processes have the same store."""
        await self._routing.client(self._routing.routes.live.url).forget(conversation_id)

    async def close(self) -> None:
        """Close all clients."""
        await self._routing.close()


async def warm(client: RasaClient, sentences: list[str], seconds: float) -> float:
    """Have a process that is ready understand real sentences, one after the other; gives the last one's seconds.

    Raises ``EngineUnreachable``, ``EngineFailed``, ``TimeoutError`` when all of it takes more than ``seconds``.
    """
    loop = asyncio.get_running_loop()
    took = 0.0
    async with asyncio.timeout(seconds):
        for sentence in sentences:
            began = loop.time()
            await client.parse(sentence)
            took = loop.time() - began
    return took
