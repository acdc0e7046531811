"""Runs migrations on the connection that ``care.db.migrate`` opened."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from care.db.base import Money, UtcDateTime


def _render(kind: str, value: Any, autogenerate: Any) -> str | Literal[False]:
    """Our own column types by their names, which ``script.py.mako`` imports."""
    if kind == "type" and isinstance(value, UtcDateTime | Money):
        return f"{type(value).__name__}()"
    return False


def _run(connection: Connection) -> None:
    metadata = context.config.attributes["metadata"]
    here_is = connection.dialect.name

    def ours(name: str | None, kind: str, parents: Any) -> bool:
        # Rasa's trackers may be in the same database: unknown tables are none of our business.
        return kind != "table" or name in metadata.tables

    def here(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        # An index of one kind of database says so, since Alembic does not ask after ``ddl_if``.
        return kind != "index" or item.info.get("only", here_is) == here_is

    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=_render,
        include_name=ours,
        include_object=here,
        render_as_batch=True,  # SQLite cannot alter a column in place
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
