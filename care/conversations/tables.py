"""Tables of the conversation core."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class Owner(StrEnum):
    """Who answers the customer. There is always exactly one."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"
    CLOSED = "closed"


class Role(StrEnum):
    """Who speaks in a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class TurnState(StrEnum):
    """Where an answer of the bot stands."""

    HEARING = "hearing"  # what the customer said is still being made out
    PENDING = "pending"  # waits for its time
    RUNNING = "running"  # a process holds it until ``lease_until``
    DONE = "done"  # answered
    WITHDRAWN = "withdrawn"  # answered too late: somebody else owned the conversation by then
    SKIPPED = "skipped"  # not begun: somebody else owned the conversation
    FAILED = "failed"  # the engine failed; the conversation went to the queue


OPEN_STATES = (TurnState.HEARING, TurnState.PENDING, TurnState.RUNNING)
"""Of turns that have still to end."""


class Conversation(Base):
    """All that one contact and we have said to each other. Its id is Rasa's sender id."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("owner IN ('bot','queue','agent','closed')", name="owner"),
        CheckConstraint("(owner = 'agent') = (agent_id IS NOT NULL)", name="agent"),
        Index("ix_conversations_owner", "owner", "priority", "owner_since"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(128))
    network: Mapped[str] = mapped_column(String(64), default="")
    owner: Mapped[str] = mapped_column(String(8), default=Owner.BOT)
    epoch: Mapped[int] = mapped_column(default=1)
    owner_since: Mapped[datetime] = mapped_column(UtcDateTime)
    agent_id: Mapped[str | None] = mapped_column(String(26), index=True)
    base: Mapped[int] = mapped_column(default=0)
    """Numbers up to this one are no longer of this log: who has seen one of them reads it anew."""
    last_seq: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(40))
    priority: Mapped[int] = mapped_column(default=0)
    packet: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fresh: Mapped[bool] = mapped_column(default=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    """The conversation that has its messages now (``care.conversations.merging``)."""


class Message(Base):
    """One message. ``seq`` grows by conversation; withdrawn ones are kept, and never delivered."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("channel", "external_id"),
        CheckConstraint("role IN ('customer','bot','agent','system')", name="role"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    epoch: Mapped[int]
    role: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(128))
    """Where the customer's message came from, or where anybody else's goes to."""
    external_id: Mapped[str | None] = mapped_column(String(160))
    text: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    image: Mapped[str | None] = mapped_column(String(500))
    custom: Mapped[dict[str, Any] | None]
    turn_id: Mapped[str | None] = mapped_column(String(26), index=True)
    agent_id: Mapped[str | None] = mapped_column(String(26))
    agent_name: Mapped[str | None] = mapped_column(String(40))
    withdrawn: Mapped[bool] = mapped_column(default=False)
    understanding: Mapped[dict[str, Any] | None]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Turn(Base):
    """The bot's answer to one message of the customer; has that message's id."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_open", "state", "lease_until"),)

    id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=TurnState.PENDING)
    payload: Mapped[str | None] = mapped_column(Text)  # what a button stands for
    sealed: Mapped[str | None] = mapped_column(
        Text
    )  # a one-time code, encrypted until the turn ends
    epoch: Mapped[int | None]  # the owner's epoch in which it began
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(80))


class ActionOutcome(Base):
    """What became of one action of a turn."""

    __tablename__ = "action_outcomes"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(26), index=True)
    turn_id: Mapped[str] = mapped_column(String(26), index=True)
    action: Mapped[str] = mapped_column(String(60))
    ok: Mapped[bool]
    error: Mapped[str | None] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeskEvent(Base):
    """A numbered event for the desks; it names what changed, and readers render the present state of it."""

    __tablename__ = "desk_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    ref: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
