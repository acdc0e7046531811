"""Tables of the WeCom channel."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class WecomInbox(Base):
    """How far the messages of a customer-service account were read.

    ``asked`` counts the call-backs, ``read`` is the count at which was last read to the end; ``token`` came with the latest
    one. Messages sent before ``since`` are passed over. The process that reads holds the row until ``lease_until``.
    """

    __tablename__ = "wecom_inboxes"

    open_kfid: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str] = mapped_column(Text, default="")
    token: Mapped[str] = mapped_column(String(128), default="")
    asked: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WecomSession(Base):
    """In whose hands WeCom sees a customer: one of ``sessions.State``."""

    __tablename__ = "wecom_sessions"

    address: Mapped[str] = mapped_column(String(128), primary_key=True)
    state: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
