"""Time and randomness as parameters: whoever needs them is handed them, so that tests can turn them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day that people in ``zone`` have at ``moment``."""
    return moment.astimezone(zone).date()
