"""More tables of the embedded operator about money: usage by day, refunds, what points are good for."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db.base import Base, Money, UtcDateTime

_KEY = String(64)


class UsageDaysRow(Base):
    """What a line used on each day of a month; the lists begin with the first day."""

    __tablename__ = "bss_usage_days"

    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    data_mb: Mapped[list[Any]]
    voice_minutes: Mapped[list[Any]]
    sms: Mapped[list[Any]]


class RefundRow(Base):
    """A bill line that was given back: once at most, whoever asks."""

    __tablename__ = "bss_refund"
    __table_args__ = (
        UniqueConstraint("line_id", "month", "charge_item_id"),
        CheckConstraint("amount > 0", name="amount"),
    )

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(128), unique=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("bss_customer.id"), index=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"))
    month: Mapped[str] = mapped_column(String(7))
    charge_item_id: Mapped[str] = mapped_column(ForeignKey("bss_charge_item.id"))
    amount: Mapped[Decimal] = mapped_column(Money)
    payment_id: Mapped[str] = mapped_column(ForeignKey("bss_payment.id"), unique=True)
    """The credit on the account."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RewardRow(Base):
    """Something that points are exchanged for."""

    __tablename__ = "bss_reward"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    points: Mapped[int]
    yuan: Mapped[Decimal] = mapped_column(Money)
    data_mb: Mapped[int]


class ExchangeRow(Base):
    """Points that were exchanged. The unique key makes a repeated request find the first one."""

    __tablename__ = "bss_exchange"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(128), unique=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("bss_customer.id"), index=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"))
    reward_id: Mapped[str] = mapped_column(ForeignKey("bss_reward.id"))
    points: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
