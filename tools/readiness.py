"""Is everything up? Asks the care server, which knows of each part."""

from __future__ import annotations

import asyncio
import http.client
import json
from typing import Any, Callable, List, Optional

from tools.failure import SetupFailure

_PATH = "/readyz"
_ONE_ANSWER_SECONDS = 5
_ASK_AGAIN_AFTER_SECONDS = 0.5


def ask(host: str, port: int) -> Optional[List[str]]:
    """The names of the parts that are not ready; empty when all are; None when nothing answers yet.

    Connects directly: a proxy set in the environment is for the world outside.
    """
    connection = http.client.HTTPConnection(host, port, timeout=_ONE_ANSWER_SECONDS)
    try:
        connection.request("GET", _PATH)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return [] if response.status == 200 else not_ready(body)


def not_ready(body: bytes) -> List[str]:
    """The parts a 503 names, from ``{"parts": {name: {"ok": bool}}}``."""
    try:
        parts: Any = json.loads(body.decode())["parts"]
        return sorted(name for name, part in parts.items() if not part["ok"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["care"]


async def wait_until_ready(
    host: str, port: int, *, seconds: float, waiting_for: Callable[[List[str]], None]
) -> None:
    """Return when ``/readyz`` answers 200. ``waiting_for`` hears each change in what is missing.

    Raises `SetupFailure` after ``seconds``.
    """
    loop = asyncio.get_event_loop()
    deadline = loop.time() + seconds
    said: Optional[List[str]] = None
    while True:
        missing = await loop.run_in_executor(None, ask, host, port)
        if missing == []:
            return
        now = missing or ["care"]
        if now != said:
            waiting_for(now)
            said = now
        if loop.time() > deadline:
            raise SetupFailure(
                f"after {seconds:.0f} s these parts still do not answer: {', '.join(now)};"
                " the logs in var/log say why."
            )
        await asyncio.sleep(_ASK_AGAIN_AFTER_SECONDS)
