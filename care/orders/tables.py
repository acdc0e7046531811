"""Tables of orders. An order without a proof of consent cannot be written: the database refuses it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Money, UtcDateTime


class OrderState(StrEnum):
    """Where an order stands."""

    ACCEPTED = "accepted"  # consent is proved; the operator's system has not answered yet
    PLACED = "placed"
    REFUSED = "refused"  # the operator's system said no


class ConsentMethod(StrEnum):
    """How a customer agreed."""

    ONE_TIME_CODE = "one_time_code"
    VERIFIED_YES = "verified_yes"
    """An explicit yes in a verified session, where the rule pack lets it suffice."""


class OfferRow(Base):
    """What was offered, in the very words that are agreed to."""

    __tablename__ = "offers"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    customer_id: Mapped[str] = mapped_column(String(40))
    line_id: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(80))
    offering_id: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]]
    words: Mapped[dict[str, Any]]
    price: Mapped[Decimal] = mapped_column(Money)
    effective: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConsentProof(Base):
    """That a customer agreed to an offer: its text, when, how and over which channel (工信部 2025-04)."""

    __tablename__ = "consent_proofs"
    __table_args__ = (
        CheckConstraint("method IN ('one_time_code','verified_yes')", name="method"),
        CheckConstraint(
            "(method = 'one_time_code') = (challenge_id IS NOT NULL)", name="challenge"
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    offer_id: Mapped[str] = mapped_column(ForeignKey("offers.id"), unique=True)
    method: Mapped[str] = mapped_column(String(20))
    challenge_id: Mapped[str | None] = mapped_column(
        ForeignKey("verification_challenges.id"), unique=True
    )
    channel: Mapped[str] = mapped_column(String(20))
    conversation_id: Mapped[str] = mapped_column(String(26))
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrderRow(Base):
    """An order; ``proof_id`` is what makes it one."""

    __tablename__ = "orders"
    __table_args__ = (CheckConstraint("state IN ('accepted','placed','refused')", name="state"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    proof_id: Mapped[str] = mapped_column(ForeignKey("consent_proofs.id"), unique=True)
    customer_id: Mapped[str] = mapped_column(String(40), index=True)
    line_id: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(80))
    offering_id: Mapped[str] = mapped_column(String(40))
    effective: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10))
    operator_order_id: Mapped[str | None] = mapped_column(String(40))
    refusal: Mapped[str | None] = mapped_column(String(40))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
