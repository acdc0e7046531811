"""Who calls the REST channel, and which senders are theirs."""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from care.errors import Unauthenticated
from care.http.bearer import bearer_of
from care.http.errors import InvalidRequest

CHANNEL = "rest"
_LONGEST = 128


@dataclass(frozen=True)
class Sender:
    """One sender of one caller; ``address`` is a hash of both, so callers do not share senders."""

    name: str
    address: str

    def external_id(self, message_id: str) -> str:
        """The sender's id of a message, made unique within the channel (at most 160 characters)."""
        return f"{self.address[:31]}:{message_id}"


class Callers:
    """Who may use the channel: everybody when ``is_open``, else who holds one of ``tokens``."""

    def __init__(self, tokens: Iterable[str], *, is_open: bool) -> None:
        self._tokens = tuple(tokens)
        self._is_open = is_open

    def scope(self, connection: HTTPConnection) -> str:
        """The name space of a caller's senders. Raises ``Unauthenticated``."""
        token = bearer_of(connection) or ""
        for known in self._tokens:
            if hmac.compare_digest(token.encode(), known.encode()):
                return hashlib.sha256(known.encode()).hexdigest()
        if self._is_open:
            return "open"
        raise Unauthenticated("需要有效的接口令牌。")


def sender(scope: str, name: object) -> Sender:
    """The sender called ``name``. Raises ``InvalidRequest``."""
    known = identifier(name, "sender")
    return Sender(known, hashlib.sha256(f"{scope}\0{known}".encode()).hexdigest())


def identifier(value: object, field: str) -> str:
    """A name that a program gave: 1 to 128 characters, none of them a control character.

    Raises ``InvalidRequest`` naming ``field``.
    """
    if (
        not isinstance(value, str)
        or not 1 <= len(value) <= _LONGEST
        or any(unicodedata.category(char) in ("Cc", "Cs") for char in value)
    ):
        raise InvalidRequest(fields=[{"field": field, "problem": "not_an_identifier"}])
    return value
