"""Turns of the bot: claimed one at a time per conversation and in order, and finished under the epoch they began in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations import outcomes
from care.conversations.announce import Announcer
from care.conversations.log import append, held
from care.conversations.notices import Notice, say
from care.conversations.one_step import person_first
from care.conversations.ownership import ENGINE_FAILED, enqueue
from care.conversations.said_once import said_once
from care.conversations.tables import Conversation, Message, Owner, Role, Turn, TurnState
from care.customers.senior import one_step
from care.engine.protocol import Reply, TurnResult
from care.errors import StaleEpoch


@dataclass(frozen=True)
class Work:
    """A claimed turn: what the engine is asked, and the right to finish it (``attempt``)."""

    turn_id: str
    conversation_id: str
    epoch: int
    attempt: int
    text: str
    payload: str | None
    fresh: bool
    channel: str


@dataclass(frozen=True)
class Failure:
    """Why the engine could not answer, and the kinds of failure by the action's name."""

    cause: str
    actions: Mapping[str, str] = field(default_factory=dict)


RECOVERY_AFTER = timedelta(seconds=2)
"""A turn that no process has begun after this time is looked for by all."""


def add(
    session: Session,
    conversation: Conversation,
    message: Message,
    payload: str | None,
    sealed: str | None,
    now: datetime,
    lease: timedelta | None,
) -> Work | None:
    """Add the turn that will answer ``message``, and claim it for ``lease`` when no other one is before it.

    Without a lease it waits for a process that has room.

    ``payload`` is what a pressed button stands for, ``sealed`` a one-time code as ``typed_code`` reads it.
    """
    turn = Turn(
        id=message.id,
        conversation_id=conversation.id,
        seq=message.seq,
        state=TurnState.PENDING,
        payload=payload,
        sealed=sealed,
        attempts=0,
        lease_until=now + RECOVERY_AFTER,
    )
    work = None
    if lease is not None and _oldest_open(session, conversation.id) is None:
        work = _take(turn, conversation, message, now, lease)
    session.add(turn)
    return work


def claim(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    now: datetime,
    lease: timedelta,
) -> Work | None:
    """The next turn of a locked conversation, held until ``now + lease``; ``None`` when there is none to begin.

    A turn whose process died (its lease is over) is claimed again, or withdrawn when the owner has changed.
    """
    while (turn := _oldest_open(session, conversation.id)) is not None:
        if turn.state == TurnState.RUNNING:
            if turn.lease_until > now:
                return None
            if turn.epoch != conversation.epoch:
                _end(turn, TurnState.WITHDRAWN, now)
                announcer.conversation(session, conversation.id, now)
                session.flush()
                continue
        return _take(turn, conversation, session.get_one(Message, turn.id), now, lease)
    return None


def _take(
    turn: Turn, conversation: Conversation, message: Message, now: datetime, lease: timedelta
) -> Work:
    if turn.state == TurnState.PENDING:
        turn.epoch, turn.started_at = conversation.epoch, now
    turn.state = TurnState.RUNNING
    turn.attempts += 1
    turn.lease_until = now + lease
    return Work(
        turn_id=turn.id,
        conversation_id=conversation.id,
        epoch=conversation.epoch,
        attempt=turn.attempts,
        text=message.text or "",
        payload=turn.payload,
        fresh=conversation.fresh,
        channel=message.channel,
    )


def _oldest_open(session: Session, conversation_id: str) -> Turn | None:
    return session.scalar(
        select(Turn)
        .where(Turn.conversation_id == conversation_id)
        .where(Turn.state.in_([TurnState.PENDING, TurnState.RUNNING]))
        .order_by(Turn.seq)
        .limit(1)
    )


