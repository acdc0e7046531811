"""The registry: the only models that may be put live, and what measuring them came to."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.db.base import new_id
from care.errors import NotFound
from care.settings import Settings
from care.studio.models.archive import Archive, check
from care.studio.models.gate import Comparison, Rules, Verdict, compare, judge
from care.studio.models.measures import Case, Figures, cases_of, figures
from care.studio.models.tables import MeasureKind, Measurement, Model


def archive_path(settings: Settings, name: str) -> Path:
    """Where a model's archive stands."""
    return settings.models / f"{name}.tar.gz"


def register(
    session: Session,
    archive: Archive,
    *,
    by: str,
    reason: str,
    now: datetime,
    data_commit: str | None = None,
    job_id: str | None = None,
) -> Model:
    """Enter a checked archive. One that was made again from the same data keeps its entry, with the new bytes."""
    model = session.get(Model, archive.name)
    if model is None:
        model = Model(
            name=archive.name,
            data_commit=data_commit,
            job_id=job_id,
            trained_by=by,
            reason=reason,
            at=now,
        )
        session.add(model)
    model.sha256, model.size = archive.sha256, archive.size
    model.data_commit = data_commit or model.data_commit
    session.flush()
    return model


def get(session: Session, name: str) -> Model:
    """A registered model. Raises ``NotFound``."""
    model = session.get(Model, name)
    if model is None:
        raise NotFound()
    return model


def require_loadable(session: Session, settings: Settings, name: str) -> Archive:
    """The archive of a registered model, checked anew. Raises ``NotFound``, ``ArchiveRefused``."""
    model = get(session, name)
    return check(archive_path(settings, name), sha256=model.sha256)


def listed(session: Session, limit: int = 50) -> list[Model]:
    """The newest models first."""
    return list(session.scalars(select(Model).order_by(Model.at.desc()).limit(limit)))


def keep_measurement(
    session: Session,
    model: str,
    kind: MeasureKind,
    against: str,
    rows: Sequence[Sequence[Any]],
    now: datetime,
    left_out: int = 0,
) -> None:
    """Keep what was measured, in the place of an earlier result against the same."""
    found = session.scalar(
        select(Measurement).where(
            Measurement.model == model,
            Measurement.kind == kind,
            Measurement.against == against,
        )
    )
    if found is None:
        found = Measurement(id=new_id(), model=model, kind=kind, against=against)
        session.add(found)
    found.rows, found.left_out, found.at = [list(row) for row in rows], left_out, now
    session.flush()


def measurement(
    session: Session, model: str, kind: MeasureKind, against: str | None = None
) -> Measurement | None:
    """The newest measurement of a model; on one test set where ``against`` names it."""
    query = select(Measurement).where(Measurement.model == model, Measurement.kind == kind)
    if against is not None:
        query = query.where(Measurement.against == against)
    return session.scalar(query.order_by(Measurement.at.desc(), Measurement.id.desc()).limit(1))


def cases(session: Session, model: str, kind: MeasureKind) -> list[Case] | None:
    """The cases of a model's newest measurement."""
    found = measurement(session, model, kind)
    return None if found is None else cases_of(found.rows)


def figures_of(session: Session, model: str, kind: MeasureKind) -> Figures | None:
    """The figures of a model's newest measurement."""
    found = measurement(session, model, kind)
    return None if found is None else figures(cases_of(found.rows), found.left_out)


def comparison(
    session: Session, before: str | None, after: str, kind: MeasureKind
) -> Comparison | None:
    """Two models on the same test set; ``None`` where one of them was not measured on it."""
    new = measurement(session, after, kind)
    if before is None or new is None:
        return None
    # Folds hold other sentences as the data grow: there, what stands in both is compared.
    against = new.against if kind == MeasureKind.FROZEN else None
    old = measurement(session, before, kind, against)
    return None if old is None else compare(cases_of(old.rows), cases_of(new.rows))


def dialogues(session: Session, model: str) -> list[list[Any]] | None:
    """The rows of the dialogue gate; with those of the whole run, where there was one."""
    rows: dict[str, list[Any]] = {}
    runs = (
        measurement(session, model, MeasureKind.DIALOGUES),
        measurement(session, model, MeasureKind.ALL_DIALOGUES),
    )
    for run in runs:
        rows |= {str(row[0]): list(row) for row in run.rows} if run is not None else {}
    return None if runs == (None, None) else [rows[name] for name in sorted(rows)]


def verdict(session: Session, settings: Settings, live: str | None, name: str) -> Verdict:
    """What the gate says of a model, beside the one that is live."""
    rules = Rules(settings.gate_min_cases, settings.gate_points, settings.gate_overall_points)
    return judge(
        rules,
        frozen=comparison(session, live, name, MeasureKind.FROZEN),
        cross_validation=comparison(session, live, name, MeasureKind.CROSS_VALIDATION),
        dialogues=dialogues(session, name),
        first=live is None or live == name,
    )


def short_figures(session: Session, name: str) -> dict[str, Any]:
    """What the history keeps of a model's figures."""
    found = figures_of(session, name, MeasureKind.FROZEN)
    held = dialogues(session, name)
    return {
        "accuracy": None if found is None else round(found.accuracy, 4),
        "macro_f1": None if found is None else round(found.macro_f1, 4),
        "cases": None if found is None else found.cases,
        "dialogues": None if held is None else len(held),
        "dialogues_failed": None if held is None else sum(1 for row in held if row[1]),
    }
