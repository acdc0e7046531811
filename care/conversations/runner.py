"""Runs the bot's turns: one at a time per conversation, in order, by whichever process finds them.

The engine is asked again when it could not be reached or broke down, always under the same turn id; then the
conversation goes to the queue. No transaction is open while the engine works. A process works on so many turns at once;
more wait in the database, where another process may find them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from care.backends import PubSub
from care.clock import Clock
from care.conversations import turns
from care.conversations.announce import Announcer, conversation_topic
from care.conversations.log import locked
from care.conversations.tables import Conversation
from care.conversations.turns import Failure, Work
from care.db import Database
from care.engine import Engine, EngineFailed, EngineUnreachable, TurnRequest, TurnResult

log = structlog.get_logger()

_CROWD, _FEW = 4, 2
"""While more than ``_CROWD`` messages are being stored, no turn begins beside ``_FEW`` others: what is acknowledged late
shows an error to the customer, what is answered late does not."""

_LET_PASS = 0.02
"""Seconds between two looks at the crowd."""

_LATELY = 0.9
"""How much the usual length of a turn keeps of what it was, at each further turn."""


@dataclass(frozen=True)
class RunnerTimes:
    """``lease``: a turn not finished by then is taken up by others; ``retry_delays``: seconds before
    asking again; ``offer_after``: the first look at who waits in the queue."""

    lease: timedelta
    retry_delays: tuple[float, ...]
    offer_after: timedelta


class TurnRunner:
    """The loop around the engine."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        engine: Engine,
        announcer: Announcer,
        pubsub: PubSub,
        times: RunnerTimes,
        *,
        at_once: int,
    ) -> None:
        self._db = db
        self._clock = clock
        self._engine = engine
        self._announcer = announcer
        self._pubsub = pubsub
        self._times = times
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wanted: dict[str, Work | None] = {}
        self._at_once = at_once
        self._places = asyncio.Semaphore(at_once)
        self._expected = 0
        self._storing = 0
        self._running = 0
        self._usual_seconds = 0.0

    @contextmanager
    def expecting(self) -> Iterator[bool]:
        """While a message is being stored: gives whether its turn may begin at once, and keeps the place for it."""
        room = len(self._tasks) + self._expected < self._at_once
        self._expected += room
        self._storing += 1
        try:
            yield room
        finally:
            self._storing -= 1
            self._expected -= room

    @property
    def wait_ahead(self) -> float:
        """Seconds after which a turn that comes now will begin, judged by how long the last ones took."""
        waiting = len(self._tasks) + 1 - self._at_once
        return max(0, waiting) / self._at_once * self._usual_seconds

    def wake(self, conversation_id: str, work: Work | None = None) -> None:
        """See to it that the conversation's waiting turns are run, in this process; ``work`` is claimed already."""
        self._wanted[conversation_id] = work or self._wanted.get(conversation_id)
        if conversation_id not in self._tasks:
            task = asyncio.create_task(self._work_off(conversation_id))
            self._tasks[conversation_id] = task

    async def recover(self, interval: float = 1.0) -> None:
        """For ever: take up turns that nobody runs (a process died between acknowledging and answering)."""
        while True:
            await asyncio.sleep(interval)
            try:
                await self.recover_once()
            except Exception:
                log.exception("turns.recovery_failed")

    async def recover_once(self) -> int:
        """Wake each conversation with a turn that nobody runs; gives their number."""
        open_now = await self._db.read(lambda session: turns.open_turns(session, self._clock()))
        found = [one for one in open_now if one not in self._tasks]
        for conversation_id in found:
            self.wake(conversation_id)
        return len(found)

    async def drain(self, timeout: float) -> None:
        """Wait up to ``timeout`` seconds for running turns, then leave them to their leases."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks.values()), timeout=timeout)
            for task in late:
                task.cancel()

    async def _work_off(self, conversation_id: str) -> None:
        try:
            while conversation_id in self._wanted:
                async with self._places, self._after_the_crowd():
                    work = self._wanted.pop(conversation_id) or await self._db.write(
                        lambda session: self._claim(session, locked(session, conversation_id))
                    )
                    while work is not None:
                        began = asyncio.get_running_loop().time()
                        work = await self._run(work)
                        self._note(asyncio.get_running_loop().time() - began)
        except Exception:
            # The row stays; recovery takes it up again after its lease.
            log.exception("turns.interrupted", conversation=conversation_id)
        finally:
            self._wanted.pop(conversation_id, None)
            del self._tasks[conversation_id]

    @asynccontextmanager
    async def _after_the_crowd(self) -> AsyncIterator[None]:
        while self._storing > _CROWD and self._running >= _FEW:  # noqa: ASYNC110 # rare, and short
            await asyncio.sleep(_LET_PASS)
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    def _note(self, seconds: float) -> None:
        kept = _LATELY if self._usual_seconds else 0.0
        self._usual_seconds = kept * self._usual_seconds + (1 - kept) * seconds

    def _claim(self, session: Session, conversation: Conversation) -> Work | None:
        now = self._clock()
        return turns.claim(session, self._announcer, conversation, now, self._times.lease)

    async def _run(self, work: Work) -> Work | None:
        """Have a claimed turn answered; gives the conversation's next one, claimed."""
        self._pubsub.publish(
            conversation_topic(work.conversation_id), {"typing": "bot", "on": True}
        )
        result = await self._ask(work)
        if isinstance(result, Failure):
            log.warning("turns.failed", turn=work.turn_id, error=result.cause)

        def end(session: Session) -> tuple[bool, Work | None]:
            now, offer_after = self._clock(), self._times.offer_after
            conversation = locked(session, work.conversation_id)
            if isinstance(result, TurnResult):
                counted = turns.finish(
                    session, self._announcer, conversation, work, result, now, offer_after
                )
            else:
                counted = turns.fail(
                    session, self._announcer, conversation, work, result, now, offer_after
                )
            return counted, self._claim(session, conversation)

        counted, following = await self._db.write(end)
        if isinstance(result, TurnResult):
            log.info(
                "turns.finished",
                turn=work.turn_id,
                counted=counted,
                intent=result.understanding.get("intent"),
                latency_ms=round(result.latency_ms, 1),
            )
        return following

    async def _ask(self, work: Work) -> TurnResult | Failure:
        """The engine's result, or why there is none."""
        repeat = work.attempt > 1
        for delay in (*self._times.retry_delays, None):
            request = TurnRequest(
                conversation_id=work.conversation_id,
                turn_id=work.turn_id,
                epoch=work.epoch,
                text=work.text,
                payload=work.payload,
                fresh=work.fresh,
                repeat=repeat,
                channel=work.channel,
            )
            try:
                return await self._engine.turn(request)
            except EngineUnreachable as error:
                failure = Failure(f"unreachable:{error.data.get('cause', '')}"[:80])
            except EngineFailed as error:
                failure = Failure(
                    f"failed:{error.data.get('cause', '')}"[:80], error.failed_actions
                )
                repeat = True
            if delay is None:
                return failure
            log.info("turns.asking_again", turn=work.turn_id, cause=failure.cause)
            await asyncio.sleep(delay)
        raise AssertionError("unreachable")
