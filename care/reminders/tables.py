"""The table of reminders that were sent: a line gets each once."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class SentReminder(Base):
    """A reminder. Its key lets no line be told the same twice, whichever process sweeps, and how often."""

    __tablename__ = "sent_reminders"

    line_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    period: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
