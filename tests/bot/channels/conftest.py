"""The tiny assistant: trained once, served anew for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rasa.utils.log_utils import configure_structlog

from tests.bot.world import World, running, train_tiny


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assistant's model."""
    configure_structlog()
    return train_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
async def world(model: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The assistant, with an empty database."""
    async with running(model, tmp_path) as world:
        yield world
