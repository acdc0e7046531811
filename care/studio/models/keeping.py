"""Which models are kept: those in use, those that a job is at, and of the others the newest so many.

A model that goes is gone wholly: archive, entry and measurements. That it was there, who put it live, why and on which
figures stays in the history.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from care.settings import Settings
from care.studio.models import jobs, registry
from care.studio.models.deployment import deployment
from care.studio.models.tables import (
    Deployment,
    Measurement,
    Model,
    ModelEvent,
    TrainingJob,
    TrainingLine,
)

type Remover = Callable[[Session, datetime, int], int]
"""Removes up to so many at a moment; gives their number (``care.admin.housekeeping``)."""


def remover_of_models(settings: Settings) -> Remover:
    """Removes models beyond ``keep_models``, those first that were made, or served, the longest ago."""

    def remove(session: Session, now: datetime, limit: int) -> int:
        # Under the lock by which models are asked for: none is removed that somebody is just putting live.
        kept = set(_needed(session, deployment(session, lock=True)))
        others = [one for one in session.scalars(select(Model)) if one.name not in kept]
        others.sort(key=lambda one: (_last_of_use(session, one), one.name), reverse=True)
        gone = others[settings.keep_models :][:limit]
        for model in gone:
            session.execute(delete(Measurement).where(Measurement.model == model.name))
            session.delete(model)
            # The file before the commit: should that fail, the entry without a file goes at the next look.
            registry.archive_path(settings, model.name).unlink(missing_ok=True)
        return len(gone)

    return remove


def remover_of_logs(kept: timedelta) -> Remover:
    """Removes the log lines of jobs that ended longer ago than ``kept``; the jobs stay on record."""

    def remove(session: Session, now: datetime, limit: int) -> int:
        with_lines = select(TrainingLine.job_id).where(TrainingLine.job_id == TrainingJob.id)
        old = (
            select(TrainingJob.id)
            .where(TrainingJob.ended_at < now - kept, with_lines.exists())
            .limit(limit)
        )
        found = list(session.scalars(old))
        session.execute(delete(TrainingLine).where(TrainingLine.job_id.in_(found)))
        return len(found)

    return remove


def _needed(session: Session, row: Deployment) -> Iterator[str]:
    """What serves, is kept warm, is tried or asked for, and what a job is at."""
    yield from (name for name in (row.live, row.former, row.candidate) if name is not None)
    if row.pending is not None:
        yield str(row.pending["model"])
    at_work = select(TrainingJob.model).where(TrainingJob.state.in_(jobs.OPEN))
    yield from (name for name in session.scalars(at_work) if name is not None)


def _last_of_use(session: Session, model: Model) -> datetime:
    """When it was made, or something was decided about it; the end of its service, too."""
    decided = session.scalar(
        select(func.max(ModelEvent.at)).where(
            or_(ModelEvent.model == model.name, ModelEvent.before == model.name)
        )
    )
    return max(model.at, decided or model.at)
