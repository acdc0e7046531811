"""Health: alive is not ready, and what is not ready is named."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI

from care.admin import health
from tests.channels.world import World, a_world


@pytest.mark.parametrize("failing", ["database", "engine", "pubsub"])
async def test_what_is_not_ready_is_named(
    tmp_path: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        app = _application(world)
        ready = await world.http(app).get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["parts"] == {
            "database": {"ok": True},
            "engine": {"ok": True},
            "pubsub": {"ok": True},
        }
        for broken in (_says_no, _raises, _hangs):
            with monkeypatch.context() as patch:
                if failing == "database":
                    patch.setattr(world.db, "ping", broken)
                elif failing == "engine":
                    patch.setattr(world.engine, "ready", broken)
                else:
                    patch.setattr(world.services.pubsub, "ping", broken)
                http = world.http(_application(world))
                answer = await http.get("/readyz")
                assert answer.status_code == 503
                parts = answer.json()["parts"]
                assert {name for name, part in parts.items() if not part["ok"]} == {failing}
                assert (await http.get("/healthz")).json() == {"status": "ok"}


def _application(world: World) -> FastAPI:
    app = FastAPI()
    app.include_router(health.router(world.services, timeout=0.2))
    return app


async def _says_no() -> bool:
    return False


async def _raises() -> bool:
    raise RuntimeError


async def _hangs() -> bool:
    await asyncio.Event().wait()
    return True
