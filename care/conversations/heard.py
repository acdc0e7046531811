"""A voice message was made out: it says its words from now on, and they count as if the customer had written them."""

from datetime import datetime

from sqlalchemy.orm import Session

from care.conversations import turns, unheard
from care.conversations.inbound import Receiver, understood
from care.conversations.log import append, locked
from care.conversations.notices import Notice, say
from care.conversations.tables import Message, Role, Turn, TurnState
from care.conversations.text import clean
from care.errors import Conflict, InvalidText, NotFound, TextTooLong


def heard(
    receiver: Receiver, session: Session, message_id: str, words: str | None, now: datetime
) -> str | None:
    """``words`` is what was made out, ``None`` for nothing. Gives the conversation, whose next turn may begin.

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
    # It may have been removed, or merged, while the conversation was waited for.
    session.refresh(message)
    if not unheard.waits(message):
        return None
    announcer = receiver.announcer
    turn = session.get(Turn, message_id, populate_existing=True)
    if turn is not None and turn.state != TurnState.HEARING:
        turn = None  # a person has taken over
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
        answered = turn is not None
        receiver.carry_out(
            session, conversation, message, said, now, answered=answered, room=False, turn=turn
        )
    return conversation.id
