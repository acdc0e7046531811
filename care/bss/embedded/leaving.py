"""Closing lines and broadband, porting out and other owners, on the embedded tables."""

import secrets
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import delete, exists, func, not_, select, update
from sqlalchemy.orm import Session

from care.bss.embedded.base import require_customer, require_line
from care.bss.embedded.contract_tables import (
    ClosingRow,
    IdentityDocumentRow,
    NumberHoldRow,
    NumberRow,
    PortCodeRow,
)
from care.bss.embedded.ordering import EmbeddedOrdering, OrderRequest
from care.bss.embedded.tables import (
    AccountRow,
    BillRow,
    BroadbandRow,
    ContractRow,
    CustomerRow,
    LineRow,
    OrderRow,
    PointsRow,
    SubscriptionRow,
)
from care.bss.errors import BssRejected, RejectReason
from care.bss.months import month_of
from care.bss.protocol import (
    BillState,
    ClosingTerms,
    Contract,
    CustomerKind,
    ExitFee,
    IdentityDocument,
    LeavingCheck,
    LineStatus,
    Obstacle,
    ObstacleKind,
    OrderAction,
    OrderReceipt,
    PortCode,
)
from care.db import new_id

PORT_OUT_AFTER = 120
"""Days a number must have been with us (携号转网服务管理规定); ``data/duties/contracts.yml`` tells customers the same."""

FROZEN = 90
"""Days after closing in which a number is given to nobody else."""

REFUND_DAYS = 15
"""Working days in which the money left is paid back."""

PORT_CODE_LIFE = timedelta(minutes=30)

_NOTHING = Decimal(0)


class EmbeddedLeaving(EmbeddedOrdering):
    """The protocol `Leaving`."""

    async def identity_document(self, customer_id: str) -> IdentityDocument:
        """See the protocol."""

        def work(session: Session) -> IdentityDocument:
            require_customer(session, customer_id)
            return _document(session, customer_id)

        return await self._read(work)

    async def closing_terms(self, subject_id: str) -> ClosingTerms:
        """See the protocol."""
        today = self._today()
        return await self._read(lambda session: _terms(session, subject_id, today))

    async def close(self, line_id: str, subject_id: str, *, idempotency_key: str) -> OrderReceipt:
        """See the protocol."""
        request = OrderRequest(idempotency_key, OrderAction.CLOSE, line_id, subject_id)
        today = self._today()

        def apply(session: Session, line: LineRow) -> OrderRow:
            owner = _owner(session, subject_id)
            if owner != line.customer_id:
                raise BssRejected(RejectReason.UNKNOWN_LINE)
            terms = _terms(session, subject_id, today)
            if terms.needs_presence:
                raise BssRejected(RejectReason.NEEDS_PRESENCE)
            if terms.settlement < 0:
                raise BssRejected(RejectReason.UNSETTLED, amount=str(-terms.settlement))
            order = self._order(request, today)
            order.number = 0  # given by whoever places it; the row is needed now
            session.add(order)
            session.flush()
            _end(session, terms, order.id, today)
            return order

        return await self._place(request, apply)

    async def check_port_out(self, line_id: str) -> LeavingCheck:
        """See the protocol."""
        today = self._today()
        return await self._read(lambda session: _check(session, line_id, today, porting=True))

    async def request_port_code(self, line_id: str, *, idempotency_key: str) -> PortCode:
        """See the protocol."""
        now, today = self._clock(), self._today()

        def work(session: Session) -> PortCode:
            line = require_line(session, line_id, lock=True)
            row = _code_of(session, idempotency_key)
            if row is not None:
                if row.line_id != line_id:
                    raise BssRejected(RejectReason.KEY_REUSED)
                return _port_code(row, line.phone)
            if not _check(session, line_id, today, porting=True).allowed:
                raise BssRejected(RejectReason.NOT_PORTABLE)
            session.execute(
                update(PortCodeRow)
                .where(PortCodeRow.line_id == line_id, PortCodeRow.valid_until > now)
                .values(valid_until=now)
            )
            row = PortCodeRow(
                id=new_id(),
                idempotency_key=idempotency_key,
                line_id=line_id,
                code=f"{secrets.randbelow(10**8):08d}",
                valid_until=now + PORT_CODE_LIFE,
            )
            session.add(row)
            session.flush()
            return _port_code(row, line.phone)

        return await self._write(work)

    async def port_code(self, idempotency_key: str) -> PortCode | None:
        """See the protocol."""

        def work(session: Session) -> PortCode | None:
            row = _code_of(session, idempotency_key)
            if row is None:
                return None
            return _port_code(row, session.get_one(LineRow, row.line_id).phone)

        return await self._read(work)

    async def check_transfer(self, line_id: str) -> LeavingCheck:
        """See the protocol."""
        today = self._today()
        return await self._read(lambda session: _check(session, line_id, today, porting=False))


