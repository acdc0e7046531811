"""Lines and cards on the embedded tables: each change in one transaction, each found again by its key."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded import holds, spam
from care.bss.embedded.base import EmbeddedBase, require_line
from care.bss.embedded.line_tables import (
    BlockedNumberRow,
    CardOrderRow,
    LineActRow,
    LineTermsRow,
    ServicePasswordRow,
    SimCardRow,
)
from care.bss.embedded.tables import CustomerRow, LineRow
from care.bss.errors import BssRejected, BssUnavailable, RejectReason
from care.bss.protocol import (
    CardDelivery,
    CardOrder,
    CardReason,
    CustomerKind,
    LineAct,
    LineHold,
    LineReceipt,
    LineStatus,
    LineTerms,
    SimKind,
    SpamLevel,
    SpamShield,
)
from care.db import new_id
from care.db.jobs import Handler, Job

_HASHER = PasswordHasher()
_DELIVERIES = {CardReason.ESIM: CardDelivery.DOWNLOAD}
"""How a card is delivered; all but these by courier, a lost one either way."""


class EmbeddedLines(EmbeddedBase):
    """The protocol `Lines`."""

    async def line_terms(self) -> LineTerms:
        """See the protocol."""
        return await self._read(_terms)

    async def hold(self, line_id: str) -> LineHold | None:
        """See the protocol."""
        return await self._read(lambda session: holds.current(session, _line(session, line_id)))

    async def block_lost(self, line_id: str, *, idempotency_key: str) -> LineReceipt:
        """See the protocol."""
        today = self._today()
        return await self._act(
            line_id,
            LineAct.BLOCK_LOST,
            "",
            idempotency_key,
            lambda session, line: holds.block_lost(session, line, today),
        )

    async def lift_lost(self, line_id: str, *, idempotency_key: str) -> LineReceipt:
        """See the protocol."""
        now, today = self._clock(), self._today()

        def apply(session: Session, line: LineRow) -> None:
            if line.status == LineStatus.BLOCKED_LOST and _open_card(session, line) is not None:
                raise BssRejected(RejectReason.CARD_ORDERED)
            holds.lift_lost(session, line, today, now)

        return await self._act(line_id, LineAct.LIFT_LOST, "", idempotency_key, apply)

    async def check_suspension(self, line_id: str, start: date, months: int) -> None:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> None:
            line = _line(session, line_id)
            holds.check_suspension(session, line, start, months, _terms(session), today)

        await self._read(work)

    async def suspend_line(
        self, line_id: str, start: date, months: int, *, idempotency_key: str
    ) -> LineReceipt:
        """See the protocol."""
        today = self._today()

        def apply(session: Session, line: LineRow) -> None:
            terms = _terms(session)
            holds.check_suspension(session, line, start, months, terms, today)
            holds.suspend(session, line, start, months, today, self._zone)

        detail = f"{start} {months}"
        return await self._act(line_id, LineAct.SUSPEND, detail, idempotency_key, apply)

    async def resume_line(self, line_id: str, *, idempotency_key: str) -> LineReceipt:
        """See the protocol."""
        now = self._clock()
        return await self._act(
            line_id,
            LineAct.RESUME,
            "",
            idempotency_key,
            lambda session, line: holds.resume(session, line, now),
        )

    async def card_order(self, line_id: str) -> CardOrder | None:
        """See the protocol."""

        def work(session: Session) -> CardOrder | None:
            row = _open_card(session, _line(session, line_id))
            if row is None:
                return None
            reason, delivery = CardReason(row.reason), CardDelivery(row.delivery)
            return CardOrder(line_id, reason, delivery, row.ordered_at)

        return await self._read(work)

    async def check_replacement(
        self, line_id: str, reason: CardReason, delivery: CardDelivery
    ) -> None:
        """See the protocol."""
        await self._read(
            lambda session: _check_replacement(session, _line(session, line_id), reason, delivery)
        )

    async def replace_card(
        self, line_id: str, reason: CardReason, delivery: CardDelivery, *, idempotency_key: str
    ) -> LineReceipt:
        """See the protocol."""
        now = self._clock()

        def apply(session: Session, line: LineRow) -> None:
            _check_replacement(session, line, reason, delivery)
            holder = session.get_one(CustomerRow, line.customer_id)
            courier = delivery is CardDelivery.COURIER
            session.add(
                CardOrderRow(
                    id=new_id(),
                    line_id=line.id,
                    reason=reason,
                    delivery=delivery,
                    fee=_terms(session).card_fees[reason],
                    address=holder.address if courier else None,
                    ordered_at=now,
                )
            )

        detail = f"{reason} {delivery}"
        return await self._act(line_id, LineAct.REPLACE_CARD, detail, idempotency_key, apply)

    async def puk(self, line_id: str) -> str | None:
        """See the protocol."""

        def work(session: Session) -> str | None:
            row = session.get(SimCardRow, _line(session, line_id).id)
            return None if row is None else row.puk

        return await self._read(work)

    async def spam_shield(self, line_id: str) -> SpamShield:
        """See the protocol."""
        today = self._today()
        return await self._read(
            lambda session: spam.shield(session, _line(session, line_id), today)
        )

    async def set_spam_level(
        self, line_id: str, level: SpamLevel, *, idempotency_key: str
    ) -> LineReceipt:
        """See the protocol."""
        today = self._today()
        return await self._act(
            line_id,
            LineAct.SET_SPAM_LEVEL,
            str(level),
            idempotency_key,
            lambda session, line: spam.set_level(session, line, level, today),
        )

    async def block_number(self, line_id: str, number: str, *, idempotency_key: str) -> LineReceipt:
        """See the protocol."""
        now = self._clock()

        def apply(session: Session, line: LineRow) -> None:
            if spam.blocked_row(session, line, number) is not None:
                return
            count = session.scalar(select(func.count()).where(BlockedNumberRow.line_id == line.id))
            if (count or 0) >= _terms(session).blocked_numbers:
                raise BssRejected(RejectReason.LIMIT_REACHED)
            row = BlockedNumberRow(id=new_id(), line_id=line.id, number=number, since=now)
            session.add(row)

        return await self._act(line_id, LineAct.BLOCK_NUMBER, number, idempotency_key, apply)

    async def unblock_number(
        self, line_id: str, number: str, *, idempotency_key: str
    ) -> LineReceipt:
        """See the protocol."""

        def apply(session: Session, line: LineRow) -> None:
            row = spam.blocked_row(session, line, number)
            if row is None:
                raise BssRejected(RejectReason.NOT_BLOCKED)
            session.delete(row)

        return await self._act(line_id, LineAct.UNBLOCK_NUMBER, number, idempotency_key, apply)

    async def set_service_password(
        self, line_id: str, password: str, *, idempotency_key: str
    ) -> LineReceipt:
        """See the protocol."""
        now = self._clock()
        # Some tens of milliseconds and 64 MiB: not while the database waits.
        hashed = await asyncio.to_thread(_HASHER.hash, password)

        def apply(session: Session, line: LineRow) -> None:
            session.merge(ServicePasswordRow(line_id=line.id, hash=hashed, set_at=now))

        return await self._act(line_id, LineAct.SET_PASSWORD, "", idempotency_key, apply)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls: ordered suspensions begin and end on their days."""
        return {holds.JOB: self._turn_hold}

    async def _turn_hold(self, job: Job) -> None:
        now, today = self._clock(), self._today()
        await self._write(lambda session: holds.turn(session, job.payload["hold"], today, now))

    async def _act(
        self,
        line_id: str,
        act: LineAct,
        detail: str,
        key: str,
        apply: Callable[[Session, LineRow], None],
    ) -> LineReceipt:
        """Give the act that the key already names, else let `apply` do it."""
        now = self._clock()

        def work(session: Session) -> LineReceipt:
            # The lock lets the second of two equal requests wait and then find the first's row.
            line = _line(session, line_id, lock=True)
            row = _done_before(session, key, line_id, act, detail)
            if row is None:
                apply(session, line)
                row = _row(key, line_id, act, detail, now)
                session.add(row)
                session.flush()
            return LineReceipt(row.id, row.line_id, act, row.at)

        try:
            return await self._write(work)
        except IntegrityError:
            # One key, two lines, at the same moment: look again, now that the other is committed.
            return await self._write(work)


