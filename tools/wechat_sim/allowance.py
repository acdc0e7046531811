"""How many messages an account may still send to a customer.

Source: 发送客服消息, table of scenes: a message opens 48 hours with 5 messages; a menu click, follow or scan one
minute with 3 (mini programs: entering the chat, one minute with 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional

TWO_DAYS = 48 * 3600.0
MINUTE = 60.0

MESSAGE = ("message", 5, TWO_DAYS)
ACTION = ("action", 3, MINUTE)
ENTERED = ("action", 2, MINUTE)

CLOSED = "closed"
"""No window is open: the time is over."""
SPENT = "spent"
"""A window is open and all of its messages were sent."""


@dataclass
class _Window:
    left: int
    until: float


class Allowance:
    """The windows of one customer; times are seconds of the platform's clock."""

    def __init__(self) -> None:
        self._windows: Dict[str, _Window] = {}

    def grant(self, scene: tuple[str, int, float], now: float) -> None:
        """The customer did something: its window begins anew."""
        name, count, seconds = scene
        self._windows[name] = _Window(count, now + seconds)

    def spend(self, now: float) -> Optional[str]:
        """Take one message from the window that ends first; gives why there is none."""
        open_ = sorted(
            (window for window in self._windows.values() if window.until > now),
            key=lambda window: window.until,
        )
        for window in open_:
            if window.left > 0:
                window.left -= 1
                return None
        return SPENT if open_ else CLOSED

    def left(self, now: float) -> int:
        """Messages that may still be sent."""
        return sum(window.left for window in self._windows.values() if window.until > now)

    def exhaust(self) -> None:
        """As if all had been sent."""
        for window in self._windows.values():
            window.left = 0

    def lapse(self) -> None:
        """As if the time were over (also what an unfollow does)."""
        self._windows.clear()
