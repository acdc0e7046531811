"""Lock-out: failed log-ins are counted by name, whether it exists or not, and by network address.

An attempt counts as failed from its beginning and is taken back when it succeeds, so that many
attempts at once are no way around the count.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from care.db.counters import advance
from care.desk.tables import LoginAttempts
from care.errors import RateLimited

ADDRESS_FACTOR = 4
"""A whole office may be behind one address: it has this many times the tries of a name."""

_KEPT = timedelta(days=1)


class LoginLocked(RateLimited):
    """Too many failed log-ins; ``retry_after`` in seconds."""

    code, message = "locked", "登录失败次数太多，请稍后再试。"


@dataclass(frozen=True)
class Lockout:
    """The figures: failures in a row before a lock, and how long it holds."""

    tries: int
    lock: timedelta
    pepper: bytes

    def begin(self, session: Session, username: str, network: str, now: datetime) -> None:
        """Count an attempt. Raises ``LoginLocked``, and then counts nothing."""
        advance(session, "logins")  # one at a time, on every database
        session.execute(delete(LoginAttempts).where(LoginAttempts.last_at < now - _KEPT))
        rows = [(self._row(session, key, now), most) for key, most in self._keys(username, network)]
        until = [row.locked_until for row, _ in rows if row.locked_until is not None]
        if until:
            wait = max(until) - now
            raise LoginLocked(retry_after=max(1, round(wait.total_seconds())))
        for row, most in rows:
            row.failures += 1
            row.last_at = now
            if row.failures >= most:
                row.locked_until = now + self.lock

    def succeeded(self, session: Session, username: str, network: str) -> None:
        """The attempt was a good one: the name starts anew, the address has one failure less."""
        advance(session, "logins")
        (name_key, _), (address_key, most) = self._keys(username, network)
        session.execute(delete(LoginAttempts).where(LoginAttempts.key == name_key))
        address = session.get(LoginAttempts, address_key)
        if address is not None:
            address.failures = max(0, address.failures - 1)
            if address.failures < most:
                address.locked_until = None

    def _row(self, session: Session, key: str, now: datetime) -> LoginAttempts:
        row = session.get(LoginAttempts, key)
        if row is None:
            row = LoginAttempts(key=key, failures=0, last_at=now)
            session.add(row)
        elif row.locked_until is not None:
            if row.locked_until <= now:
                row.failures, row.locked_until = 0, None
        elif row.last_at <= now - self.lock:
            row.failures = 0
        return row

    def _keys(self, username: str, network: str) -> list[tuple[str, int]]:
        return [
            (self._key(f"name:{username}"), self.tries),
            (self._key(f"address:{network}"), self.tries * ADDRESS_FACTOR),
        ]

    def _key(self, value: str) -> str:
        raw = value.encode("utf-8", "surrogatepass")
        return hmac.new(self.pepper, raw, hashlib.sha256).hexdigest()
