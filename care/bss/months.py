"""Billing months: `YYYY-MM` texts and the days in them."""

import re
from calendar import monthrange
from datetime import date

_FORM = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def month_of(day: date) -> str:
    """The month in which `day` lies."""
    return f"{day.year:04d}-{day.month:02d}"


def parse_month(month: str) -> tuple[int, int]:
    """Year and month of a `YYYY-MM` text. Raises ValueError for anything else."""
    found = _FORM.fullmatch(month)
    if found is None or found[1] == "0000":
        raise ValueError("a month is written YYYY-MM")
    return int(found[1]), int(found[2])


def shift_month(month: str, by: int) -> str:
    """The month `by` months later (earlier when negative)."""
    year, number = parse_month(month)
    index = year * 12 + number - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def months_between(earlier: str, later: str) -> int:
    """How many months `later` comes after `earlier`."""
    year_a, month_a = parse_month(earlier)
    year_b, month_b = parse_month(later)
    return (year_b - year_a) * 12 + month_b - month_a


def first_day(month: str) -> date:
    """The first day of a month."""
    return date(*parse_month(month), 1)


def last_day(month: str) -> date:
    """The last day of a month."""
    year, number = parse_month(month)
    return date(year, number, monthrange(year, number)[1])
