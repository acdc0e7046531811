"""Broadband as it is sold, and the work that an order means (TMF620, TMF622, TMF641)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class BroadbandWork(StrEnum):
    """What engineers are sent for."""

    INSTALL = "install"
    RELOCATE = "relocate"


@dataclass(frozen=True, slots=True)
class BroadbandOffer:
    """A speed with its price, or the relocation of a line that is held already."""

    id: str
    name: str
    nicknames: tuple[str, ...]
    work: BroadbandWork
    mbps: int
    """Mbit/s; 0 for a relocation, which keeps the speed."""
    monthly_fee: Decimal
    """Yuan a month, while the line's plan includes no broadband of this speed."""
    work_fee: Decimal
    """Yuan once, for the engineer's work."""
    term_months: int
    """Months it is meant to be kept; 0 without a term."""
    rules: tuple[str, ...]
    """Tariff rules in plain words, each a full sentence."""
    tariff_code: str
    """Number under which the tariff is published: an unpublished one may not be sold."""
    on_sale: bool
