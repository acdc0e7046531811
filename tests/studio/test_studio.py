"""The studio's first cut: what customers wrote, what was understood, and which model runs."""

import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from tests.desk.world import World, a_world, prepare


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A server whose model is an archive in ``tmp_path``."""
    url = f"sqlite:///{tmp_path / 'care.db'}"
    prepare(url)
    archive = tmp_path / "xiaoxun-0123456789ab.tar.gz"
    async with a_world(url, tmp_path, model=str(archive)) as made:
        yield made


async def test_sentences_come_newest_first_in_pages(world: World) -> None:
    trainer = await world.login("trainer")
    for number in range(5):
        await world.says("a", f"第{number}句")
        world.clock.advance(seconds=1)
    page = await trainer.get("/studio/sentences", limit=2, page=2)
    assert page["total"] == 5
    assert [one["text"] for one in page["sentences"]] == ["第2句", "第1句"]
    first = page["sentences"][0]
    assert (first["intent"], first["confidence"]) == ("query_bill", 0.9)
    assert datetime.fromisoformat(first["at"]).tzinfo is not None
    assert len(first["conversation_id"]) == 26


async def test_what_no_bot_answered_is_no_sentence(world: World) -> None:
    agent = await world.login()
    conversation_id = await world.waits("a")
    await agent.take(conversation_id)
    await world.says("a", "这是说给人听的")
    trainer = await world.login("trainer")
    page = await trainer.get("/studio/sentences")
    assert [one["text"] for one in page["sentences"]] == ["转人工"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "page=0", "page=x", "page=999999999"])
async def test_a_page_without_sense_is_refused(world: World, query: str) -> None:
    trainer = await world.login("trainer")
    assert (await trainer.http.get(f"/studio/sentences?{query}")).status_code == 422


async def test_the_model_is_named_with_its_time(world: World, tmp_path: Path) -> None:
    trainer = await world.login("trainer")
    assert await trainer.get("/studio/model") == {
        "name": "xiaoxun-0123456789ab",
        "trained_at": None,
    }
    archive = tmp_path / "xiaoxun-0123456789ab.tar.gz"
    archive.write_bytes(b"")
    at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    os.utime(archive, (at.timestamp(), at.timestamp()))
    model = await trainer.get("/studio/model")
    assert datetime.fromisoformat(model["trained_at"]) == at


async def test_without_a_model_there_is_no_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'care.db'}"
    prepare(url)
    async with a_world(url, tmp_path) as world:
        trainer = await world.login("trainer")
        assert await trainer.get("/studio/model") == {"name": None, "trained_at": None}


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
    assert (await supervisor.get("/studio/sentences"))["total"] == 0


async def test_what_changes_something_wants_the_sessions_token(world: World) -> None:
    trainer = await world.login("trainer")
    del trainer.http.headers["X-CSRF-Token"]
    for method, path in routes_of(world):
        if method == "POST":
            refused = await trainer.http.post(path, json={})
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf"), path