def _code_of(session: Session, key: str) -> PortCodeRow | None:
    return session.scalars(
        select(PortCodeRow).where(PortCodeRow.idempotency_key == key)
    ).one_or_none()


def _port_code(row: PortCodeRow, phone: str) -> PortCode:
    return PortCode(row.id, row.line_id, phone, row.code, row.valid_until)


def _document(session: Session, customer_id: str) -> IdentityDocument:
    row = session.get(IdentityDocumentRow, customer_id)
    if row is None:
        return IdentityDocument(customer_id, "居民身份证", None, verified=False)
    return IdentityDocument(customer_id, row.kind, row.valid_until, row.verified)


def _owner(session: Session, subject_id: str) -> str | None:
    row = session.get(LineRow, subject_id) or session.get(BroadbandRow, subject_id)
    return None if row is None else row.customer_id


def _open_broadband(session: Session, line_id: str) -> list[BroadbandRow]:
    return list(
        session.scalars(
            select(BroadbandRow)
            .where(BroadbandRow.line_id == line_id)
            .where(not_(exists().where(ClosingRow.subject_id == BroadbandRow.id)))
            .order_by(BroadbandRow.id)
        )
    )


def _second_cards(session: Session, line_id: str) -> list[LineRow]:
    return list(
        session.scalars(
            select(LineRow)
            .where(LineRow.primary_line_id == line_id, LineRow.status != LineStatus.CLOSED)
            .order_by(LineRow.id)
        )
    )


def _running(session: Session, line_id: str, today: date) -> Decimal:
    total = session.scalars(
        select(BillRow.total)
        .where(BillRow.line_id == line_id, BillRow.month == month_of(today))
        .where(BillRow.state == BillState.RUNNING)
    ).one_or_none()
    return _NOTHING if total is None else total


def _exit_fees(session: Session, line_id: str, today: date) -> tuple[ExitFee, ...]:
    rows = session.scalars(
        select(ContractRow)
        .where(ContractRow.line_id == line_id)
        .where(ContractRow.start <= today, ContractRow.end >= today)
        .order_by(ContractRow.end, ContractRow.id)
    )
    fees = []
    for row in rows:
        contract = Contract(
            id=row.id,
            line_id=row.line_id,
            name=row.name,
            start=row.start,
            end=row.end,
            benefit=row.benefit,
            minimum_monthly_fee=row.minimum_monthly_fee,
            early_exit_fee=row.early_exit_fee,
        )
        months = contract.months_left(today)
        fees.append(ExitFee(row.name, row.end, months, row.early_exit_fee * months))
    return tuple(fees)


def _terms(session: Session, subject_id: str, today: date) -> ClosingTerms:
    broadband = session.get(BroadbandRow, subject_id)
    line = session.get(LineRow, subject_id)
    closed = session.get(ClosingRow, subject_id) is not None
    if closed or (broadband is None and (line is None or line.status == LineStatus.CLOSED)):
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    owner = session.get_one(CustomerRow, (broadband or line).customer_id)  # type: ignore[union-attr]
    company = owner.kind == CustomerKind.ENTERPRISE
    if line is None or line.primary_line_id is not None:
        # Broadband and second cards have no account of their own: what they cost is on the main line's next bill.
        return ClosingTerms(
            subject_id=subject_id,
            available=_NOTHING,
            arrears=_NOTHING,
            running=_NOTHING,
            exit_fees=(),
            second_cards=(),
            broadband=(),
            points=0,
            refund_days=REFUND_DAYS,
            frozen_until=None if line is None else today + timedelta(days=FROZEN),
            needs_presence=company,
        )
    account = session.get(AccountRow, line.id)
    lines = session.scalars(
        select(func.count())
        .select_from(LineRow)
        .where(LineRow.customer_id == line.customer_id, LineRow.status != LineStatus.CLOSED)
        .where(LineRow.primary_line_id.is_(None))
    ).one()
    points = session.get(PointsRow, line.customer_id)
    return ClosingTerms(
        subject_id=subject_id,
        available=_NOTHING if account is None else account.available,
        arrears=_NOTHING if account is None else account.arrears,
        running=_running(session, line.id, today),
        exit_fees=_exit_fees(session, line.id, today),
        second_cards=tuple(row.phone for row in _second_cards(session, line.id)),
        broadband=tuple(row.account for row in _open_broadband(session, line.id)),
        points=points.points if points is not None and lines == 1 else 0,
        refund_days=REFUND_DAYS,
        frozen_until=today + timedelta(days=FROZEN),
        needs_presence=company or line.status == LineStatus.BLOCKED_LOST,
    )


