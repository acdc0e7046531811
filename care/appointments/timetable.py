"""Which slots a place has: its hours, cut into slots, on the days to come. Knows nothing of what is booked.

Pure functions of their arguments. Days and hours are those of the zone; where the clock is changed a slot is as long as
its two ends say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care.appointments.policy import Policy
from care.bss.protocol import BookableHours, PlaceKind
from care.clock import local_date
from care.holidays import public_holiday


@dataclass(frozen=True, slots=True)
class Place:
    """Where: the engineers of an area, or a shop."""

    kind: PlaceKind
    id: str


@dataclass(frozen=True, slots=True, order=True)
class TimeSlot:
    """A time that can be booked."""

    starts_at: datetime
    ends_at: datetime
    """UTC, aware."""
    day: date
    hours: str
    """Local, `HH:MM-HH:MM`: what the database and buttons call it."""
    capacity: int

    @property
    def opens(self) -> time:
        """Its first minute, local time."""
        return time.fromisoformat(self.hours[:5])

    @property
    def closes(self) -> time:
        """Its end, local time."""
        return time.fromisoformat(self.hours[6:])


def slots_on(hours: Iterable[BookableHours], day: date, zone: ZoneInfo) -> list[TimeSlot]:
    """The slots of a local day, in order. Hours that overlap add their capacities up."""
    holiday = public_holiday(day) is not None
    found: dict[str, TimeSlot] = {}
    for entry in hours:
        if entry.holidays is not holiday or day.isoweekday() not in entry.weekdays:
            continue
        for slot in _cut(entry, day, zone):
            first = found.get(slot.hours)
            capacity = slot.capacity + (first.capacity if first is not None else 0)
            found[slot.hours] = TimeSlot(slot.starts_at, slot.ends_at, day, slot.hours, capacity)
    return sorted(slot for slot in found.values() if slot.capacity > 0)


def bookable(
    hours: Iterable[BookableHours], now: datetime, zone: ZoneInfo, policy: Policy
) -> list[TimeSlot]:
    """All slots that may be booked at ``now`` (aware), in order."""
    entries, today = list(hours), local_date(now, zone)
    return [
        slot
        for ahead in range(policy.days_ahead + 1)
        for slot in slots_on(entries, today + timedelta(days=ahead), zone)
        if slot.starts_at - policy.notice >= now
    ]


def _cut(entry: BookableHours, day: date, zone: ZoneInfo) -> Iterator[TimeSlot]:
    length = timedelta(minutes=entry.minutes)
    opens, closes = datetime.combine(day, entry.opens), datetime.combine(day, entry.closes)
    while length and opens + length <= closes:
        ends = opens + length
        yield TimeSlot(
            starts_at=opens.replace(tzinfo=zone).astimezone(_UTC),
            ends_at=ends.replace(tzinfo=zone).astimezone(_UTC),
            day=day,
            hours=f"{opens:%H:%M}-{ends:%H:%M}",
            capacity=entry.capacity,
        )
        opens = ends


_UTC = ZoneInfo("UTC")
