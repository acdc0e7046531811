"""Session tokens: an address of the web channel, how long it is good for, and our signature.

``<address>.<expires>.<signature>``; the address is random (128 bits), ``expires`` in seconds since 1970, the signature
HMAC-SHA256 in hexadecimal. Who holds the token is the customer of that conversation, so it never stands in an address line
or a log.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from care.clock import Clock
from care.errors import Unauthenticated

_PURPOSE = b"web-session:"


@dataclass(frozen=True)
class Session:
    """Who a valid token stands for."""

    address: str
    expires_at: datetime


class SessionTokens:
    """Makes and reads tokens signed with ``secret``. Raises ``ValueError`` when that is empty."""

    def __init__(self, secret: str, life: timedelta, clock: Clock) -> None:
        if not secret:
            raise ValueError("the secret that signs session tokens is empty")
        self._secret = secret.encode()
        self._life = life
        self._clock = clock

    def issue(self, address: str | None = None) -> tuple[str, Session]:
        """A token for ``address`` (default: a new one), good from now on for its whole life."""
        address = address or secrets.token_hex(16)
        expires = int((self._clock() + self._life).timestamp())
        signature = self._sign(address, expires)
        return f"{address}.{expires}.{signature}", Session(address, _moment(expires))

    def read(self, token: object) -> Session:
        """The session of a token. Raises ``Unauthenticated`` for one that is forged, garbled or expired."""
        if not isinstance(token, str) or not token.isascii() or len(token) > 200:
            raise Unauthenticated(_INVALID)
        address, _, rest = token.partition(".")
        stated, _, signature = rest.partition(".")
        if not address or not stated.isdigit() or len(stated) > 12:
            raise Unauthenticated(_INVALID)
        expires = int(stated)
        # The stated number is signed as it was read, so it has one spelling only.
        if str(expires) != stated or not hmac.compare_digest(signature, self._sign(address, expires)):
            raise Unauthenticated(_INVALID)
        if expires <= self._clock().timestamp():
            raise Unauthenticated(_INVALID)
        return Session(address, _moment(expires))

    def _sign(self, address: str, expires: int) -> str:
        content = _PURPOSE + f"{address}.{expires}".encode()
        return hmac.new(self._secret, content, hashlib.sha256).hexdigest()


_INVALID = "会话已失效，请刷新页面。"


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
