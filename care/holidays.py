"""Public holidays of mainland China, as shops and engineers keep them."""

from datetime import date

import chinese_calendar

_FIXED = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
"""Holidays on the same day each year (全国年节及纪念日放假办法): what is known of a year without a published calendar."""


def public_holiday(day: date) -> str | None:
    """The name of the public holiday that ``day`` belongs to, ``None`` for other days, ordinary weekends included.

    The State Council publishes a year's calendar late in the year before. Until the installed ``chinesecalendar`` has it,
    only the holidays on fixed dates are known.
    """
    try:
        free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _FIXED.get((day.month, day.day))
    if not free or name is None:
        return None
    return str(chinese_calendar.Holiday(name).chinese)
