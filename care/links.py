"""Signed, short-lived links: what a page may do, and for whom, stands in its address and cannot be altered.

``/p/<page>/<subject>.<expires>.<signature>``; ``expires`` in seconds since 1970, the signature HMAC-SHA256 over all of
it, in hexadecimal, under a key derived from the session secret. Whoever holds the link may use the page, as with a link
in a text message; so it lives minutes, and what must happen once only is kept in the database under its subject.
"""

import hashlib
import hmac
import re
from datetime import timedelta

from care.clock import Clock
from care.errors import NotFound

_PURPOSE = b"customer-link:"
_SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")


class LinkExpired(NotFound):
    """The link is garbled, forged or its time is over: the visitor is not told which."""

    code, message = "link_expired", "这个链接已经失效，请回到聊天里重新获取。"


class Links:
    """Makes and reads links. ``base`` is the public address of this server, without a slash at its end."""

    def __init__(self, secret: str, base: str, clock: Clock) -> None:
        if not secret:
            raise ValueError("the secret that signs links is empty")
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")
        self._base = base.rstrip("/")
        self._clock = clock

    def make(self, page: str, subject: str, life: timedelta) -> str:
        """The whole address of ``page`` for ``subject`` (letters, digits, ``-`` and ``_``), good for ``life``."""
        if not _SUBJECT.fullmatch(subject):
            raise ValueError("a link's subject is an identifier")
        expires = int((self._clock() + life).timestamp())
        return f"{self._base}/p/{page}/{subject}.{expires}.{self._sign(page, subject, expires)}"

    def read(self, page: str, token: str) -> str:
        """The subject of a token. Raises ``LinkExpired``."""
        subject, _, rest = token.partition(".")
        stated, _, signature = rest.partition(".")
        if not _SUBJECT.fullmatch(subject) or not re.fullmatch(r"[1-9][0-9]{0,11}", stated):
            raise LinkExpired()
        expected = self._sign(page, subject, int(stated))
        if not signature.isascii() or not hmac.compare_digest(signature, expected):
            raise LinkExpired()
        if int(stated) <= self._clock().timestamp():
            raise LinkExpired()
        return subject

    def _sign(self, page: str, subject: str, expires: int) -> str:
        said = f"{page}/{subject}.{expires}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()
