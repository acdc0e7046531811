"""``/healthz`` (the process is alive) and ``/readyz`` (each part it needs, by name)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from care.services import Services

log = structlog.get_logger()

TIMEOUT = 3.0
"""Seconds after which a part that does not answer counts as failed."""

type Check = Callable[[], Awaitable[bool]]


def router(services: Services, *, timeout: float = TIMEOUT) -> APIRouter:
    """The two routes; ``timeout`` is in seconds for each part."""
    routes = APIRouter(tags=["health"])
    checks: dict[str, Check] = {
        "database": services.db.ping,
        "engine": services.engine.ready,
        "pubsub": services.pubsub.ping,
    }

    @routes.get("/healthz")
    async def alive() -> dict[str, str]:
        """Answers as long as the process does."""
        return {"status": "ok"}

    @routes.get("/readyz")
    async def ready() -> JSONResponse:
        """200 when every part answers, else 503; ``parts`` names them all."""
        results = await asyncio.gather(*(_check(check, timeout) for check in checks.values()))
        parts = {name: {"ok": ok} for name, ok in zip(checks, results, strict=True)}
        all_ok = all(results)
        content: dict[str, Any] = {"status": "ok" if all_ok else "unavailable", "parts": parts}
        return JSONResponse(content, 200 if all_ok else 503)

    return routes


async def _check(check: Check, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await check()
    except Exception as error:
        log.warning("health.check_failed", error=type(error).__name__)
        return False
