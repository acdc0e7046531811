"""Tables of delivery on channels that are pushed to: what is on its way, and whether a customer can be reached."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class Delivery(StrEnum):
    """Where a message stands on its way."""

    WAITING = "waiting"  # to be sent, or to go with the answer to the customer's next call
    CARRIED = "carried"  # went in the response to a call of the platform
    SENDING = "sending"  # a process sends it, until ``lease_until``
    SENT = "sent"
    HELD = "held"  # may not be sent now: it waits for the customer's next message
    GIVEN_UP = "given_up"  # the customer cannot be reached at this address any more


class OutboxRow(Base):
    """One message on its way to one address.

    ``progress`` counts the characters of it that the customer has. ``carrier`` is the call in whose response it went,
    ``carried_from`` the progress before that.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_address", "channel", "address", "state"),
        Index("ix_outbox_due", "channel", "state", "due_at"),
    )

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(10), default=Delivery.WAITING)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    progress: Mapped[int] = mapped_column(default=0)
    carrier: Mapped[str | None] = mapped_column(String(160), index=True)
    carried_from: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(40))


class Reach(Base):
    """What may be sent to an address: so many messages until a moment, after a message and after an event of the customer.

    Until ``answering_until`` the response to a call of the platform is still open, and what is said goes with it.
    """

    __tablename__ = "reach"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    address: Mapped[str] = mapped_column(String(128), primary_key=True)
    message_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_left: Mapped[int] = mapped_column(default=0)
    event_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    event_left: Mapped[int] = mapped_column(default=0)
    answering_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
