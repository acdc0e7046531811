"""Who owns a conversation. ``change_owner`` is the only function that says so, and each change is a new epoch."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from care.conversations.announce import Announcer
from care.conversations.log import append
from care.conversations.notices import Notice, say
from care.conversations.tables import Conversation, Owner, Role, Turn, TurnState
from care.db.jobs import schedule
from care.errors import Conflict, StaleEpoch

QUEUE_OFFER_JOB = "conversations.queue_offer"
AGENT_SILENCE_JOB = "conversations.agent_silence"

ENGINE_FAILED = "engine_failed"

_PRIORITY_OF_REASON = {
    ENGINE_FAILED: 1,
    "angry": 1,
    "impatient": 1,
    "complaint": 2,
    "lost_card": 3,
    "senior": 2,
    "returned": 3,
    "fraud": 3,
}


def change_owner(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    owner: Owner,
    now: datetime,
    *,
    agent_id: str | None = None,
    reason: str | None = None,
    packet: dict[str, Any] | None = None,
) -> None:
    """Give a locked conversation to ``owner`` (``agent_id`` when it is a person).

    Turns that have not begun are skipped when the bot is no longer the owner: whoever takes over reads
    those messages. A running turn ends by itself and finds the new epoch.
    """
    conversation.owner = owner
    conversation.agent_id = agent_id
    conversation.epoch += 1
    conversation.owner_since = now
    conversation.reason = reason
    conversation.priority = _PRIORITY_OF_REASON.get(reason or "", 0)
    if packet is not None:
        conversation.packet = packet
    if owner is not Owner.BOT:
        session.execute(
            update(Turn)
            .where(Turn.conversation_id == conversation.id)
            .where(Turn.state.in_([TurnState.HEARING, TurnState.PENDING]))
            .values(state=TurnState.SKIPPED, ended_at=now, sealed=None)
        )
    if owner in (Owner.AGENT, Owner.CLOSED):
        conversation.fresh = True  # what comes next for the bot is a new dialogue
    if owner is Owner.CLOSED:
        conversation.packet = {}
        conversation.network = ""
    announcer.conversation(session, conversation.id, now)


def enqueue(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    reason: str,
    packet: dict[str, Any],
    now: datetime,
    offer_after: timedelta,
) -> None:
    """Put a locked conversation into the queue for a person; after ``offer_after`` other ways are offered."""
    change_owner(session, announcer, conversation, Owner.QUEUE, now, reason=reason, packet=packet)
    schedule(
        session,
        QUEUE_OFFER_JOB,
        {"conversation": conversation.id, "epoch": conversation.epoch},
        now + offer_after,
    )


def give_to_agent(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    agent_id: str,
    agent_name: str,
    epoch: int,
    now: datetime,
    silence: timedelta,
) -> None:
    """An agent accepts from the queue or takes over from the bot.

    ``epoch`` is the one the agent saw. Raises ``StaleEpoch`` when the owner has changed since, ``Conflict``
    when the conversation is closed.
    """
    if conversation.epoch != epoch or conversation.owner == Owner.AGENT:
        raise StaleEpoch()
    if conversation.owner == Owner.CLOSED:
        raise Conflict()
    change_owner(
        session,
        announcer,
        conversation,
        Owner.AGENT,
        now,
        agent_id=agent_id,
        reason=conversation.reason,
    )
    notice = say(Notice.AGENT_JOINED, agent=agent_name)
    append(session, announcer, conversation, Role.SYSTEM, now, text=notice, agent_name=agent_name)
    schedule(
        session,
        AGENT_SILENCE_JOB,
        {"conversation": conversation.id, "epoch": conversation.epoch},
        now + silence,
    )


def back_to_bot(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    notice: Notice,
    now: datetime,
) -> None:
    """The bot answers again, and says so."""
    change_owner(session, announcer, conversation, Owner.BOT, now)
    append(session, announcer, conversation, Role.SYSTEM, now, text=say(notice))


def close(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    notice: Notice,
    now: datetime,
) -> None:
    """The matter is over; the customer's next message begins a new one with the bot."""
    # Nobody is called to the phone to read that nothing has happened.
    deliver = notice is not Notice.CLOSED_IDLE
    append(session, announcer, conversation, Role.SYSTEM, now, text=say(notice), deliver=deliver)
    change_owner(session, announcer, conversation, Owner.CLOSED, now)
