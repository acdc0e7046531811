"""Tables of tickets."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class TicketState(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TicketKind(StrEnum):
    """What a ticket is about; it decides the promise."""

    BROADBAND_FAULT = "broadband_fault"
    MOBILE_FAULT = "mobile_fault"
    CALL_FAULT = "call_fault"
    TV_FAULT = "tv_fault"
    COMPLAINT = "complaint"
    CALLBACK = "callback"
    FOLLOW_UP = "follow_up"
    SERVICE_REQUEST = "service_request"


class Ticket(Base):
    """What is to be settled. ``turn_id`` makes a repeated turn open it once."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("turn_id", "kind"),
        CheckConstraint(
            "state IN ('open','assigned','in_progress','waiting_customer','resolved','closed','cancelled')",
            name="state",
        ),
    )

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default=TicketState.OPEN, index=True)
    priority: Mapped[int] = mapped_column(default=0)
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    customer_id: Mapped[str | None] = mapped_column(String(40), index=True)
    customer_name: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(20))
    conversation_id: Mapped[str | None] = mapped_column(String(26), index=True)
    turn_id: Mapped[str | None] = mapped_column(String(26))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TicketMatter(Base):
    """What a ticket is about, where that may be on record once only (a charge of a month)."""

    __tablename__ = "ticket_matters"

    matter: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("tickets.number"), index=True)


class TicketStep(Base):
    """One step in a ticket's history."""

    __tablename__ = "ticket_steps"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("tickets.number"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(60))
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
