"""Tables of faults."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class OutageNotice(Base):
    """A number that is to be told when an outage is over; once for each outage."""

    __tablename__ = "outage_notices"
    __table_args__ = (UniqueConstraint("outage_id", "phone"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    outage_id: Mapped[str] = mapped_column(String(40))
    area_id: Mapped[str] = mapped_column(String(64))
    """Where the customer asked about; an outage may touch several areas."""
    phone: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[str] = mapped_column(String(40), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(26))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the outage was found to be over and the text message was ordered; None while it goes on."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
