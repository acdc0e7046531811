"""Money paid in, on the embedded tables: bills are settled, a line stopped for arrears comes back."""

from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded import convert
from care.bss.embedded.base import EmbeddedBase, require_line
from care.bss.embedded.tables import AccountRow, BillRow, BroadbandRow, LineRow, PaymentRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import (
    BillState,
    Credit,
    LineStatus,
    LineVerdict,
    PaymentMethod,
    PaymentState,
)
from care.db import new_id

_NOTHING = Decimal("0.00")


class EmbeddedCrediting(EmbeddedBase):
    """The protocol `Crediting`."""

    async def credit(
        self, line_id: str, amount: Decimal, method: PaymentMethod, *, idempotency_key: str
    ) -> Credit:
        """See the protocol."""
        if amount <= 0:
            raise ValueError("an amount that is credited is more than nothing")

        def work(session: Session) -> Credit:
            line = _paying_line(session, require_line(session, line_id))
            row = session.scalars(
                select(PaymentRow).where(PaymentRow.idempotency_key == idempotency_key)
            ).one_or_none()
            if row is None:
                row = self._receive(session, line, amount, method, idempotency_key)
            elif (row.line_id, row.amount) != (line.id, amount):
                raise BssRejected(RejectReason.KEY_REUSED)
            account = session.get_one(AccountRow, line.id)
            return Credit(convert.payment(row), account.arrears, row.resumed)

        try:
            return await self._write(work)
        except IntegrityError:
            # One key, two lines, at the same moment: look again, now that the other is committed.
            return await self._write(work)

    async def resume_paid(self, line_id: str) -> None:
        """See the protocol."""

        def work(session: Session) -> None:
            line = _paying_line(session, require_line(session, line_id))
            account = session.get(AccountRow, line.id)
            if account is not None and account.arrears > 0:
                raise BssRejected(RejectReason.IN_ARREARS)
            if not _resume(session, line) and line.status != LineStatus.ACTIVE:
                raise BssRejected(RejectReason.LINE_NOT_ACTIVE)

        await self._write(work)

    def _receive(
        self, session: Session, line: LineRow, amount: Decimal, method: PaymentMethod, key: str
    ) -> PaymentRow:
        if line.status == LineStatus.CLOSED:
            raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
        account = session.get(AccountRow, line.id)
        if account is None:
            account = AccountRow(line_id=line.id, available=_NOTHING, arrears=_NOTHING)
            session.add(account)
        account.available += amount
        _settle_bills(session, account)
        row = PaymentRow(
            id=new_id(),
            line_id=line.id,
            amount=amount,
            method=method,
            state=PaymentState.SETTLED,
            paid_at=self._clock(),
            idempotency_key=key,
            resumed=account.arrears == 0 and _resume(session, line),
        )
        session.add(row)
        session.flush()
        return row


def _paying_line(session: Session, line: LineRow) -> LineRow:
    """The line whose account is meant, locked: writers of one account wait for each other."""
    return require_line(session, line.primary_line_id or line.id, lock=True)


def _settle_bills(session: Session, account: AccountRow) -> None:
    """Pay what is unpaid from what is on the account, the oldest bill first."""
    unpaid = session.scalars(
        select(BillRow)
        .where(BillRow.line_id == account.line_id, BillRow.state == BillState.UNPAID)
        .order_by(BillRow.month)
    ).all()
    for bill in unpaid:
        part = min(account.available, bill.total - bill.paid)
        account.available -= part
        bill.paid += part
        if bill.paid == bill.total:
            bill.state = BillState.PAID
    account.arrears = sum((bill.total - bill.paid for bill in unpaid), _NOTHING)


def _resume(session: Session, line: LineRow) -> bool:
    """Bring what was stopped for arrears back: the line, its second cards, its broadband."""
    stopped = session.scalars(
        select(LineRow)
        .where(or_(LineRow.id == line.id, LineRow.primary_line_id == line.id))
        .where(LineRow.status == LineStatus.SUSPENDED_ARREARS)
    ).all()
    for row in stopped:
        row.status = LineStatus.ACTIVE
    if line in stopped:
        for access in session.scalars(
            select(BroadbandRow)
            .where(BroadbandRow.line_id == line.id)
            .where(BroadbandRow.condition == LineVerdict.SUSPENDED)
        ):
            access.condition = LineVerdict.OK
    return bool(stopped)
