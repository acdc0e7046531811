"""What loyalty points can be exchanged for (TMF658 LoyaltyProgramProduct)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class RewardKind(StrEnum):
    """What a reward is."""

    CREDIT = "credit"
    """Money on the account."""
    DATA = "data"
    """Data at home until the end of the month."""


@dataclass(frozen=True, slots=True)
class Reward:
    """Something that points are exchanged for."""

    id: str
    name: str
    kind: RewardKind
    points: int
    """What it costs."""
    yuan: Decimal
    """Credit; 0 for data."""
    data_mb: int
    """0 for credit."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Points that were exchanged; the same for a repeated key."""

    id: str
    customer_id: str
    line_id: str
    """The line that got the reward."""
    reward_id: str
    points: int
    """What was taken off."""
    at: datetime
    """UTC, aware."""
