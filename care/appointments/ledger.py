"""Booking, moving and giving up, inside the caller's transaction. Nothing here talks to anybody.

Whoever wants a slot counts it up first: the row of the slot is locked then until the transaction ends, and a slot that is
full counts no further. That a slot is never overbooked, and that a matter has one live appointment, the database checks
once more by its own constraints.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from care.appointments.tables import Appointment, AppointmentState, Slot, WorkOrder
from care.appointments.timetable import Place, TimeSlot
from care.bss.protocol import PlaceKind
from care.db import new_id
from care.db.counters import advance
from care.db.jobs import schedule
from care.errors import Conflict, NotFound
from care.tickets.lifecycle import OPEN_STATES
from care.tickets.tables import Ticket, TicketState

LIVE = (AppointmentState.HELD, AppointmentState.BOOKED)
RELEASE_JOB = "appointments.release"
WORK_JOB = "appointments.work"

_LAPSED = timedelta(days=1)


class SlotFull(Conflict):
    """Somebody else has taken the last place of the slot."""

    code, message = "slot_full", "这个时间刚刚约满了。"


class AlreadyBooked(Conflict):
    """The matter has a live appointment; ``number`` says which."""

    code, message = "already_booked", "这件事已经有预约了。"


class NotLive(Conflict):
    """The appointment is cancelled or over."""

    code, message = "appointment_not_live", "这个预约已经取消或者过期了。"


@dataclass(frozen=True)
class Wanted:
    """An appointment as it is asked for. ``key`` names the request: repeated, it finds the first one's appointment."""

    key: str
    place: Place
    slot: TimeSlot
    matter: str
    business: str
    customer_id: str
    phone: str
    contact_id: str | None = None
    ticket_number: str | None = None
    conversation_id: str | None = None


def book(
    session: Session,
    wanted: Wanted,
    now: datetime,
    zone: ZoneInfo,
    held_until: datetime | None = None,
) -> Appointment:
    """Book a slot, or with ``held_until`` keep it free until then.

    What was held for the same matter before is let go. Raises ``SlotFull`` and ``AlreadyBooked``.
    """
    first = session.scalar(select(Appointment).where(Appointment.key == wanted.key))
    if first is not None:
        return first
    _clear_matter(session, wanted.matter, now)
    take(session, wanted.place, wanted.slot)
    day = now.astimezone(zone).strftime("%Y%m%d")
    row = Appointment(
        id=new_id(),
        number=f"YY{day}{advance(session, f'appointment:{day}'):04d}",
        key=wanted.key,
        kind=wanted.place.kind,
        place_id=wanted.place.id,
        day=wanted.slot.day,
        hours=wanted.slot.hours,
        starts_at=wanted.slot.starts_at,
        ends_at=wanted.slot.ends_at,
        state=AppointmentState.BOOKED if held_until is None else AppointmentState.HELD,
        held_until=held_until,
        matter=wanted.matter,
        business=wanted.business,
        customer_id=wanted.customer_id,
        contact_id=wanted.contact_id,
        phone=wanted.phone,
        ticket_number=wanted.ticket_number,
        conversation_id=wanted.conversation_id,
        moves=0,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    if held_until is not None:
        schedule(session, RELEASE_JOB, {"appointment": row.id}, held_until)
    return row


def keep(
    session: Session, held_id: str, matter: str, ticket_number: str | None, now: datetime
) -> Appointment:
    """Make a held slot the appointment of a matter. Raises ``NotLive`` where it is held no more."""
    row = _locked(session, Appointment.id == held_id)
    if row.state == AppointmentState.BOOKED and row.matter == matter:
        return row
    if row.state != AppointmentState.HELD:
        raise NotLive()
    if row.matter != matter:
        _clear_matter(session, matter, now)
    row.state, row.held_until = AppointmentState.BOOKED, None
    row.matter, row.ticket_number, row.updated_at = matter, ticket_number, now
    session.flush()
    return row


def move(session: Session, number: str, place: Place, slot: TimeSlot, now: datetime) -> Appointment:
    """Give an appointment another time (and place). Raises ``SlotFull``, ``NotLive`` and ``NotFound``."""
    row = _locked(session, Appointment.number == number)
    if row.state != AppointmentState.BOOKED or row.ends_at <= now:
        raise NotLive()
    if (row.kind, row.place_id, row.day, row.hours) == (
        place.kind,
        place.id,
        slot.day,
        slot.hours,
    ):
        return row
    take(session, place, slot)
    _free(session, row)
    row.kind, row.place_id, row.day, row.hours = place.kind, place.id, slot.day, slot.hours
    row.starts_at, row.ends_at = slot.starts_at, slot.ends_at
    row.moves += 1
    row.updated_at = now
    session.flush()
    return row


def cancel(session: Session, number: str, now: datetime) -> Appointment:
    """Give an appointment up; one that is given up already stays so. Raises ``NotLive`` and ``NotFound``."""
    row = _locked(session, Appointment.number == number)
    if row.state == AppointmentState.CANCELLED:
        return row
    if row.state not in LIVE or row.ends_at <= now:
        raise NotLive()
    _let_go(session, row, now)
    return row


def release(session: Session, appointment_id: str, now: datetime) -> bool:
    """Let a held slot go whose time is over; gives whether it was let go now."""
    row = _locked(session, Appointment.id == appointment_id)
    if row.state != AppointmentState.HELD or row.held_until is None or row.held_until > now:
        return False
    _let_go(session, row, now)
    return True


def take(session: Session, place: Place, slot: TimeSlot) -> None:
    """Count a slot up; it stays locked until the transaction ends. Raises ``SlotFull``."""
    if slot.capacity < 1:
        raise SlotFull()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(Slot)
        .values(
            kind=place.kind,
            place_id=place.id,
            day=slot.day,
            hours=slot.hours,
            capacity=slot.capacity,
            taken=1,
        )
        .on_conflict_do_update(
            index_elements=["kind", "place_id", "day", "hours"],
            set_={"taken": Slot.taken + 1, "capacity": slot.capacity},
            where=Slot.taken < slot.capacity,
        )
        .returning(Slot.taken)
    )
    if session.scalar(statement) is None:
        raise SlotFull()


