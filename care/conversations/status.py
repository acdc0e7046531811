"""How a conversation stands, as its customer may know it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.queue import position
from care.conversations.tables import Conversation, Message, Owner
from care.errors import NotFound


@dataclass(frozen=True)
class Status:
    """What a customer may know about the state of the conversation."""

    conversation_id: str
    owner: Owner
    base: int
    """Numbers up to this one are of an earlier log: whoever has seen one of them reads all anew."""
    last_seq: int
    position: int | None
    agent_name: str | None


def current(session: Session, conversation_id: str) -> Conversation:
    """The conversation, or the one it was merged into; not held. Raises ``NotFound``."""
    conversation = session.get(Conversation, conversation_id)
    while conversation is not None and conversation.merged_into is not None:
        conversation = session.get(Conversation, conversation.merged_into)
    if conversation is None:
        raise NotFound()
    return conversation


def status_of(session: Session, conversation_id: str) -> Status:
    """The present state. Raises ``NotFound``."""
    conversation = current(session, conversation_id)
    return Status(
        conversation_id=conversation.id,
        owner=Owner(conversation.owner),
        base=conversation.base,
        last_seq=conversation.last_seq,
        position=position(session, conversation),
        agent_name=_agent_name(session, conversation),
    )


def _agent_name(session: Session, conversation: Conversation) -> str | None:
    if conversation.owner != Owner.AGENT:
        return None
    return session.scalar(
        select(Message.agent_name)
        .where(Message.conversation_id == conversation.id)
        .where(Message.agent_name.is_not(None))
        .order_by(Message.seq.desc())
        .limit(1)
    )
