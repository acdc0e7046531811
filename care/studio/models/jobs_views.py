"""The trainer's jobs over HTTP, for trainers: the queue, a new job, cancelling, the log as it grows."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database
from care.studio.gate import StudioGate, Trainer
from care.studio.models import jobs, registry
from care.studio.models.tables import JobKind, JobState, TrainingJob

STREAM_EVERY = 0.5
"""Seconds between two looks for new lines of a log that is watched."""


class StudioJob(BaseModel):
    """A job of the trainer. ``progress`` from 0 to 1; ``seconds`` by stage."""

    id: str
    kind: JobKind
    state: JobState
    model: str | None
    data_commit: str | None
    requested_by: str
    reason: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    stage: str
    progress: float
    cancelling: bool
    problem: dict[str, Any] | None
    seconds: dict[str, float]


class StudioJobs(BaseModel):
    """Jobs, the newest first."""

    jobs: list[StudioJob]


class LogLine(BaseModel):
    """A line of a job's log."""

    number: int
    at: datetime
    text: str


class JobLog(BaseModel):
    """Lines of a job's log, in order."""

    lines: list[LogLine]


class NewJob(BaseModel):
    """What is to be done; ``train`` takes a commit of the data, the others a model."""

    kind: Literal["train", "cross_validation", "dialogues"] = "train"
    data_commit: str | None = Field(None, pattern="^[0-9a-f]{7,64}$")
    model: str | None = Field(None, pattern="^xiaoxun-[0-9a-f]{12}$")
    reason: str = Field(min_length=1, max_length=400)


def router(db: Database, clock: Clock, gate: StudioGate) -> APIRouter:
    """The routes below ``/jobs``."""
    routes = APIRouter(prefix="/jobs", dependencies=[Depends(gate.reader)])

    @routes.get("", summary="The trainer's jobs, the newest first")
    async def listed(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> StudioJobs:
        found = await db.read(lambda session: jobs.listed(session, limit))
        return StudioJobs(jobs=[_job(one) for one in found])

    @routes.post("", summary="Have a model trained, cross-validated, or held to every conversation")
    async def begin(new: NewJob, agent: Annotated[Trainer, Depends(gate.writer)]) -> StudioJob:
        def work(session: Session) -> TrainingJob:
            if new.kind == "train":
                job_id = jobs.enqueue_training(
                    session, new.data_commit, agent.name, new.reason, now=clock()
                )
            else:
                model = registry.get(session, new.model or "")
                job_id = jobs.enqueue(
                    session,
                    JobKind(new.kind),
                    agent.name,
                    new.reason,
                    data_commit=model.data_commit,
                    model=model.name,
                    now=clock(),
                )
            return jobs.get(session, job_id)

        return _job(await db.write(work))

    @routes.post("/{job_id}/cancel", summary="Take a job from the queue, or stop it")
    async def cancel(job_id: str, agent: Annotated[Trainer, Depends(gate.writer)]) -> StudioJob:
        return _job(
            await db.write(lambda session: jobs.cancel(session, job_id, agent.name, clock()))
        )

    @routes.get("/{job_id}/log", summary="Lines of a job's log after a number")
    async def log(job_id: str, after: Annotated[int, Query(ge=0)] = 0) -> JobLog:
        def work(session: Session) -> JobLog:
            jobs.get(session, job_id)
            return JobLog(lines=_lines(session, job_id, after))

        return await db.read(work)

    @routes.get(
        "/{job_id}/stream",
        summary="A job and its log as they grow (server-sent events `job` and `lines`), to its end",
        response_class=StreamingResponse,
    )
    async def stream(job_id: str, after: Annotated[int, Query(ge=0)] = 0) -> StreamingResponse:
        await db.read(lambda session: jobs.get(session, job_id))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            _stream(db, job_id, after), media_type="text/event-stream", headers=headers
        )

    return routes


async def _stream(db: Database, job_id: str, after: int) -> AsyncIterator[str]:
    """Events until the job has ended and every line was sent."""
    said = ""

    def look(session: Session) -> tuple[StudioJob, list[LogLine]]:
        return _job(jobs.get(session, job_id)), _lines(session, job_id, after)

    while True:
        job, lines = await db.read(look)
        if lines:
            after = lines[-1].number
            body = json.dumps([one.model_dump(mode="json") for one in lines], ensure_ascii=False)
            yield f"event: lines\nid: {after}\ndata: {body}\n\n"
        now = job.model_dump_json()
        # That it has ended comes last: who listens stops then.
        if now != said and (job.state in jobs.OPEN or not lines):
            said = now
            yield f"event: job\ndata: {now}\n\n"
        if job.state not in jobs.OPEN and not lines:
            return
        await asyncio.sleep(STREAM_EVERY)


def _lines(session: Session, job_id: str, after: int) -> list[LogLine]:
    return [
        LogLine(number=one.number, at=one.at, text=one.text)
        for one in jobs.lines(session, job_id, after)
    ]


def _job(job: TrainingJob) -> StudioJob:
    return StudioJob(
        id=job.id,
        kind=JobKind(job.kind),
        state=JobState(job.state),
        model=job.model,
        data_commit=job.data_commit,
        requested_by=job.requested_by,
        reason=job.reason,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        stage=job.stage,
        progress=job.progress,
        cancelling=job.cancel_asked and job.state == JobState.RUNNING,
        problem=job.problem,
        seconds={name: float(value) for name, value in job.seconds.items()},
    )
