"""Work that must happen later: a row with a due time, claimed by a loop that any process may run.

A job is written in the transaction of the change that wants it. Its handler runs outside that transaction,
at least once: a process that dies leaves the row, and after the lease another takes it up. So handlers
look at the present state first and do nothing when it has moved on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.clock import Clock
from care.db.base import Base, UtcDateTime, new_id
from care.db.session import Database

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
MAX_BACKOFF = timedelta(minutes=10)


class JobRow(Base):
    """One thing to do at ``due_at`` or later."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_open", "done_at", "due_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(80))


@dataclass(frozen=True)
class Job:
    """A claimed job."""

    id: str
    kind: str
    payload: dict[str, Any]
    attempts: int


Handler = Callable[[Job], Awaitable[None]]


def schedule(session: Session, kind: str, payload: dict[str, Any], due_at: datetime) -> str:
    """Have ``kind``'s handler called with ``payload`` at ``due_at`` or soon after; gives the job's id."""
    job = JobRow(id=new_id(), kind=kind, payload=payload, due_at=due_at)
    session.add(job)
    return job.id


class JobLoop:
    """Claims due jobs and calls their handlers."""

    def __init__(self, db: Database, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._db = db
        self._clock = clock
        self._handlers = handlers

    async def run(self, interval: float = 1.0) -> None:
        """Work off due jobs for ever; ``interval`` seconds between looks."""
        while True:
            try:
                while await self.run_due():
                    pass
            except Exception:
                log.exception("jobs.loop_failed")
            await asyncio.sleep(interval)

    async def run_due(self, limit: int = 20) -> int:
        """Do up to ``limit`` due jobs; gives their number."""
        jobs = await self._db.write(lambda session: self._claim(session, limit))
        for job in jobs:
            await self._do(job)
        return len(jobs)

    def _claim(self, session: Session, limit: int) -> list[Job]:
        now = self._clock()
        rows = session.scalars(
            select(JobRow)
            .where(JobRow.done_at.is_(None), JobRow.due_at <= now)
            .where(JobRow.kind.in_(self._handlers))
            .order_by(JobRow.due_at, JobRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.attempts += 1
            row.due_at = now + LEASE
        return [Job(row.id, row.kind, row.payload, row.attempts) for row in rows]

    async def _do(self, job: Job) -> None:
        values: dict[str, Any]
        try:
            await self._handlers[job.kind](job)
        except Exception as error:
            log.warning(
                "jobs.failed",
                kind=job.kind,
                job=job.id,
                attempts=job.attempts,
                error=type(error).__name__,
            )
            wait = min(timedelta(seconds=2**job.attempts), MAX_BACKOFF)
            values = {"due_at": self._clock() + wait, "error": type(error).__name__[:80]}
        else:
            values = {"done_at": self._clock(), "error": None}
        await self._db.write(
            lambda session: session.execute(
                update(JobRow).where(JobRow.id == job.id).values(**values)
            )
        )
