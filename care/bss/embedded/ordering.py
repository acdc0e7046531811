"""Orders on the embedded tables: each in one transaction, each found again by its key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded import convert
from care.bss.embedded.base import EmbeddedBase, plan_in_force, require_line
from care.bss.embedded.order_effects import (
    addon_end,
    begin,
    cancellable,
    charge_now,
    check_plan_change,
    check_subscription,
    check_undo,
    take_back,
)
from care.bss.embedded.tables import LineRow, OrderRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import (
    OfferingKind,
    OrderAction,
    OrderReceipt,
)
from care.db import new_id


@dataclass(frozen=True)
class OrderRequest:
    """What is ordered; two requests with one key must be equal."""

    key: str
    action: OrderAction
    line_id: str
    offering_id: str
    effective: date | None = None
    """Only where the caller chooses it."""


class EmbeddedOrdering(EmbeddedBase):
    """The protocol `Ordering`."""

    async def check_plan_change(self, line_id: str, plan_id: str, effective: date) -> None:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> None:
            line = require_line(session, line_id)
            check_plan_change(session, line, plan_id, effective, today)

        await self._read(work)

    async def change_plan(
        self, line_id: str, plan_id: str, effective: date, *, idempotency_key: str
    ) -> OrderReceipt:
        """See the protocol."""
        request = OrderRequest(
            idempotency_key, OrderAction.CHANGE_PLAN, line_id, plan_id, effective
        )
        today = self._today()

        def apply(session: Session, line: LineRow) -> OrderRow:
            check_plan_change(session, line, plan_id, effective, today)
            old = plan_in_force(session, line, today)
            old.end = effective - timedelta(days=1)
            new = begin(session, line, OfferingKind.PLAN, plan_id, effective, None)
            order = self._order(request, effective)
            order.replaces_id = old.offering_id
            order.subscription_id, order.ended_subscription_id = new.id, old.id
            return order

        return await self._place(request, apply)

    async def check_subscription(
        self, line_id: str, addon_id: str, start: date | None = None
    ) -> date:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> date:
            line = require_line(session, line_id)
            return check_subscription(session, line, addon_id, start, today)[1]

        return await self._read(work)

    async def subscribe_addon(
        self, line_id: str, addon_id: str, *, idempotency_key: str, start: date | None = None
    ) -> OrderReceipt:
        """See the protocol. What begins later is charged by the operator's billing on its first day."""
        request = OrderRequest(
            idempotency_key, OrderAction.SUBSCRIBE_ADDON, line_id, addon_id, start
        )
        today = self._today()

        def apply(session: Session, line: LineRow) -> OrderRow:
            addon, first = check_subscription(session, line, addon_id, start, today)
            new = begin(session, line, OfferingKind.ADDON, addon_id, first, addon_end(addon, first))
            order = self._order(request, first)
            order.subscription_id = new.id
            if first == today:
                charge_now(session, line, addon, order.id, today)
            return order

        return await self._place(request, apply)

    async def check_cancellation(self, line_id: str, addon_id: str) -> date:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> date:
            line = require_line(session, line_id)
            return cancellable(session, line, addon_id, today)[1] + timedelta(days=1)

        return await self._read(work)

    async def cancel_addon(
        self, line_id: str, addon_id: str, *, idempotency_key: str
    ) -> OrderReceipt:
        """See the protocol."""
        request = OrderRequest(idempotency_key, OrderAction.CANCEL_ADDON, line_id, addon_id)
        today = self._today()

        def apply(session: Session, line: LineRow) -> OrderRow:
            row, stop = cancellable(session, line, addon_id, today)
            row.end = stop
            order = self._order(request, stop + timedelta(days=1))
            order.ended_subscription_id = row.id
            return order

        return await self._place(request, apply)

    async def check_undo(self, order_id: str) -> None:
        """See the protocol."""
        now, today = self._clock(), self._today()

        def work(session: Session) -> None:
            check_undo(session, _find(session, order_id), now, today)

        await self._read(work)

    async def undo_order(self, order_id: str, *, idempotency_key: str) -> OrderReceipt:
        """See the protocol."""
        now, today = self._clock(), self._today()
        first = await self._read(lambda session: _find(session, order_id))
        request = OrderRequest(idempotency_key, OrderAction.UNDO, first.line_id, first.offering_id)

        def apply(session: Session, line: LineRow) -> OrderRow:
            order = _find(session, order_id)
            check_undo(session, order, now, today)
            order.cancelled_at = now
            take_back(session, order)
            undo = self._order(request, today)
            undo.undoes_id = order_id
            return undo

        return await self._place(request, apply, undoes_id=order_id)

    async def order(self, order_id: str) -> OrderReceipt | None:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> OrderReceipt | None:
            row = session.get(OrderRow, order_id)
            return None if row is None else convert.receipt(row, today)

        return await self._read(work)

    async def orders(self, line_id: str) -> tuple[OrderReceipt, ...]:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> tuple[OrderReceipt, ...]:
            require_line(session, line_id)
            rows = session.scalars(
                select(OrderRow)
                .where(OrderRow.line_id == line_id, OrderRow.action != OrderAction.UNDO)
                .order_by(OrderRow.number.desc())
            ).all()
            return tuple(convert.receipt(row, today) for row in rows)

        return await self._read(work)

    def _order(self, request: OrderRequest, effective: date) -> OrderRow:
        return OrderRow(
            id=new_id(),
            idempotency_key=request.key,
            line_id=request.line_id,
            action=request.action,
            offering_id=request.offering_id,
            effective=effective,
            placed_at=self._clock(),
        )

    async def _place(
        self,
        request: OrderRequest,
        apply: Callable[[Session, LineRow], OrderRow],
        undoes_id: str | None = None,
    ) -> OrderReceipt:
        """Return the order that the key already names, else let `apply` make it."""
        today = self._today()

        def work(session: Session) -> OrderReceipt:
            # The lock lets the second of two equal requests wait and then find the first's row.
            line = require_line(session, request.line_id, lock=True)
            row = _replay(session, request, undoes_id)
            if row is None:
                row = apply(session, line)
                row.number = (
                    1
                    + session.scalars(
                        select(func.coalesce(func.max(OrderRow.number), 0)).where(
                            OrderRow.line_id == line.id
                        )
                    ).one()
                )
                session.add(row)
                session.flush()
                session.add_all(session.info.pop("after_order", []))
                session.flush()
            return convert.receipt(row, today)

        try:
            return await self._write(work)
        except IntegrityError:
            # One key, two lines, at the same moment: look again, now that the other is committed.
            return await self._write(work)


def _replay(session: Session, request: OrderRequest, undoes_id: str | None) -> OrderRow | None:
    row = session.scalars(
        select(OrderRow).where(OrderRow.idempotency_key == request.key)
    ).one_or_none()
    if row is None:
        return None
    same = (row.action, row.line_id, row.offering_id, row.undoes_id) == (
        request.action,
        request.line_id,
        request.offering_id,
        undoes_id,
    )
    if not same or request.effective not in (None, row.effective):
        raise BssRejected(RejectReason.KEY_REUSED)
    return row


def _find(session: Session, order_id: str) -> OrderRow:
    row = session.get(OrderRow, order_id)
    if row is None or row.action == OrderAction.UNDO:
        raise BssRejected(RejectReason.UNKNOWN_ORDER)
    return row
