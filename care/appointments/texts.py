"""Times as people read them, and the text messages about appointments."""

from datetime import date

from care.appointments.tables import Appointment
from care.bss.protocol import PlaceKind
from care.wording import CHINESE, in_english, short_day, speaking

_WEEKDAYS = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = {
    "09:00-12:00": ("上午", "morning"),
    "14:00-18:00": ("下午", "afternoon"),
    "18:00-21:00": ("晚上", "evening"),
}


def day_label(day: date) -> str:
    """``12月5日（周六）``; ``Sat 5 December``."""
    if in_english():
        return f"{_WEEKDAYS_EN[day.weekday()]} {short_day(day)}"
    return f"{short_day(day)}（周{_WEEKDAYS[day.weekday()]}）"


def label(day: date, hours: str) -> str:
    """``12月5日（周六）上午 09:00-12:00``; a half-hour has no part of the day: ``12月5日（周六）15:00-15:30``."""
    part = _PARTS.get(hours)
    if in_english():
        return f"{day_label(day)}, {hours}"
    return f"{day_label(day)}{part[0]} {hours}" if part else f"{day_label(day)}{hours}"


def in_chinese(day: date, hours: str) -> str:
    """The time for a text message or a ticket, which are Chinese in whatever language the chat is."""
    with speaking(CHINESE):
        return label(day, hours)


def short(day: date, hours: str) -> str:
    """For a button: ``12月5日 周六 上午``, ``12月5日 周六 15:00``."""
    part = _PARTS.get(hours) or (hours[:5], hours[:5])
    if in_english():
        return f"{day_label(day)} {part[1]}"
    return f"{short_day(day)} 周{_WEEKDAYS[day.weekday()]} {part[0]}"


def _what(row: Appointment, place: str) -> str:
    return "师傅上门" if row.kind == PlaceKind.VISIT else f"到{place}办业务"


def booked_text(row: Appointment, place: str) -> str:
    """Confirms a booking; ``place`` is the shop's name."""
    return (
        f"【小讯】您已预约{in_chinese(row.day, row.hours)}{_what(row, place)}，预约号{row.number}。"
        "需要改时间或取消，随时告诉我们。"
    )


def moved_text(row: Appointment, place: str) -> str:
    """Confirms another time."""
    return (
        f"【小讯】您的预约{row.number}已改到{in_chinese(row.day, row.hours)}{_what(row, place)}。"
    )


def cancelled_text(row: Appointment, place: str) -> str:
    """Confirms that it was given up."""
    return f"【小讯】您{in_chinese(row.day, row.hours)}{_what(row, place)}的预约（{row.number}）已取消。"


def reminder_text(row: Appointment, place: str) -> str:
    """The day before."""
    return (
        f"【小讯】提醒您：明天{in_chinese(row.day, row.hours)}{_what(row, place)}，预约号{row.number}。"
        "不方便的话请提前告诉我们改时间。"
    )


def lost_text(name: str, ticket: str) -> str:
    """The time that was chosen could not be kept: the order was placed too late."""
    return (
        f"【小讯】您的「{name}」已受理（工单{ticket}），但选好的上门时间已约满，"
        "请告诉我们另一个方便的时间，我们马上为您安排。"
    )
