"""Tables of tickets."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
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
    APPLICATION = "application"
    """What is prepared here and finished in person: a new number, another owner, a renewed document."""
    ENTERPRISE_LEAD = "enterprise_lead"
    """A company's enquiry, for the account team."""
    INSTALLATION = "installation"
    RELOCATION = "relocation"
    COVERAGE_LEAD = "coverage_lead"
    """Somebody wants broadband where there is none yet, and is to be told when there is."""


class Deed(StrEnum):
    """What a step in a ticket's history was."""

    OPENED = "opened"
    MOVED = "moved"
    DISPATCHED = "dispatched"
    REPORTED_AGAIN = "reported_again"
    URGED = "urged"
    WARNED = "warned"
    ESCALATED = "escalated"
    NOTED = "noted"


SUPERVISORS = "supervisors"
"""The team that owns what was escalated."""

_OPEN = "about IS NOT NULL AND state IN ('open','assigned','in_progress','waiting_customer')"


class Ticket(Base):
    """One matter. ``turn_id`` makes a repeated turn open it once.

    ``about`` (a line, an access, a customer) and ``matter`` (a symptom, a kind of complaint) say what it is about: no
    second ticket about the same is open at a time.
    """

    """What is to be settled. ``turn_id`` makes a repeated turn open it once."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("turn_id", "kind"),
        CheckConstraint(
            "state IN ('open','assigned','in_progress','waiting_customer','resolved','closed','cancelled')",
            name="state",
        ),
        Index(
            "uq_tickets_open_matter",
            "about",
            "matter",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
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
    about: Mapped[str | None] = mapped_column(String(64))
    matter: Mapped[str | None] = mapped_column(String(40))
    area_id: Mapped[str | None] = mapped_column(String(64))
    team: Mapped[str | None] = mapped_column(String(40), index=True)
    """Who owns it; None until it is dispatched, within seconds of its opening."""
    urged: Mapped[int] = mapped_column(default=0)
    """How often the customer has asked for speed."""
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
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
    deed: Mapped[str] = mapped_column(String(20), default=Deed.MOVED)
    turn_id: Mapped[str | None] = mapped_column(String(26))
    """The turn of the bot in which it was done, by which a repeated turn finds it."""
    note: Mapped[str] = mapped_column(Text, default="")
