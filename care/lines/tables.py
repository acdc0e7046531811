"""Tables: what customers asked to be done to a line at once, and the pages that they may open once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class LineRequest(Base):
    """Something that a verified customer asked for and that needs no second confirmation: who, where, when."""

    __tablename__ = "line_requests"
    __table_args__ = (UniqueConstraint("turn_id", "act", "line_id", "detail"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    turn_id: Mapped[str] = mapped_column(String(26))
    act: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(40))
    line_id: Mapped[str] = mapped_column(String(40), index=True)
    customer_id: Mapped[str] = mapped_column(String(40))
    contact_id: Mapped[str] = mapped_column(String(26))
    conversation_id: Mapped[str] = mapped_column(String(26))
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GrantedPage(StrEnum):
    """Pages that show or take a secret."""

    PUK = "puk"
    PASSWORD = "password"


class PageGrant(Base):
    """Leave to use a page once: a link's subject. ``used_at`` is the record of a secret that was shown or set."""

    __tablename__ = "page_grants"
    __table_args__ = (
        UniqueConstraint("turn_id", "page"),
        CheckConstraint("page IN ('puk','password')", name="page"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    page: Mapped[str] = mapped_column(String(10))
    turn_id: Mapped[str] = mapped_column(String(26))
    contact_id: Mapped[str] = mapped_column(String(26), index=True)
    conversation_id: Mapped[str] = mapped_column(String(26))
    customer_id: Mapped[str] = mapped_column(String(40))
    line_id: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
