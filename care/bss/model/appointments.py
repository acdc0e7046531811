"""What there is to book: counters of shops and teams of engineers (TMF646 appointment)."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class PlaceKind(StrEnum):
    """Where an appointment takes place."""

    VISIT = "visit"
    """At the customer's home; the place is a service area."""
    SHOP = "shop"
    """At a counter; the place is a shop."""


@dataclass(frozen=True, slots=True)
class BookableHours:
    """Hours of some days that are cut into slots of equal length (TMF646 SearchTimeSlot)."""

    kind: PlaceKind
    place_id: str
    """A service area's or a shop's identifier."""
    holidays: bool
    """On public holidays, then and only then; else on other days."""
    weekdays: tuple[int, ...]
    """ISO: Monday is 1, Sunday 7."""
    opens: time
    closes: time
    """Local time; what is left over after the last whole slot is not booked."""
    minutes: int
    """Length of a slot."""
    capacity: int
    """Counters or teams: appointments that fit into one slot."""
