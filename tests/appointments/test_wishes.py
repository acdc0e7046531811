"""What customers say of a time, held against what is free."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.appointments.policy import Policy
from care.appointments.timetable import TimeSlot, bookable
from care.appointments.wishes import OFFERED, match, spread
from tests.appointments.test_timetable import SHOP, VISITS

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)  # Tuesday, eight in the morning in Shanghai
POLICY = Policy(14, timedelta(hours=2), timedelta(hours=4))
FREE = bookable(VISITS, NOW, ZONE, POLICY)
COUNTERS = bookable(SHOP, NOW, ZONE, POLICY)
SATURDAY, SUNDAY, FAR = date(2026, 12, 5), date(2026, 12, 6), date(2027, 2, 1)


def said(slots: tuple[TimeSlot, ...]) -> list[str]:
    return [f"{slot.day.day} {slot.hours}" for slot in slots]


def without(*gone: tuple[date, str]) -> list[TimeSlot]:
    return [slot for slot in FREE if (slot.day, slot.hours) not in gone]


def test_nothing_said_gives_the_next_three() -> None:
    assert said(match(FREE).offered) == ["1 14:00-18:00", "1 18:00-21:00", "2 09:00-12:00"]


def test_another_time_gives_those_behind_the_last_one() -> None:
    first = match(FREE).offered
    assert said(match(FREE, after=first[-1]).offered)[0] == "2 14:00-18:00"
    assert match(FREE, after=FREE[-1]).offered == first


@pytest.mark.parametrize(
    ("hours", "chosen"),
    [
        ("09:00-12:00", "09:00-12:00"),
        ("15:00-16:00", "14:00-18:00"),
        ("19:00-20:00", "18:00-21:00"),
        ("10:00-10:30", "09:00-12:00"),
    ],
)
def test_a_day_and_an_hour_choose(hours: str, chosen: str) -> None:
    found = match(FREE, [SATURDAY], [hours]).chosen
    assert found is not None
    assert (found.day, found.hours) == (SATURDAY, chosen)


def test_a_day_alone_is_asked_on() -> None:
    found = match(FREE, [SATURDAY])
    assert found.chosen is None
    assert said(found.offered) == ["5 09:00-12:00", "5 14:00-18:00", "5 18:00-21:00"]
    assert not found.missed


def test_a_full_slot_leads_to_others_of_that_day_and_a_full_day_to_the_next_ones() -> None:
    found = match(without((SATURDAY, "09:00-12:00")), [SATURDAY], ["09:00-12:00"])
    assert found.chosen is None
    assert found.missed
    assert said(found.offered) == ["5 14:00-18:00", "5 18:00-21:00"]
    full = without(*((SATURDAY, slot.hours) for slot in FREE))
    assert said(match(full, [SATURDAY]).offered)[0] == "6 09:00-12:00"
    assert match(full, [SATURDAY]).missed
    assert said(match(full, [SATURDAY], ["09:00-12:00"]).offered)[0] == "6 09:00-12:00"


def test_noon_is_no_slot_and_late_evening_only_touches_one() -> None:
    noon = match(FREE, [SATURDAY], ["12:00-14:00"])
    assert noon.chosen is None
    assert noon.missed
    late = match(FREE, [SATURDAY], ["19:00-21:00"])
    assert late.chosen is None
    assert said(late.offered) == ["5 18:00-21:00"]


def test_an_hour_without_a_day_is_offered_on_the_next_days() -> None:
    found = match(FREE, [], ["18:00-21:00"])
    assert found.chosen is None
    assert said(found.offered) == ["1 18:00-21:00", "2 18:00-21:00", "3 18:00-21:00"]


def test_a_day_too_far_away_leads_to_the_last_ones() -> None:
    found = match(FREE, [FAR])
    assert found.missed
    assert said(found.offered)[-1] == "15 18:00-21:00"


def test_half_hours_are_offered_well_apart_and_a_taken_one_is_not_swapped_silently() -> None:
    friday = date(2026, 12, 4)
    spreads = match(COUNTERS, [friday], ["14:00-18:00"])
    assert spreads.chosen is None
    assert said(spreads.offered) == ["4 14:00-14:30", "4 15:00-15:30", "4 16:00-16:30"]
    three = match(COUNTERS, [friday], ["15:00-16:00"]).chosen
    assert three is not None
    assert three.hours == "15:00-15:30"
    taken = [slot for slot in COUNTERS if (slot.day, slot.hours) != (friday, "15:00-15:30")]
    found = match(taken, [friday], ["15:00-16:00"])
    assert found.chosen is None
    assert found.missed


def test_where_nothing_is_free_nothing_is_offered() -> None:
    assert match([], [SATURDAY], ["09:00-12:00"]).offered == ()
    assert match([]).offered == ()
    assert spread([]) == ()


DAYS = st.lists(
    st.sampled_from([date(2026, 12, 1) + timedelta(days=n) for n in range(20)]), max_size=2
)
HOURS = st.lists(
    st.sampled_from(
        ["09:00-12:00", "14:00-18:00", "18:00-21:00", "15:00-16:00", "12:00-14:00", "19:00-21:00"]
    ),
    max_size=2,
)


@given(st.sampled_from([FREE, COUNTERS]), st.randoms(), DAYS, HOURS)
def test_whatever_is_said_only_free_slots_come_and_a_choice_is_on_a_day_that_was_said(
    free: list[TimeSlot], random: object, days: list[date], hours: list[str]
) -> None:
    some = sorted(random.sample(free, random.randint(0, len(free))))  # type: ignore[attr-defined]
    found = match(some, days, hours)
    assert len(found.offered) <= OFFERED
    assert set(found.offered) <= set(some)
    if found.chosen is not None:
        assert found.chosen in some
        assert hours
        assert not days or found.chosen.day in days
    else:
        assert bool(found.offered) == bool(some)
