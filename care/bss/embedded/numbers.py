"""Free numbers, keeping one, and second cards, on the embedded tables."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, delete, exists, func, not_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded.base import plan_in_force, require_line
from care.bss.embedded.contract_tables import NumberHoldRow, NumberRow, SecondCardRow
from care.bss.embedded.order_effects import check_line
from care.bss.embedded.ordering import EmbeddedOrdering, OrderRequest
from care.bss.embedded.tables import LineRow, OrderRow, PlanRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import (
    CardTerms,
    Delivery,
    FreeNumber,
    LineStatus,
    NumberHold,
    NumberSearch,
    OrderAction,
    OrderReceipt,
)

HOLD = timedelta(minutes=30)
"""How long a number is kept while somebody chooses."""

MOST_CARDS = 4
"""Second cards a line may have, those it pays for included."""


class EmbeddedNumbers(EmbeddedOrdering):
    """The protocol `Numbers`."""

    async def free_numbers(
        self, search: NumberSearch, holder: str, limit: int, skip: int = 0
    ) -> tuple[FreeNumber, ...]:
        """See the protocol."""
        now, today = self._clock(), self._today()

        def work(session: Session) -> tuple[FreeNumber, ...]:
            held = exists().where(
                NumberHoldRow.phone == NumberRow.phone,
                NumberHoldRow.holder != holder,
                or_(NumberHoldRow.until.is_(None), NumberHoldRow.until > now),
            )
            rows = session.scalars(
                select(NumberRow)
                .where(not_(held), *_wanted(search))
                .where(or_(NumberRow.free_from.is_(None), NumberRow.free_from <= today))
                .order_by(NumberRow.term_months > 0, NumberRow.position, NumberRow.phone)
                .offset(skip)
                .limit(limit)
            )
            return tuple(_free(row) for row in rows)

        return await self._read(work)

    async def free_number(self, phone: str) -> FreeNumber | None:
        """See the protocol."""

        def work(session: Session) -> FreeNumber | None:
            row = session.get(NumberRow, phone)
            return None if row is None else _free(row)

        return await self._read(work)

    async def hold_number(self, phone: str, holder: str) -> NumberHold:
        """See the protocol."""
        now = self._clock()

        def work(session: Session) -> NumberHold:
            hold = self._keep(session, phone, holder, now + HOLD, reserved=False)
            session.execute(
                delete(NumberHoldRow).where(
                    NumberHoldRow.holder == holder,
                    NumberHoldRow.phone != phone,
                    NumberHoldRow.until.is_not(None),
                    NumberHoldRow.reserved.is_(False),
                )
            )
            return hold

        return await self._kept(work)

    async def reserve_number(self, phone: str, holder: str, days: int) -> NumberHold:
        """See the protocol."""
        until = self._clock() + timedelta(days=days)
        return await self._kept(
            lambda session: self._keep(session, phone, holder, until, reserved=True)
        )

    async def release_number(self, phone: str, holder: str) -> None:
        """See the protocol."""
        gone = delete(NumberHoldRow).where(
            NumberHoldRow.phone == phone,
            NumberHoldRow.holder == holder,
            NumberHoldRow.until.is_not(None),
        )

        def work(session: Session) -> None:
            session.execute(gone)

        await self._write(work)

    async def second_card_fee(self, line_id: str) -> CardTerms:
        """See the protocol."""
        return await self._read(
            lambda session: self._card_terms(session, require_line(session, line_id))
        )

    async def add_second_card(
        self, line_id: str, phone: str, holder: str, delivery: Delivery, *, idempotency_key: str
    ) -> OrderReceipt:
        """See the protocol."""
        request = OrderRequest(idempotency_key, OrderAction.ADD_SECOND_CARD, line_id, phone)
        today = self._today()

        def apply(session: Session, line: LineRow) -> OrderRow:
            terms = self._card_terms(session, line)
            self._keep(session, phone, holder, None, reserved=True)
            order = self._order(request, today)
            order.number = 0  # given by whoever places it; the row is needed now
            session.add(order)
            session.flush()
            session.add(
                SecondCardRow(
                    order_id=order.id,
                    phone=phone,
                    delivery=delivery,
                    monthly_fee=terms.monthly_fee,
                )
            )
            return order

        return await self._place(request, apply)

    def _card_terms(self, session: Session, line: LineRow) -> CardTerms:
        check_line(session, line)
        plan = session.get_one(PlanRow, plan_in_force(session, line, self._today()).offering_id)
        present = _cards(session, line)
        if present >= MOST_CARDS:
            raise BssRejected(RejectReason.TOO_MANY_CARDS)
        fee = plan.extra_card_fee if present >= plan.extra_cards else Decimal(0)
        return CardTerms(line.id, fee, present, MOST_CARDS)

    def _keep(
        self, session: Session, phone: str, holder: str, until: datetime | None, *, reserved: bool
    ) -> NumberHold:
        """Keep the number for `holder`, for ever where `until` is None; a longer time of the same holder stays."""
        number = session.get(NumberRow, phone, with_for_update=True)
        if number is None:
            raise BssRejected(RejectReason.UNKNOWN_NUMBER)
        now = self._clock()
        if number.free_from is not None and number.free_from > self._today():
            raise BssRejected(RejectReason.NUMBER_TAKEN)
        hold = session.get(NumberHoldRow, phone, populate_existing=True)
        runs = hold is not None and (hold.until is None or hold.until > now)
        if hold is None:
            hold = NumberHoldRow(phone=phone, holder=holder, until=until, reserved=reserved)
            session.add(hold)
            session.flush()
        elif runs and hold.holder != holder:
            raise BssRejected(RejectReason.NUMBER_TAKEN)
        elif not runs or (reserved and not hold.reserved) or until is None:
            hold.holder, hold.until, hold.reserved = holder, until, reserved
        return NumberHold(phone, holder, hold.until or now)

    async def _kept(self, work: Callable[[Session], NumberHold]) -> NumberHold:
        try:
            return await self._write(work)
        except IntegrityError:
            # Somebody else took it at the same moment: look again, now that this is committed.
            return await self._write(work)


def _wanted(search: NumberSearch) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.ending:
        wanted.append(NumberRow.phone.endswith(search.ending, autoescape=True))
    if search.containing:
        wanted.append(NumberRow.phone.contains(search.containing, autoescape=True))
    last_eight = func.substr(NumberRow.phone, 4)
    wanted += [not_(last_eight.contains(digit)) for digit in sorted(search.without)]
    if search.prestige:
        wanted.append(NumberRow.term_months > 0)
    return wanted


def _free(row: NumberRow) -> FreeNumber:
    return FreeNumber(row.phone, row.minimum_fee, row.term_months)


def _cards(session: Session, line: LineRow) -> int:
    """Second cards that a line has, and those on their way to it."""
    lines = select(LineRow.phone).where(LineRow.primary_line_id == line.id)
    present = set(session.scalars(lines.where(LineRow.status != LineStatus.CLOSED)))
    closed = set(session.scalars(lines.where(LineRow.status == LineStatus.CLOSED)))
    ordered = session.scalars(
        select(OrderRow.offering_id).where(
            OrderRow.line_id == line.id,
            OrderRow.action == OrderAction.ADD_SECOND_CARD,
            OrderRow.cancelled_at.is_(None),
        )
    )
    return len(present | (set(ordered) - closed))
