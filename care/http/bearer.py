"""The ``Authorization: Bearer …`` header."""

import hmac

from starlette.requests import HTTPConnection

from care.errors import Unauthenticated


def bearer_of(connection: HTTPConnection) -> str | None:
    """The token a caller presents, if any."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class BearerSecret:
    """A FastAPI dependency that lets only callers with ``secret`` pass.

    Raises ``ValueError`` when that is empty.
    """

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("the secret is empty")
        self._secret = secret.encode()

    def __call__(self, connection: HTTPConnection) -> None:
        """Raises ``Unauthenticated``."""
        token = bearer_of(connection)
        if token is None or not hmac.compare_digest(token.encode(), self._secret):
            raise Unauthenticated("需要有效的密钥。")
