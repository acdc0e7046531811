"""Bills, usage and money from the embedded tables."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import convert
from care.bss.embedded.base import EmbeddedBase, require_customer, require_line
from care.bss.embedded.money_tables import UsageDaysRow
from care.bss.embedded.tables import (
    AccountRow,
    BillItemRow,
    BillRow,
    PaymentRow,
    PointsRow,
    UsageRow,
)
from care.bss.months import first_day, month_of, shift_month
from care.bss.protocol import (
    Balance,
    Bill,
    BillState,
    Payment,
    PointsAccount,
    UsageBucket,
    UsageDay,
)

_NOTHING = Decimal("0.00")


class EmbeddedBilling(EmbeddedBase):
    """The protocol `Billing`."""

    async def bill(self, line_id: str, month: str) -> Bill | None:
        """See the protocol."""

        def work(session: Session) -> Bill | None:
            require_line(session, line_id)
            row = session.scalars(
                select(BillRow).where(BillRow.line_id == line_id, BillRow.month == month)
            ).one_or_none()
            return None if row is None else _bill(session, row)

        return await self._read(work)

    async def bills(self, line_id: str, months: int) -> tuple[Bill, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[Bill, ...]:
            require_line(session, line_id)
            rows = session.scalars(
                select(BillRow)
                .where(BillRow.line_id == line_id, BillRow.state != BillState.RUNNING)
                .order_by(BillRow.month.desc())
                .limit(months)
            ).all()
            return tuple(_bill(session, row) for row in rows)

        return await self._read(work)

    async def balance(self, line_id: str) -> Balance:
        """See the protocol."""
        now = self._clock()
        month = month_of(self._today())

        def work(session: Session) -> Balance:
            require_line(session, line_id)
            account = session.get(AccountRow, line_id)
            running = session.scalars(
                select(BillRow.total)
                .where(BillRow.line_id == line_id, BillRow.month == month)
                .where(BillRow.state == BillState.RUNNING)
            ).one_or_none()
            return Balance(
                line_id=line_id,
                available=_NOTHING if account is None else account.available,
                arrears=_NOTHING if account is None else account.arrears,
                running=_NOTHING if running is None else running,
                as_of=now,
            )

        return await self._read(work)

    async def usage(self, line_id: str, month: str) -> tuple[UsageBucket, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[UsageBucket, ...]:
            require_line(session, line_id)
            rows = session.scalars(
                select(UsageRow)
                .where(UsageRow.line_id == line_id, UsageRow.month == month)
                .order_by(UsageRow.position, UsageRow.id)
            ).all()
            return tuple(convert.usage(row) for row in rows)

        return await self._read(work)

    async def payments(self, line_id: str, months: int) -> tuple[Payment, ...]:
        """See the protocol."""
        start = first_day(shift_month(month_of(self._today()), -months))
        since = datetime.combine(start, time(), self._zone)

        def work(session: Session) -> tuple[Payment, ...]:
            require_line(session, line_id)
            rows = session.scalars(
                select(PaymentRow)
                .where(PaymentRow.line_id == line_id, PaymentRow.paid_at >= since)
                .order_by(PaymentRow.paid_at.desc(), PaymentRow.id)
            ).all()
            return tuple(convert.payment(row) for row in rows)

        return await self._read(work)

    async def points(self, customer_id: str) -> PointsAccount:
        """See the protocol."""

        def work(session: Session) -> PointsAccount:
            require_customer(session, customer_id)
            row = session.get(PointsRow, customer_id)
            if row is None:
                return PointsAccount(customer_id, 0, 0, None)
            return PointsAccount(customer_id, row.points, row.expiring_points, row.expires_on)

        return await self._read(work)

    async def usage_days(self, line_id: str, month: str) -> tuple[UsageDay, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[UsageDay, ...]:
            require_line(session, line_id)
            row = session.get(UsageDaysRow, (line_id, month))
            return () if row is None else _days(row)

        return await self._read(work)


def _days(row: UsageDaysRow) -> tuple[UsageDay, ...]:
    start = first_day(row.month)
    return tuple(
        UsageDay(start + timedelta(days=number), data, voice, sms)
        for number, (data, voice, sms) in enumerate(
            zip(row.data_mb, row.voice_minutes, row.sms, strict=True)
        )
    )


def _bill(session: Session, row: BillRow) -> Bill:
    items = session.scalars(
        select(BillItemRow).where(BillItemRow.bill_id == row.id).order_by(BillItemRow.position)
    ).all()
    return convert.bill(row, list(items))
