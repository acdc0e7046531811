"""Money that comes onto a line's account."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded.tables import AccountRow, BillRow, LineRow, PaymentRow
from care.bss.protocol import BillState, LineStatus, PaymentMethod, PaymentState
from care.db import new_id

_NOTHING = Decimal("0.00")


def credit(
    session: Session, line: LineRow, amount: Decimal, method: PaymentMethod, now: datetime
) -> PaymentRow:
    """Put `amount` yuan on the account: what is owed is paid with it first, and the rest is left.

    A line that was stopped because money was owed works again once none is (电信条例 Art. 34). The line must be
    locked by the caller.
    """
    payment = PaymentRow(
        id=new_id(),
        line_id=line.id,
        amount=amount,
        method=method,
        state=PaymentState.SETTLED,
        paid_at=now,
    )
    session.add(payment)
    account = session.get(AccountRow, line.id, with_for_update=True)
    if account is None:
        account = AccountRow(line_id=line.id, available=_NOTHING, arrears=_NOTHING)
        session.add(account)
    for bill in session.scalars(
        select(BillRow)
        .where(BillRow.line_id == line.id, BillRow.state == BillState.UNPAID)
        .order_by(BillRow.month)
    ):
        part = min(amount, bill.total - bill.paid)
        bill.paid += part
        account.arrears -= part
        amount -= part
        if bill.paid == bill.total:
            bill.state = BillState.PAID
    account.available += amount
    if not account.arrears and line.status == LineStatus.SUSPENDED_ARREARS:
        line.status = LineStatus.ACTIVE
    session.flush()
    return payment
