"""Lines and their cards: what stops a line, replacing the card, PUK, nuisance calls (TMF639, TMF640)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class HoldReason(StrEnum):
    """Why a line is stopped."""

    ARREARS = "arrears"
    REQUEST = "request"
    """At the customer's own request; the number is kept (停机保号)."""
    LOST = "lost"
    """The card was reported lost (挂失)."""


class CardReason(StrEnum):
    """Why a card is replaced."""

    LOST = "lost"
    DAMAGED = "damaged"
    RESIZE = "resize"
    """Another size or generation of the plastic card."""
    ESIM = "esim"
    """An eSIM for a plastic card."""
    PLASTIC = "plastic"
    """A plastic card for an eSIM."""


class CardDelivery(StrEnum):
    """How a new card gets to the customer."""

    COURIER = "courier"
    """To the address on the contract, handed to the holder in person against the identity card."""
    DOWNLOAD = "download"
    """An eSIM, downloaded to the phone."""


class SpamLevel(StrEnum):
    """What the operator's spam shield keeps away, the mildest first."""

    OFF = "off"
    STANDARD = "standard"
    STRICT = "strict"


class LineAct(StrEnum):
    """What was done to a line."""

    BLOCK_LOST = "block_lost"
    LIFT_LOST = "lift_lost"
    SUSPEND = "suspend"
    RESUME = "resume"
    REPLACE_CARD = "replace_card"
    SET_SPAM_LEVEL = "set_spam_level"
    BLOCK_NUMBER = "block_number"
    UNBLOCK_NUMBER = "unblock_number"
    SET_PASSWORD = "set_password"


@dataclass(frozen=True, slots=True)
class LineTerms:
    """The operator's terms for lines and cards. Money in yuan."""

    keep_fee: Decimal
    """A month, while a number is kept at the customer's request."""
    keep_least_months: int
    keep_most_months: int
    keep_days_ahead: int
    """How many days ahead a suspension may be ordered."""
    card_fees: dict[CardReason, Decimal]
    """Once, by the reason of the replacement."""
    courier_days: int
    """Working days until a card is delivered."""
    blocked_numbers: int
    """How many numbers a line may block."""


@dataclass(frozen=True, slots=True)
class LineHold:
    """What stops a line, or will from `start` on."""

    line_id: str
    reason: HoldReason
    start: date | None
    """None where the operator does not know it any more."""
    until: date | None
    """The day on which it ends by itself; None stands until it is lifted."""


@dataclass(frozen=True, slots=True)
class CardOrder:
    """A new card on its way."""

    line_id: str
    reason: CardReason
    delivery: CardDelivery
    ordered_at: datetime


@dataclass(frozen=True, slots=True)
class SpamShield:
    """How a line is kept from nuisance calls."""

    level: SpamLevel
    blocked: tuple[str, ...]
    """Numbers that the customer blocked, in order."""


@dataclass(frozen=True, slots=True)
class LineReceipt:
    """What the operator's system answers to a change of a line; the same for a repeated key."""

    id: str
    line_id: str
    act: LineAct
    at: datetime
