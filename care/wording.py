"""Values as people read them, in the language of the customer who is answered; whole sentences are the domain's.

The language is that of the present task (``speaking``): ``zh`` unless told otherwise.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

CHINESE, ENGLISH = "zh", "en"

_language: ContextVar[str] = ContextVar("language", default=CHINESE)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside of it values are worded in ``language`` (``zh`` or ``en``; anything else is ``zh``)."""
    token = _language.set(ENGLISH if language == ENGLISH else CHINESE)
    try:
        yield
    finally:
        _language.reset(token)


def in_english() -> bool:
    """Whether the customer is answered in English."""
    return _language.get() == ENGLISH


def either(chinese: str, english: str) -> str:
    """The wording in the language of the customer who is answered."""
    return english if in_english() else chinese


def told(chinese: str, english: str) -> str:
    """Words of the data in the customer's language; the Chinese ones where the data have no English."""
    return either(chinese, english or chinese)


def listing(words: Iterable[str]) -> str:
    """``翠湖花园、望江新村``; ``Balance, data``."""
    return either("、", ", ").join(words)


def money(amount: Decimal) -> str:
    """For a button: ``14元``; ``14 yuan``."""
    return f"{yuan(amount)}{either('元', ' yuan')}"


def short_day(value: date) -> str:
    """``12月5日``; ``5 December``."""
    return either(f"{value.month}月{value.day}日", f"{value.day} {_MONTHS[value.month - 1]}")


def yuan(amount: Decimal) -> str:
    """``59.00`` → ``59``; ``59.50`` → ``59.50``."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def day(value: date) -> str:
    """``2026年12月1日``; ``1 December 2026``."""
    if in_english():
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def month(value: str) -> str:
    """``2026-08`` → ``2026年8月``; ``August 2026``."""
    year, number = value.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}" if in_english() else f"{year}年{int(number)}月"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """``11月22日 18:30``, ``22 November 18:30`` in ``zone``."""
    local = value.astimezone(zone)
    if in_english():
        return f"{local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def data_size(megabytes: int) -> str:
    """``10240`` → ``10GB``; ``1536`` → ``1.5GB``; ``300`` → ``300MB``."""
    if megabytes < 1024:
        return f"{megabytes}MB"
    return f"{megabytes / 1024:.2f}".rstrip("0").rstrip(".") + "GB"
