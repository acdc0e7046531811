from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.bss.months import first_day, last_day, month_of, months_between, parse_month, shift_month

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))


@given(days, st.integers(-200, 200))
def test_shifting_and_counting_months_agree(day: date, by: int) -> None:
    month = month_of(day)
    assert months_between(month, shift_month(month, by)) == by


@given(days)
def test_a_day_lies_between_the_first_and_last_of_its_month(day: date) -> None:
    month = month_of(day)
    assert first_day(month) <= day <= last_day(month)
    assert month_of(date.fromordinal(last_day(month).toordinal() + 1)) == shift_month(month, 1)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "2026-1", "26-01", "2026/01", "0000-01"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        parse_month(text)
