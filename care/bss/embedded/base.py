"""What every part of the embedded operator needs: transactions with a time limit, the local day."""

import asyncio
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from care.bss.embedded.tables import CustomerRow, LineRow, SubscriptionRow
from care.bss.errors import BssRejected, BssUnavailable, RejectReason
from care.bss.protocol import OfferingKind
from care.clock import Clock, local_date
from care.db import Database

log = structlog.get_logger()


class EmbeddedBase:
    """Access to the tables; the parts of the protocol inherit from it."""

    def __init__(self, db: Database, clock: Clock, zone: ZoneInfo, timeout: float) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone
        self._timeout = timeout

    def _today(self) -> date:
        return local_date(self._clock(), self._zone)

    async def _read[T](self, work: Callable[[Session], T]) -> T:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._db.read(work)
        except (TimeoutError, OperationalError, InterfaceError) as error:
            log.warning("bss.unavailable", error=type(error).__name__)
            raise BssUnavailable from error

    async def _write[T](self, work: Callable[[Session], T]) -> T:
        # On a time-out the write may still be committed; the caller's idempotency key finds it.
        try:
            async with asyncio.timeout(self._timeout):
                return await self._db.write(work)
        except (TimeoutError, OperationalError, InterfaceError) as error:
            log.warning("bss.unavailable", error=type(error).__name__)
            raise BssUnavailable from error


def require_line(session: Session, line_id: str, *, lock: bool = False) -> LineRow:
    """The line with this id; `lock` serialises the writers of one line. Raises BssRejected."""
    row = session.get(LineRow, line_id, with_for_update=lock or None)
    if row is None:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    return row


def require_customer(session: Session, customer_id: str) -> CustomerRow:
    """The customer with this id. Raises BssRejected."""
    row = session.get(CustomerRow, customer_id)
    if row is None:
        raise BssRejected(RejectReason.UNKNOWN_CUSTOMER)
    return row


def held(session: Session, line_id: str, today: date) -> list[SubscriptionRow]:
    """What a line holds today or is to hold, plans first, then by start."""
    rows = session.scalars(
        select(SubscriptionRow)
        .where(SubscriptionRow.line_id == line_id)
        .where(or_(SubscriptionRow.end.is_(None), SubscriptionRow.end >= today))
        .order_by(SubscriptionRow.start, SubscriptionRow.id)
    ).all()
    # A pending subscription that was taken back ends before it starts.
    alive = [row for row in rows if row.end is None or row.end >= row.start]
    return sorted(alive, key=lambda row: row.kind != OfferingKind.PLAN)


def plan_in_force(session: Session, line: LineRow, today: date) -> SubscriptionRow:
    """The plan of a line; a second card has its main line's."""
    for row in held(session, line.primary_line_id or line.id, today):
        if row.kind == OfferingKind.PLAN and row.start <= today:
            return row
    raise BssRejected(RejectReason.LINE_NOT_ACTIVE)


def pending_plan(session: Session, line: LineRow, today: date) -> SubscriptionRow | None:
    """The plan that a line has ordered and that has not begun."""
    for row in held(session, line.primary_line_id or line.id, today):
        if row.kind == OfferingKind.PLAN and row.start > today:
            return row
    return None
