"""What trainers changed and have not published yet, in the database: a draft of their own for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from care.db import new_id
from care.errors import Conflict, NotFound
from care.studio.data.edits import Edit, edits
from care.studio.data.tables import ChangeState, DraftChange, Publication

MOST = 2000
"""Changes that a draft may hold: more is a matter for an editor."""


class NoSuchChange(NotFound):
    """The trainer's draft has no such change."""

    code, message = "unknown_change", "草稿里没有这处修改。"


class DraftFull(Conflict):
    """The draft holds as much as it may."""

    code, message = "draft_full", "草稿太大了，请先发布。"


class Publishing(Conflict):
    """The draft is being published, or has changed since."""

    code, message = "publishing", "草稿正在发布或刚刚变化，请稍后刷新再看。"


UNDER_WAY = timedelta(minutes=2)
"""A publication that takes longer has lost its process."""


@dataclass(frozen=True)
class Change:
    """A change of a draft."""

    id: str
    edit: Edit
    group_id: str | None
    created_at: datetime


def changes_of(session: Session, trainer_id: str) -> list[Change]:
    """A trainer's draft, in the order in which it was made."""
    rows = session.scalars(
        select(DraftChange)
        .where(DraftChange.trainer_id == trainer_id, DraftChange.state == ChangeState.DRAFT)
        .order_by(DraftChange.id)
    )
    return [
        Change(row.id, edits.validate_python(row.edit), row.group_id, row.created_at)
        for row in rows
    ]


def add(
    session: Session,
    trainer_id: str,
    new: Sequence[Edit],
    now: datetime,
    *,
    action_id: str | None = None,
    groups: Sequence[str | None] = (),
) -> list[str]:
    """Put changes behind those of a trainer's draft; gives their ids. Raises ``DraftFull``.

    ``groups`` are the groups of the inbox that they come from, one for each.
    """
    held = session.scalar(
        select(func.count())
        .select_from(DraftChange)
        .where(DraftChange.trainer_id == trainer_id, DraftChange.state == ChangeState.DRAFT)
    )
    if (held or 0) + len(new) > MOST:
        raise DraftFull()
    ids = _ids_in_order(session, trainer_id, len(new))
    for number, edit in enumerate(new):
        row = DraftChange(
            id=ids[number],
            trainer_id=trainer_id,
            kind=edit.kind,
            edit=edit.model_dump(mode="json"),
            state=ChangeState.DRAFT,
            action_id=action_id,
            group_id=groups[number] if groups else None,
            created_at=now,
        )
        session.add(row)
    session.flush()
    return ids


def discard(session: Session, trainer_id: str, change_id: str) -> DraftChange:
    """Take a change out of a trainer's draft. Raises ``NoSuchChange``."""
    row = session.scalar(
        select(DraftChange)
        .where(DraftChange.id == change_id, DraftChange.trainer_id == trainer_id)
        .where(DraftChange.state == ChangeState.DRAFT)
        .with_for_update()
    )
    if row is None:
        raise NoSuchChange()
    row.state = ChangeState.DISCARDED
    return row


def of_action(session: Session, action_id: str) -> list[DraftChange]:
    """The changes that a decision in the inbox made, whatever became of them."""
    return list(session.scalars(select(DraftChange).where(DraftChange.action_id == action_id)))


def begin_publication(
    session: Session, change_ids: Sequence[str], reason: str, author: str, now: datetime
) -> str:
    """Note that these changes are about to be committed; gives the publication's id.

    The commit's message carries it, so that a process which dies in between is made up for. Raises ``Publishing``.
    """
    taken = session.scalars(
        select(DraftChange)
        .where(DraftChange.id.in_(change_ids), DraftChange.state == ChangeState.DRAFT)
        .with_for_update()
    ).all()
    if len(taken) != len(change_ids) or any(one.publication_id for one in taken):
        raise Publishing()
    row = Publication(
        id=new_id(), commit=None, reason=reason, author=author, changes=len(change_ids), at=now
    )
    session.add(row)
    session.flush()
    session.execute(
        update(DraftChange).where(DraftChange.id.in_(change_ids)).values(publication_id=row.id)
    )
    return row.id


def end_publication(session: Session, publication_id: str, commit: str | None) -> None:
    """The changes were committed, or (``None``) were not and stay a draft."""
    changes = update(DraftChange).where(DraftChange.publication_id == publication_id)
    row = session.get_one(Publication, publication_id)
    if commit is None:
        session.execute(changes.values(publication_id=None))
        session.flush()
        session.delete(row)
        return
    row.commit = commit
    session.execute(changes.values(state=ChangeState.PUBLISHED))


def unfinished(session: Session, trainer_id: str, before: datetime) -> list[Publication]:
    """Publications of a trainer that were begun before a moment and of which nobody knows the end."""
    found = (
        select(Publication)
        .join(DraftChange, DraftChange.publication_id == Publication.id)
        .where(DraftChange.trainer_id == trainer_id)
        .where(Publication.commit.is_(None), Publication.at < before)
        .distinct()
    )
    return list(session.scalars(found))


def publications(session: Session, limit: int) -> list[Publication]:
    """What was published last, newest first."""
    return list(
        session.scalars(
            select(Publication)
            .where(Publication.commit.is_not(None))
            .order_by(Publication.at.desc(), Publication.id.desc())
            .limit(limit)
        )
    )


def _ids_in_order(session: Session, trainer_id: str, count: int) -> list[str]:
    """New ids, each greater than the one before: a draft is applied in the order of its ids."""
    last = session.scalar(
        select(func.max(DraftChange.id)).where(DraftChange.trainer_id == trainer_id)
    )
    ids: list[str] = []
    while len(ids) < count:
        fresh = sorted(new_id() for _ in range(count - len(ids)))
        for one in fresh:
            ids.append(one if one > (last or "") else _after(last or ""))
            last = ids[-1]
    return ids


def _after(last: str) -> str:
    """The id right behind ``last``."""
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    head, tail = last[:-1], last[-1]
    return head + digits[digits.index(tail) + 1] if tail != "z" else _after(head) + "0"
