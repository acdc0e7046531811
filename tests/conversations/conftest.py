"""The conversation core with a scripted engine, on both databases."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet

from care import schema
from care.backends import MemoryPubSub
from care.conversations.runner import RunnerTimes
from care.conversations.service import Agent, Conversations, ConversationTimes
from care.db import Database
from tests.conversations.core import Core, HandClock, ScriptedEngine


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'care.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url, threads=4)
    schema.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
async def core(db: Database) -> AsyncIterator[Core]:
    """The core, its engine and its clock."""
    core = make_core(db)
    yield core
    await core.conversations.runner.drain(1)


def make_core(db: Database, turns_at_once: int = 32) -> Core:
    """A process of the core on ``db``."""
    clock = HandClock(datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    engine = ScriptedEngine()
    times = ConversationTimes(
        runner=RunnerTimes(
            lease=timedelta(seconds=60), retry_delays=(0.0, 0.0), offer_after=timedelta(seconds=20)
        ),
        agent_silence=timedelta(minutes=5),
        follow_up=timedelta(hours=24),
    )
    conversations = Conversations(
        db,
        clock,
        engine,
        MemoryPubSub(),
        Fernet(Fernet.generate_key()),
        times,
        text_limit=2000,
        zone=ZoneInfo("Asia/Shanghai"),
        turns_at_once=turns_at_once,
    )
    return Core(db, clock, engine, conversations, Agent("agent-1", "林晓"))
