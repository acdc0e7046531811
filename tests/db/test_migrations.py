"""Migrations make what the models say, on both databases, whoever runs them and how often."""

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

import care
from care import schema
from care.db import migrate
from care.db.migrate import SchemaMismatch


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'care.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


def test_migrations_and_models_say_the_same(url: str) -> None:
    migrate.upgrade(url, schema.metadata)
    migrate.check(url, schema.metadata)
    migrate.upgrade(url, schema.metadata)
    migrate.require_current(url)


def test_several_processes_may_upgrade_at_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(migrate.upgrade, url, schema.metadata) for _ in range(4)]:
            done.result()
    migrate.check(url, schema.metadata)


def test_a_difference_is_found(url: str) -> None:
    migrate.upgrade(url, schema.metadata)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE contacts ADD COLUMN stray INTEGER"))
    engine.dispose()
    with pytest.raises(SchemaMismatch, match="stray"):
        migrate.check(url, schema.metadata)


def test_tables_of_others_are_left_alone(url: str) -> None:
    migrate.upgrade(url, schema.metadata)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER)"))  # Rasa's tracker store
    migrate.check(url, schema.metadata)
    migrate.upgrade(url, schema.metadata)
    assert inspect(engine).has_table("events")
    engine.dispose()


def test_an_empty_database_is_not_current(url: str) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    with pytest.raises(SchemaMismatch, match="the database is at nothing"):
        migrate.require_current(url)


def test_every_table_is_listed() -> None:
    known = set(schema.metadata.tables)
    for module in pkgutil.walk_packages(care.__path__, "care."):
        if "__main__" not in module.name and not module.name.startswith("care.db.migrations"):
            importlib.import_module(module.name)
    assert set(schema.metadata.tables) == known
