"""What a line has ordered: our orders and those the operator has from elsewhere, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from care.bss import protocol as bss_model
from care.bss.protocol import Bss, BssRejected, OrderReceipt, RejectReason
from care.catalogue.names import order_title
from care.db import Database
from care.orders.service import number_of
from care.orders.tables import OrderRow, OrderState

UNDO = "undo_order"
"""The kind of order that takes another one back; it is told of by the state of that one."""


class Stage(StrEnum):
    """How far an order has come."""

    IN_HAND = "in_hand"
    """Agreed to; the operator's system has not answered yet."""
    WAITING = "waiting"
    """Taken; begins on a later day."""
    IN_FORCE = "in_force"
    UNDONE = "undone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order as a customer is told of it."""

    title: str
    offering_id: str
    stage: Stage
    effective: date
    ordered_at: datetime
    number: str | None
    """Our number of it; None where it was placed elsewhere."""
    operator_order_id: str | None
    undoable: bool
    """Whether the operator still takes it back."""


async def orders_of(db: Database, bss: Bss, line_id: str, today: date) -> list[PastOrder]:
    """All orders of a line, the newest first, as they stand on ``today``. Raises BssRejected and BssUnavailable."""
    query = select(OrderRow).where(OrderRow.line_id == line_id, OrderRow.kind != UNDO)
    ours = await db.read(lambda session: list(session.scalars(query)))
    receipts = {receipt.order_id: receipt for receipt in await bss.orders(line_id)}
    told = [await _of_receipt(bss, receipt, ours) for receipt in receipts.values()]
    told += [_of_row(row, today) for row in ours if row.operator_order_id not in receipts]
    return sorted(told, key=lambda order: order.ordered_at, reverse=True)


async def _of_receipt(bss: Bss, receipt: OrderReceipt, ours: Sequence[OrderRow]) -> PastOrder:
    row = next((row for row in ours if row.operator_order_id == receipt.order_id), None)
    stage = {
        bss_model.OrderState.ACCEPTED: Stage.WAITING,
        bss_model.OrderState.COMPLETED: Stage.IN_FORCE,
        bss_model.OrderState.CANCELLED: Stage.UNDONE,
    }[receipt.state]
    return PastOrder(
        title=await order_title(bss, receipt),
        offering_id=receipt.offering_id,
        stage=stage,
        effective=receipt.effective,
        ordered_at=receipt.placed_at,
        number=None if row is None else number_of(row.id),
        operator_order_id=receipt.order_id,
        undoable=stage is not Stage.UNDONE and await _undoable(bss, receipt.order_id),
    )


def _of_row(row: OrderRow, today: date) -> PastOrder:
    """An order that the operator's orders do not show: one in hand, refused, or of another kind."""
    stage = {
        OrderState.ACCEPTED: Stage.IN_HAND,
        OrderState.PLACED: Stage.WAITING if row.effective > today else Stage.IN_FORCE,
        OrderState.REFUSED: Stage.REFUSED,
    }[OrderState(row.state)]
    return PastOrder(
        title=row.name,
        offering_id=row.offering_id,
        stage=stage,
        effective=row.effective,
        ordered_at=row.ordered_at,
        number=number_of(row.id),
        operator_order_id=row.operator_order_id,
        undoable=False,
    )


async def _undoable(bss: Bss, order_id: str) -> bool:
    try:
        await bss.check_undo(order_id)
    except BssRejected as error:
        if error.reason is not RejectReason.TOO_LATE:
            raise
        return False
    return True