def follow_ticket(session: Session, number: str, now: datetime) -> None:
    """After a change of a ticket: one that is settled needs no visit, and its order is finished with the operator."""
    ticket = session.get(Ticket, number)
    if ticket is None or ticket.state in OPEN_STATES:
        return
    rows = session.scalars(
        select(Appointment)
        .where(Appointment.ticket_number == number, Appointment.state.in_(LIVE))
        .with_for_update()
    ).all()
    for row in rows:
        if row.starts_at > now:
            _let_go(session, row, now)
        else:
            row.state, row.held_until, row.updated_at = AppointmentState.OVER, None, now
    if session.get(WorkOrder, number) is not None and ticket.state != TicketState.CLOSED:
        schedule(session, WORK_JOB, {"ticket": number}, now)


def remove_lapsed(session: Session, now: datetime, limit: int) -> int:
    """Remove up to ``limit`` times that were only held, a day after they were let go; gives their number."""
    lapsed = (
        select(Appointment.id)
        .where(Appointment.state == AppointmentState.CANCELLED)
        .where(Appointment.matter.startswith("hold:"), Appointment.updated_at < now - _LAPSED)
        .limit(limit)
    )
    ids = list(session.scalars(lapsed.with_for_update(skip_locked=True)))
    if ids:
        session.execute(delete(Appointment).where(Appointment.id.in_(ids)))
    return len(ids)


def live_of_customer(session: Session, customer_id: str, now: datetime) -> list[Appointment]:
    """The customer's booked appointments that are not over, the next one first."""
    query = (
        select(Appointment)
        .where(Appointment.customer_id == customer_id)
        .where(Appointment.state == AppointmentState.BOOKED, Appointment.ends_at > now)
        .order_by(Appointment.starts_at, Appointment.number)
    )
    return list(session.scalars(query))


def of_tickets(session: Session, numbers: list[str]) -> dict[str, Appointment]:
    """The newest booked or past appointment of each ticket that has one; given-up ones are left out."""
    query = (
        select(Appointment)
        .where(Appointment.ticket_number.in_(numbers))
        .where(Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.OVER)))
        .order_by(Appointment.id)
    )
    return {str(row.ticket_number): row for row in session.scalars(query)}


def taken_by_slot(session: Session, place: Place, since: date) -> dict[tuple[date, str], int]:
    """How many appointments each slot of a place has from a day on, by day and hours."""
    query = select(Slot).where(
        Slot.kind == place.kind, Slot.place_id == place.id, Slot.day >= since
    )
    return {(row.day, row.hours): row.taken for row in session.scalars(query)}


def place_of(row: Appointment) -> Place:
    """Where an appointment is."""
    return Place(PlaceKind(row.kind), row.place_id)


def _clear_matter(session: Session, matter: str, now: datetime) -> None:
    """Make room for an appointment of a matter. Raises ``AlreadyBooked``."""
    row = session.scalar(
        select(Appointment)
        .where(Appointment.matter == matter, Appointment.state.in_(LIVE))
        .with_for_update()
    )
    if row is None:
        return
    if row.state == AppointmentState.HELD:
        _let_go(session, row, now)
    elif row.ends_at <= now:
        row.state, row.updated_at = AppointmentState.OVER, now
    else:
        raise AlreadyBooked(number=row.number)
    session.flush()


def _let_go(session: Session, row: Appointment, now: datetime) -> None:
    _free(session, row)
    row.state, row.held_until, row.updated_at = AppointmentState.CANCELLED, None, now
    session.flush()


def _free(session: Session, row: Appointment) -> None:
    session.execute(
        update(Slot)
        .where(Slot.kind == row.kind, Slot.place_id == row.place_id)
        .where(Slot.day == row.day, Slot.hours == row.hours)
        .values(taken=Slot.taken - 1)
    )


def _locked(session: Session, which: object) -> Appointment:
    row: Appointment | None = session.scalar(
        select(Appointment).where(which).with_for_update()  # type: ignore[arg-type]
    )
    if row is None:
        raise NotFound("没有这个预约。")
    return row
