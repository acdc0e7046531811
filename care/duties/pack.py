"""Duties with their figures, and the deadlines that follow from them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """What a figure counts."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"
    TIMES = "times"
    PERCENT = "percent"
    RATIO = "ratio"
    POINTS = "points"
    PIXELS = "pixels"
    YUAN = "yuan"


FIXED_SPANS = {
    Unit.SECONDS: timedelta(seconds=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
}
"""Units that are always equally long."""


class DutyError(LookupError):
    """The rule pack has no such duty, no such figure, or the figure counts something else."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit."""

    value: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class Duty:
    """One rule.

    ``rule`` and ``source`` are Chinese and may be shown; ``confirmed`` is false where the figure was not found in a
    source, so that an operator checks it before relying on it.
    """

    id: str
    rule: str
    source: str
    confirmed: bool
    figures: Mapping[str, Figure] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """What the rule applies to, by identifier; empty where it needs no such list."""

    def figure(self, name: str | None = None) -> Figure:
        """The figure of this name; without a name the only one, or of several the one called ``limit``."""
        if name is None:
            name = next(iter(self.figures)) if len(self.figures) == 1 else "limit"
        try:
            return self.figures[name]
        except KeyError:
            known = ", ".join(sorted(self.figures)) or "none"
            raise DutyError(f"duty {self.id!r} has no figure {name!r}; it has: {known}") from None


def monday_to_friday(day: date) -> bool:
    """Whether a day is a working day where no calendar of public holidays is given."""
    return day.isoweekday() <= 5


class Duties:
    """All duties by id. Every accessor raises ``DutyError`` for an unknown id, figure or another unit."""

    def __init__(self, duties: Mapping[str, Duty]) -> None:
        self._duties = dict(duties)

    def __getitem__(self, duty_id: str) -> Duty:
        try:
            return self._duties[duty_id]
        except KeyError:
            raise DutyError(f"the rule pack has no duty {duty_id!r}") from None

    def __contains__(self, duty_id: object) -> bool:
        return duty_id in self._duties

    def __iter__(self) -> Iterator[Duty]:
        return iter(self._duties.values())

    def __len__(self) -> int:
        return len(self._duties)

    def names(self, duty_id: str) -> frozenset[str]:
        """What the duty applies to."""
        return self[duty_id].names

    def number(self, duty_id: str, unit: Unit, figure: str | None = None) -> Decimal:
        """A figure that must be in this unit."""
        found = self[duty_id].figure(figure)
        if found.unit is not unit:
            raise DutyError(f"duty {duty_id!r} counts {found.unit.value}, not {unit.value}")
        return found.value

    def hours(self, duty_id: str, figure: str | None = None) -> int:
        """Whole hours, as in ``hours("fault_repair_urban")``."""
        return int(self.number(duty_id, Unit.HOURS, figure))

    def days(self, duty_id: str, figure: str | None = None) -> int:
        """Whole calendar days."""
        return int(self.number(duty_id, Unit.DAYS, figure))

    def seconds(self, duty_id: str, figure: str | None = None) -> int:
        """Whole seconds."""
        return int(self.number(duty_id, Unit.SECONDS, figure))

    def span(self, duty_id: str, figure: str | None = None) -> timedelta:
        """A fixed span of time: seconds, minutes, hours or calendar days."""
        found = self[duty_id].figure(figure)
        if found.unit not in FIXED_SPANS:
            raise DutyError(
                f"duty {duty_id!r} counts {found.unit.value}, which is no fixed span of time"
            )
        return int(found.value) * FIXED_SPANS[found.unit]

    def deadline(
        self,
        duty_id: str,
        start: datetime,
        zone: ZoneInfo,
        figure: str | None = None,
        is_working_day: Callable[[date], bool] = monday_to_friday,
    ) -> datetime:
        """When a duty that begins at ``start`` (aware) must be fulfilled, in the time zone of ``start``.

        Working days are counted in ``zone``, from the day after the start, to the same time of day. Public holidays and
        working Sundays are known only to an ``is_working_day`` that is handed in.
        """
        found = self[duty_id].figure(figure)
        if start.tzinfo is None:
            raise ValueError("the start of a deadline must be an aware datetime")
        if found.unit is not Unit.WORKING_DAYS:
            return start + self.span(duty_id, figure)
        moment, left = start.astimezone(zone), int(found.value)
        while left:
            moment += timedelta(days=1)
            left -= is_working_day(moment.date())
        return moment.astimezone(start.tzinfo)
