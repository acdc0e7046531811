"""Tables of applications."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class ApplicationKind(StrEnum):
    """What is applied for."""

    NEW_NUMBER = "new_number"
    TRANSFER = "transfer"
    DOCUMENT = "document"


class ApplicationState(StrEnum):
    """Where an application stands, as far as it is prepared here."""

    ACCEPTED = "accepted"  # the operator's system has not answered yet
    READY = "ready"  # all that is left is done in person
    LAPSED = "lapsed"  # the number was gone before it could be kept


class Application(Base):
    """What somebody applied for, and the ticket of whoever finishes it. The same turn applies once."""

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("turn_id"),
        CheckConstraint("state IN ('accepted','ready','lapsed')", name="state"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    customer_id: Mapped[str | None] = mapped_column(String(40), index=True)
    phone: Mapped[str] = mapped_column(String(20))
    """The number that is wanted, transferred or registered anew."""
    plan_id: Mapped[str | None] = mapped_column(String(40))
    delivery: Mapped[str | None] = mapped_column(String(10))
    address: Mapped[str | None] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(20))
    ticket_number: Mapped[str] = mapped_column(ForeignKey("tickets.number"))
    turn_id: Mapped[str] = mapped_column(String(26))
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
