"""What stops a line: a loss, the customer's own wish; its beginning, its end, and what stops with it."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded.line_tables import LineHoldRow
from care.bss.embedded.tables import AccountRow, BroadbandRow, LineRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import HoldReason, LineHold, LineStatus, LineTerms, LineVerdict
from care.db import new_id
from care.db.jobs import schedule

JOB = "bss.hold"
"""Begins or ends a suspension on its day."""


def current(session: Session, line: LineRow) -> LineHold | None:
    """What stops the line, or a suspension that is to begin."""
    if line.status == LineStatus.SUSPENDED_ARREARS:
        return LineHold(line.id, HoldReason.ARREARS, None, None)
    reason = HoldReason.LOST if line.status == LineStatus.BLOCKED_LOST else HoldReason.REQUEST
    row = _standing(session, line, reason)
    if row is not None:
        return LineHold(line.id, reason, row.start, row.until)
    if line.status == LineStatus.ACTIVE:
        return None
    return LineHold(line.id, reason, None, None)


def block_lost(session: Session, line: LineRow, today: date) -> None:
    """Stop the line because of a loss; nothing changes on one that is blocked."""
    if line.status == LineStatus.BLOCKED_LOST:
        return
    session.add(_hold(line, HoldReason.LOST, today, None, began=True))
    line.status = LineStatus.BLOCKED_LOST


def lift_lost(session: Session, line: LineRow, today: date, now: datetime) -> None:
    """Take a loss back; what else stops the line goes on. Raises BssRejected."""
    if line.status != LineStatus.BLOCKED_LOST:
        raise BssRejected(RejectReason.NOT_STOPPED)
    loss = _standing(session, line, HoldReason.LOST)
    if loss is not None:
        loss.lifted_at = now
    kept = _standing(session, line, HoldReason.REQUEST)
    account = session.get(AccountRow, line.primary_line_id or line.id)
    in_arrears = account is not None and account.arrears > 0
    if kept is not None and kept.began:
        line.status = LineStatus.SUSPENDED_REQUEST
    elif loss is not None and loss.before == LineStatus.SUSPENDED_ARREARS and in_arrears:
        line.status = LineStatus.SUSPENDED_ARREARS
    else:
        line.status = LineStatus.ACTIVE


def check_suspension(
    session: Session, line: LineRow, start: date, months: int, terms: LineTerms, today: date
) -> None:
    """Raise BssRejected unless the line may be stopped from `start` for `months`."""
    if line.status != LineStatus.ACTIVE:
        raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
    if _standing(session, line, HoldReason.REQUEST) is not None:
        raise BssRejected(RejectReason.CHANGE_PENDING)
    account = session.get(AccountRow, line.primary_line_id or line.id)
    if account is not None and account.arrears > 0:
        raise BssRejected(RejectReason.IN_ARREARS)
    if not today <= start <= today + timedelta(days=terms.keep_days_ahead):
        raise BssRejected(RejectReason.BAD_DATE)
    if not terms.keep_least_months <= months <= terms.keep_most_months:
        raise BssRejected(RejectReason.BAD_TERM)


def suspend(
    session: Session, line: LineRow, start: date, months: int, today: date, zone: ZoneInfo
) -> None:
    """Stop the line from `start` on; its beginning, when later, and its end are jobs."""
    hold = _hold(line, HoldReason.REQUEST, start, months_later(start, months), began=False)
    session.add(hold)
    days = [hold.until] if start <= today else [start, hold.until]
    for day in days:
        assert day is not None
        schedule(session, JOB, {"hold": hold.id}, datetime.combine(day, time(), zone))
    if start <= today:
        _begin(session, line, hold)


def resume(session: Session, line: LineRow, now: datetime) -> None:
    """Bring the line back, or take a suspension back that has not begun. Raises BssRejected."""
    if line.status == LineStatus.BLOCKED_LOST:
        raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
    if line.status == LineStatus.SUSPENDED_ARREARS:
        account = session.get(AccountRow, line.primary_line_id or line.id)
        if account is not None and account.arrears > 0:
            raise BssRejected(RejectReason.IN_ARREARS)
        line.status = LineStatus.ACTIVE
        _set_broadband(session, line)
        return
    hold = _standing(session, line, HoldReason.REQUEST)
    if hold is None and line.status == LineStatus.ACTIVE:
        raise BssRejected(RejectReason.NOT_STOPPED)
    if hold is None and line.primary_line_id is not None:
        main = session.get_one(LineRow, line.primary_line_id)
        if main.status == LineStatus.SUSPENDED_REQUEST:
            raise BssRejected(RejectReason.SECOND_CARD)
    line.status = LineStatus.ACTIVE
    if hold is not None:
        _end(session, hold, now)


def turn(session: Session, hold_id: str, today: date, now: datetime) -> None:
    """Begin or end a suspension whose day has come; nothing where it was lifted meanwhile."""
    hold = session.get(LineHoldRow, hold_id, with_for_update=True)
    if hold is None or hold.lifted_at is not None:
        return
    line = session.get_one(LineRow, hold.line_id, with_for_update=True)
    if hold.until is not None and today >= hold.until:
        if line.status == LineStatus.SUSPENDED_REQUEST:
            line.status = LineStatus.ACTIVE
        _end(session, hold, now)
    elif not hold.began and today >= hold.start:
        _begin(session, line, hold)


def months_later(start: date, months: int) -> date:
    """The same day `months` later, or the last of a month that is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _hold(
    line: LineRow, reason: HoldReason, start: date, until: date | None, *, began: bool
) -> LineHoldRow:
    return LineHoldRow(
        id=new_id(),
        line_id=line.id,
        reason=reason,
        start=start,
        until=until,
        before=line.status,
        paused=[],
        began=began,
    )


def _standing(session: Session, line: LineRow, reason: HoldReason) -> LineHoldRow | None:
    return session.scalars(
        select(LineHoldRow)
        .where(LineHoldRow.line_id == line.id, LineHoldRow.reason == reason)
        .where(LineHoldRow.lifted_at.is_(None))
        .order_by(LineHoldRow.id.desc())
        .limit(1)
    ).first()


def _begin(session: Session, line: LineRow, hold: LineHoldRow) -> None:
    """Stop the line with its second cards and broadband; a line stopped otherwise meanwhile stays as it is."""
    hold.began = True
    if line.status != LineStatus.ACTIVE:
        return
    line.status = LineStatus.SUSPENDED_REQUEST
    paused: list[Any] = []
    cards = select(LineRow).where(
        LineRow.primary_line_id == line.id, LineRow.status == LineStatus.ACTIVE
    )
    for card in session.scalars(cards):
        card.status = LineStatus.SUSPENDED_REQUEST
        paused.append(["line", card.id, LineStatus.ACTIVE])
    for access in session.scalars(select(BroadbandRow).where(BroadbandRow.line_id == line.id)):
        paused.append(["broadband", access.id, access.condition])
        access.condition = LineVerdict.SUSPENDED
    hold.paused = paused


def _end(session: Session, hold: LineHoldRow, now: datetime) -> None:
    hold.lifted_at = now
    for what, id_, before in hold.paused:
        if what == "line":
            card = session.get_one(LineRow, id_)
            if card.status == LineStatus.SUSPENDED_REQUEST:
                card.status = before
        else:
            session.get_one(BroadbandRow, id_).condition = before


def _set_broadband(session: Session, line: LineRow) -> None:
    for access in session.scalars(select(BroadbandRow).where(BroadbandRow.line_id == line.id)):
        if access.condition == LineVerdict.SUSPENDED:
            access.condition = LineVerdict.OK
