"""A till on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from care import schema
from care.db import Database
from tests.payments.till import Till


@pytest.fixture(params=["sqlite", "postgresql"])
def till(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Till]:
    """A fresh one."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'care.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    yield from a_till(url)


@pytest.fixture
def small_till(tmp_path: Path) -> Iterator[Till]:
    """A fresh one on SQLite."""
    yield from a_till(f"sqlite:///{tmp_path / 'care.db'}")


def a_till(url: str) -> Iterator[Till]:
    """A till on the empty database of this address."""
    db = Database(url, threads=4)
    schema.metadata.create_all(db.engine)
    yield Till(db)
    db.close()
