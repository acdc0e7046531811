"""Charges given back, on the embedded tables: each once, each found again by its key."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded.base import EmbeddedBase, require_line
from care.bss.embedded.credit import credit
from care.bss.embedded.money_tables import RefundRow
from care.bss.embedded.tables import BillItemRow, BillRow, CustomerRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import PaymentMethod, Refund
from care.db import new_id


class EmbeddedRefunds(EmbeddedBase):
    """The part of the protocol `Billing` that gives charges back."""

    async def refunds(self, customer_id: str) -> tuple[Refund, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[Refund, ...]:
            rows = session.scalars(
                select(RefundRow)
                .where(RefundRow.customer_id == customer_id)
                .order_by(RefundRow.at.desc(), RefundRow.id.desc())
            )
            return tuple(_refund(row) for row in rows)

        return await self._read(work)

    async def refund_charge(
        self,
        line_id: str,
        month: str,
        charge_item_id: str,
        *,
        none_since: date | None = None,
        idempotency_key: str,
    ) -> Refund:
        """See the protocol."""
        now = self._clock()

        def work(session: Session) -> Refund:
            line = require_line(session, line_id, lock=True)
            row = _replay(session, idempotency_key, (line_id, month, charge_item_id))
            if row is None:
                # Two lines of one customer wait for each other here: only one may be refunded.
                session.get(CustomerRow, line.customer_id, with_for_update=True)
                amount = _charged(session, line_id, month, charge_item_id)
                _require_none(session, line_id, month, charge_item_id)
                if none_since is not None:
                    _require_none_since(session, line.customer_id, none_since, self._zone)
                payment = credit(session, line, amount, PaymentMethod.REFUND, now)
                row = RefundRow(
                    id=new_id(),
                    idempotency_key=idempotency_key,
                    customer_id=line.customer_id,
                    line_id=line_id,
                    month=month,
                    charge_item_id=charge_item_id,
                    amount=amount,
                    payment_id=payment.id,
                    at=now,
                )
                session.add(row)
                session.flush()
            return _refund(row)

        try:
            return await self._write(work)
        except IntegrityError:
            # One key, two lines, at the same moment: look again, now that the other is committed.
            return await self._write(work)


def _replay(session: Session, key: str, wanted: tuple[str, str, str]) -> RefundRow | None:
    row = session.scalars(select(RefundRow).where(RefundRow.idempotency_key == key)).one_or_none()
    if row is not None and (row.line_id, row.month, row.charge_item_id) != wanted:
        raise BssRejected(RejectReason.KEY_REUSED)
    return row


def _charged(session: Session, line_id: str, month: str, charge_item_id: str) -> Decimal:
    """What the month's bill has under this kind of line."""
    amounts = session.scalars(
        select(BillItemRow.amount)
        .join(BillRow, BillItemRow.bill_id == BillRow.id)
        .where(BillRow.line_id == line_id, BillRow.month == month)
        .where(BillItemRow.charge_item_id == charge_item_id)
    ).all()
    total = sum(amounts, Decimal("0.00"))
    if total <= 0:
        raise BssRejected(RejectReason.NO_SUCH_CHARGE)
    return total


def _require_none(session: Session, line_id: str, month: str, charge_item_id: str) -> None:
    found = session.scalar(
        select(RefundRow.id)
        .where(RefundRow.line_id == line_id, RefundRow.month == month)
        .where(RefundRow.charge_item_id == charge_item_id)
    )
    if found is not None:
        raise BssRejected(RejectReason.ALREADY_REFUNDED)


def _require_none_since(session: Session, customer_id: str, day: date, zone: ZoneInfo) -> None:
    newest = session.scalar(
        select(func.max(RefundRow.at)).where(RefundRow.customer_id == customer_id)
    )
    if newest is not None and newest >= datetime.combine(day, time(), zone):
        raise BssRejected(RejectReason.REFUNDED_LATELY)


def _refund(row: RefundRow) -> Refund:
    return Refund(
        id=row.id,
        customer_id=row.customer_id,
        line_id=row.line_id,
        month=row.month,
        charge_item_id=row.charge_item_id,
        amount=row.amount,
        at=row.at,
    )
