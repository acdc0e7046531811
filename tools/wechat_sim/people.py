"""Customers of an account, and what their phones show."""

from __future__ import annotations

import asyncio
import contextlib
import html
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

from tools.wechat_sim.allowance import Allowance

_MENU_LINK = "weixin://bizmsgmenu?"
_ANCHOR = re.compile(r"<a\s+href=(\"|')(.*?)\1[^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)


def rich(text: str) -> List[Dict[str, str]]:
    """``text`` as a phone shows it: parts of plain text, links, and links that say something (bizmsgmenu)."""
    parts: List[Dict[str, str]] = []
    end = 0
    for found in _ANCHOR.finditer(text):
        if found.start() > end:
            parts.append({"text": text[end : found.start()]})
        parts.append({"text": found.group(3), **_target(html.unescape(found.group(2)))})
        end = found.end()
    if end < len(text):
        parts.append({"text": text[end:]})
    return parts


def _target(href: str) -> Dict[str, str]:
    if not href.startswith(_MENU_LINK):
        return {"href": href} if href.startswith(("http://", "https://")) else {}
    query = urllib.parse.parse_qs(href[len(_MENU_LINK) :])
    return {
        "menu_id": query.get("msgmenuid", [""])[0],
        "menu_content": query.get("msgmenucontent", [""])[0],
    }


@dataclass
class Delivery:
    """One attempt to deliver: how long the server took, in seconds, and what became of it."""

    attempt: int
    seconds: float
    result: str
    """``silent``, ``answered``, ``malformed``, ``late``, ``cut``, ``lost``, ``refused`` or ``failed``."""


@dataclass
class Customer:
    """One customer. ``service_state`` and ``origin_at`` are WeCom's."""

    openid: str
    follows: bool = True
    allowance: Allowance = field(default_factory=Allowance)
    shown: List[Dict[str, Any]] = field(default_factory=list)
    deliveries: Dict[str, List[Delivery]] = field(default_factory=dict)
    last_message_at: float = float("-inf")
    typing: bool = False
    service_state: int = 0
    welcome_codes: Dict[str, float] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def show(self, sender: str, kind: str, at: float, **content: Any) -> Dict[str, Any]:
        """Show one more entry: of ``customer``, ``account`` or ``system``."""
        if sender == "account":
            self.typing = False
        entry = {"seq": len(self.shown) + 1, "from": sender, "type": kind, "at": at, **content}
        self.shown.append(entry)
        self.wake()
        return entry

    def wake(self) -> None:
        """Wake who waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, seq: int, wait: float) -> List[Dict[str, Any]]:
        """What is shown after ``seq``; waits up to ``wait`` seconds for the first change."""
        if len(self.shown) <= seq and wait > 0:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)
        return self.shown[seq:]

    def answers(self, message_id: Optional[str] = None) -> List[Dict[str, Any]]:
        """What the account said; with ``message_id`` only passive answers to that message."""
        return [
            entry
            for entry in self.shown
            if entry["from"] == "account"
            and (message_id is None or entry.get("reply_to") == message_id)
        ]
