"""Usage by day and the signed link to it: itemised, free of charge (电信条例 Art. 33)."""

from datetime import date, timedelta

from care.billing.service import check_month, paying_line
from care.bss.protocol import Bss, UsageDay

PAGE = "usage"
"""The page's name in a link."""

LINK_LIFE = timedelta(minutes=15)


def link_subject(line_id: str, month: str) -> str:
    """What a link to the days of a month is about."""
    return f"{line_id}_{month}"


def of_subject(subject: str) -> tuple[str, str]:
    """Line and month of a link's subject."""
    line_id, _, month = subject.rpartition("_")
    return line_id, month


async def usage_days(bss: Bss, line_id: str, month: str, today: date) -> tuple[UsageDay, ...]:
    """What was used on each day of a month, by the line that pays and its second cards.

    Raises BadMonth, MonthNotYet, MonthTooOld.
    """
    check_month(month, today)
    line = await paying_line(bss, line_id)
    return await bss.usage_days(line.id, month)
