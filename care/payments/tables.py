"""The table of payments."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Money, UtcDateTime


class PaymentState(StrEnum):
    """Where a payment stands.

    ::

        created ──► paid ──► credited
           │          └────► refunding ──► refunded    the operator did not take the money
           └──► failed | cancelled | expired           nothing was paid

    Money that the gateway reports after an end is money all the same: from there it goes on to ``paid``, too.
    """

    CREATED = "created"
    PAID = "paid"
    CREDITED = "credited"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Given up, or replaced by a payment of another amount."""
    EXPIRED = "expired"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


UNPAID = (
    PaymentState.CREATED,
    PaymentState.FAILED,
    PaymentState.CANCELLED,
    PaymentState.EXPIRED,
)
"""States in which no money is known of."""


class PaymentRow(Base):
    """Somebody wants to pay ``amount`` yuan into the account of a line. Its id is the key of all that follows."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint(
            "state IN ('created','paid','credited','failed','cancelled','expired','refunding','refunded')",
            name="state",
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state != 'credited' OR credited_at IS NOT NULL", name="credited"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(26), index=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"))
    line_id: Mapped[str] = mapped_column(String(40), index=True)
    """The line whose account is meant: of a second card its main line."""
    phone: Mapped[str] = mapped_column(String(20))
    """The number that was named."""
    own: Mapped[bool]
    """Whether who pays had shown to be the line's holder."""
    amount: Mapped[Decimal] = mapped_column(Money)
    state: Mapped[str] = mapped_column(String(10))
    gateway: Mapped[str] = mapped_column(String(20))
    gateway_number: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The gateway's own number; none until it has answered."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resumed: Mapped[bool] = mapped_column(default=False)
    """Whether it brought a line that was stopped for arrears back into service."""
    refusal: Mapped[str | None] = mapped_column(String(40))
    """Why the operator did not take the money."""
