"""Announcing changes: numbered events for the desks in the database, wake-ups on commit.

The numbers are given out as the last thing in a transaction, under one row's lock: who has read the events
up to N has not missed an event below N.
"""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from care.backends import PubSub
from care.conversations.tables import DeskEvent
from care.db import at_end, on_commit
from care.db.counters import advance, latest

DESK = "desk"


def conversation_topic(conversation_id: str) -> str:
    """The topic that wakes whoever shows this conversation."""
    return f"conversation:{conversation_id}"


class Announcer:
    """Notes what changed in a transaction and tells it once the change is committed."""

    def __init__(self, pubsub: PubSub) -> None:
        self._pubsub = pubsub

    def conversation(self, session: Session, conversation_id: str, now: datetime) -> None:
        """The state of a conversation has changed."""
        self._event(session, "conversation", conversation_id, now)
        self.wake(session, conversation_topic(conversation_id))

    def message(
        self, session: Session, conversation_id: str, message_id: str, now: datetime
    ) -> None:
        """A conversation has a new message."""
        self._event(session, "message", message_id, now)
        self._event(session, "conversation", conversation_id, now)
        self.wake(session, conversation_topic(conversation_id))

    def ticket(self, session: Session, number: str, now: datetime) -> None:
        """A ticket is new or has changed."""
        self._event(session, "ticket", number, now)

    def presence(self, session: Session, agent_id: str, now: datetime) -> None:
        """An agent has come or gone."""
        self._event(session, "presence", agent_id, now)

    def wake(self, session: Session, topic: str) -> None:
        """Wake the listeners of ``topic`` on commit."""
        topics: set[str] = session.info.setdefault("wake", set())
        if not topics:
            on_commit(session, lambda: self._publish(topics))
        topics.add(topic)

    def _publish(self, topics: set[str]) -> None:
        for topic in topics:
            self._pubsub.publish(topic)

    def _event(self, session: Session, kind: str, ref: str, now: datetime) -> None:
        events: dict[tuple[str, str], datetime] = session.info.setdefault("desk_events", {})
        if not events:
            at_end(session, _number_events)
            self.wake(session, DESK)
        events.pop((kind, ref), None)
        events[(kind, ref)] = now


def _number_events(session: Session) -> None:
    events: dict[tuple[str, str], datetime] = session.info["desk_events"]
    first = advance(session, DESK, len(events)) - len(events) + 1
    rows = [
        {"id": number, "kind": kind, "ref": ref, "at": now}
        for number, ((kind, ref), now) in enumerate(events.items(), first)
    ]
    session.execute(insert(DeskEvent), rows)


def last_event(session: Session) -> int:
    """The number of the newest event."""
    return latest(session, DESK)
