"""Tables of models: jobs of the trainer, archives, measurements, what serves customers, and what was decided."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class JobKind(StrEnum):
    """What the trainer is asked to do."""

    TRAIN = "train"  # a model of the data at a commit, then its figures and the dialogue gate
    CROSS_VALIDATION = "cross_validation"  # of the data at a commit
    DIALOGUES = "dialogues"  # every conversation of tests/dialogues, with a model


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"  # a trainer holds it until ``lease_until``
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TrainingJob(Base):
    """One thing for the trainer to do. Jobs run one at a time, in the order in which they were asked for.

    ``problem`` says why it failed: ``{"code", "file"?, "line"?, "name"?, "text"?}``.
    """

    __tablename__ = "training_jobs"
    __table_args__ = (
        CheckConstraint("kind IN ('train','cross_validation','dialogues')", name="kind"),
        CheckConstraint("state IN ('queued','running','done','failed','cancelled')", name="state"),
        Index("ix_training_jobs_open", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=JobState.QUEUED)
    model: Mapped[str | None] = mapped_column(String(40))
    data_commit: Mapped[str | None] = mapped_column(String(64))
    requested_by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str] = mapped_column(String(40), default="")
    progress: Mapped[float] = mapped_column(default=0.0)  # from 0 to 1
    problem: Mapped[dict[str, Any] | None]
    seconds: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by stage


class TrainingLine(Base):
    """One line of a job's log."""

    __tablename__ = "training_lines"

    job_id: Mapped[str] = mapped_column(ForeignKey("training_jobs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)


class Model(Base):
    """An archive that may be put live: what it was made from, and the hash of its bytes."""

    __tablename__ = "models"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]  # bytes
    data_commit: Mapped[str | None] = mapped_column(String(64))
    job_id: Mapped[str | None] = mapped_column(String(26))
    trained_by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MeasureKind(StrEnum):
    """How a model was measured."""

    FROZEN = "frozen"  # on the frozen test set
    CROSS_VALIDATION = "cross_validation"  # each example by a model that was trained without it
    DIALOGUES = "dialogues"  # the conversations of the gate
    ALL_DIALOGUES = "all_dialogues"


class Measurement(Base):
    """What came of measuring a model. ``against`` is the hash of what it was measured on.

    ``rows`` of sentences: ``[text, wanted, found, confidence, acted on]``; of dialogues: ``[name, problem or null]``.
    """

    __tablename__ = "measurements"
    __table_args__ = (UniqueConstraint("model", "kind", "against"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    model: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    against: Mapped[str] = mapped_column(String(64))
    left_out: Mapped[int] = mapped_column(default=0)
    rows: Mapped[list[Any]]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Deployment(Base):
    """Which models serve customers: one row, with the id 1.

    ``mode`` says what the candidate does: ``none``, ``shadow`` (understands a copy of the live turns) or ``canary``
    (answers ``share`` % of the conversations). ``pending`` is what somebody has asked for and is not done yet:
    ``{"event", "kind", "model", "share", "phase", "since"}``. ``lease_until``: one process at a time works on it.
    """

    __tablename__ = "deployments"
    __table_args__ = (CheckConstraint("mode IN ('none','shadow','canary')", name="mode"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    live: Mapped[str | None] = mapped_column(String(40))
    promoted: Mapped[bool] = mapped_column(default=False)  # put live here, not by a start
    former: Mapped[str | None] = mapped_column(String(40))
    candidate: Mapped[str | None] = mapped_column(String(40))
    mode: Mapped[str] = mapped_column(String(8), default="none")
    share: Mapped[int] = mapped_column(default=0)
    trial: Mapped[str | None] = mapped_column(String(26))  # the event that began shadow or canary
    pending: Mapped[dict[str, Any] | None]
    worker: Mapped[str | None] = mapped_column(String(26))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ModelEvent(Base):
    """What was decided about models: by whom, why, on which figures, and what came of it."""

    __tablename__ = "model_events"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(
        String(12)
    )  # started, promoted, shadow, canary, stopped, rolled_back
    model: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(String(40))  # what was live
    by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(400))
    overridden: Mapped[list[Any]]  # what the gate had against it
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    data_commit: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8))  # asked, done, failed
    problem: Mapped[str | None] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TrialTurn(Base):
    """One turn while a candidate is on trial: who answered, and whether it ended in a fallback, hand-over or failure."""

    __tablename__ = "trial_turns"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    trial: Mapped[str] = mapped_column(String(26), index=True)
    candidate: Mapped[bool]
    bad: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ShadowTurn(Base):
    """A live turn that the candidate understood too. ``message_id`` is the customer's message, for the inbox."""

    __tablename__ = "shadow_turns"
    __table_args__ = (Index("ix_shadow_turns_trial", "trial", "agrees"),)

    message_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    trial: Mapped[str] = mapped_column(String(26), primary_key=True)
    model: Mapped[str] = mapped_column(String(40))
    agrees: Mapped[bool]
    live_intent: Mapped[str] = mapped_column(String(60))
    live_confidence: Mapped[float]
    intent: Mapped[str] = mapped_column(String(60))
    confidence: Mapped[float]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
