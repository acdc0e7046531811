"""Worlds for the desk's tests: on SQLite, and on each database."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.desk.world import AgentClient, World, a_world, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with tables and agents, to be copied: making it takes longer than most tests."""
    path = tmp_path_factory.mktemp("desk") / "prepared.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(prepared: Path, tmp_path: Path) -> str:
    """The address of a database with tables and agents."""
    return f"sqlite:///{shutil.copy(prepared, tmp_path / 'care.db')}"


@pytest_asyncio.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A desk on SQLite."""
    async with a_world(sqlite_url, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A desk on each database."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
    else:
        url = request.getfixturevalue("postgres_url")
        prepare(url)
    async with a_world(url, tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def agent(world: World) -> AgentClient:
    """An agent who is logged in."""
    return await world.login()
