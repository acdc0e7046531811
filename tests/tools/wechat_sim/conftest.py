"""A simulator in safe mode."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.tools.wechat_sim.callback import Sim, a_sim


@pytest_asyncio.fixture
async def sim() -> AsyncIterator[Sim]:
    """Fresh for each test."""
    async with a_sim() as made:
        yield made
