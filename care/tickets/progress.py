"""Speed for a ticket: the customer urges it, or its promise is broken and it goes to the supervisors."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from care.tickets.lifecycle import OPEN_STATES, TransitionNotAllowed, done_in_turn, locked, record
from care.tickets.tables import SUPERVISORS, Deed, Ticket

HIGHEST = 3
"""The highest priority; escalated tickets have it."""

SYSTEM = "system"
"""Who acts where nobody does."""


@dataclass(frozen=True, slots=True)
class Urged:
    """What came of urging. ``times`` counts this one; ``late`` says that the promise is broken."""

    ticket: Ticket
    times: int
    late: bool


def urge(session: Session, number: str, actor: str, now: datetime, turn_id: str | None) -> Urged:
    """Note that the customer wants it sooner: the first time its priority rises, a late one is escalated.

    The same turn counts once. Raises ``NotFound``, and ``TransitionNotAllowed`` for a ticket that is not open.
    """
    ticket = locked(session, number)
    if not done_in_turn(session, number, Deed.URGED, turn_id):
        if ticket.state not in OPEN_STATES:
            raise TransitionNotAllowed(state=ticket.state)
        ticket.urged += 1
        if ticket.urged == 1:
            ticket.priority = min(ticket.priority + 1, HIGHEST)
        note = f"客户催办，第 {ticket.urged} 次"
        record(session, ticket, actor, Deed.URGED, note, now, turn_id=turn_id)
        if is_late(ticket, now):
            escalate(session, ticket, now)
    return Urged(ticket, ticket.urged, is_late(ticket, now))


def escalate(session: Session, ticket: Ticket, now: datetime) -> bool:
    """Give a locked ticket whose promise is broken to the supervisors; gives whether that is new."""
    if ticket.escalated_at is not None:
        return False
    ticket.escalated_at = now
    ticket.priority = HIGHEST
    ticket.team = SUPERVISORS
    record(session, ticket, SYSTEM, Deed.ESCALATED, "已超过承诺时间，升级主管督办", now)
    return True


def is_late(ticket: Ticket, now: datetime) -> bool:
    """Whether an open ticket is past its promise."""
    return ticket.state in OPEN_STATES and ticket.promised_at <= now
