"""The spam shield of the embedded operator: an add-on that the line holds, its level, the blocked numbers."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded.base import held
from care.bss.embedded.line_tables import BlockedNumberRow, SpamLevelRow
from care.bss.embedded.order_effects import begin
from care.bss.embedded.tables import LineRow, SubscriptionRow
from care.bss.protocol import OfferingKind, SpamLevel, SpamShield

ADDON = "spam_guard"
"""The free add-on of the catalogue by which the shield is held."""


def shield(session: Session, line: LineRow, today: date) -> SpamShield:
    """The line's shield."""
    level = SpamLevel.OFF
    if _subscription(session, line, today) is not None:
        row = session.get(SpamLevelRow, line.id)
        level = SpamLevel.STANDARD if row is None else SpamLevel(row.level)
    numbers = session.scalars(
        select(BlockedNumberRow.number)
        .where(BlockedNumberRow.line_id == line.id)
        .order_by(BlockedNumberRow.since, BlockedNumberRow.id)
    )
    return SpamShield(level, tuple(numbers))


def set_level(session: Session, line: LineRow, level: SpamLevel, today: date) -> None:
    """Hold or give up the add-on, at this level. It protects, so arrears and second cards are no hindrance."""
    subscription = _subscription(session, line, today)
    row = session.get(SpamLevelRow, line.id)
    if level is SpamLevel.OFF:
        if subscription is not None:
            subscription.end = today - timedelta(days=1)
        if row is not None:
            session.delete(row)
        return
    if subscription is None:
        begin(session, line, OfferingKind.ADDON, ADDON, today, None)
    elif subscription.end is not None:
        subscription.end = None  # one that was cancelled and still runs is taken up again
    if row is None:
        session.add(SpamLevelRow(line_id=line.id, level=level))
    else:
        row.level = level


def blocked_row(session: Session, line: LineRow, number: str) -> BlockedNumberRow | None:
    """The row of a blocked number."""
    return session.scalars(
        select(BlockedNumberRow).where(
            BlockedNumberRow.line_id == line.id, BlockedNumberRow.number == number
        )
    ).one_or_none()


def _subscription(session: Session, line: LineRow, today: date) -> SubscriptionRow | None:
    for row in held(session, line.id, today):
        if row.kind == OfferingKind.ADDON and row.offering_id == ADDON and row.start <= today:
            return row
    return None
