"""Tables of the desk: the people who work there, their log-ins, and failed attempts to log in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class AgentRole(StrEnum):
    """What somebody at the desk is there for."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"


class Presence(StrEnum):
    """Whether an agent is there for customers."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class Agent(Base):
    """Somebody who works at the desk.

    ``chosen`` is what the agent last chose to be, ``presence`` what the desks are told: it becomes
    offline by itself when nothing has been heard since ``last_seen``.
    """

    __tablename__ = "agents"
    __table_args__ = (
        CheckConstraint("role IN ('agent','supervisor','trainer')", name="role"),
        CheckConstraint("presence IN ('online','away','offline')", name="presence"),
        CheckConstraint("chosen IN ('online','away')", name="chosen"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    username: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str] = mapped_column(String(200))
    # A demo log-in has a public password, so production does not accept it.
    demo: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    presence: Mapped[str] = mapped_column(String(8), default=Presence.OFFLINE, index=True)
    chosen: Mapped[str] = mapped_column(String(8), default=Presence.ONLINE)
    last_seen: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentSession(Base):
    """A log-in. Its key is the hash of the cookie's value, which is kept nowhere."""

    __tablename__ = "agent_sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LoginAttempts(Base):
    """Failed log-ins in a row under one name or from one address, by a keyed hash of either."""

    __tablename__ = "login_attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
