"""Jobs of the trainer: queued here, claimed over the private side, one at a time.

A trainer says at least every ``LEASE`` that it lives; the job of one that has died is claimed again. Everything a
trainer reports carries the attempt that it holds, so one that was thought dead cannot write over its successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.clock import utc_now
from care.db.base import new_id
from care.errors import Conflict, NotFound
from care.studio.models.tables import JobKind, JobState, TrainingJob, TrainingLine

LEASE = timedelta(seconds=30)
ATTEMPTS = 3
"""A job that takes its trainer down so often has failed."""
LINES = 5000
"""Lines of log kept of a job."""
OPEN = (JobState.QUEUED, JobState.RUNNING)


class ClaimLost(Conflict):
    """The job was cancelled, or another trainer has it."""

    code, message = "claim_lost", "这个任务已不归这个训练进程。"


@dataclass(frozen=True)
class Claim:
    """What a trainer is to do; ``attempt`` goes with everything it reports."""

    job_id: str
    attempt: int
    kind: JobKind
    data_commit: str | None
    model: str | None


def enqueue_training(
    session: Session,
    data_commit: str | None,
    requested_by: str,
    reason: str,
    *,
    now: datetime | None = None,
) -> str:
    """Have a model trained of the data at ``data_commit``; gives the job's id.

    Data that already wait in the queue are not queued twice: the waiting job's id is given. Without a commit the data
    are taken as the files stand when the job begins.
    """
    waiting = session.scalar(
        select(TrainingJob.id).where(
            TrainingJob.state == JobState.QUEUED,
            TrainingJob.kind == JobKind.TRAIN,
            TrainingJob.data_commit.is_(None)
            if data_commit is None
            else TrainingJob.data_commit == data_commit,
        )
    )
    return waiting or enqueue(
        session, JobKind.TRAIN, requested_by, reason, data_commit=data_commit, now=now
    )


def enqueue(
    session: Session,
    kind: JobKind,
    requested_by: str,
    reason: str,
    *,
    data_commit: str | None = None,
    model: str | None = None,
    now: datetime | None = None,
) -> str:
    """Put a job into the queue; gives its id."""
    job = TrainingJob(
        id=new_id(),
        kind=kind,
        data_commit=data_commit,
        model=model,
        requested_by=requested_by,
        reason=reason,
        created_at=now or utc_now(),
    )
    session.add(job)
    session.flush()
    return job.id


def claim(session: Session, worker: str, now: datetime) -> Claim | None:
    """The next job for ``worker``; ``None`` while another trainer works, or when nothing waits."""
    jobs = session.scalars(
        select(TrainingJob)
        .where(TrainingJob.state.in_(OPEN))
        .order_by(TrainingJob.created_at, TrainingJob.id)
        .with_for_update()
    ).all()
    for job in jobs:
        if job.state != JobState.RUNNING:
            continue
        if job.lease_until is not None and job.lease_until > now:
            return None
        _give_up(session, job, now)
    following = next((job for job in jobs if job.state == JobState.QUEUED), None)
    if following is None:
        return None
    following.state, following.worker = JobState.RUNNING, worker
    following.attempts += 1
    following.lease_until = now + LEASE
    following.started_at = following.started_at or now
    return Claim(
        following.id,
        following.attempts,
        JobKind(following.kind),
        following.data_commit,
        following.model,
    )


def _give_up(session: Session, job: TrainingJob, now: datetime) -> None:
    """A running job whose trainer is silent: once more, or the end."""
    _add_lines(session, job, ["训练进程没有响应，任务已收回。"], now)
    if job.cancel_asked:
        _end(job, JobState.CANCELLED, now)
    elif job.attempts >= ATTEMPTS:
        job.problem = {"code": "trainer_died"}
        _end(job, JobState.FAILED, now)
    else:
        job.state, job.worker, job.lease_until = JobState.QUEUED, None, None
        job.stage, job.progress = "", 0.0


def report(
    session: Session,
    job_id: str,
    attempt: int,
    now: datetime,
    *,
    stage: str | None = None,
    progress: float | None = None,
    lines: Sequence[str] = (),
    seconds: dict[str, float] | None = None,
) -> bool:
    """The trainer lives and has come so far; gives whether it is to stop. Raises ``ClaimLost``."""
    job = held(session, job_id, attempt)
    job.lease_until = now + LEASE
    if stage is not None:
        job.stage = stage
    if progress is not None:
        job.progress = min(1.0, max(0.0, progress))
    if seconds:
        job.seconds = {**job.seconds, **seconds}
    _add_lines(session, job, lines, now)
    return job.cancel_asked


def succeed(session: Session, job_id: str, attempt: int, model: str | None, now: datetime) -> None:
    """The job is done. A trained model is cross-validated afterwards. Raises ``ClaimLost``."""
    job = held(session, job_id, attempt)
    job.model, job.progress = model or job.model, 1.0
    _end(job, JobState.DONE, now)
    if job.kind == JobKind.TRAIN:
        enqueue(
            session,
            JobKind.CROSS_VALIDATION,
            job.requested_by,
            job.reason,
            data_commit=job.data_commit,
            model=job.model,
            now=now,
        )


def fail(
    session: Session, job_id: str, attempt: int, problem: dict[str, Any], now: datetime
) -> None:
    """The job cannot be done; ``problem`` says why. Raises ``ClaimLost``."""
    job = held(session, job_id, attempt)
    if job.cancel_asked or problem.get("code") == "cancelled":
        _end(job, JobState.CANCELLED, now)
    else:
        job.problem = problem
        _end(job, JobState.FAILED, now)


def cancel(session: Session, job_id: str, by: str, now: datetime) -> TrainingJob:
    """Take a job from the queue, or have its trainer stop. Raises ``NotFound``; one that has ended stays as it is."""
    job = get(session, job_id, lock=True)
    if job.state == JobState.QUEUED:
        _end(job, JobState.CANCELLED, now)
    elif job.state == JobState.RUNNING:
        job.cancel_asked = True
    if job.state in (JobState.CANCELLED, JobState.RUNNING):
        _add_lines(session, job, [f"{by} 取消了任务。"], now)
    return job


def get(session: Session, job_id: str, *, lock: bool = False) -> TrainingJob:
    """A job. Raises ``NotFound``."""
    job = session.get(TrainingJob, job_id, with_for_update=lock or None)
    if job is None:
        raise NotFound()
    return job


def held(session: Session, job_id: str, attempt: int) -> TrainingJob:
    """The running job that a trainer holds by ``attempt``. Raises ``ClaimLost``, ``NotFound``."""
    job = get(session, job_id, lock=True)
    if job.state != JobState.RUNNING or job.attempts != attempt:
        raise ClaimLost()
    return job


def listed(session: Session, limit: int = 50) -> list[TrainingJob]:
    """The newest jobs first."""
    newest = select(TrainingJob).order_by(TrainingJob.created_at.desc(), TrainingJob.id.desc())
    return list(session.scalars(newest.limit(limit)))


def lines(session: Session, job_id: str, after: int, limit: int = 500) -> list[TrainingLine]:
    """Lines of a job's log that come after number ``after``, in order."""
    found = (
        select(TrainingLine)
        .where(TrainingLine.job_id == job_id, TrainingLine.number > after)
        .order_by(TrainingLine.number)
        .limit(limit)
    )
    return list(session.scalars(found))


def _add_lines(session: Session, job: TrainingJob, texts: Sequence[str], now: datetime) -> None:
    if not texts:
        return
    last = session.scalar(
        select(func.max(TrainingLine.number)).where(TrainingLine.job_id == job.id)
    )
    for number, text in enumerate(texts, start=(last or 0) + 1):
        if number <= LINES:
            session.add(TrainingLine(job_id=job.id, number=number, at=now, text=text[:1000]))
    session.flush()


def _end(job: TrainingJob, state: JobState, now: datetime) -> None:
    job.state, job.ended_at, job.lease_until = state, now, None
