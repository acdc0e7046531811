"""The wired application, as the channels' tests have it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.channels.world import World, a_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """On SQLite, in demo mode."""
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as made:
        yield made
