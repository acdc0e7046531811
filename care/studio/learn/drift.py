"""What customers want and how surely it is understood, week by week; and how far a week is from those before it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.studio.inbox.tables import IntentWeek

BEFORE = 4
"""Weeks with which a week is compared."""

SMALLEST = 0.0005
"""Share that stands for none, so that a new intent counts and does not count without end."""


@dataclass(frozen=True)
class Week:
    """A week from its Monday on: sentences by intent, mean confidence, share of those below 0.8.

    ``drift`` is the population stability index against the ``BEFORE`` weeks before it: under 0.1 the same, over 0.25
    another population, as credit scoring reads it. ``None`` where there is nothing to compare with.
    """

    week: date
    sentences: int
    confidence: float
    unsure: float
    intents: dict[str, int]
    drift: float | None


def weeks(session: Session, until: date, count: int) -> list[Week]:
    """The last ``count`` weeks up to that of ``until``, oldest first; those without a sentence are left out."""
    monday = until - timedelta(days=until.weekday())
    rows = list(
        session.scalars(
            select(IntentWeek)
            .where(IntentWeek.week > monday - timedelta(weeks=count + BEFORE))
            .where(IntentWeek.week <= monday)
        )
    )
    by_week: dict[date, list[IntentWeek]] = {}
    for row in rows:
        by_week.setdefault(row.week, []).append(row)
    shown = [week for week in sorted(by_week) if week > monday - timedelta(weeks=count)]
    return [_week(week, by_week) for week in shown]


def stability_index(now: dict[str, int], before: dict[str, int]) -> float:
    """The population stability index of two counts by intent."""
    total, former = sum(now.values()), sum(before.values())
    index = 0.0
    for intent in {*now, *before}:
        share = max(SMALLEST, now.get(intent, 0) / total)
        was = max(SMALLEST, before.get(intent, 0) / former)
        index += (share - was) * math.log(share / was)
    return index


def _week(week: date, by_week: dict[date, list[IntentWeek]]) -> Week:
    rows = by_week[week]
    counts = {row.intent: row.sentences for row in rows}
    total = sum(counts.values())
    before = _together(
        by_week[one]
        for one in (week - timedelta(weeks=back) for back in range(1, BEFORE + 1))
        if one in by_week
    )
    return Week(
        week=week,
        sentences=total,
        confidence=sum(row.confidence for row in rows) / total,
        unsure=sum(row.unsure for row in rows) / total,
        intents=counts,
        drift=round(stability_index(counts, before), 4) if before else None,
    )


def _together(several: Iterable[list[IntentWeek]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for rows in several:
        for row in rows:
            counts[row.intent] = counts.get(row.intent, 0) + row.sentences
    return counts
