"""Rasa's SQL tracker store, reading and writing only what a turn needs.

The tables and what stands in them are Rasa's, so its tools read them. Differences:

* A session's events are read by id from its ``SessionStarted`` on, and made anew with a table of
  their classes; Rasa searches all classes for each event.
* A save appends the events that are new to the tracker in one statement; Rasa counts the stored
  ones and skips as many, which loses events when two writers meet.
* SQLite keeps its connections open and runs with a write-ahead log.
"""

import itertools
import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

_EVENT_CLASSES: dict[str, type[Event]] = {
    kind.type_name: kind for kind in all_subclasses(Event) if getattr(kind, "type_name", None)
}


class SessionTrackerStore(SQLTrackerStore):
    """The tracker store of the running product: ``type: bot.tracker_store.SessionTrackerStore``.

    Takes the options of Rasa's ``SQL`` store (``dialect``, ``db``, ``url``, …).
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        **options: Any,
    ) -> None:
        if options.get("dialect", "sqlite") == "sqlite" and not options.get("host"):
            Path(options.get("db", "rasa.db")).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(domain=domain, event_broker=event_broker, **options)
        if self.engine.dialect.name == "sqlite":
            self.engine.dispose()
            self.engine = _sqlite_engine(self.engine.url)
            self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of the latest session, ``None`` when there is none."""
        table = self.SQLEvent.__table__
        start = (
            sa.select(sa.func.max(table.c.id))
            .where(table.c.sender_id == sender_id, table.c.type_name == SessionStarted.type_name)
            .scalar_subquery()
        )
        query = (
            sa.select(table.c.data)
            .where(table.c.sender_id == sender_id, table.c.id >= sa.func.coalesce(start, 0))
            .order_by(table.c.id)
        )
        with self.engine.connect() as connection:
            stored = connection.execute(query).scalars().all()
        if not stored or self.domain is None:
            return None
        events = [_event(json.loads(data)) for data in stored]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        tracker.events_stored = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new in ``tracker``."""
        await self.stream_events(tracker)
        stored = getattr(tracker, "events_stored", 0)
        rows = [
            _row(tracker.sender_id, event)
            for event in itertools.islice(tracker.events, stored, len(tracker.events))
        ]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(self.SQLEvent.__table__.insert(), rows)
        tracker.events_stored = len(tracker.events)

    async def forget(self, sender_id: str) -> int:
        """Remove all that is kept of a dialogue, former sessions too; gives the number of events."""
        table = self.SQLEvent.__table__
        with self.engine.begin() as connection:
            removed = connection.execute(table.delete().where(table.c.sender_id == sender_id))
        return int(removed.rowcount)


def _event(parameters: dict[str, Any]) -> Event:
    kind = _EVENT_CLASSES.get(str(parameters.get("event")))
    if kind is None:
        return Event.from_parameters(parameters)
    return kind._from_parameters(parameters)


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _sqlite_engine(url: sa.engine.URL) -> sa.engine.Engine:
    """Connections that stay open: closing the last one would write the whole log back each time."""
    engine = sa.create_engine(
        url, poolclass=sa.pool.QueuePool, connect_args={"check_same_thread": False}
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
