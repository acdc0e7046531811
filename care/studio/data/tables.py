"""Tables of drafts and of what was published."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class ChangeState(StrEnum):
    """Where a change stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Publication(Base):
    """One commit that a trainer made: who, why, when. Without ``commit`` it is under way, or its process died."""

    __tablename__ = "studio_publications"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    commit: Mapped[str | None] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(40))
    changes: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class DraftChange(Base):
    """One change of the data as a trainer made it, by its ``kind`` (``edits``), before and after it was published.

    ``action_id`` and ``group_id`` name the decision in the inbox that it comes from.
    """

    __tablename__ = "studio_changes"
    __table_args__ = (
        Index("ix_studio_changes_trainer", "trainer_id", "state", "id"),
        Index("ix_studio_changes_action", "action_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    trainer_id: Mapped[str] = mapped_column(String(26))
    kind: Mapped[str] = mapped_column(String(20))
    edit: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default=ChangeState.DRAFT)
    action_id: Mapped[str | None] = mapped_column(String(26))
    group_id: Mapped[str | None] = mapped_column(String(26))
    publication_id: Mapped[str | None] = mapped_column(ForeignKey("studio_publications.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
