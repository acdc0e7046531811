"""微信客服: the log of messages that ``kf/sync_msg`` reads, and the states of a session.

Sources: developer.work.weixin.qq.com, 接收消息和事件; 分配客服会话.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

from tools.wechat_sim.accounts import Account

NEW, BOT, QUEUE, HUMAN, ENDED = range(5)

ALLOWED = {
    NEW: (BOT, QUEUE, HUMAN, ENDED),
    BOT: (QUEUE, HUMAN, ENDED),
    QUEUE: (HUMAN, ENDED),
    HUMAN: (QUEUE, HUMAN, ENDED),
    ENDED: (),
}
"""From which state the API may go to which; only the customer's next message opens an ended session again."""

FROM_CUSTOMER, FROM_SYSTEM = 3, 4
LONGEST = 1000
KEPT_SECONDS = 3 * 86400
TOKEN_SECONDS = 600


@dataclass
class _Entry:
    at: float
    message: Dict[str, Any]


class Log:
    """What came in, in order. ``page`` is the most that one call gives, whatever it asks for."""

    def __init__(self) -> None:
        self.page = LONGEST
        self._entries: List[_Entry] = []
        self._cursors: Dict[str, int] = {}
        self._tokens: Dict[str, float] = {}

    def customer_said(
        self, account: Account, user: str, kind: str, content: Dict[str, Any], now: float
    ) -> str:
        """Log a customer's message; gives its id."""
        message = {"origin": FROM_CUSTOMER, "msgtype": kind, kind: content}
        return self._add(account, {"external_userid": user, **message}, now)

    def happened(
        self, account: Account, user: str, event: str, fields: Dict[str, Any], now: float
    ) -> str:
        """Log an event; gives its id."""
        told = {
            "event_type": event,
            "open_kfid": account.open_kfid,
            "external_userid": user,
            **fields,
        }
        return self._add(account, {"origin": FROM_SYSTEM, "msgtype": "event", "event": told}, now)

    def _add(self, account: Account, message: Dict[str, Any], now: float) -> str:
        message_id = secrets.token_urlsafe(24)
        whole = {
            "msgid": message_id,
            "open_kfid": account.open_kfid,
            "send_time": int(now),
            **message,
        }
        self._entries.append(_Entry(now, whole))
        return message_id

    def again(self, count: int) -> None:
        """Log the last ``count`` messages once more, under their old ids."""
        self._entries.extend(self._entries[len(self._entries) - count :])

    def new_token(self, now: float) -> str:
        """The token of a call-back, good for ten minutes."""
        token = "ENC" + secrets.token_urlsafe(24)
        self._tokens[token] = now + TOKEN_SECONDS
        return token

    def token_is_good(self, token: str, now: float) -> bool:
        """Whether a call may show this token."""
        return self._tokens.get(token, 0.0) > now

    def read(
        self, cursor: str, limit: int, now: float
    ) -> Optional[Tuple[List[Dict[str, Any]], str, bool]]:
        """Messages after ``cursor``, the next cursor, and whether there is more; None for a cursor that is none."""
        if cursor and cursor not in self._cursors:
            return None
        start = self._cursors[cursor] if cursor else 0
        while start < len(self._entries) and self._entries[start].at < now - KEPT_SECONDS:
            start += 1
        end = min(start + min(limit, self.page), len(self._entries))
        if cursor and end == self._cursors[cursor]:
            following = cursor
        else:
            following = secrets.token_urlsafe(24)
            self._cursors[following] = end
        found = [entry.message for entry in self._entries[start:end]]
        return found, following, end < len(self._entries)
