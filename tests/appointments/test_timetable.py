"""Which slots there are: opening hours, holidays, midnight, and how soon is too soon."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from care.appointments.policy import Policy
from care.appointments.timetable import bookable, slots_on
from care.bss.protocol import BookableHours, PlaceKind
from care.holidays import public_holiday

ZONE = ZoneInfo("Asia/Shanghai")
POLICY = Policy(14, timedelta(hours=2), timedelta(hours=4))
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


def hours(
    opens: str = "09:00",
    closes: str = "12:00",
    minutes: int = 180,
    capacity: int = 2,
    weekdays: tuple[int, ...] = EVERY_DAY,
    holidays: bool = False,
) -> BookableHours:
    return BookableHours(
        PlaceKind.VISIT,
        "xingfuli",
        holidays,
        weekdays,
        time.fromisoformat(opens),
        time.fromisoformat(closes),
        minutes,
        capacity,
    )


VISITS = [hours(), hours("14:00", "18:00", 240), hours("18:00", "21:00", 180, 1)]
SHOP = [
    hours("09:00", "17:45", 30, 3, (1, 2, 3, 4, 5)),
    hours("10:00", "12:00", 30, 1, EVERY_DAY, True),
]


def test_a_visiting_day_has_three_slots() -> None:
    slots = slots_on(VISITS, date(2026, 12, 5), ZONE)
    assert [slot.hours for slot in slots] == ["09:00-12:00", "14:00-18:00", "18:00-21:00"]
    assert slots[0].starts_at == datetime(2026, 12, 5, 1, 0, tzinfo=UTC)
    assert slots[2].ends_at == datetime(2026, 12, 5, 13, 0, tzinfo=UTC)


def test_a_shop_is_cut_into_half_hours_and_the_rest_is_not_booked() -> None:
    slots = slots_on(SHOP, date(2026, 12, 4), ZONE)
    assert slots[0].hours == "09:00-09:30"
    assert slots[-1].hours == "17:00-17:30"
    assert len(slots) == 17
    assert slots_on(SHOP, date(2026, 12, 5), ZONE) == []


def test_on_a_public_holiday_its_own_hours_hold_and_no_others() -> None:
    assert public_holiday(date(2026, 10, 1)) == "国庆节"
    assert slots_on(VISITS, date(2026, 10, 1), ZONE) == []
    assert [slot.hours for slot in slots_on(SHOP, date(2026, 10, 1), ZONE)][:2] == [
        "10:00-10:30",
        "10:30-11:00",
    ]


def test_a_working_saturday_and_a_plain_weekend_are_no_holidays() -> None:
    assert public_holiday(date(2026, 10, 10)) is None
    assert public_holiday(date(2026, 12, 5)) is None


def test_of_a_year_without_a_calendar_the_fixed_holidays_are_known() -> None:
    assert public_holiday(date(2031, 1, 1)) == "元旦"
    assert public_holiday(date(2031, 10, 3)) == "国庆节"
    assert public_holiday(date(2031, 3, 3)) is None


def test_what_begins_too_soon_is_not_offered() -> None:
    morning = datetime(2026, 12, 5, 7, 0, tzinfo=ZONE).astimezone(UTC)
    assert bookable(VISITS, morning, ZONE, POLICY)[0].hours == "09:00-12:00"
    later = morning + timedelta(seconds=1)
    assert bookable(VISITS, later, ZONE, POLICY)[0].hours == "14:00-18:00"


def test_the_day_changes_at_local_midnight() -> None:
    before = datetime(2026, 12, 4, 15, 59, tzinfo=UTC)  # 23:59 on the 4th in Shanghai
    after = datetime(2026, 12, 4, 16, 0, tzinfo=UTC)
    last = bookable(VISITS, before, ZONE, POLICY)[-1].day
    assert last == date(2026, 12, 18)
    assert bookable(VISITS, after, ZONE, POLICY)[-1].day == last + timedelta(days=1)
    assert bookable(VISITS, before, ZONE, POLICY)[0] == bookable(VISITS, after, ZONE, POLICY)[0]


def test_hours_without_capacity_are_no_slots_and_overlapping_ones_add_up() -> None:
    assert slots_on([hours(capacity=0)], date(2026, 12, 5), ZONE) == []
    assert [
        s.capacity for s in slots_on([hours(), hours(capacity=3)], date(2026, 12, 5), ZONE)
    ] == [5]


MOMENTS = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(MOMENTS, st.sampled_from([VISITS, SHOP, [*VISITS, *SHOP]]))
def test_slots_are_in_order_in_time_and_on_the_days_they_say(
    now: datetime, entries: list[BookableHours]
) -> None:
    slots = bookable(entries, now, ZONE, POLICY)
    today = now.astimezone(ZONE).date()
    assert slots == sorted(slots)
    assert len({(slot.day, slot.hours) for slot in slots}) == len(slots)
    for slot in slots:
        assert slot.starts_at >= now + POLICY.notice
        assert today <= slot.day <= today + timedelta(days=POLICY.days_ahead)
        assert (
            f"{slot.starts_at.astimezone(ZONE):%H:%M}-{slot.ends_at.astimezone(ZONE):%H:%M}"
            == slot.hours
        )
        assert slot.starts_at.astimezone(ZONE).date() == slot.day
