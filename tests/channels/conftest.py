"""The public application with a scripted engine, on SQLite and on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.world import World, a_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """On SQLite."""
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def production(tmp_path: Path) -> AsyncIterator[World]:
    """On SQLite, in production, with two tokens of the REST channel."""
    url = f"sqlite:///{tmp_path / 'care.db'}"
    async with a_world(
        url, tmp_path, mode="production", rest_tokens="first-token, second-token"
    ) as made:
        yield made


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """On each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'care.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    async with a_world(url, tmp_path) as made:
        yield made
