"""A voice message was made out: it says its words from now on, and they count as if the customer had written them."""

from datetime import datetime

from sqlalchemy.orm import Session

from care.conversations import turns, unheard
from care.conversations.inbound import Receiver, understood
from care.conversations.log import append, locked
from care.conversations.notices import Notice, say
from care.conversations.tables import Message, Owner, Role, Turn, TurnState
from care.conversations.text import clean
from care.conversations.turns import Work
from care.errors import Conflict, InvalidText, NotFound, TextTooLong


def heard(
    receiver: Receiver, session: Session, message_id: str, words: str | None, now: datetime
) -> tuple[str, Work | None] | None:
    """``words`` is what was made out, ``None`` for nothing. Gives the conversation, and its next turn, claimed.

    Does nothing (``None``) for a message that does not wait any more. Before the bot answers, the customer is told what
    was made out: it may be wrong.
    """
    message = session.get(Message, message_id)
    if message is None:
        return None
    try:
        conversation = locked(session, message.conversation_id)
    except NotFound:
        return None
    session.refresh(
        message
    )  # it may have been removed, or merged, while the conversation was waited for
    if not unheard.waits(message):
        return None
    announcer = receiver.announcer
    turn = session.get(Turn, message_id, populate_existing=True)
    if turn is not None and turn.state != TurnState.HEARING:
        turn = None  # a person has taken over
    work = None
    try:
        text = clean(words, receiver.text_limit)
        said = understood(session, conversation, text, now, before=message.seq)
    except (InvalidText, TextTooLong, Conflict):
        unheard.give_up(session, announcer, conversation, message, now)
        if turn is not None:
            turns.skip(turn, now)
    else:
        unheard.end(session, announcer, message, now)
        message.text = said.shown
        if turn is not None:
            notice = say(Notice.HEARD, words=said.shown)
            append(
                session, announcer, conversation, Role.SYSTEM, now, text=notice, turn_id=message_id
            )
        _, work = receiver.carry_out(
            session, conversation, message, said, now, answered=turn is not None, turn=turn
        )
    session.flush()
    if work is None and conversation.owner == Owner.BOT:
        work = turns.claim(session, announcer, conversation, now, receiver.lease)
    return conversation.id, work
