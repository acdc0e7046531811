"""Times that can be booked when a conversation begins, and how people name them. They depend on the day of the test."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.appointments.policy import load_policies
from care.appointments.tables import Slot
from care.appointments.timetable import Place, TimeSlot, bookable
from care.bss.embedded.system import EmbeddedBss
from care.bss.protocol import PlaceKind
from care.db import Database
from care.settings import ROOT

ZONE = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"
_PARTS = {"09:00-12:00": "上午", "14:00-18:00": "下午", "18:00-21:00": "晚上"}
_HOURS = ["零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


class Slots:
    """What is free, seen once for each place so that it stays the same for a whole conversation."""

    def __init__(self, db: Database, bss: EmbeddedBss) -> None:
        self._db = db
        self._bss = bss
        self._seen: dict[Place, list[TimeSlot]] = {}

    def at(self, kind: PlaceKind, place_id: str) -> list[TimeSlot]:
        """The free slots of a place, in order."""
        place = Place(kind, place_id)
        if place not in self._seen:
            now = datetime.now(UTC)
            policy = load_policies(ROOT / "data" / "demo" / "appointments.yml")[kind]
            hours = asyncio.run(self._bss.bookable_hours(kind, place_id))
            taken = self._db.read_now(lambda session: _taken(session, place))
            self._seen[place] = [
                slot
                for slot in bookable(hours, now, ZONE, policy)
                if taken.get((slot.day, slot.hours), 0) < slot.capacity
            ]
        return self._seen[place]


def _taken(session: Session, place: Place) -> dict[tuple[date, str], int]:
    query = select(Slot).where(Slot.kind == place.kind, Slot.place_id == place.id)
    return {(row.day, row.hours): row.taken for row in session.scalars(query)}


def on_button(slot: TimeSlot) -> str:
    """``12月5日 周六 上午``; ``12月5日 周六 15:00``."""
    part = _PARTS.get(slot.hours) or slot.hours[:5]
    return f"{slot.day.month}月{slot.day.day}日 周{_WEEKDAYS[slot.day.weekday()]} {part}"


def in_sentence(slot: TimeSlot) -> str:
    """``12月5日（周六）上午 09:00-12:00``."""
    day = f"{slot.day.month}月{slot.day.day}日（周{_WEEKDAYS[slot.day.weekday()]}）"
    part = _PARTS.get(slot.hours)
    return f"{day}{part} {slot.hours}" if part else f"{day}{slot.hours}"


def as_said(slot: TimeSlot) -> str:
    """``12月5号上午``; ``12月5号下午三点半``."""
    return f"{day_said(slot.day)}{hour_said(slot)}"


def day_said(day: date) -> str:
    """``12月5号``."""
    return f"{day.month}月{day.day}号"


def hour_said(slot: TimeSlot) -> str:
    """``上午``; ``下午三点半``."""
    if slot.hours in _PARTS:
        return _PARTS[slot.hours]
    hour = int(slot.hours[:2])
    half = "半" if slot.hours[3:5] == "30" else ""
    part = "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
    return f"{part}{_HOURS[hour if hour <= 12 else hour - 12]}点{half}"


def day_away(days: int) -> date:
    """A day, counted from today."""
    return datetime.now(ZONE).date() + timedelta(days=days)
