"""Reading a conversation: what customers and agents see of its messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.attachments import of_the_desk
from care.conversations.tables import Message, Role


def messages_after(
    session: Session, conversation_id: str, after: int, limit: int = 500
) -> list[Message]:
    """What the customer may see of the messages after ``after``, in order."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.seq > after)
            .where(Message.withdrawn.is_(False))
            .order_by(Message.seq)
            .limit(limit)
        )
    )


def messages_before(
    session: Session, conversation_id: str, before: int | None, limit: int
) -> list[Message]:
    """The ``limit`` messages before ``before`` (the newest when it is ``None``), withdrawn ones too, in order."""
    query = select(Message).where(Message.conversation_id == conversation_id)
    if before is not None:
        query = query.where(Message.seq < before)
    return list(session.scalars(query.order_by(Message.seq.desc()).limit(limit)))[::-1]


def replies_to(session: Session, turn_id: str) -> list[Message]:
    """What was said in answer to a message, in order, without what was withdrawn."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.turn_id == turn_id, Message.withdrawn.is_(False))
            .order_by(Message.seq)
        )
    )


def for_customer(message: Message) -> dict[str, Any]:
    """A message as the customer's client shows it. Payloads of buttons stay with us."""
    client_id = None
    if message.role == Role.CUSTOMER and message.external_id:
        client_id = message.external_id.partition(":")[2]
    return {
        "seq": message.seq,
        "id": message.id,
        "role": message.role,
        "text": message.text,
        "buttons": [
            {"index": index, "title": button["title"]}
            for index, button in enumerate(message.buttons)
        ],
        "image": None if of_the_desk(message.image) else message.image,
        "custom": message.custom,
        "sent_at": message.sent_at.isoformat(),
        "client_id": client_id,
        "agent_name": message.agent_name,
    }


def text_since(session: Session, conversation_id: str, since: datetime) -> str:
    """What the customer wrote since a moment, a line a message; for a ticket's description."""
    rows = session.scalars(
        select(Message.text)
        .where(Message.conversation_id == conversation_id, Message.role == Role.CUSTOMER)
        .where(Message.sent_at >= since)
        .order_by(Message.seq)
    )
    return "\n".join(text for text in rows if text)
