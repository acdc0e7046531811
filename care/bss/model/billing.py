"""Money and usage (TMF678 bill, TMF635 usage, TMF654 balance, TMF676 payment)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from care.bss.model.catalogue import ChargeKind


class BillState(StrEnum):
    """State of a bill (TMF678 CustomerBill `state`)."""

    RUNNING = "running"
    """The month is not over; the items are what was charged so far."""
    UNPAID = "unpaid"
    """Issued, wholly or partly unpaid."""
    PAID = "paid"
    CARRIED_OVER = "carried_over"
    """What was unpaid stands as an arrears item in the next bill."""


@dataclass(frozen=True, slots=True)
class BillItem:
    """One line of a bill (TMF678 AppliedCustomerBillingRate). Discounts are negative."""

    charge_item_id: str
    name: str
    kind: ChargeKind
    amount: Decimal
    """Yuan, two decimals."""
    quantity: int | None
    """Units charged, e.g. MB beyond the allowance; None where there is nothing to count."""
    unit: str | None
    """`MB`, `minute` or `sms`."""
    offering_id: str | None
    """The plan or add-on the charge comes from."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A month's bill of one line (TMF678 CustomerBill). `total` is the sum of the items."""

    id: str
    line_id: str
    month: str
    """`YYYY-MM`."""
    state: BillState
    items: tuple[BillItem, ...]
    total: Decimal
    paid: Decimal
    """Yuan of `total` already settled."""
    issued_on: date | None
    """None while running."""
    due_on: date | None

    @property
    def due(self) -> Decimal:
        """Yuan still to be paid on this bill; 0 when carried over or running."""
        if self.state is not BillState.UNPAID:
            return Decimal("0.00")
        return self.total - self.paid


class UsageKind(StrEnum):
    """What is counted; the unit is MB, minutes or messages."""

    DATA = "data"
    VOICE = "voice"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class UsageBucket:
    """An allowance in one month (TMF677 usage consumption Bucket)."""

    line_id: str
    month: str
    kind: UsageKind
    offering_id: str
    name: str
    total: int
    """Allowance in MB, minutes or messages."""
    used: int
    """Used from this allowance, at most `total`."""
    over: int
    """Used beyond every allowance and charged by the tariff; only on the plan's own bucket."""
    valid_until: date
    roaming: bool
    """Good abroad only; not part of what is left at home."""

    @property
    def left(self) -> int:
        """What remains of the allowance, in its unit."""
        return self.total - self.used


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What a line and its second cards used at home on one day (TMF635 Usage, summed up by day)."""

    day: date
    data_mb: int
    voice_minutes: int
    sms: int


class PaymentMethod(StrEnum):
    """How it was paid (TMF676 `paymentMethod`)."""

    APP = "app"
    STORE = "store"
    BANK = "bank"
    AUTOPAY = "autopay"
    SCRATCH_CARD = "scratch_card"
    REFUND = "refund"
    """A charge given back to the account."""
    POINTS = "points"
    """Loyalty points turned into credit."""


class PaymentState(StrEnum):
    """Whether the money has arrived."""

    SETTLED = "settled"
    PENDING = "pending"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money paid in for a line (TMF676 Payment)."""

    id: str
    line_id: str
    amount: Decimal
    method: PaymentMethod
    state: PaymentState
    paid_at: datetime
    """UTC, aware."""


@dataclass(frozen=True, slots=True)
class Refund:
    """A bill line given back as credit on the account (TMF654 AdjustBalance)."""

    id: str
    customer_id: str
    line_id: str
    month: str
    charge_item_id: str
    amount: Decimal
    """Yuan: all that the month's bill has under this kind of line."""
    at: datetime
    """UTC, aware."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Money on a line's account (TMF654 bucket)."""

    line_id: str
    available: Decimal
    """Yuan paid in and not yet used for an issued bill."""
    arrears: Decimal
    """Yuan unpaid on issued bills; 0 when none."""
    running: Decimal
    """Yuan charged so far in the month that is not over; not yet taken from `available`."""
    as_of: datetime
    """UTC, aware."""

    @property
    def expected(self) -> Decimal:
        """What would be left if the month ended now; negative when money is missing."""
        return self.available - self.arrears - self.running
