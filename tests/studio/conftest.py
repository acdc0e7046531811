"""A studio on a small data repository of its own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from care.studio import InboxFeeder
from tests.desk.world import AgentClient, World, a_world, prepare
from tests.studio.small_data import make_repository


@pytest.fixture(scope="session")
def prepared_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has tables and log-ins, and with a data repository; to be copied."""
    folder = tmp_path_factory.mktemp("studio")
    prepare(f"sqlite:///{folder / 'care.db'}")
    make_repository(folder / "repository")
    return folder


@pytest.fixture
def repository(prepared_studio: Path, tmp_path: Path) -> Path:
    """A data repository of this test alone."""
    return shutil.copytree(prepared_studio / "repository", tmp_path / "repository")


@pytest_asyncio.fixture
async def world(prepared_studio: Path, tmp_path: Path, repository: Path) -> AsyncIterator[World]:
    """A studio on SQLite."""
    url = f"sqlite:///{shutil.copy(prepared_studio / 'care.db', tmp_path / 'care.db')}"
    async with a_world(url, tmp_path, data_repository=repository) as made:
        yield made


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def either(
    request: pytest.FixtureRequest, tmp_path: Path, repository: Path
) -> AsyncIterator[World]:
    """A studio on each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'care.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    prepare(url)
    async with a_world(url, tmp_path, data_repository=repository) as made:
        yield made


@pytest_asyncio.fixture
async def trainer(world: World) -> AgentClient:
    """A trainer who is logged in."""
    return await world.login("trainer")


async def fill(world: World) -> None:
    """Take up everything that was said."""
    feeder = InboxFeeder(world.db)
    while await feeder.fill():
        pass