def finish(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    work: Work,
    result: TurnResult,
    now: datetime,
    offer_after: timedelta,
) -> bool:
    """Append to the locked conversation what the bot said and, when it asks for it, hand over: one transaction.

    When the owner has changed since the turn began, its replies are stored as withdrawn. Gives whether the
    turn counted; a turn that another process has taken up meanwhile does not, and nothing is stored.
    """
    turn = _held(session, work)
    if turn is None:
        return False
    message = session.get_one(Message, turn.id)
    message.understanding = result.understanding
    # The desks have the message already, without what was understood.
    announcer.message(session, conversation.id, message.id, now)
    current = conversation.owner == Owner.BOT and conversation.epoch == work.epoch
    _end(turn, TurnState.DONE if current else TurnState.WITHDRAWN, now)
    outcomes.keep(session, turn, ((action, None) for action in result.actions), now)
    if current:
        conversation.fresh = False
        conversation.active_at = now
    replies = said_once(result.replies)
    if result.handover is None and one_step(session, conversation.contact_id):
        replies = person_first(replies)
    for reply in replies:
        _append_reply(session, announcer, conversation, work, reply, now, withdrawn=not current)
    if current and result.handover is not None:
        enqueue(
            session,
            announcer,
            conversation,
            result.handover.reason,
            result.handover.packet,
            now,
            offer_after,
        )
    announcer.conversation(session, conversation.id, now)
    return current


def fail(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    work: Work,
    failure: Failure,
    now: datetime,
    offer_after: timedelta,
) -> bool:
    """The engine could not answer: the locked conversation goes to the queue, and the customer is told so.

    Gives whether the turn counted, as ``finish`` does.
    """
    turn = _held(session, work)
    if turn is None:
        return False
    turn.error = failure.cause
    _end(turn, TurnState.FAILED, now)
    outcomes.keep(session, turn, failure.actions.items(), now)
    current = conversation.owner == Owner.BOT and conversation.epoch == work.epoch
    if current:
        notice = say(Notice.QUEUED_AFTER_FAILURE)
        append(session, announcer, conversation, Role.SYSTEM, now, text=notice, turn_id=turn.id)
        enqueue(session, announcer, conversation, ENGINE_FAILED, {}, now, offer_after)
        conversation.fresh = True
    announcer.conversation(session, conversation.id, now)
    return current


def is_open(session: Session, turn_id: str) -> bool:
    """Whether a turn has still to end."""
    state = session.scalar(select(Turn.state).where(Turn.id == turn_id))
    return state in (TurnState.PENDING, TurnState.RUNNING)


def answering(session: Session, conversation_id: str) -> bool:
    """Whether the bot has still to answer something in this conversation."""
    return _oldest_open(session, conversation_id) is not None


def open_turns(session: Session, now: datetime, limit: int = 200) -> list[str]:
    """Conversations with a turn that waits or whose process died."""
    rows = session.scalars(
        select(Turn.conversation_id)
        .where(Turn.state.in_([TurnState.PENDING, TurnState.RUNNING]), Turn.lease_until <= now)
        .distinct()
        .limit(limit)
    )
    return list(rows)


def require_current(session: Session, turn_id: str, epoch: int) -> None:
    """The gate of every business write of a turn: held until the transaction ends.

    Raises ``StaleEpoch`` when the conversation is no longer the bot's as it was when the turn began.
    """
    turn = session.get(Turn, turn_id)
    if turn is None:
        raise StaleEpoch()
    conversation = held(session, turn.conversation_id)  # of a merged one, nothing counts any more
    if conversation.owner != Owner.BOT or conversation.epoch != epoch:
        raise StaleEpoch()


def typed_code(session: Session, turn_id: str, seal: Fernet) -> str | None:
    """The one-time code that the customer typed in this turn's message, if there was one."""
    turn = session.get(Turn, turn_id)
    if turn is None or turn.sealed is None:
        return None
    try:
        return seal.decrypt(turn.sealed.encode()).decode()
    except InvalidToken:
        return None


def _held(session: Session, work: Work) -> Turn | None:
    turn = session.get_one(Turn, work.turn_id, populate_existing=True)
    if turn.state != TurnState.RUNNING or turn.attempts != work.attempt:
        return None
    return turn


def _end(turn: Turn, state: TurnState, now: datetime) -> None:
    turn.state = state
    turn.ended_at = now
    turn.sealed = None


def _append_reply(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    work: Work,
    reply: Reply,
    now: datetime,
    *,
    withdrawn: bool,
) -> None:
    message = append(
        session,
        announcer,
        conversation,
        Role.BOT,
        now,
        text=reply.text,
        buttons=[{"title": button.title, "payload": button.payload} for button in reply.buttons],
        image=reply.image,
        custom=reply.custom,
        turn_id=work.turn_id,
        withdrawn=withdrawn,
    )
    message.epoch = work.epoch
