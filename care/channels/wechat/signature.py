"""Signatures of callbacks: SHA-1 over the sorted, joined token, time, nonce and (where there is one) cipher text.

Source: 微信公众平台 「接入指南」 and 「消息加解密说明」.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from care.channels.wechat.errors import ProtocolError
from care.clock import Clock

REPLAY_WINDOW = timedelta(minutes=5)
"""A callback whose stated time is further away from ours is refused. WeChat signs each of its three attempts anew."""

_SECONDS = re.compile(r"[1-9][0-9]{0,10}")
_NONCE = re.compile(r"[!-~]{1,64}")
_SHA1 = re.compile(r"[0-9a-f]{40}")


def sign(token: str, timestamp: str, nonce: str, encrypted: str | None = None) -> str:
    """The signature of a callback (``signature``) or, with its cipher text, of its content (``msg_signature``)."""
    parts = [token, timestamp, nonce]
    if encrypted is not None:
        parts.append(encrypted)
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Signatures:
    """Checks what comes to one callback address. ``token`` is the one that was set in WeChat's console."""

    token: str
    clock: Clock
    window: timedelta = REPLAY_WINDOW

    def check(self, query: Mapping[str, str]) -> None:
        """Check ``signature`` over the three values of the address line. Raises ``ProtocolError``."""
        self._check(query, "signature", None)

    def check_content(self, query: Mapping[str, str], encrypted: str) -> None:
        """Check ``msg_signature``, which covers the cipher text, too. Raises ``ProtocolError``."""
        self._check(query, "msg_signature", encrypted)

    def _check(self, query: Mapping[str, str], name: str, encrypted: str | None) -> None:
        timestamp, nonce, given = (query.get(key, "") for key in ("timestamp", "nonce", name))
        if not (
            _SECONDS.fullmatch(timestamp) and _NONCE.fullmatch(nonce) and _SHA1.fullmatch(given)
        ):
            raise ProtocolError("unsigned")
        if encrypted is not None and not encrypted.isascii():
            raise ProtocolError("not_base64")
        if not hmac.compare_digest(given, sign(self.token, timestamp, nonce, encrypted)):
            raise ProtocolError("signature")
        if abs(self.clock().timestamp() - int(timestamp)) > self.window.total_seconds():
            raise ProtocolError("out_of_time")