def _line(session: Session, line_id: str, *, lock: bool = False) -> LineRow:
    line = require_line(session, line_id, lock=lock)
    if line.status == LineStatus.CLOSED:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    return line


def _row(key: str, line_id: str, act: LineAct, detail: str, now: datetime) -> LineActRow:
    return LineActRow(
        id=new_id(), idempotency_key=key, line_id=line_id, act=act, detail=detail, at=now
    )


def _done_before(
    session: Session, key: str, line_id: str, act: LineAct, detail: str
) -> LineActRow | None:
    row = session.scalars(select(LineActRow).where(LineActRow.idempotency_key == key)).one_or_none()
    if row is not None and (row.line_id, row.act, row.detail) != (line_id, act, detail):
        raise BssRejected(RejectReason.KEY_REUSED)
    return row


def _terms(session: Session) -> LineTerms:
    row = session.get(LineTermsRow, 1)
    if row is None:  # the demo was loaded before there were any
        raise BssUnavailable()
    return LineTerms(
        keep_fee=row.keep_fee,
        keep_least_months=row.keep_least_months,
        keep_most_months=row.keep_most_months,
        keep_days_ahead=row.keep_days_ahead,
        card_fees={
            CardReason(reason): Decimal(fen).scaleb(-2) for reason, fen in row.card_fees.items()
        },
        courier_days=row.courier_days,
        blocked_numbers=row.blocked_numbers,
    )


def _open_card(session: Session, line: LineRow) -> CardOrderRow | None:
    return session.scalars(
        select(CardOrderRow)
        .where(CardOrderRow.line_id == line.id, CardOrderRow.done_at.is_(None))
        .order_by(CardOrderRow.ordered_at.desc())
        .limit(1)
    ).first()


def _check_replacement(
    session: Session, line: LineRow, reason: CardReason, delivery: CardDelivery
) -> None:
    if _open_card(session, line) is not None:
        raise BssRejected(RejectReason.CARD_ORDERED)
    wanted = LineStatus.BLOCKED_LOST if reason is CardReason.LOST else LineStatus.ACTIVE
    if line.status != wanted:
        raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
    if session.get_one(CustomerRow, line.customer_id).kind != CustomerKind.PERSON:
        raise BssRejected(RejectReason.NOT_ELIGIBLE)
    if reason is CardReason.LOST:
        return
    same_kind = SimKind.ESIM if reason is CardReason.ESIM else SimKind.PLASTIC
    changes_kind = reason in (CardReason.ESIM, CardReason.PLASTIC)
    if changes_kind and line.sim == same_kind:
        raise BssRejected(RejectReason.NOT_ELIGIBLE)
    if delivery is not _DELIVERIES.get(reason, CardDelivery.COURIER):
        raise BssRejected(RejectReason.NOT_ELIGIBLE)
