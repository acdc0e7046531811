"""A demo line's usage of a month, parted among the days that have passed."""

import random
from datetime import date
from typing import Any

from care.bss.embedded.demo.usage import MonthUsage
from care.bss.months import last_day, month_of
from care.bss.protocol import UsageKind


def by_day(usage: MonthUsage, month: str, today: date, rng: random.Random) -> dict[str, Any]:
    """The lists of a row of `UsageDaysRow`: what was used at home, from the first day to the last or to `today`."""
    days = today.day if month == month_of(today) else last_day(month).day
    return {
        name: _parted(usage, kind, days, rng)
        for name, kind in (
            ("data_mb", UsageKind.DATA),
            ("voice_minutes", UsageKind.VOICE),
            ("sms", UsageKind.SMS),
        )
    }


def _parted(usage: MonthUsage, kind: UsageKind, days: int, rng: random.Random) -> list[int]:
    total = sum(b.used + b.over for b in usage.buckets if b.kind is kind and not b.roaming)
    weights = [rng.randint(20, 100) for _ in range(days)]
    parts = [total * weight // sum(weights) for weight in weights]
    # What whole numbers leave over falls on the days that used most.
    busiest = sorted(range(days), key=lambda day: -weights[day])
    for day in busiest[: total - sum(parts)]:
        parts[day] += 1
    return parts
