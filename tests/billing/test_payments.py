"""Which payments are meant."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from care.billing.payments import PaymentsWanted, find_payments
from care.bss.protocol import Payment, PaymentMethod, PaymentState

ZONE = ZoneInfo("Asia/Shanghai")


def paid(amount: str, day: date, hour: int = 12) -> Payment:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).astimezone(UTC)
    return Payment("P", "L1", Decimal(amount), PaymentMethod.APP, PaymentState.SETTLED, at)


PAYMENTS = (
    paid("100", date(2026, 11, 22), hour=1),  # the day before in UTC
    paid("50", date(2026, 11, 20)),
    paid("100", date(2026, 10, 3)),
)


def wanted(days: list[date] | None = None, months: str = "", amounts: str = "") -> PaymentsWanted:
    return PaymentsWanted(
        frozenset(days or ()),
        frozenset(months.split()),
        frozenset(map(Decimal, amounts.split())),
    )


def test_all_that_was_said_must_fit() -> None:
    day = date(2026, 11, 22)
    assert find_payments(PAYMENTS, wanted([day], amounts="100"), ZONE).fitting == PAYMENTS[:1]
    assert find_payments(PAYMENTS, wanted(months="2026-11"), ZONE).fitting == PAYMENTS[:2]
    assert find_payments(PAYMENTS, wanted(amounts="100.00"), ZONE).fitting == PAYMENTS[:1]
    twice = (paid("100", date(2026, 11, 21)), *PAYMENTS)
    assert find_payments(twice, wanted(amounts="100"), ZONE).fitting == twice[:2]
    assert find_payments(PAYMENTS, wanted(), ZONE).fitting == PAYMENTS


def test_what_is_near_is_shown_where_nothing_fits() -> None:
    other_amount = find_payments(PAYMENTS, wanted([date(2026, 11, 22)], amounts="30"), ZONE)
    assert other_amount.fitting == ()
    assert other_amount.near == PAYMENTS[:2]
    nothing = find_payments(PAYMENTS, wanted([date(2026, 8, 1)], amounts="100"), ZONE)
    assert (nothing.fitting, nothing.near) == ((), ())


@given(
    st.lists(
        st.builds(
            paid,
            amount=st.sampled_from(["30", "50", "100"]),
            day=st.dates(date(2026, 6, 1), date(2026, 11, 23)),
        ),
        max_size=8,
    ),
    st.sets(st.integers(0, 200).map(lambda n: date(2026, 5, 20) + timedelta(days=n)), max_size=2),
    st.sets(st.sampled_from([Decimal(30), Decimal(50), Decimal(7)]), max_size=2),
)
def test_nothing_is_shown_as_fitting_that_does_not(
    payments: list[Payment], days: set[date], amounts: set[Decimal]
) -> None:
    found = find_payments(
        payments, PaymentsWanted(frozenset(days), frozenset(), frozenset(amounts)), ZONE
    )
    for one in found.fitting:
        assert not days or one.paid_at.astimezone(ZONE).date() in days
        assert not amounts or one.amount in amounts
    assert not (found.fitting and found.near)
