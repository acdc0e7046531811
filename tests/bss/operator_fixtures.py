"""The demo operator for tests: one that is only read (made once), and a fresh one for writes.

Every test that asks for one runs on SQLite and on PostgreSQL. Loading takes a while, so a fresh operator
is a copy of a loaded database.
"""

import functools
import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.demo import read_demo
from care.bss.embedded.demo.load import load_files
from care.bss.embedded.demo.specs import DemoFiles
from care.db import Base, Database

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # half past ten in Shanghai
DATABASES = ("sqlite", "postgresql")

_numbers = itertools.count(1)
_loaded: dict[str, str] = {}
"""Addresses of the loaded databases of this test process, by kind; several folders lend them."""


class Clock:
    """A clock that tests turn."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time


@functools.cache
def _files() -> DemoFiles:
    return read_demo()


@pytest.fixture(scope="session")
def demo_files() -> DemoFiles:
    """The demo operator's files as they are committed."""
    return _files()


def _loaded_url(kind: str, request: pytest.FixtureRequest) -> str:
    """A loaded database that nobody writes to."""
    if kind not in _loaded:
        if kind == "sqlite":
            folder = request.getfixturevalue("tmp_path_factory").mktemp("operator")
            url = f"sqlite:///{folder / 'operator.db'}"
        else:
            server = request.getfixturevalue("postgres_server")
            name = f"operator_{os.getpid()}"
            server.create_database(name)
            url = server.url(name)
        db = Database(url)
        Base.metadata.create_all(db.engine)
        load_files(db, _files(), TODAY)
        db.close()
        _loaded[kind] = url
    return _loaded[kind]


@pytest.fixture(params=DATABASES)
def operator_db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A loaded operator that tests only read."""
    db = Database(_loaded_url(request.param, request))
    yield db
    db.close()


@pytest.fixture
def operator(operator_db: Database) -> EmbeddedBss:
    """The operator that tests only read."""
    return EmbeddedBss(operator_db, Clock())


@pytest.fixture(params=DATABASES)
def empty_db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with the tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'test.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture(params=DATABASES)
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A loaded database of this test alone."""
    source = _loaded_url(request.param, request)
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.db'}"
        shutil.copy(source.removeprefix("sqlite:///"), tmp_path / "test.db")
    else:
        url = _copied(source, request)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at `NOW` until it is turned."""
    return Clock()


@pytest.fixture
def bss(db: Database, clock: Clock) -> EmbeddedBss:
    """An operator of this test alone."""
    return EmbeddedBss(db, clock)


def _copied(source: str, request: pytest.FixtureRequest) -> str:
    server = request.getfixturevalue("postgres_server")
    name = f"operator_{os.getpid()}_{next(_numbers)}"
    original = source.partition("@/")[2].partition("?")[0]
    engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{original}"'))
    engine.dispose()
    request.addfinalizer(lambda: server.drop_database(name))
    url: str = server.url(name)
    return url
