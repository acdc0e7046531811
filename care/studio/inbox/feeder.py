"""Fills the inbox from the conversations: follows their numbered events, in any process, one at a time.

Conversations know nothing of it. Where it has come to is a row that it holds while it works, so no message is missed
and none is taken twice (``care.conversations.announce``).
"""

import asyncio

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.announce import last_event
from care.conversations.tables import DeskEvent, Message, Role, Turn
from care.db import Database
from care.db.counters import Counter, advance
from care.privacy.deletion import REMOVED
from care.studio.inbox.filling import Understood, add_sentence, forget_sentences
from care.studio.inbox.tables import Sentence

log = structlog.get_logger()

CURSOR = "studio_inbox"
BATCH = 300
LOOK_EVERY = 2.0
"""Seconds between two looks when there was nothing new."""


class InboxFeeder:
    """Puts what customers said, and was understood, into the inbox."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self, interval: float = LOOK_EVERY) -> None:
        """Fill for ever."""
        while True:
            try:
                while await self.fill():
                    pass
            except Exception:
                log.exception("studio.feeder_failed")
            await asyncio.sleep(interval)

    async def fill(self) -> int:
        """Take up the next events; gives their number, 0 when there are no more."""
        if not await self._db.read(_something_new):
            return 0
        return await self._db.write(_take_next)


def _something_new(session: Session) -> bool:
    reached = session.scalar(select(Counter.value).where(Counter.name == CURSOR))
    return reached is None or last_event(session) > reached


def _take_next(session: Session) -> int:
    reached = advance(session, CURSOR, 0)
    events = session.execute(
        select(DeskEvent.id, DeskEvent.kind, DeskEvent.ref)
        .where(DeskEvent.id > reached)
        .order_by(DeskEvent.id)
        .limit(BATCH)
    ).all()
    if reached == 0:
        _take_former(session)
    if not events:
        advance(session, CURSOR, last_event(session) - reached)
        return 0
    add_messages(session, [event.ref for event in events if event.kind == "message"])
    _forget_removed(session, {event.ref for event in events if event.kind == "conversation"})
    advance(session, CURSOR, events[-1].id - reached)
    return len(events)


def _take_former(session: Session) -> None:
    """What was said before the inbox was there: events are kept for days only."""
    found = select(Message.id).where(
        Message.role == Role.CUSTOMER, Message.understanding.is_not(None)
    )
    former = list(session.scalars(found.order_by(Message.id)))
    for first in range(0, len(former), BATCH):
        add_messages(session, former[first : first + BATCH])


def add_messages(session: Session, message_ids: list[str]) -> int:
    """Add those of the messages that are understood sentences of customers; pressed buttons are none."""
    rows = session.execute(
        select(Message, Turn.payload)
        .join(Turn, Turn.id == Message.id)
        .where(Message.id.in_(set(message_ids)), Message.role == Role.CUSTOMER)
        .where(Message.understanding.is_not(None), Message.text.is_not(None))
        .where(Message.text != REMOVED)
        .order_by(Message.id)
    ).all()
    known = set(
        session.scalars(select(Sentence.id).where(Sentence.id.in_([row[0].id for row in rows])))
    )
    added = 0
    for message, payload in rows:
        pressed = payload is not None
        if message.id in known or pressed or message.understanding is None:
            continue
        if not (message.text or "").strip():
            continue
        said = Understood(
            message.id,
            message.conversation_id,
            message.text or "",
            message.understanding or {},
            message.sent_at,
        )
        add_sentence(session, said)
        added += 1
    return added


def _forget_removed(session: Session, conversation_ids: set[str]) -> None:
    """What a customer had removed from the chat goes from here, too (``care.privacy.deletion``)."""
    removed = session.scalars(
        select(Sentence.id)
        .join(Message, Message.id == Sentence.id)
        .where(Sentence.conversation_id.in_(conversation_ids), Message.text == REMOVED)
    )
    if gone := list(removed):
        forget_sentences(session, gone)
