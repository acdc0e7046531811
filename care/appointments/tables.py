"""Tables of appointments. The database itself refuses a slot one appointment too many, and a matter a second one."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime

_LIVE = text("state IN ('held','booked')")


class AppointmentState(StrEnum):
    """Where an appointment stands."""

    HELD = "held"
    """Kept free for a while for a customer who is still deciding."""
    BOOKED = "booked"
    CANCELLED = "cancelled"
    OVER = "over"
    """Its time has passed and its matter was booked anew."""


class Slot(Base):
    """How many appointments a slot has; the row is the lock of all who want it."""

    __tablename__ = "appointment_slots"
    __table_args__ = (
        CheckConstraint("taken >= 0", name="not_below_zero"),
        CheckConstraint("taken <= capacity", name="not_overbooked"),
    )

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    place_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    hours: Mapped[str] = mapped_column(String(11), primary_key=True)
    """Local time, `HH:MM-HH:MM`."""
    capacity: Mapped[int]
    """Counters or teams when it was last booked."""
    taken: Mapped[int]


class Appointment(Base):
    """One appointment. ``key`` makes a repeated request find the first one."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("state IN ('held','booked','cancelled','over')", name="state"),
        CheckConstraint("kind IN ('visit','shop')", name="kind"),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="held"),
        Index(
            "uq_appointments_live_matter",
            "matter",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    """What customers are told."""
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    place_id: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)
    hours: Mapped[str] = mapped_column(String(11))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    matter: Mapped[str] = mapped_column(String(80))
    """What it is about: a ticket, or a customer's business at a shop. One live appointment each."""
    business: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[str] = mapped_column(String(40), index=True)
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    phone: Mapped[str] = mapped_column(String(20))
    ticket_number: Mapped[str | None] = mapped_column(ForeignKey("tickets.number"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(26), index=True)
    moves: Mapped[int] = mapped_column(default=0)
    """How often it was given another time."""
    reminded_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The beginning of which the customer was reminded."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WorkOrder(Base):
    """The ticket with which engineers carry an order out; each order has one."""

    __tablename__ = "work_orders"

    ticket_number: Mapped[str] = mapped_column(ForeignKey("tickets.number"), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(26), unique=True)
    operator_order_id: Mapped[str] = mapped_column(String(64))
