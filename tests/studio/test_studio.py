"""Who comes into the studio."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.desk.world import World, a_world, prepare


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A server with its studio."""
    url = f"sqlite:///{tmp_path / 'care.db'}"
    prepare(url)
    async with a_world(url, tmp_path) as made:
        yield made


def routes_of(world: World) -> list[tuple[str, str]]:
    """Every route of the studio, with something in the place of its blanks."""
    paths = world.app.openapi()["paths"]
    return [
        (method.upper(), re.sub(r"\{\w+\}", "0" * 26, path))
        for path, methods in paths.items()
        if path.startswith("/studio/")
        for method in methods
    ]


async def test_nobody_comes_in_who_is_not_a_trainer_or_supervisor(world: World) -> None:
    agent = await world.login()
    stranger = world.browser()
    routes = routes_of(world)
    assert len(routes) > 25
    for method, path in routes:
        assert (await stranger.request(method, path, json={})).status_code == 401, path
        if path.endswith("/mark"):
            continue  # agents say what was misunderstood
        refused = await agent.http.request(method, path, json={})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden"), path
    supervisor = await world.login("supervisor")
    assert await supervisor.get("/studio/inbox") == []


async def test_what_changes_something_wants_the_sessions_token(world: World) -> None:
    trainer = await world.login("trainer")
    del trainer.http.headers["X-CSRF-Token"]
    for method, path in routes_of(world):
        if method == "POST":
            refused = await trainer.http.post(path, json={})
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf"), path
