"""The table of invoices."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Money, UtcDateTime


class InvoiceState(StrEnum):
    """Whether an invoice counts."""

    ISSUED = "issued"
    VOIDED = "voided"
    """Replaced by one with another title; its number stays used."""


class InvoiceRow(Base):
    """An invoice for a month's charges of a line, as it was issued: the document is made from it."""

    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("state IN ('issued','voided')", name="state"),
        CheckConstraint("title_kind IN ('person','company')", name="title_kind"),
        CheckConstraint("(title_kind = 'company') = (tax_number IS NOT NULL)", name="tax_number"),
        CheckConstraint("net + tax = total AND total > 0", name="total"),
        # What was paid once is invoiced once.
        Index(
            "uq_invoices_month_issued",
            "line_id",
            "month",
            unique=True,
            sqlite_where=text("state = 'issued'"),
            postgresql_where=text("state = 'issued'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    """Counts all invoices without a gap."""
    customer_id: Mapped[str] = mapped_column(String(40), index=True)
    line_id: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    month: Mapped[str] = mapped_column(String(7))
    title_kind: Mapped[str] = mapped_column(String(10))
    title_name: Mapped[str] = mapped_column(String(100))
    tax_number: Mapped[str | None] = mapped_column(String(20))
    lines: Mapped[list[Any]]
    """Objects with ``name``, ``rate`` (per cent), ``net``, ``tax`` (yuan as texts)."""
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    total: Mapped[Decimal] = mapped_column(Money)
    state: Mapped[str] = mapped_column(String(10))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    conversation_id: Mapped[str] = mapped_column(String(26), index=True)