def _end(session: Session, terms: ClosingTerms, order_id: str, today: date) -> None:
    """Close what the terms are about, and all that ends with it."""
    line = session.get(LineRow, terms.subject_id)
    session.add(
        ClosingRow(
            subject_id=terms.subject_id,
            order_id=order_id,
            closed_on=today,
            refund=terms.settlement,
            exit_fee=terms.exit_fee,
            refund_by=today + timedelta(days=terms.refund_days * 7 // 5),
            frozen_until=terms.frozen_until,
        )
    )
    if line is None:
        return
    for access in _open_broadband(session, line.id):
        session.add(_closing(access.id, order_id, today, None))
    for card in _second_cards(session, line.id):
        session.add(_closing(card.id, order_id, today, terms.frozen_until))
        _end_line(session, card, today, terms.frozen_until)
    _end_line(session, line, today, terms.frozen_until)
    account = session.get(AccountRow, line.id)
    if account is not None:
        account.available, account.arrears = _NOTHING, _NOTHING


def _closing(subject_id: str, order_id: str, today: date, frozen: date | None) -> ClosingRow:
    return ClosingRow(
        subject_id=subject_id,
        order_id=order_id,
        closed_on=today,
        refund=_NOTHING,
        exit_fee=_NOTHING,
        refund_by=None,
        frozen_until=frozen,
    )


def _end_line(session: Session, line: LineRow, today: date, frozen: date | None) -> None:
    line.status = LineStatus.CLOSED
    for held in session.scalars(select(SubscriptionRow).where(SubscriptionRow.line_id == line.id)):
        if held.end is None or held.end > today:
            # What had not begun never does.
            held.end = today if held.start <= today else held.start - timedelta(days=1)
    for contract in session.scalars(select(ContractRow).where(ContractRow.line_id == line.id)):
        contract.end = min(contract.end, today)
    number = session.get(NumberRow, line.phone)
    if number is None:
        number = NumberRow(
            phone=line.phone, position=10**6, minimum_fee=_NOTHING, term_months=0, free_from=None
        )
        session.add(number)
        session.flush()
    number.free_from = frozen
    session.execute(delete(NumberHoldRow).where(NumberHoldRow.phone == line.phone))


def _check(session: Session, line_id: str, today: date, *, porting: bool) -> LeavingCheck:
    line = require_line(session, line_id)
    if line.status == LineStatus.CLOSED:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    account = session.get(AccountRow, line.id)
    available = _NOTHING if account is None else account.available
    arrears = _NOTHING if account is None else account.arrears
    left = available - arrears - _running(session, line.id, today)
    points = session.get(PointsRow, line.customer_id)
    return LeavingCheck(
        line_id=line_id,
        obstacles=tuple(_obstacles(session, line, left, arrears, today, porting=porting)),
        second_cards=tuple(row.phone for row in _second_cards(session, line.id)),
        broadband=tuple(row.account for row in _open_broadband(session, line.id)),
        points=points.points if points is not None else 0,
        left=max(left, _NOTHING),
    )


def _obstacles(
    session: Session, line: LineRow, left: Decimal, arrears: Decimal, today: date, *, porting: bool
) -> list[Obstacle]:
    owner = session.get_one(CustomerRow, line.customer_id)
    found: list[Obstacle] = []
    if not _document(session, owner.id).verified:
        found.append(Obstacle(ObstacleKind.NOT_REAL_NAMED))
    if line.status in (LineStatus.BLOCKED_LOST, LineStatus.SUSPENDED_REQUEST):
        found.append(Obstacle(ObstacleKind.NOT_ACTIVE))
    if arrears > 0 or (line.primary_line_id is None and left < 0):
        found.append(Obstacle(ObstacleKind.UNSETTLED, amount=-left))
    if line.primary_line_id is not None:
        found.append(Obstacle(ObstacleKind.SECOND_CARD))
    found += [
        Obstacle(ObstacleKind.CONTRACT, amount=fee.amount, until=fee.until, name=fee.contract)
        for fee in _exit_fees(session, line.id, today)
    ]
    over = line.since + timedelta(days=PORT_OUT_AFTER)
    if porting and over > today:
        found.append(Obstacle(ObstacleKind.TOO_SOON, until=over))
    if owner.kind == CustomerKind.ENTERPRISE:
        found.append(Obstacle(ObstacleKind.NEEDS_PRESENCE))
    return found
