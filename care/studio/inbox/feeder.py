"""Fills the inbox from the conversations: follows their numbered events, in any process, one at a time.

Conversations know nothing of it. Where it has come to is a row that it holds while it works, so no message is missed
and none is taken twice (``care.conversations.announce``).
"""

import asyncio
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.announce import last_event
from care.conversations.tables import DeskEvent, Message, Role, Turn
from care.db import Database
from care.db.counters import Counter, advance
from care.privacy.deletion import REMOVED
from care.studio.inbox.filling import Understood, add_sentence, add_signal, forget_sentences
from care.studio.inbox.tables import Sentence
from care.studio.inbox.teaching import Signal

log = structlog.get_logger()

CURSOR, FORMER = "studio_inbox", "studio_former"
BATCH = 50
"""Messages of one transaction: others write in between."""

PAUSE = 0.05
"""Seconds between two batches, in which others may write."""

LOOK_EVERY = 2.0
"""Seconds between two looks when there was nothing new."""


class InboxFeeder:
    """Puts what customers said, and was understood, into the inbox."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._former = ""  # a process that ends begins anew, and passes by what is there

    async def run(self, interval: float = LOOK_EVERY) -> None:
        """Fill for ever."""
        while True:
            pause = interval
            try:
                if await self.fill():
                    pause = PAUSE
            except Exception:
                log.exception("studio.feeder_failed")
            await asyncio.sleep(pause)

    async def fill(self) -> int:
        """Take up the next events, else some of what was said before; gives how much, 0 when there is no more."""
        if await self._db.read(_something_new):
            return await self._db.write(_take_next)
        if await self._db.read(_former_taken):
            return 0
        taken, self._former = await self._db.write(partial(_take_former, self._former))
        return taken


def _something_new(session: Session) -> bool:
    reached = session.scalar(select(Counter.value).where(Counter.name == CURSOR))
    return last_event(session) > (reached or 0)


def _take_next(session: Session) -> int:
    reached = advance(session, CURSOR, 0)
    events = session.execute(
        select(DeskEvent.id, DeskEvent.kind, DeskEvent.ref)
        .where(DeskEvent.id > reached)
        .order_by(DeskEvent.id)
        .limit(BATCH)
    ).all()
    # Events that are no more (care.admin.housekeeping) are skipped.
    last = events[-1].id if events else last_event(session)
    add_messages(session, [event.ref for event in events if event.kind == "message"])
    _forget_removed(session, {event.ref for event in events if event.kind == "conversation"})
    advance(session, CURSOR, last - reached)
    return last - reached


def _former_taken(session: Session) -> bool:
    return session.scalar(select(Counter.value).where(Counter.name == FORMER)) is not None


def _take_former(after: str, session: Session) -> tuple[int, str]:
    """Some of what was said before the inbox was there, from behind a message: events are kept for days only.

    Gives how many were looked at, and the last of them.
    """
    advance(session, CURSOR, 0)
    former = list(
        session.scalars(
            select(Message.id)
            .where(Message.role == Role.CUSTOMER, Message.id > after)
            .order_by(Message.id)
            .limit(BATCH)
        )
    )
    if not former:
        advance(session, FORMER, 1)
        return 0, after
    add_messages(session, former)
    return len(former), former[-1]


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


def mark_message(session: Session, message_id: str, signal: Signal) -> bool:
    """Note what somebody said of a message, also when it is not in the inbox yet; gives whether it is a sentence."""
    advance(session, CURSOR, 0)  # the feeder may be at the very message
    add_messages(session, [message_id])
    return add_signal(session, message_id, signal)


def _forget_removed(session: Session, conversation_ids: set[str]) -> None:
    """What a customer had removed from the chat goes from here, too (``care.privacy.deletion``)."""
    removed = session.scalars(
        select(Sentence.id)
        .join(Message, Message.id == Sentence.id)
        .where(Message.conversation_id.in_(conversation_ids), Message.text == REMOVED)
    )
    if gone := list(removed):
        forget_sentences(session, gone)
