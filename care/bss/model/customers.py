"""Customers, their lines and what the lines hold (TMF629 customer, TMF637 product inventory)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from care.bss.model.catalogue import OfferingKind

SENIOR_AGE = 65
"""From this age on a customer gets a human in one step (MIIT 2025)."""


class CustomerKind(StrEnum):
    """Who holds the contract (TMF629 `engagedParty`)."""

    PERSON = "person"
    ENTERPRISE = "enterprise"


class CustomerLevel(StrEnum):
    """Service level of a customer, lowest first."""

    BASIC = "basic"
    SILVER = "silver"
    GOLD = "gold"
    DIAMOND = "diamond"


class LineStatus(StrEnum):
    """State of a line (TMF637 `status`)."""

    ACTIVE = "active"
    SUSPENDED_ARREARS = "suspended_arrears"
    SUSPENDED_REQUEST = "suspended_request"
    BLOCKED_LOST = "blocked_lost"
    CLOSED = "closed"


class SimKind(StrEnum):
    """What carries the number."""

    PLASTIC = "plastic"
    ESIM = "esim"


class SubscriptionState(StrEnum):
    """State of a held product on the day it was asked for."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Customer:
    """A contract holder (TMF629 Customer). Personal data: mask before showing or logging."""

    id: str
    name: str
    kind: CustomerKind
    level: CustomerLevel
    birth_date: date | None
    """None for enterprises."""
    address: str
    area_id: str | None
    since: date

    def age(self, today: date) -> int | None:
        """Full years on `today`; None where no birth date is held."""
        if self.birth_date is None:
            return None
        before_birthday = (today.month, today.day) < (self.birth_date.month, self.birth_date.day)
        return today.year - self.birth_date.year - int(before_birthday)

    def is_senior(self, today: date) -> bool:
        """Whether the duties for customers of 65 and over apply."""
        age = self.age(today)
        return age is not None and age >= SENIOR_AGE


@dataclass(frozen=True, slots=True)
class Line:
    """One number with its plan (TMF637 Product of a mobile offering)."""

    id: str
    customer_id: str
    phone: str
    """11 digits."""
    status: LineStatus
    plan_id: str
    """The plan in force today."""
    pending_plan_id: str | None
    """A plan already ordered that starts on `pending_plan_from`."""
    pending_plan_from: date | None
    primary_line_id: str | None
    """Set on a second card (副卡): the line whose allowance it shares and that pays."""
    sim: SimKind
    since: date


@dataclass(frozen=True, slots=True)
class Subscription:
    """A plan or add-on held by a line (TMF637 Product)."""

    id: str
    line_id: str
    kind: OfferingKind
    offering_id: str
    name: str
    state: SubscriptionState
    start: date
    end: date | None
    """Last day in force; None runs on."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A term the line is bound to (TMF651 Agreement)."""

    id: str
    line_id: str
    name: str
    start: date
    end: date
    """Last day of the term."""
    benefit: str
    """What the customer got for it, in plain words."""
    minimum_monthly_fee: Decimal
    """Yuan; during the term no plan with a lower monthly fee may be taken."""
    early_exit_fee: Decimal
    """Yuan a customer pays for each full or begun month left when leaving early."""

    def months_left(self, today: date) -> int:
        """Full or begun months from `today` to the end of the term, 0 when over."""
        if today > self.end:
            return 0
        return (self.end.year - today.year) * 12 + self.end.month - today.month + 1


@dataclass(frozen=True, slots=True)
class PointsAccount:
    """Loyalty points (TMF658 LoyaltyAccount)."""

    customer_id: str
    points: int
    expiring_points: int
    expires_on: date | None
    """The day on which `expiring_points` are lost."""
