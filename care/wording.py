"""Values as people read them; whole sentences are the domain's."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo


def yuan(amount: Decimal) -> str:
    """``59.00`` → ``59``; ``59.50`` → ``59.50``."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def day(value: date) -> str:
    """``2026年12月1日``."""
    return f"{value.year}年{value.month}月{value.day}日"


def month(value: str) -> str:
    """``2026-08`` → ``2026年8月``."""
    year, number = value.split("-")
    return f"{year}年{int(number)}月"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """``11月22日 18:30`` in ``zone``."""
    local = value.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def data_size(megabytes: int) -> str:
    """``10240`` → ``10GB``; ``1536`` → ``1.5GB``; ``300`` → ``300MB``."""
    if megabytes < 1024:
        return f"{megabytes}MB"
    return f"{megabytes / 1024:.2f}".rstrip("0").rstrip(".") + "GB"
