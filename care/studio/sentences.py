"""What customers wrote and what the bot understood of it, masked."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.tables import Message, Role
from care.customers.masking import mask_text


class StudioSentence(BaseModel):
    """One message of a customer that the bot answered."""

    text: str
    intent: str | None
    confidence: float | None
    at: datetime
    conversation_id: str


class StudioSentencePage(BaseModel):
    """A page of sentences, newest first, and how many there are in all."""

    sentences: list[StudioSentence]
    total: int


def sentences(session: Session, limit: int, page: int) -> StudioSentencePage:
    """Page number ``page`` (from 1) of ``limit`` sentences."""
    understood = (
        Message.role == Role.CUSTOMER,
        Message.understanding.is_not(None),
        Message.text.is_not(None),
    )
    rows = session.scalars(
        select(Message)
        .where(*understood)
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .offset((page - 1) * limit)
        .limit(limit)
    )
    total = session.scalar(select(func.count()).select_from(Message).where(*understood))
    return StudioSentencePage(sentences=[_sentence(row) for row in rows], total=total or 0)


def _sentence(message: Message) -> StudioSentence:
    found = message.understanding or {}
    intent, confidence = found.get("intent"), found.get("confidence")
    return StudioSentence(
        text=mask_text(message.text or ""),
        intent=intent if isinstance(intent, str) else None,
        confidence=float(confidence) if isinstance(confidence, int | float) else None,
        at=message.sent_at,
        conversation_id=message.conversation_id,
    )
