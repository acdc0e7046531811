"""Rows that nobody needs any more are removed, in small batches, by a loop that any process may run.

What must be kept is never touched: messages, orders, proofs of consent with the codes that they rest on, offers,
tickets. Messages are the customer's; the rest is kept as proof.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from care.clock import Clock
from care.conversations.tables import ActionOutcome, DeskEvent
from care.customers.verification import Challenge, CodeRequest, PhoneLock, VerifiedSession
from care.db import Database
from care.db.jobs import JobRow
from care.orders.tables import ConsentProof

log = structlog.get_logger()

BATCH = 500
"""Rows removed in one transaction."""

SWEEP_EVERY = 3600.0
"""Seconds between sweeps."""

PAUSE = 0.1
"""Seconds between two batches, in which others may write."""

type Remover = Callable[[Session, datetime, int], int]
"""Removes up to so many rows that are not needed at a moment; gives their number."""


@dataclass(frozen=True)
class Retention:
    """How long rows are kept after they have served.

    ``events``: a desk that was away for less is told only what it missed. ``codes``: one-time codes that led to no
    order, and what was counted against their limits; at least an hour, over which is counted. ``verified``: who a
    contact last showed to be, for the desk.
    """

    events: timedelta
    jobs: timedelta
    codes: timedelta
    verified: timedelta
    outcomes: timedelta


class Housekeeping:
    """Removes by ``removers_of(retention)`` and by ``further`` ones, each by the name of what it removes."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        retention: Retention,
        further: Mapping[str, Remover] | None = None,
        batch: int = BATCH,
    ) -> None:
        self._db = db
        self._clock = clock
        self._removers = {**removers_of(retention), **(further or {})}
        self._batch = batch

    async def run(self, interval: float = SWEEP_EVERY, pause: float = PAUSE) -> None:
        """Sweep for ever; ``interval`` in seconds between sweeps, ``pause`` between batches."""
        while True:
            removed = await self.sweep(pause)
            if removed:
                log.info("housekeeping.removed", **removed)
            await asyncio.sleep(interval)

    async def sweep(self, pause: float = 0.0) -> dict[str, int]:
        """Remove all that is not needed now; gives the number of rows by name, without zeros.

        What fails is logged, and the rest goes on.
        """
        removed: dict[str, int] = {}
        for name, remover in self._removers.items():
            try:
                count = await self._remove(remover, pause)
            except Exception:
                log.exception("housekeeping.failed", what=name)
                continue
            if count:
                removed[name] = count
        return removed

    async def _remove(self, remover: Remover, pause: float) -> int:
        now, total = self._clock(), 0
        while True:
            count = await self._db.write(lambda session: remover(session, now, self._batch))
            total += count
            if count < self._batch:
                return total
            await asyncio.sleep(pause)


def removers_of(retention: Retention) -> dict[str, Remover]:
    """A remover for each table that grows and keeps nothing that is owed to anybody."""
    return {
        "desk_events": lambda session, now, limit: _remove_events(
            session, now - retention.events, limit
        ),
        "jobs": lambda session, now, limit: remove_where(
            session, JobRow.id, JobRow.done_at < now - retention.jobs, limit
        ),
        "code_requests": lambda session, now, limit: _remove_oldest(
            session, CodeRequest.id, CodeRequest.at, now - retention.codes, limit
        ),
        "challenges": lambda session, now, limit: remove_where(
            session,
            Challenge.id,
            (Challenge.expires_at < now - retention.codes)
            & ~exists().where(ConsentProof.challenge_id == Challenge.id),
            limit,
        ),
        "phone_locks": lambda session, now, limit: remove_where(
            session, PhoneLock.phone_key, PhoneLock.until < now - retention.codes, limit
        ),
        "verified_sessions": lambda session, now, limit: remove_where(
            session,
            VerifiedSession.contact_id,
            VerifiedSession.expires_at < now - retention.verified,
            limit,
        ),
        "action_outcomes": lambda session, now, limit: _remove_oldest(
            session, ActionOutcome.id, ActionOutcome.at, now - retention.outcomes, limit
        ),
    }


def remove_where(
    session: Session, key: InstrumentedAttribute[str], condition: ColumnElement[bool], limit: int
) -> int:
    """Remove up to ``limit`` rows of ``key``'s table for which ``condition`` holds; gives their number."""
    found = select(key).where(condition).order_by(key).limit(limit)
    return _remove(session, key, list(session.scalars(found.with_for_update(skip_locked=True))))


def _remove_oldest(
    session: Session,
    key: InstrumentedAttribute[str],
    time: InstrumentedAttribute[datetime],
    before: datetime,
    limit: int,
) -> int:
    """The same for big tables without an index on ``time``: keys grow with it, and the first young row ends the look."""
    found = select(key, time).order_by(key).limit(limit).with_for_update(skip_locked=True)
    keys = []
    for row_key, at in session.execute(found):
        if at >= before:
            break
        keys.append(row_key)
    return _remove(session, key, keys)


def _remove_events(session: Session, before: datetime, limit: int) -> int:
    """The oldest events, with no hole after the first that stays: who has read up to it misses nothing."""
    first_kept = session.scalar(select(func.min(DeskEvent.id)).where(DeskEvent.at >= before))
    found = select(DeskEvent.id).order_by(DeskEvent.id).limit(limit)
    if first_kept is not None:
        found = found.where(DeskEvent.id < first_kept)
    return _remove(session, DeskEvent.id, list(session.scalars(found)))


def _remove(session: Session, key: InstrumentedAttribute[Any], keys: list[Any]) -> int:
    if keys:
        session.execute(delete(key.class_).where(key.in_(keys)))
    return len(keys)
