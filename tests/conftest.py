"""What every test may ask for: real servers, and one running product.

Nothing is imported before it is asked for: the tests of ``bot/`` run under this file too, in Rasa's
environment, which has none of the servers' packages.
"""

import functools
import importlib.util
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.servers.postgres import PostgresServer
    from tests.servers.product import Product
    from tests.servers.valkey import ValkeyServer

_HERE = Path(__file__).parent
_MARKS = {"browser": ("browser", "rasa"), "dialogues": ("rasa",)}
_database_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Rasa, a browser or PostgreSQL, so that it can be left out.

    One worker runs all that needs the running product, so that one is enough.
    """
    for item in items:
        if _asks_for_postgres(item):
            item.add_marker("postgres")
        folder = item.path.relative_to(_HERE).parts[0]
        for mark in _MARKS.get(folder, ()):
            item.add_marker(mark)
        if folder in _MARKS:
            item.add_marker(pytest.mark.xdist_group("product"))
            # The first of them starts the product, which has a time limit of its own.
            item.add_marker(pytest.mark.timeout(180, func_only=True))


def _asks_for_postgres(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    values = parameters.params.values() if parameters is not None else ()
    return "postgres_url" in getattr(item, "fixturenames", ()) or any(
        isinstance(value, str) and value in ("postgres", "postgresql") for value in values
    )


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Agents' passwords are hashed with the least work: the real figures cost 0.1 s in each test."""
    if importlib.util.find_spec("argon2") is None:  # the bot's environment
        return
    from argon2 import PasswordHasher

    from care.desk import passwords

    cheap = functools.partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    passwords.PasswordHasher = cheap  # type: ignore[misc, assignment]


@pytest.fixture(scope="session")
def postgres_server() -> "Iterator[PostgresServer]":
    """A PostgreSQL server of this test process."""
    from tests.servers.postgres import PostgresServer

    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer") -> Iterator[str]:
    """The SQLAlchemy address of an empty PostgreSQL database of this test alone."""
    name = f"test_{os.getpid()}_{next(_database_numbers)}"
    postgres_server.create_database(name)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def valkey_server() -> "Iterator[ValkeyServer]":
    """A Valkey server (it speaks Redis) of this test process."""
    from tests.servers.valkey import ValkeyServer

    with ValkeyServer() as server:
        yield server


@pytest.fixture
def valkey_url(valkey_server: "ValkeyServer") -> str:
    """The ``redis://`` address of an empty Valkey."""
    valkey_server.flush()
    return valkey_server.url


@pytest.fixture(scope="session")
def product() -> "Iterator[Product]":
    """The whole product as ``make run`` starts it, on free ports, with a ``var`` of its own."""
    from tests.servers.product import Product

    many = "100000"  # the conversations of all tests come from one address, some from one number
    limits = {
        "CARE_CODES_PER_PHONE": many,
        "CARE_CODES_PER_CONTACT": many,
        "CARE_CODES_PER_ADDRESS": many,
    }
    waits = {"CARE_QUEUE_OFFER_AFTER": "3", "CARE_QUEUE_OFFER_AFTER_NOBODY": "3"}
    looks = {"CARE_OUTAGE_LOOK": "1"}
    with Product(**limits, **waits, **looks) as running:
        yield running
