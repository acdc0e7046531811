"""The conversation's log: the one place that gives out sequence numbers."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations import outbox
from care.conversations.announce import Announcer
from care.conversations.tables import Conversation, Message, Role
from care.db import new_id
from care.errors import NotFound


def locked(session: Session, conversation_id: str) -> Conversation:
    """The conversation, held against all other writers until the transaction ends; where it was merged, the one it is now.

    Raises ``NotFound``.
    """
    conversation = held(session, conversation_id)
    while conversation.merged_into is not None:
        conversation = held(session, conversation.merged_into)
    return conversation


def held(session: Session, conversation_id: str) -> Conversation:
    """The very conversation, held as by ``locked``, merged or not. Raises ``NotFound``."""
    conversation = session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if conversation is None:
        raise NotFound()
    return conversation


def append(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    role: Role,
    now: datetime,
    *,
    text: str | None = None,
    withdrawn: bool = False,
    deliver: bool = True,
    **fields: Any,
) -> Message:
    """Add a message to a locked conversation; gives it the next sequence number and announces it.

    With ``deliver`` it is sent to a customer who holds no line open; who looks sees it in any case.
    """
    conversation.last_seq += 1
    message = Message(
        id=fields.pop("id", None) or new_id(),
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        epoch=conversation.epoch,
        role=role,
        channel=fields.pop("channel", None) or conversation.channel,
        address=conversation.address,
        text=text,
        withdrawn=withdrawn,
        sent_at=now,
        **fields,
    )
    session.add(message)
    announcer.message(session, conversation.id, message.id, now)
    if deliver and not withdrawn and role is not Role.CUSTOMER:
        outbox.put(session, announcer, conversation, message, now)
    return message
