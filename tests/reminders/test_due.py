"""When a reminder is due."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.bss.months import last_day
from care.bss.protocol import Bill, BillState, Contract
from care.reminders.due import (
    Figures,
    ReminderKind,
    data_reminder,
    ends_soon,
    fee_is_alarming,
    is_news,
    renews_soon,
)

FIGURES = Figures(Decimal(5), 3, Decimal(80), 5)
YUAN = st.decimals(0, 100_000, places=2)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(YUAN, st.lists(YUAN, min_size=1, max_size=6))
def test_the_alarm_is_the_laws_five_times_the_average_of_three_months(
    running: Decimal, before: list[Decimal]
) -> None:
    last = before[:3]
    average = sum(last) / len(last)
    assert fee_is_alarming(running, before, FIGURES) == (running > 5 * average)


def test_a_new_customer_has_nothing_to_compare_with() -> None:
    assert not fee_is_alarming(Decimal(1000), [], FIGURES)


@given(st.integers(0, 10**6), st.data())
def test_data_runs_low_before_it_is_used_up(total: int, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, total))
    said = data_reminder(total, left, 0, FIGURES)
    if total == 0:
        assert said is None
    elif left == 0:
        assert said is ReminderKind.DATA_USED_UP
    else:
        assert (said is ReminderKind.DATA_LOW) == (5 * (total - left) >= 4 * total)
        assert said is not ReminderKind.DATA_USED_UP


def test_what_went_beyond_is_used_up() -> None:
    assert data_reminder(1024, 100, 1, FIGURES) is ReminderKind.DATA_USED_UP


@given(DAYS)
def test_a_month_has_five_days_in_which_a_renewal_is_near(today: date) -> None:
    end = last_day(today.strftime("%Y-%m"))
    assert renews_soon(today, FIGURES) == (today > end - timedelta(days=5))


@given(DAYS, st.integers(-400, 400))
def test_a_contract_is_told_of_in_its_last_thirty_days(today: date, offset: int) -> None:
    end = today + timedelta(days=offset)
    contract = Contract("K1", "L1", "两年合约", date(2019, 1, 1), end, "", Decimal(0), Decimal(0))
    assert ends_soon(contract, today) == (0 <= offset <= 30)


@pytest.mark.parametrize(
    ("issued", "state", "news"),
    [
        (date(2026, 12, 1), BillState.UNPAID, True),
        (date(2026, 12, 6), BillState.PAID, True),
        (date(2026, 11, 30), BillState.UNPAID, False),
        (date(2026, 12, 7), BillState.UNPAID, False),
        (None, BillState.RUNNING, False),
    ],
)
def test_a_bill_is_news_for_some_days(issued: date | None, state: BillState, news: bool) -> None:
    bill = Bill("B", "L", "2026-11", state, (), Decimal(0), Decimal(0), issued, None)
    assert is_news(bill, date(2026, 12, 6)) is news
    assert is_news(replace(bill, state=BillState.RUNNING), date(2026, 12, 6)) is False
