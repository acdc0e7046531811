"""Requests for appointments at the demo operator."""

from datetime import date
from typing import Any

from care.appointments.service import Request
from care.appointments.timetable import Place
from care.bss.protocol import PlaceKind

HOME = Place(PlaceKind.VISIT, "jixie")  # three teams, one in the evening
SHOP = Place(PlaceKind.SHOP, "s_wenhua")  # one counter
DAY = date(2026, 11, 27)
MORNING, EVENING = "09:00-12:00", "18:00-21:00"


def request(key: str, place: Place = HOME, **fields: Any) -> Request:
    """A visit in the evening, or a shop's first half hour; ``fields`` differ."""
    wanted: dict[str, Any] = {
        "day": DAY,
        "hours": EVENING if place is HOME else "10:00-10:30",
        "business": "repair",
        "customer_id": "C1001",
        "phone": "13800138001",
    }
    return Request(key=key, place=place, **{**wanted, **fields})
