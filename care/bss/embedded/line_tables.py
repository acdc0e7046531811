"""Tables of the embedded operator about lines and cards."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db.base import Base, Money, UtcDateTime

_KEY = String(64)


class LineTermsRow(Base):
    """The operator's terms; one row."""

    __tablename__ = "bss_line_terms"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    keep_fee: Mapped[Decimal] = mapped_column(Money)
    keep_least_months: Mapped[int]
    keep_most_months: Mapped[int]
    keep_days_ahead: Mapped[int]
    card_fees: Mapped[dict[str, Any]]
    """Fen by reason."""
    courier_days: Mapped[int]
    blocked_numbers: Mapped[int]


class LineHoldRow(Base):
    """What stopped, stops or will stop a line at request or because of a loss."""

    __tablename__ = "bss_line_hold"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    start: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    before: Mapped[str] = mapped_column(String(20))
    """The line's status when the hold began."""
    paused: Mapped[list[Any]]
    """Second cards and broadband accesses that stopped with the line, with their state before."""
    began: Mapped[bool]
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SimCardRow(Base):
    """The secrets of the card in use."""

    __tablename__ = "bss_sim_card"

    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), primary_key=True)
    puk: Mapped[str] = mapped_column(String(8))


class CardOrderRow(Base):
    """A new card; `done_at` once it is in use or was called off."""

    __tablename__ = "bss_card_order"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    delivery: Mapped[str] = mapped_column(String(20))
    fee: Mapped[Decimal] = mapped_column(Money)
    address: Mapped[str | None] = mapped_column(String(200))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SpamLevelRow(Base):
    """The level of a line's spam shield; without a row the standard one, if the line has the shield."""

    __tablename__ = "bss_spam_level"

    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), primary_key=True)
    level: Mapped[str] = mapped_column(String(20))


class BlockedNumberRow(Base):
    """A number that may not ring a line."""

    __tablename__ = "bss_blocked_number"
    __table_args__ = (UniqueConstraint("line_id", "number"),)

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"))
    number: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class ServicePasswordRow(Base):
    """The hash of a line's service password (argon2id)."""

    __tablename__ = "bss_service_password"

    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LineActRow(Base):
    """What was done to a line; the unique key lets a repeated request find the first one."""

    __tablename__ = "bss_line_act"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(128), unique=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), index=True)
    act: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(200))
    """What two requests with one key must agree in; never a secret."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
