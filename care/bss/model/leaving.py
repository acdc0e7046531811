"""Closing a number or a broadband access, leaving with the number, another owner: what the operator checks and answers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """The document under which a customer is registered (实名登记). Its number is not held here."""

    customer_id: str
    kind: str
    """居民身份证, 营业执照 …"""
    valid_until: date | None
    """Last day; None where it is valid for ever or not known."""
    verified: bool
    """Whether the real-name check was passed."""

    def expired(self, today: date) -> bool:
        """Whether the document must be renewed."""
        return self.valid_until is not None and self.valid_until < today


@dataclass(frozen=True, slots=True)
class ExitFee:
    """What leaving a contract before its end costs, as the contract says."""

    contract: str
    until: date
    months_left: int
    amount: Decimal
    """Yuan."""


@dataclass(frozen=True, slots=True)
class ClosingTerms:
    """What closing a line or a broadband access today would mean."""

    subject_id: str
    """The line or the access."""
    available: Decimal
    arrears: Decimal
    running: Decimal
    """Yuan charged so far in this month."""
    exit_fees: tuple[ExitFee, ...]
    second_cards: tuple[str, ...]
    """Numbers of second cards that end with it."""
    broadband: tuple[str, ...]
    """Accounts of broadband accesses that end with it."""
    points: int
    """Loyalty points that are lost."""
    refund_days: int
    """By when money left is paid back, in working days, the way it was paid in."""
    frozen_until: date | None
    """Until when the number is given to nobody else; None for broadband."""
    needs_presence: bool
    """Whether it can only be done in a shop: companies, blocked numbers."""

    @property
    def exit_fee(self) -> Decimal:
        """Yuan to pay for all contracts."""
        return sum((fee.amount for fee in self.exit_fees), Decimal(0))

    @property
    def settlement(self) -> Decimal:
        """Yuan that are paid back; negative: to be paid first."""
        return self.available - self.arrears - self.running - self.exit_fee


class ObstacleKind(StrEnum):
    """Why a number cannot leave, or change its owner, yet."""

    NOT_REAL_NAMED = "not_real_named"
    NOT_ACTIVE = "not_active"
    UNSETTLED = "unsettled"
    """Arrears, or charges of this month that the balance does not cover; with the amount in yuan."""
    CONTRACT = "contract"
    """A term is running; with its name, its end and what leaving early costs."""
    TOO_SOON = "too_soon"
    """Less than 120 days with us; with the day on which they are over."""
    SECOND_CARD = "second_card"
    """Must be parted from its main line first."""
    NEEDS_PRESENCE = "needs_presence"
    """A company's number: its agent comes with the company's papers."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One condition that is not met, with what is needed to meet it."""

    kind: ObstacleKind
    amount: Decimal | None = None
    until: date | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class LeavingCheck:
    """Whether a number may leave for another operator or go to another owner, and what else ends with it."""

    line_id: str
    obstacles: tuple[Obstacle, ...]
    second_cards: tuple[str, ...]
    broadband: tuple[str, ...]
    points: int
    left: Decimal
    """Yuan left after this month's charges."""

    @property
    def allowed(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.obstacles


@dataclass(frozen=True, slots=True)
class PortCode:
    """The authorisation code (携转授权码) that the new operator asks for. Sent by text message, shown nowhere else."""

    id: str
    line_id: str
    phone: str
    code: str
    valid_until: datetime
    """UTC."""
