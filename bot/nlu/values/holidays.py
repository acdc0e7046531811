"""Days that have names: 国庆 · 双十一 · 除夕. Those of the lunar calendar are listed to 2035.

The dates are those of the State Council's and the Hong Kong Observatory's calendars.
"""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = {
    (1, 1): "元旦 元旦节 阳历年",
    (2, 14): "情人节",
    (3, 8): "三八节 妇女节 女神节",
    (5, 1): "五一 五一节 劳动节",
    (5, 4): "五四 青年节",
    (6, 1): "六一 六一节 儿童节 六一儿童节",
    (6, 18): "618",
    (8, 1): "八一建军节 建军节",
    (9, 10): "教师节",
    (10, 1): "十一国庆 十一 国庆 国庆节",
    (11, 11): "双十一 双11 光棍节",
    (12, 12): "双十二 双12",
    (12, 24): "平安夜",
    (12, 25): "圣诞 圣诞节",
}
_SPRING = (
    "2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 "
    "2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08"
)
_DRAGON_BOAT = (
    "2020-06-25 2021-06-14 2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09 2028-05-28 "
    "2029-06-16 2030-06-05 2031-06-24 2032-06-12 2033-06-01 2034-06-20 2035-06-10"
)
_MID_AUTUMN = (
    "2020-10-01 2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 "
    "2029-09-22 2030-09-12 2031-10-01 2032-09-19 2033-09-08 2034-09-27 2035-09-16"
)
_DOUBLE_SEVENTH = (
    "2020-08-25 2021-08-14 2022-08-04 2023-08-22 2024-08-10 2025-08-29 2026-08-19 2027-08-08 2028-08-26 "
    "2029-08-16 2030-08-05 2031-08-24 2032-08-12 2033-08-01 2034-08-20 2035-08-10"
)
_DOUBLE_NINTH = (
    "2020-10-25 2021-10-14 2022-10-04 2023-10-23 2024-10-11 2025-10-29 2026-10-18 2027-10-08 2028-10-26 "
    "2029-10-16 2030-10-05 2031-10-24 2032-10-12 2033-10-01 2034-10-20 2035-10-09"
)
_CLEAR_BRIGHT = " ".join(f"{year}-04-0{4 if year % 4 < 2 else 5}" for year in range(2020, 2036))
_LUNAR = (
    ("清明 清明节", _CLEAR_BRIGHT, 0),
    *(
        (f"大年初{name} 年初{name} 正月初{name}", _SPRING, day)
        for day, name in enumerate("二三四五六七", 1)
    ),
    ("除夕 年三十 大年三十 年三十晚 大年夜", _SPRING, -1),
    ("春节 大年初一 年初一 正月初一 过年", _SPRING, 0),
    ("元宵节 元宵 正月十五", _SPRING, 14),
    ("端午 端午节", _DRAGON_BOAT, 0),
    ("七夕 七夕节", _DOUBLE_SEVENTH, 0),
    ("重阳 重阳节", _DOUBLE_NINTH, 0),
    ("中秋 中秋节 农历八月十五 阴历八月十五", _MID_AUTUMN, 0),
)
_DAYS = {name: day for day, names in _FIXED.items() for name in names.split()}
_LISTED = {
    name: tuple(date.fromisoformat(one) + timedelta(days=shift) for one in days.split())
    for names, days, shift in _LUNAR
    for name in names.split()
}

#: All names, longest first, as they are in folded text.
NAMES: tuple[str, ...] = tuple(sorted((*_DAYS, *_LISTED), key=len, reverse=True))


def occurrences(name: str, today: date) -> list[date]:
    """When the holiday is in last year, this and the next, as far as that is known."""
    if name in _DAYS:
        return [date(today.year + shift, *_DAYS[name]) for shift in (-1, 0, 1)]
    return [day for day in _LISTED[name] if abs(day.year - today.year) <= 1]


def coming(name: str, today: date) -> date | None:
    """The first one from today on."""
    return next((day for day in occurrences(name, today) if day >= today), None)


def gone(name: str, today: date) -> date | None:
    """The last one up to today."""
    return next((day for day in reversed(occurrences(name, today)) if day <= today), None)
