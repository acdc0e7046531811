"""The trainer's door, on the private side: claim a job, take its data, report, hand in the archive.

The trainer (``tools/trainer``) runs in the bot environment, here or on another machine; everything goes over HTTP.
"""

import asyncio
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database
from care.errors import NotFound
from care.http.bearer import BearerSecret
from care.http.errors import too_large
from care.settings import Settings
from care.studio.models import jobs, registry
from care.studio.models.archive import NAME, Archive, check
from care.studio.models.data_source import DataSource
from care.studio.models.deployment import deployment
from care.studio.models.tables import JobKind, MeasureKind

ARCHIVE_PATH = re.compile(r"/trainer/jobs/[0-9a-z]{26}/archive")
ARCHIVE_LIMIT = 2 * 1024**3
"""Bytes of an archive that is handed in."""


class ClaimWanted(BaseModel):
    """Who asks for work."""

    worker: str = Field(max_length=80)


class ClaimGiven(BaseModel):
    """A job. ``live`` is the model that serves customers, to be measured beside the new one where ``live_measured``
    (the test set's hash, empty when never) is another set."""

    job_id: str
    attempt: int
    kind: JobKind
    data_commit: str | None
    model: str | None
    live: str | None
    live_measured: str


class Progress(BaseModel):
    """How far it has come. ``seconds``: what each stage took."""

    attempt: int
    stage: str | None = Field(None, max_length=40)
    progress: float | None = None
    lines: list[str] = Field(default_factory=list, max_length=500)
    seconds: dict[str, float] = Field(default_factory=dict)


class ProgressAnswer(BaseModel):
    """Whether to stop."""

    cancel: bool


class Measured(BaseModel):
    """What measuring a model came to; the rows as ``Measurement`` has them."""

    attempt: int
    model: str = Field(pattern=NAME.pattern)
    kind: MeasureKind
    against: str = Field(max_length=64)
    left_out: int = 0
    rows: list[list[Any]] = Field(max_length=200_000)


class Ended(BaseModel):
    """The end of a job: well, with the model's name, or with a problem."""

    attempt: int
    model: str | None = Field(None, pattern=NAME.pattern)
    problem: dict[str, Any] | None = None


class Handed(BaseModel):
    """An archive that was taken in."""

    name: str
    sha256: str


def router(db: Database, clock: Clock, settings: Settings, source: DataSource) -> APIRouter:
    """All routes below ``/trainer``; callers show the trainer's secret."""
    allowed = BearerSecret(settings.trainer_secret.get_secret_value())
    routes = APIRouter(prefix="/trainer", tags=["trainer"], dependencies=[Depends(allowed)])

    @routes.post("/claim", response_model=None)
    async def claim(wanted: ClaimWanted) -> ClaimGiven | Response:
        def work(session: Session) -> ClaimGiven | None:
            given = jobs.claim(session, wanted.worker, clock())
            if given is None:
                return None
            live = deployment(session).live
            measured = live and registry.measurement(session, live, MeasureKind.FROZEN)
            return ClaimGiven(
                job_id=given.job_id,
                attempt=given.attempt,
                kind=given.kind,
                data_commit=given.data_commit,
                model=given.model,
                live=live,
                live_measured=measured.against if measured else "",
            )

        return await db.write(work) or Response(status_code=204)

    @routes.get("/jobs/{job_id}/data")
    async def data(job_id: str, attempt: int) -> Response:
        job = await db.read(lambda session: jobs.held(session, job_id, attempt))
        tar = await asyncio.to_thread(source.tar, job.data_commit)
        return Response(tar, media_type="application/x-tar")

    @routes.post("/jobs/{job_id}/progress")
    async def progress(job_id: str, said: Progress) -> ProgressAnswer:
        cancel = await db.write(
            lambda session: jobs.report(
                session,
                job_id,
                said.attempt,
                clock(),
                stage=said.stage,
                progress=said.progress,
                lines=said.lines,
                seconds=said.seconds,
            )
        )
        return ProgressAnswer(cancel=cancel)

    @routes.put("/jobs/{job_id}/archive")
    async def archive(
        job_id: str,
        request: Request,
        attempt: int,
        name: Annotated[str, Query(pattern=NAME.pattern)],
    ) -> Handed:
        await db.read(lambda session: jobs.held(session, job_id, attempt))
        taken = await _take_in(request, settings.models, name)

        def work(session: Session) -> None:
            job = jobs.held(session, job_id, attempt)
            job.model = taken.name
            registry.register(
                session,
                taken,
                by=job.requested_by,
                reason=job.reason,
                now=clock(),
                data_commit=job.data_commit,
                job_id=job.id,
            )

        await db.write(work)
        return Handed(name=taken.name, sha256=taken.sha256)

    @routes.post("/jobs/{job_id}/measured", status_code=204)
    async def measured(job_id: str, said: Measured) -> None:
        def work(session: Session) -> None:
            jobs.held(session, job_id, said.attempt)
            registry.keep_measurement(
                session, said.model, said.kind, said.against, said.rows, clock(), said.left_out
            )

        await db.write(work)

    @routes.post("/jobs/{job_id}/end", status_code=204)
    async def end(job_id: str, said: Ended) -> None:
        def work(session: Session) -> None:
            if said.problem is not None:
                jobs.fail(session, job_id, said.attempt, said.problem, clock())
            else:
                jobs.succeed(session, job_id, said.attempt, said.model, clock())

        await db.write(work)

    @routes.head("/models/{name}", include_in_schema=False)
    @routes.get("/models/{name}")
    async def model(name: str) -> FileResponse:
        await db.read(lambda session: registry.get(session, name))
        path = registry.archive_path(settings, name)
        if not path.is_file():
            raise NotFound()
        return FileResponse(path)

    return routes


async def _take_in(request: Request, folder: Path, name: str) -> Archive:
    """Store the body as the archive of ``name``, once it has been checked. Raises ``ArchiveRefused``."""
    # A folder aside, since the archive is checked under the name it will have.
    aside = folder / f".handed-{secrets.token_hex(8)}"
    await asyncio.to_thread(os.makedirs, aside)
    path = aside / f"{name}.tar.gz"
    seen = 0
    try:
        with await asyncio.to_thread(path.open, "wb") as stream:
            async for chunk in request.stream():
                seen += len(chunk)
                if seen > ARCHIVE_LIMIT:
                    raise too_large(ARCHIVE_LIMIT)
                await asyncio.to_thread(stream.write, chunk)
        checked = await asyncio.to_thread(check, path)
        os.replace(path, folder / path.name)
        return checked
    finally:
        shutil.rmtree(aside, ignore_errors=True)
