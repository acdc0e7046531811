"""The life of a ticket: opened once, moved along allowed ways only, each step on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from care.db import new_id
from care.db.counters import advance
from care.errors import Conflict, NotFound
from care.tickets.tables import Ticket, TicketKind, TicketMatter, TicketState, TicketStep

_ALLOWED = {
    TicketState.OPEN: {
        TicketState.ASSIGNED,
        TicketState.IN_PROGRESS,
        TicketState.WAITING_CUSTOMER,
        TicketState.RESOLVED,
        TicketState.CANCELLED,
    },
    TicketState.ASSIGNED: {
        TicketState.OPEN,
        TicketState.IN_PROGRESS,
        TicketState.WAITING_CUSTOMER,
        TicketState.RESOLVED,
        TicketState.CANCELLED,
    },
    TicketState.IN_PROGRESS: {
        TicketState.WAITING_CUSTOMER,
        TicketState.RESOLVED,
        TicketState.CANCELLED,
    },
    TicketState.WAITING_CUSTOMER: {
        TicketState.IN_PROGRESS,
        TicketState.RESOLVED,
        TicketState.CANCELLED,
    },
    TicketState.RESOLVED: {TicketState.IN_PROGRESS, TicketState.CLOSED},
    TicketState.CLOSED: set(),
    TicketState.CANCELLED: set(),
}

OPEN_STATES = (
    TicketState.OPEN,
    TicketState.ASSIGNED,
    TicketState.IN_PROGRESS,
    TicketState.WAITING_CUSTOMER,
)


class TransitionNotAllowed(Conflict):
    """The ticket's state does not allow this step."""

    code, message = "transition_not_allowed", "工单当前状态不能这样处理。"


@dataclass(frozen=True)
class NewTicket:
    """What a ticket is opened with. ``promise`` is the time until it must be settled."""

    kind: TicketKind
    title: str
    description: str
    promise: timedelta
    actor: str
    priority: int = 0
    contact_id: str | None = None
    customer_id: str | None = None
    customer_name: str | None = None
    phone: str | None = None
    conversation_id: str | None = None
    turn_id: str | None = None
    matters: tuple[str, ...] = ()


def open_ticket(session: Session, new: NewTicket, now: datetime, zone: ZoneInfo) -> Ticket:
    """Open a ticket and give it its number; the same turn opens one of a kind only once.

    A matter that is on record already is not opened again either: the ticket there is is given.
    """
    if new.turn_id is not None:
        first = session.scalar(
            select(Ticket).where(Ticket.turn_id == new.turn_id, Ticket.kind == new.kind)
        )
        if first is not None:
            return first
    known = of_matters(session, new.matters)
    if known:
        return next(iter(known.values()))
    day = now.astimezone(zone).strftime("%Y%m%d")
    ticket = Ticket(
        number=f"GD{day}{advance(session, f'ticket:{day}'):04d}",
        kind=new.kind,
        title=new.title[:100],
        description=new.description,
        state=TicketState.OPEN,
        priority=new.priority,
        contact_id=new.contact_id,
        customer_id=new.customer_id,
        customer_name=new.customer_name,
        phone=new.phone,
        conversation_id=new.conversation_id,
        turn_id=new.turn_id,
        created_at=now,
        promised_at=now + new.promise,
        updated_at=now,
    )
    session.add(ticket)
    session.flush()
    session.add_all(TicketMatter(matter=matter, number=ticket.number) for matter in new.matters)
    _record(session, ticket.number, new.actor, None, TicketState.OPEN, "", now)
    return ticket


def move(
    session: Session, number: str, to: TicketState, actor: str, note: str, now: datetime
) -> Ticket:
    """Move a ticket to another state. Raises ``NotFound`` or ``TransitionNotAllowed``."""
    ticket = session.scalar(select(Ticket).where(Ticket.number == number).with_for_update())
    if ticket is None:
        raise NotFound("没有这个工单。")
    state = TicketState(ticket.state)
    if to not in _ALLOWED[state]:
        raise TransitionNotAllowed(state=state, to=to)
    _record(session, number, actor, state, to, note, now)
    ticket.state = to
    ticket.updated_at = now
    if to is TicketState.CANCELLED:  # what was given up may be asked for again
        session.execute(delete(TicketMatter).where(TicketMatter.number == number))
    return ticket


def find(session: Session, number: str) -> Ticket:
    """The ticket with this number. Raises ``NotFound``."""
    ticket = session.get(Ticket, number)
    if ticket is None:
        raise NotFound("没有这个工单。")
    return ticket


def history(session: Session, number: str) -> list[TicketStep]:
    """The steps of a ticket, oldest first."""
    query = select(TicketStep).where(TicketStep.number == number).order_by(TicketStep.id)
    return list(session.scalars(query))


def of_matters(session: Session, matters: Sequence[str]) -> dict[str, Ticket]:
    """The tickets that these matters are on record with, by matter."""
    if not matters:
        return {}
    query = (
        select(TicketMatter.matter, Ticket)
        .join(Ticket, TicketMatter.number == Ticket.number)
        .where(TicketMatter.matter.in_(matters))
        .order_by(TicketMatter.matter)
    )
    return {row.matter: row.Ticket for row in session.execute(query)}


def of_conversation(session: Session, conversation_id: str) -> list[Ticket]:
    """The tickets opened in a conversation, newest first."""
    query = select(Ticket).where(Ticket.conversation_id == conversation_id)
    return list(session.scalars(query.order_by(Ticket.number.desc())))


def of_customer(session: Session, customer_id: str, limit: int = 5) -> list[Ticket]:
    """The customer's newest tickets, open ones first."""
    query = select(Ticket).where(Ticket.customer_id == customer_id)
    newest = list(session.scalars(query.order_by(Ticket.number.desc()).limit(50)))
    return sorted(newest, key=lambda ticket: ticket.state not in OPEN_STATES)[:limit]


def page(
    session: Session, state: TicketState | None, page_number: int, size: int = 50
) -> tuple[list[Ticket], int]:
    """A page of all tickets, newest first, and how many there are."""
    query = select(Ticket)
    count = select(func.count()).select_from(Ticket)
    if state is not None:
        query, count = query.where(Ticket.state == state), count.where(Ticket.state == state)
    rows = session.scalars(
        query.order_by(Ticket.number.desc()).offset((page_number - 1) * size).limit(size)
    )
    return list(rows), session.scalar(count) or 0


def _record(
    session: Session,
    number: str,
    actor: str,
    from_state: TicketState | None,
    to_state: TicketState,
    note: str,
    now: datetime,
) -> None:
    session.add(
        TicketStep(
            id=new_id(),
            number=number,
            at=now,
            actor=actor,
            from_state=from_state,
            to_state=to_state,
            note=note,
        )
    )
