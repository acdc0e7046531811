"""Tables of the inbox: groups of sentences that are nearly the same, the sentences, and what trainers did with them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class GroupState(StrEnum):
    """Whether trainers have still to look at a group."""

    OPEN = "open"
    HANDLED = "handled"


class Outcome(StrEnum):
    """What a trainer made of a group."""

    LABELLED = "labelled"  # it is an example of ``label`` from now on
    RIGHT = "right"  # the model was right, and needs no further example
    SKIPPED = "skipped"  # nothing to be learnt of it
    ANSWERED = "answered"  # the knowledge base answers it from now on


class SentenceGroup(Base):
    """Sentences that are nearly the same; ``text`` is the first of them, masked.

    ``key`` is the hash of its normal form, ``band_1`` to ``band_3`` find what is nearly the same (``likeness``).
    ``score`` says how much it teaches (``teaching``). ``version`` grows with each decision; a claim keeps it out of
    other trainers' batches until ``claimed_until``.
    """

    __tablename__ = "studio_groups"
    __table_args__ = (
        Index("ix_studio_groups_score", "state", "score", "id"),
        Index("ix_studio_groups_intent", "state", "intent", "score", "id"),
        Index("ix_studio_groups_reason", "state", "reason", "score", "id"),
        # A search for words reads it from end to end, and no row. PostgreSQL keeps no row of an index so long.
        Index(
            *("ix_studio_groups_text", "state", "score", "id", "text"), info={"only": "sqlite"}
        ).ddl_if(dialect="sqlite"),
        Index("ix_studio_groups_handled", "state", "handled_at", "id"),
        # Few are claimed at a time.
        Index(
            "ix_studio_groups_claimed",
            "claimed_by",
            sqlite_where=text("claimed_by IS NOT NULL"),
            postgresql_where=text("claimed_by IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    band_1: Mapped[int] = mapped_column(BigInteger, index=True)
    band_2: Mapped[int] = mapped_column(BigInteger, index=True)
    band_3: Mapped[int] = mapped_column(BigInteger, index=True)
    text: Mapped[str] = mapped_column(Text)
    intent: Mapped[str | None] = mapped_column(String(80))
    confidence: Mapped[float]
    ranking: Mapped[list[Any]]
    entities: Mapped[list[Any]]
    sentences: Mapped[int] = mapped_column(default=0)
    points: Mapped[int] = mapped_column(default=0)
    score: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8), default=GroupState.OPEN)
    outcome: Mapped[str | None] = mapped_column(String(10))
    label: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)
    claimed_by: Mapped[str | None] = mapped_column(String(26))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_by: Mapped[str | None] = mapped_column(String(40))
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Sentence(Base):
    """One sentence of a customer, masked, with what was understood; has its message's id.

    ``signals`` are the bits of ``teaching.Signal``; ``margin`` is how far the first intent was ahead of the second.
    """

    __tablename__ = "studio_sentences"
    __table_args__ = (
        Index("ix_studio_sentences_conversation", "conversation_id", "id"),
        Index("ix_studio_sentences_group", "group_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(26))
    group_id: Mapped[str] = mapped_column(ForeignKey("studio_groups.id"))
    text: Mapped[str] = mapped_column(Text)
    intent: Mapped[str | None] = mapped_column(String(80))
    confidence: Mapped[float]
    margin: Mapped[float]
    signals: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class IntentWeek(Base):
    """How often an intent was understood in a week (its Monday, in UTC), and how surely."""

    __tablename__ = "studio_weeks"

    week: Mapped[date] = mapped_column(Date, primary_key=True)
    intent: Mapped[str] = mapped_column(String(80), primary_key=True)
    sentences: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[float] = mapped_column(default=0.0)  # the sum over the sentences


class TrainerAction(Base):
    """One decision of a trainer over one or several groups, as it can be undone.

    ``groups`` has the id of each group with its version after the decision.
    """

    __tablename__ = "studio_actions"
    __table_args__ = (Index("ix_studio_actions_trainer", "trainer_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    trainer_id: Mapped[str] = mapped_column(String(26))
    outcome: Mapped[str] = mapped_column(String(10))
    label: Mapped[str | None] = mapped_column(String(80))
    groups: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
