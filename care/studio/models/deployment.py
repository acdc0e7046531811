"""Which models serve customers, and what was decided about them: one row, and a history."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.db.base import new_id
from care.errors import Conflict
from care.studio.models.tables import Deployment, ModelEvent

ROW = 1


class RolloutBusy(Conflict):
    """Something is under way with another model."""

    code, message = "rollout_busy", "另一个模型正在切换，请等它完成。"


def deployment(session: Session, *, lock: bool = False) -> Deployment:
    """The row; made at the first use by a writer, a blank one for a reader."""
    row = session.get(Deployment, ROW, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        row = Deployment(id=ROW, mode="none", share=0, promoted=False)
        if lock:
            session.add(row)
            session.flush()
    return row


def ask(
    session: Session,
    kind: str,
    model: str,
    *,
    by: str,
    reason: str,
    now: datetime,
    overridden: list[Any] | None = None,
    figures: dict[str, Any] | None = None,
    data_commit: str | None = None,
    share: int = 0,
) -> ModelEvent:
    """Put a wish on record, to be carried out by the rollout. Raises ``RolloutBusy``."""
    row = deployment(session, lock=True)
    if row.pending is not None:
        raise RolloutBusy()
    event = _event(session, kind, model, row.live, by, reason, now)
    event.overridden, event.figures = overridden or [], figures or {}
    event.data_commit = data_commit
    row.pending = {
        "event": event.id,
        "kind": kind,
        "model": model,
        "share": share,
        "phase": "asked",
        "since": now.isoformat(),
    }
    session.flush()
    return event


def phase(session: Session, event_id: str, name: str) -> None:
    """How far the pending wish has come."""
    row = deployment(session, lock=True)
    if row.pending is not None and row.pending["event"] == event_id:
        row.pending = {**row.pending, "phase": name}


def fail(session: Session, event_id: str, problem: str, now: datetime) -> None:
    """The pending wish cannot be carried out; all stays as it is."""
    row = deployment(session, lock=True)
    if row.pending is not None and row.pending["event"] == event_id:
        row.pending = None
    event = session.get_one(ModelEvent, event_id)
    event.state, event.problem, event.done_at = "failed", problem[:400], now


def carry_out(session: Session, event_id: str, now: datetime) -> bool:
    """The pending wish becomes what is: its process is ready and warm. Gives whether it was still wished."""
    row = deployment(session, lock=True)
    pending = row.pending
    if pending is None or pending["event"] != event_id:
        return False
    kind, model = pending["kind"], pending["model"]
    if kind in ("promoted", "rolled_back"):
        make_live(row, model)
    else:
        row.candidate, row.mode, row.share, row.trial = model, kind, pending["share"], event_id
    row.pending = None
    event = session.get_one(ModelEvent, event_id)
    event.state, event.done_at = "done", now
    return True


def make_live(row: Deployment, model: str) -> None:
    """Customers are answered by ``model``; the one before is kept warm. A trial ends."""
    if row.live != model:
        row.former, row.live = row.live, model
    row.promoted = True
    end_trial(row)


def end_trial(row: Deployment) -> None:
    """No candidate."""
    row.candidate, row.mode, row.share, row.trial = None, "none", 0, None


def stop_trial(session: Session, *, by: str, reason: str, now: datetime) -> ModelEvent | None:
    """End shadow or canary, and a wish for one that is not carried out yet; ``None`` when there is neither."""
    row = deployment(session, lock=True)
    pending = row.pending
    if pending is not None and pending["kind"] in ("shadow", "canary"):
        fail(session, pending["event"], f"{by}：{reason}", now)
        if row.candidate is None:
            return session.get_one(ModelEvent, pending["event"])
    if row.candidate is None:
        return None
    event = _event(session, "stopped", row.candidate, row.live, by, reason, now)
    event.state, event.done_at = "done", now
    end_trial(row)
    session.flush()
    return event


def roll_back(session: Session, *, by: str, reason: str, now: datetime) -> ModelEvent | None:
    """The former model, which is warm, serves again at once; ``None`` when there is none."""
    row = deployment(session, lock=True)
    if row.former is None or row.live is None:
        return None
    if row.pending is not None:
        fail(session, row.pending["event"], f"{by}：{reason}", now)
    event = _event(session, "rolled_back", row.former, row.live, by, reason, now)
    event.state, event.done_at = "done", now
    make_live(row, row.former)
    session.flush()
    return event


def started_with(session: Session, model: str, now: datetime) -> None:
    """The product runs ``model``: what was on record of another one is history, and noted as such."""
    row = deployment(session, lock=True)
    if row.live == model:
        return
    before = row.live
    event = _event(session, "started", model, before, "make run", "", now)
    event.state, event.done_at = "done", now
    make_live(row, model)
    row.promoted, row.pending = False, None


def history(session: Session, limit: int = 100) -> list[ModelEvent]:
    """What was decided, the newest first."""
    newest = select(ModelEvent).order_by(ModelEvent.at.desc(), ModelEvent.id.desc())
    return list(session.scalars(newest.limit(limit)))


def _event(
    session: Session,
    kind: str,
    model: str,
    before: str | None,
    by: str,
    reason: str,
    now: datetime,
) -> ModelEvent:
    event = ModelEvent(
        id=new_id(),
        kind=kind,
        model=model,
        before=before,
        by=by,
        reason=reason,
        overridden=[],
        figures={},
        state="asked",
        at=now,
    )
    session.add(event)
    return event
