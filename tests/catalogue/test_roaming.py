"""Journeys and the packs for them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.bss.embedded.demo import read_demo
from care.catalogue.roaming import (
    Trip,
    TripInPast,
    TripReversed,
    TripTooFar,
    check_trip,
    choices,
    days_in,
    find_country,
    last_day_of,
    packs_for,
    ruled_out,
    weekdays_in,
    without_pack_days,
)

FILES = read_demo()
ADDONS = list(FILES.addons.values())
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("玩8天", 8),
        ("待八天", 8),
        ("十二天左右", 12),
        ("二十天", 20),
        ("一个星期", 7),
        ("两周", 14),
        ("半个月", 15),
        ("一个月", 30),
        ("三天后出发", None),
        ("第二天", None),
        ("下周三", None),
        ("7天包", None),
        ("去日本", None),
    ],
)
def test_the_length_of_a_journey_is_read(text: str, days: int | None) -> None:
    assert days_in(text) == days


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    found = days_in(text)
    assert found is None or found > 0
    find_country(FILES.countries, text)


def test_a_journey_is_checked() -> None:
    day = timedelta(days=1)
    assert check_trip(TODAY, TODAY, TODAY).days == 1
    assert check_trip(TODAY - day, TODAY + day, TODAY) == Trip(TODAY, TODAY + day)
    with pytest.raises(TripReversed):
        check_trip(TODAY + 5 * day, TODAY + 4 * day, TODAY)
    with pytest.raises(TripInPast):
        check_trip(TODAY - 5 * day, TODAY + day, TODAY)
    with pytest.raises(TripInPast):
        check_trip(TODAY - day, TODAY - day, TODAY)
    with pytest.raises(TripTooFar):
        check_trip(TODAY + 91 * day, TODAY + 95 * day, TODAY)
    assert last_day_of(TODAY, 8) == TODAY + 7 * day


@pytest.mark.parametrize(
    ("said", "code"),
    [("JP", "JP"), ("日本", "JP"), ("东京", "JP"), ("我要去印度尼西亚玩", "ID"), ("朝鲜", None)],
)
def test_a_country_is_found_by_what_it_is_called(said: str, code: str | None) -> None:
    found = find_country(FILES.countries, said)
    assert (found.id if found else None) == code


def test_a_country_that_is_not_gone_to_is_ruled_out() -> None:
    korea, france = (find_country(FILES.countries, code) for code in ("KR", "FR"))
    assert korea is not None
    assert france is not None
    text = "不去韩国了，去法国"
    assert ruled_out(korea, text)
    assert not ruled_out(france, text)
    assert not ruled_out(korea, "去韩国，不去别的地方")


@pytest.mark.parametrize(
    ("countries", "packs"),
    [
        (["JP"], ["roam_asia", "roam_world"]),
        (["JP", "FR"], ["roam_world"]),
        (["HK"], ["roam_hmt", "roam_world"]),
        (["CU"], []),
        (["JP", "CU"], []),
    ],
)
def test_packs_are_good_in_all_of_the_countries(countries: list[str], packs: list[str]) -> None:
    assert [pack.id for pack in packs_for(ADDONS, countries)] == packs


@settings(deadline=None)
@given(st.integers(1, 40), st.sampled_from(["JP", "HK", "FR", "US"]))
def test_what_lasts_for_the_whole_journey_stands_in_front(days: int, country: str) -> None:
    trip = Trip(TODAY, TODAY + timedelta(days=days - 1))
    offered = choices(packs_for(ADDONS, [country]), trip)
    assert [choice.covers for choice in offered] == sorted(
        (choice.covers for choice in offered), reverse=True
    )
    covering = [choice.pack.price for choice in offered if choice.covers]
    assert covering == sorted(covering)
    for choice in offered:
        assert choice.covers == ((choice.pack.valid_days or 0) >= days)
        assert choice.start == TODAY


def test_the_price_of_a_day() -> None:
    [choice] = choices([FILES.addons["roam_asia"]], Trip(TODAY, TODAY + timedelta(days=2)))
    assert choice.price_a_day == Decimal("9.71")
    assert choice.end == TODAY + timedelta(days=6)


def test_every_country_has_a_price_without_a_pack() -> None:
    assert all(country.data_per_mb > 0 for country in FILES.countries)
    in_packs = {code for addon in ADDONS for code in addon.countries}
    assert {country.id for country in FILES.countries} - in_packs == {"CU", "MG"}


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("下周一到周日", "2026-11-30", "2026-12-06"),
        ("下周三至下周五", "2026-12-02", "2026-12-04"),
        ("周五到下周二", "2026-11-27", "2026-12-01"),
        ("下下个星期一出发，到星期三", "2026-12-07", "2026-12-09"),
        ("这周四到周六", "2026-11-26", "2026-11-28"),
        ("下周一到五", "2026-11-30", "2026-12-04"),
    ],
)
def test_weekdays(text: str, start: str, end: str) -> None:
    assert weekdays_in(text, TODAY) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("text", ["下周一", "到周日回来", "日本"])
def test_one_weekday_is_no_journey(text: str) -> None:
    assert weekdays_in(text, TODAY) is None


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.sampled_from("一二三四五六日"))
def test_a_journey_by_weekdays_never_ends_before_it_begins(today: date, last: str) -> None:
    days = weekdays_in(f"周三到周{last}", today)
    assert days is not None
    assert today <= days[0] <= days[1] < days[0] + timedelta(days=7)


def test_the_days_of_a_pack_are_none_of_the_journey() -> None:
    assert without_pack_days("亚洲7日的，12月8日走", ADDONS) == "亚洲的，12月8日走"
    assert without_pack_days("12月7日去欧洲", ADDONS) == "12月7日去欧洲"
