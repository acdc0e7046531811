"""The one way to open a transaction.

A unit of work is a plain function of a ``Session``; ``Database`` runs it in a worker thread, in one
transaction, and calls what was registered with ``on_commit`` once the transaction has been committed.
SQLite and PostgreSQL behave alike: writers are serialised where a row lock would be needed (SQLite
has one writer at a time by nature and takes its lock at the beginning; on PostgreSQL the functions
lock the rows that they decide on with ``with_for_update``).
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

log = structlog.get_logger()

# PostgreSQL asks to run these again: serialization failure, deadlock, and a unique key that two
# transactions wrote at once (the second run finds the first one's row).
_RETRY_SQLSTATES = {"40001", "40P01", "23505"}
_ATTEMPTS = 5


class Database:
    """One database, by its SQLAlchemy address (``sqlite:///path`` or ``postgresql+psycopg://…``).

    Raises ``ValueError`` for a kind of database that is not supported.
    """

    def __init__(self, url: str, *, threads: int = 8) -> None:
        self.url = url
        self.engine = _create_engine(url, threads)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="db")
        # Waiting for SQLite's writer inside the process is a plain lock: its own busy handler polls.
        self._writer = threading.Lock()

    async def read[T](self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction that is rolled back at the end, in a worker thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(self.read_now, work)
        )

    async def write[T](self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction and commit it, in a worker thread.

        ``work`` may be run again when PostgreSQL reports a conflict with another writer, so it must have no effect
        outside the session; such effects belong into ``on_commit``. Whoever waits for it may be cancelled: a
        transaction that has begun is brought to its end, and its ``on_commit`` is called.
        """
        return await asyncio.shield(self._write_and_tell(work))

    async def _write_and_tell[T](self, work: Callable[[Session], T]) -> T:
        result, hooks = await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(self._write, work)
        )
        for hook in hooks:
            hook()
        return result

    def read_now[T](self, work: Callable[[Session], T]) -> T:
        """The same as ``read`` in the calling thread (commands, tests)."""
        with self._sessions() as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN")
            return work(session)

    def write_now[T](self, work: Callable[[Session], T]) -> T:
        """The same as ``write`` in the calling thread (commands, tests)."""
        result, hooks = self._write(work)
        for hook in hooks:
            hook()
        return result

    def _write[T](self, work: Callable[[Session], T]) -> tuple[T, list[Callable[[], None]]]:
        attempt = 1
        while True:
            try:
                if self.is_sqlite:
                    with self._writer:
                        return self._write_once(work)
                return self._write_once(work)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state not in _RETRY_SQLSTATES or attempt == _ATTEMPTS:
                    raise
                attempt += 1

    def _write_once[T](self, work: Callable[[Session], T]) -> tuple[T, list[Callable[[], None]]]:
        with self._sessions() as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            result = work(session)
            for hook in session.info.pop("at_end", []):
                hook(session)
            session.commit()
            return result, session.info.get("on_commit", [])

    async def ping(self) -> bool:
        """Whether the database answers."""
        try:
            await self.read(lambda session: session.execute(text("SELECT 1")))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Let go of all connections and threads."""
        self._pool.shutdown()
        self.engine.dispose()


def on_commit(session: Session, hook: Callable[[], None]) -> None:
    """Call ``hook`` in the event loop once ``session``'s transaction has been committed; never before."""
    session.info.setdefault("on_commit", []).append(hook)


def at_end(session: Session, hook: Callable[[Session], None]) -> None:
    """Call ``hook`` as the last thing inside ``session``'s transaction.

    For what must come after every other write of the unit of work, whoever does it: numbers that are
    handed out under one lock stay locked as shortly as possible that way.
    """
    session.info.setdefault("at_end", []).append(hook)


def _create_engine(url: str, threads: int) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            poolclass=QueuePool,
            hide_parameters=True,  # an error must not quote a customer
            pool_size=threads,
            connect_args={"timeout": 20, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if url.startswith("postgresql+psycopg"):
        return create_engine(
            url, hide_parameters=True, pool_size=threads, max_overflow=2, pool_pre_ping=True
        )
    raise ValueError("the database must be sqlite:///… or postgresql+psycopg://…")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions itself: BEGIN IMMEDIATE is ours to say.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
