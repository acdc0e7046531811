"""A models' room on SQLite, with the live model on record."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.studio.models.world import LIVE, ModelsWorld, a_models_world


@pytest_asyncio.fixture
async def models(tmp_path: Path) -> AsyncIterator[ModelsWorld]:
    """``LIVE`` serves customers and was measured."""
    async with a_models_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        await world.rollout.begin()
        world.model(LIVE)
        await world.ticks(1)
        yield world
