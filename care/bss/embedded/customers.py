"""Customers, lines and what they hold, from the embedded tables."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import convert
from care.bss.embedded.base import (
    EmbeddedBase,
    held,
    pending_plan,
    plan_in_force,
    require_customer,
    require_line,
)
from care.bss.embedded.contract_tables import ClosingRow
from care.bss.embedded.tables import (
    AddonRow,
    BroadbandRow,
    ContractRow,
    CustomerRow,
    LineRow,
    PlanRow,
    SubscriptionRow,
)
from care.bss.protocol import (
    BroadbandAccess,
    Contract,
    Customer,
    Line,
    LineStatus,
    OfferingKind,
    SimKind,
    Subscription,
)


class EmbeddedCustomers(EmbeddedBase):
    """The protocol `Customers`."""

    async def customer(self, customer_id: str) -> Customer | None:
        """See the protocol."""

        def work(session: Session) -> Customer | None:
            row = session.get(CustomerRow, customer_id)
            return None if row is None else convert.customer(row)

        return await self._read(work)

    async def find_customer_by_phone(self, phone: str) -> Customer | None:
        """See the protocol."""

        def work(session: Session) -> Customer | None:
            line = _in_use(session, phone)
            row = None if line is None else session.get(CustomerRow, line.customer_id)
            return None if row is None else convert.customer(row)

        return await self._read(work)

    async def lines(self, customer_id: str) -> tuple[Line, ...]:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> tuple[Line, ...]:
            rows = session.scalars(
                select(LineRow)
                .where(LineRow.customer_id == customer_id, LineRow.status != LineStatus.CLOSED)
                .order_by(LineRow.primary_line_id.is_not(None), LineRow.since, LineRow.id)
            ).all()
            return tuple(_line(session, row, today) for row in rows)

        return await self._read(work)

    async def line(self, phone: str) -> Line | None:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> Line | None:
            row = _in_use(session, phone)
            return None if row is None else _line(session, row, today)

        return await self._read(work)

    async def line_by_id(self, line_id: str) -> Line | None:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> Line | None:
            row = session.get(LineRow, line_id)
            return None if row is None else _line(session, row, today)

        return await self._read(work)

    async def lines_after(self, line_id: str | None, limit: int) -> tuple[Line, ...]:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> tuple[Line, ...]:
            rows = session.scalars(
                select(LineRow)
                .where(LineRow.status != LineStatus.CLOSED, LineRow.id > (line_id or ""))
                .order_by(LineRow.id)
                .limit(limit)
            ).all()
            return tuple(_line(session, row, today) for row in rows)

        return await self._read(work)

    async def subscriptions(self, line_id: str) -> tuple[Subscription, ...]:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> tuple[Subscription, ...]:
            line = require_line(session, line_id)
            rows = held(session, line.id, today)
            if line.primary_line_id is not None:
                rows = [plan_in_force(session, line, today), *rows]
            return tuple(
                convert.subscription(row, _offering_name(session, row), today) for row in rows
            )

        return await self._read(work)

    async def contracts(self, line_id: str) -> tuple[Contract, ...]:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> tuple[Contract, ...]:
            require_line(session, line_id)
            rows = session.scalars(
                select(ContractRow)
                .where(ContractRow.line_id == line_id)
                .where(ContractRow.start <= today, ContractRow.end >= today)
                .order_by(ContractRow.end, ContractRow.id)
            ).all()
            return tuple(convert.contract(row) for row in rows)

        return await self._read(work)

    async def broadband_of(self, customer_id: str) -> tuple[BroadbandAccess, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[BroadbandAccess, ...]:
            require_customer(session, customer_id)
            rows = session.scalars(
                select(BroadbandRow)
                .where(BroadbandRow.customer_id == customer_id)
                .where(BroadbandRow.id.not_in(select(ClosingRow.subject_id)))
                .order_by(BroadbandRow.id)
            ).all()
            return tuple(convert.broadband(row) for row in rows)

        return await self._read(work)


def _in_use(session: Session, phone: str) -> LineRow | None:
    return session.scalars(
        select(LineRow).where(LineRow.phone == phone, LineRow.status != LineStatus.CLOSED)
    ).one_or_none()


def _line(session: Session, row: LineRow, today: date) -> Line:
    following = pending_plan(session, row, today)
    plan_id = (
        _last_plan(session, row)
        if row.status == LineStatus.CLOSED
        else plan_in_force(session, row, today).offering_id
    )
    return Line(
        id=row.id,
        customer_id=row.customer_id,
        phone=row.phone,
        status=LineStatus(row.status),
        plan_id=plan_id,
        pending_plan_id=None if following is None else following.offering_id,
        pending_plan_from=None if following is None else following.start,
        primary_line_id=row.primary_line_id,
        sim=SimKind(row.sim),
        since=row.since,
    )


def _last_plan(session: Session, row: LineRow) -> str:
    return session.scalars(
        select(SubscriptionRow.offering_id)
        .where(SubscriptionRow.line_id == (row.primary_line_id or row.id))
        .where(SubscriptionRow.kind == OfferingKind.PLAN)
        .order_by(SubscriptionRow.start.desc())
        .limit(1)
    ).one()


def _offering_name(session: Session, row: SubscriptionRow) -> str:
    offering: PlanRow | AddonRow | None
    if row.kind == OfferingKind.PLAN:
        offering = session.get(PlanRow, row.offering_id)
    else:
        offering = session.get(AddonRow, row.offering_id)
    return row.offering_id if offering is None else offering.name
