"""Limits: how often something may be done, and how large a request may be."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care.errors import RateLimited
from care.http.errors import error_response, too_large


class RateLimiter:
    """A token bucket for each key, in this process: ``burst`` at once, then ``rate`` a second.

    Keys beyond ``keys`` push out the one that was quiet longest. ``now`` gives seconds of a steady
    clock.
    """

    def __init__(
        self,
        rate: float,
        burst: int,
        *,
        keys: int = 20_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._keys = keys
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one. Raises ``RateLimited``."""
        now = self._now()
        left, at = self._buckets.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        if not allowed:
            raise RateLimited(retry_after=max(1, round((1 - left) / self._rate)))


class BodyLimit:
    """ASGI middleware that refuses bodies above ``most`` bytes with 413, stated or not.

    ``larger`` has other limits by pattern of the path.
    """

    def __init__(
        self, app: ASGIApp, most: int, larger: Mapping[re.Pattern[str], int] | None = None
    ) -> None:
        self._app = app
        self._most = most
        self._larger = dict(larger or {})

    def _limit(self, path: str) -> int:
        found = (most for pattern, most in self._larger.items() if pattern.fullmatch(path))
        return next(found, self._most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._limit(scope["path"])
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > most:
            await error_response(too_large(most))(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
