"""Bringing a database up to date, and checking that models and migrations say the same.

Alembic is configured here and not by an ini file. An upgrade is one transaction that keeps out
others.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, create_engine, event, make_url, text

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x636172655F6462  # "care_db"


class SchemaMismatch(Exception):
    """The database is not at the newest migration, or models and migrations differ."""


def upgrade(url: str, metadata: MetaData) -> None:
    """Make the database what the newest migration says; a new SQLite file is made."""
    database = make_url(url).database
    if url.startswith("sqlite") and database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    _with_connection(url, metadata, lambda config: command.upgrade(config, "head"))


def check(url: str, metadata: MetaData) -> None:
    """Raises ``SchemaMismatch`` unless the database is up to date and equals the models."""
    require_current(url)
    try:
        _with_connection(url, metadata, command.check)
    except CommandError as error:
        raise SchemaMismatch(str(error)) from error


def revise(url: str, metadata: MetaData, message: str) -> None:
    """Write a new migration with what the models have more than the database."""
    _with_connection(
        url, metadata, lambda config: command.revision(config, message, autogenerate=True)
    )


def require_current(url: str) -> None:
    """Raises ``SchemaMismatch`` unless the database is at the newest migration."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if present != newest:
        raise SchemaMismatch(f"the database is at {present or 'nothing'}, the newest is {newest}")


def _config(**attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes.update(attributes)
    return config


def _with_connection(url: str, metadata: MetaData, work: Callable[[Config], object]) -> None:
    engine = create_engine(url, connect_args={"timeout": 60} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        # The driver must leave transactions to us, or each statement would be one of its own.
        event.listen(engine, "connect", _leave_transactions)
        event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            work(_config(connection=connection, metadata=metadata))
    finally:
        engine.dispose()


def _leave_transactions(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
