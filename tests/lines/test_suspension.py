"""From when and for how long, as customers say it; what a suspension touches."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssRejected, RejectReason
from care.customers.verification import Verified
from care.lines.suspension import later, months_in, start_in, suspension
from tests.bss.operator_fixtures import NOW, TODAY


def verified(customer: str, line: str, phone: str) -> Verified:
    return Verified("contact", customer, line, phone, NOW)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("停三个月", 3),
        ("3个月", 3),
        ("十二个月吧", 12),
        ("停仨月", 3),
        ("俩个月", 2),
        ("大概半年", 6),
        ("出国半年先停了", 6),
        ("一年", 12),
        ("一年半", 18),
        ("停2年", 24),
        ("从9月停", None),
        ("3月1号开始", None),
        ("2027年3月", None),
        ("先停着", None),
        ("我用了10年级别", None),
        ("", None),
    ],
)
def test_for_how_long(text: str, months: int | None) -> None:
    assert months_in(text, [], TODAY) == months


@pytest.mark.parametrize(
    ("text", "dates", "start"),
    [
        ("今天就停", [], TODAY),
        ("马上停", [], TODAY),
        ("下个月开始", [], date(2026, 12, 1)),
        ("下月初吧", [], date(2026, 12, 1)),
        ("12月10号", ["2026-12-10"], date(2026, 12, 10)),
        ("从12月5号停到明年3月5号", ["2025-12-05", "2027-03-05"], date(2026, 12, 5)),
        ("停三个月", [], None),
        ("下个月", ["next month"], date(2026, 12, 1)),
    ],
)
def test_from_when(text: str, dates: list[str], start: date | None) -> None:
    assert start_in(text, dates, TODAY) == start


def test_from_one_day_to_another() -> None:
    assert months_in("", ["2026-12-05", "2027-03-05"], TODAY) == 3
    assert months_in("", ["2027-03-06", "2026-12-05"], TODAY) == 4


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 24))
def test_a_later_month_has_the_same_day_or_its_last(start: date, months: int) -> None:
    end = later(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end + timedelta(days=1)).day == 1
    assert end.day <= start.day


async def test_contract_broadband_cards_and_addons_are_told(bss: EmbeddedBss) -> None:
    who = verified("C1174", "L1174A", "13900131174")
    kept = await suspension(bss, who, "L1174A", TODAY, 3)
    assert kept.contract is not None
    assert kept.broadband == ("lz80011174",)
    assert kept.cards == 1
    assert kept.addons == ("视频会员",)
    assert kept.until == date(2027, 2, 23)


async def test_nobody_stops_another_ones_line(bss: EmbeddedBss) -> None:
    who = verified("C1173", "L1173", "13800131173")
    with pytest.raises(BssRejected) as refused:
        await suspension(bss, who, "L1175", TODAY, 3)
    assert refused.value.reason is RejectReason.UNKNOWN_LINE
