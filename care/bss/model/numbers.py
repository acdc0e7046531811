"""Numbers that nobody has, and holding one (TMF685 resource pool, TMF716 resource reservation)."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Delivery(StrEnum):
    """How a new card reaches the customer. Either way it works after a real-name check of the person."""

    MAIL = "mail"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class NumberSearch:
    """What a number should be like; without anything, any ordinary one."""

    ending: str | None = None
    """Digits at its end."""
    containing: str | None = None
    """Digits anywhere in it."""
    without: frozenset[str] = field(default_factory=frozenset)
    """Digits that must not stand in its last eight places."""
    prestige: bool = False
    """Only numbers with an agreement (靓号)."""


@dataclass(frozen=True, slots=True)
class FreeNumber:
    """A number that can be had.

    A prestige number (靓号) binds whoever takes it: at least ``minimum_fee`` yuan a month for ``term_months``. Both are 0
    for ordinary ones.
    """

    phone: str
    minimum_fee: Decimal
    term_months: int

    @property
    def prestige(self) -> bool:
        """Whether the number comes with an agreement."""
        return self.term_months > 0


@dataclass(frozen=True, slots=True)
class NumberHold:
    """A number kept for somebody until a moment (UTC)."""

    phone: str
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True)
class CardTerms:
    """What one more second card (副卡) of a line would cost, from its activation on."""

    line_id: str
    monthly_fee: Decimal
    """Yuan; 0 while the plan includes it."""
    present: int
    """Second cards the line has or has ordered."""
    most: int
    """Second cards a line may have."""
