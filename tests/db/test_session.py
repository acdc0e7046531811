"""Transactions: what is told, and when."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from care.db import Database, at_end, on_commit


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with one table."""
    database = Database(f"sqlite:///{tmp_path / 'some.db'}", threads=2)
    database.write_now(lambda session: session.execute(text("CREATE TABLE things (name TEXT)")))
    yield database
    database.close()


def names(db: Database) -> list[str]:
    return db.read_now(lambda session: list(session.scalars(text("SELECT name FROM things"))))


def add(session: Session, name: str) -> None:
    session.execute(text("INSERT INTO things VALUES (:name)"), {"name": name})


async def test_a_change_is_told_once_it_is_committed(db: Database) -> None:
    seen: list[list[str]] = []

    def work(session: Session) -> None:
        on_commit(session, lambda: seen.append(names(db)))
        at_end(session, lambda session: add(session, "last"))
        add(session, "first")

    await db.write(work)
    assert seen == [["first", "last"]]


async def test_what_fails_is_neither_kept_nor_told(db: Database) -> None:
    told: list[str] = []

    def work(session: Session) -> None:
        on_commit(session, lambda: told.append("committed"))
        add(session, "half")
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(work)
    assert (names(db), told) == ([], [])


async def test_a_change_is_told_also_when_nobody_waits_for_it_any_more(db: Database) -> None:
    begun, go_on, told = threading.Event(), threading.Event(), asyncio.Event()

    def work(session: Session) -> None:
        on_commit(session, told.set)
        add(session, "thing")
        begun.set()
        go_on.wait(10)

    waiting = asyncio.create_task(db.write(work))
    await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await asyncio.wait_for(told.wait(), 10)
    assert names(db) == ["thing"]


async def test_reading_leaves_nothing(db: Database) -> None:
    await db.read(lambda session: add(session, "thing"))
    assert names(db) == []
