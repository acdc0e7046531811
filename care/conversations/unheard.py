"""Voice messages whose words are still to be made out: how they wait for it, and what is said when nothing was.

The job that makes them out is written with the message, and who runs it ends the waiting in any case
(``Conversations.heard``). Should nobody do so, the turn's lease ends it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.announce import Announcer
from care.conversations.log import append
from care.conversations.notices import HUMAN_BUTTON, Notice, say
from care.conversations.tables import Conversation, Message, Owner, Role, Turn, TurnState
from care.db.jobs import JobRow, schedule

HEAR_JOB = "conversations.hear"
"""Payload: ``message`` (its id), ``media`` and ``channel``: what to fetch, and where."""

MOST_OF_ONE = 2
"""So many of one customer may wait: nobody fills the queue alone."""

TOPIC = "hear"
"""Wakes who makes out voice messages."""


@dataclass(frozen=True)
class Hear:
    """A recording that is to be made out: its id with the platform, how many may wait, and how long one is waited for."""

    media: str
    waiting: int
    patience: timedelta

    def ends(self, now: datetime) -> datetime:
        """When a turn waits no more, though nobody has said so."""
        return now + 2 * self.patience


def there_is_room(session: Session, conversation: Conversation, hear: Hear) -> bool:
    """Whether one more message may wait, of this customer and of all."""
    mine = select(func.count()).select_from(Turn).where(Turn.conversation_id == conversation.id)
    if (session.scalar(mine.where(Turn.state == TurnState.HEARING)) or 0) >= MOST_OF_ONE:
        return False
    waiting = select(func.count()).select_from(JobRow)
    waiting = waiting.where(JobRow.kind == HEAR_JOB, JobRow.done_at.is_(None))
    return (session.scalar(waiting) or 0) < hear.waiting


def wait(
    session: Session, announcer: Announcer, message: Message, hear: Hear, now: datetime
) -> None:
    """Have a message made out that was just appended."""
    message.custom = {**(message.custom or {}), "hearing": True}
    payload = {"message": message.id, "media": hear.media, "channel": message.channel}
    schedule(session, HEAR_JOB, payload, now)
    announcer.wake(session, TOPIC)


def waits(message: Message) -> bool:
    """Whether a message is still to be made out; no more when its customer has had it removed."""
    return message.custom is not None and message.custom.get("hearing") is True


def end(session: Session, announcer: Announcer, message: Message, now: datetime) -> None:
    """The waiting is over."""
    message.custom = {key: one for key, one in (message.custom or {}).items() if key != "hearing"}
    announcer.message(session, message.conversation_id, message.id, now)


def give_up(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    message: Message,
    now: datetime,
) -> None:
    """Nothing was made out: the bot asks the customer to write instead."""
    if not waits(message):
        return
    end(session, announcer, message, now)
    if conversation.owner == Owner.BOT:
        cannot_read(session, announcer, conversation, message, Notice.VOICE_UNREAD, now)


def cannot_read(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    message: Message,
    notice: Notice,
    now: datetime,
) -> None:
    """Say that a message cannot be read, and offer a person."""
    append(
        session,
        announcer,
        conversation,
        Role.SYSTEM,
        now,
        text=say(notice),
        buttons=[dict(HUMAN_BUTTON)],
        turn_id=message.id,
    )
