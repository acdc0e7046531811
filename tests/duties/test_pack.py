"""Typed access to duties, and deadlines."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.duties import Duties, Duty, DutyError, Figure, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")


def duty(duty_id: str, **figures: tuple[str, Unit]) -> Duty:
    made = {name: Figure(Decimal(value), unit) for name, (value, unit) in figures.items()}
    return Duty(duty_id, "规则", "来源", True, made)


PACK = Duties(
    {
        one.id: one
        for one in (
            duty("repair", limit=("48", Unit.HOURS)),
            duty("mobile", mean=("24", Unit.HOURS), limit=("48", Unit.HOURS)),
            duty("days", usual=("15", Unit.DAYS)),
            duty("working", limit=("5", Unit.WORKING_DAYS)),
            duty("answer", limit=("15", Unit.SECONDS)),
            duty("contrast", least=("4.5", Unit.RATIO)),
            duty("months", limit=("6", Unit.MONTHS)),
            duty("bare"),
        )
    }
)


def test_figures_in_their_units() -> None:
    assert PACK.hours("repair") == 48
    assert PACK.hours("mobile") == 48
    assert PACK.hours("mobile", "mean") == 24
    assert PACK.days("days") == 15
    assert PACK.seconds("answer") == 15
    assert PACK.number("contrast", Unit.RATIO) == Decimal("4.5")
    assert PACK.span("answer") == timedelta(seconds=15)
    assert PACK["bare"].rule == "规则"
    assert "repair" in PACK
    assert "absent" not in PACK
    assert len(PACK) == len(list(PACK)) == 8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PACK.hours("absent"), "no duty 'absent'"),
        (lambda: PACK.hours("days"), "counts days, not hours"),
        (lambda: PACK.hours("mobile", "median"), "no figure 'median'; it has: limit, mean"),
        (lambda: PACK.hours("bare"), "no figure 'limit'; it has: none"),
        (lambda: PACK.span("months"), "no fixed span"),
        (lambda: PACK.span("working"), "no fixed span"),
    ],
)
def test_what_is_not_there_is_a_clear_error(call, message: str) -> None:
    with pytest.raises(DutyError, match=message):
        call()


def test_a_fixed_span_runs_through_nights_and_weekends() -> None:
    friday = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert PACK.deadline("repair", friday, SHANGHAI) == friday + timedelta(hours=48)


def test_working_days_leave_out_the_weekend() -> None:
    friday = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
    expected = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)
    assert PACK.deadline("working", friday, SHANGHAI) == expected


def test_working_days_are_those_of_the_zone_where_people_live() -> None:
    # Friday evening in UTC is Saturday morning in Shanghai: the five days begin on Monday there.
    start = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    due = PACK.deadline("working", start, SHANGHAI)
    assert due.tzinfo is UTC
    assert due.astimezone(SHANGHAI) == datetime(2026, 11, 28, 1, 0, tzinfo=SHANGHAI) - timedelta(1)


def test_a_calendar_of_holidays_is_kept_to() -> None:
    start = datetime(2026, 9, 30, 9, 0, tzinfo=SHANGHAI)
    holidays = {date(2026, 10, day) for day in range(1, 8)}
    due = PACK.deadline(
        "working",
        start,
        SHANGHAI,
        is_working_day=lambda day: day.isoweekday() <= 5 and day not in holidays,
    )
    assert due.date() == date(2026, 10, 14)


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        PACK.deadline("repair", datetime(2026, 1, 1), SHANGHAI)  # noqa: DTZ001


@given(hours=st.integers(0, 130_000))
def test_five_working_days_are_five_to_eight_days_away_and_end_on_a_weekday(hours: int) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    due = PACK.deadline("working", start, SHANGHAI)
    assert timedelta(days=5) <= due - start <= timedelta(days=8)
    assert due.astimezone(SHANGHAI).isoweekday() <= 5
