"""Tables of the embedded operator about new numbers, closing and leaving."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db.base import Base, Money, UtcDateTime

_KEY = String(64)


class NumberRow(Base):
    """A number of the pool."""

    __tablename__ = "bss_number"

    phone: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int]
    """The order in which numbers are shown."""
    minimum_fee: Mapped[Decimal] = mapped_column(Money)
    term_months: Mapped[int]
    free_from: Mapped[date | None] = mapped_column(Date)
    """After a former line was closed: the day on which its number may be had again."""


class NumberHoldRow(Base):
    """Who keeps a number. The key is the number: two cannot keep it at once, whatever the code does."""

    __tablename__ = "bss_number_hold"

    phone: Mapped[str] = mapped_column(ForeignKey("bss_number.phone"), primary_key=True)
    holder: Mapped[str] = mapped_column(_KEY, index=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: it was given out."""
    reserved: Mapped[bool]
    """For an application, rather than while somebody chooses."""


class SecondCardRow(Base):
    """A second card that was ordered, and how it reaches the customer."""

    __tablename__ = "bss_second_card"

    order_id: Mapped[str] = mapped_column(ForeignKey("bss_order.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(ForeignKey("bss_number.phone"))
    delivery: Mapped[str] = mapped_column(String(10))
    monthly_fee: Mapped[Decimal] = mapped_column(Money)


class ClosingRow(Base):
    """A line or broadband access that was closed."""

    __tablename__ = "bss_closing"

    subject_id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("bss_order.id"), index=True)
    closed_on: Mapped[date] = mapped_column(Date)
    refund: Mapped[Decimal] = mapped_column(Money)
    exit_fee: Mapped[Decimal] = mapped_column(Money)
    refund_by: Mapped[date | None] = mapped_column(Date)
    frozen_until: Mapped[date | None] = mapped_column(Date)


class PortCodeRow(Base):
    """An authorisation code that was given out."""

    __tablename__ = "bss_port_code"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(128), unique=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)


class IdentityDocumentRow(Base):
    """The document a customer is registered with."""

    __tablename__ = "bss_identity_document"

    customer_id: Mapped[str] = mapped_column(ForeignKey("bss_customer.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    valid_until: Mapped[date | None] = mapped_column(Date)
    verified: Mapped[bool]
