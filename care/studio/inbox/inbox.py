"""Reading the inbox: batches that a trainer claims, pages, and one group with its sentences."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from care.errors import NotFound
from care.studio.inbox.tables import GroupState, Sentence, SentenceGroup

CLAIM = timedelta(minutes=10)
"""So long a group is kept for who was given it; each further batch prolongs it."""

FOUND = 200
"""So many groups with a text in them are looked for."""

COUNTED = 1000
"""Open groups are counted up to so many: counting a million takes longer than showing them."""

_BEST_FIRST = (SentenceGroup.score.desc(), SentenceGroup.id.desc())


class NoSuchGroup(NotFound):
    """There is no such group."""

    code, message = "unknown_group", "没有这条内容，可能已应客户要求删除。"


@dataclass(frozen=True)
class Filter:
    """Which groups are wanted: those of a predicted intent, with a main reason, out of some ids; ``None``: all."""

    intent: str | None = None
    reason: str | None = None
    among: tuple[str, ...] | None = None


@dataclass(frozen=True)
class After:
    """Where a page ended: score and id of its last group."""

    score: int
    id: str


def found(session: Session, wanted: Filter, containing: str | None) -> Filter:
    """The same, of the groups with a text in them, if any is given.

    That reads all that is open where the text is rare, which takes a tenth of a second of a million sentences: nothing to
    be done while others wait to write.
    """
    if not containing:
        return wanted
    return replace(
        wanted, among=tuple(session.scalars(_ids(session, wanted, containing).limit(FOUND)))
    )


def claim(
    session: Session, trainer_id: str, wanted: Filter, limit: int, now: datetime
) -> list[SentenceGroup]:
    """The groups that teach most and that nobody else was given, kept for this trainer for ``CLAIM``.

    What the trainer was given before is given back.
    """
    release(session, trainer_id)
    free = or_(SentenceGroup.claimed_until.is_(None), SentenceGroup.claimed_until <= now)
    query = _open(wanted).where(free).limit(limit).with_for_update(skip_locked=True)
    groups = list(session.scalars(query))
    session.execute(
        update(SentenceGroup)
        .where(SentenceGroup.id.in_([one.id for one in groups]))
        .values(claimed_by=trainer_id, claimed_until=now + CLAIM)
    )
    return groups


def release(session: Session, trainer_id: str) -> None:
    """Give back what the trainer was given and has not handled."""
    session.execute(
        update(SentenceGroup)
        .where(SentenceGroup.claimed_by == trainer_id, SentenceGroup.state == GroupState.OPEN)
        .values(claimed_by=None, claimed_until=None)
    )


def page(
    session: Session,
    wanted: Filter,
    limit: int,
    after: After | None = None,
    containing: str | None = None,
) -> list[SentenceGroup]:
    """Open groups, those that teach most first, from behind ``after``."""
    ids = _ids(session, wanted, containing)
    if after is not None:
        # As one comparison, so that the index is entered at the very row.
        place = tuple_(SentenceGroup.score, SentenceGroup.id)
        ids = ids.where(place < tuple_(after.score, after.id))
    return list(session.scalars(_open(Filter()).where(SentenceGroup.id.in_(ids.limit(limit)))))


def handled(session: Session, limit: int) -> list[SentenceGroup]:
    """What was handled last, newest first."""
    query = (
        select(SentenceGroup)
        .where(SentenceGroup.state == GroupState.HANDLED)
        .order_by(SentenceGroup.handled_at.desc(), SentenceGroup.id.desc())
    )
    return list(session.scalars(query.limit(limit)))


def counted(session: Session, wanted: Filter) -> int:
    """How many groups are open, ``COUNTED`` where there are so many or more."""
    some = select(SentenceGroup.id).where(*_wanted(wanted)).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def group(session: Session, group_id: str) -> SentenceGroup:
    """One group. Raises ``NoSuchGroup``."""
    found = session.get(SentenceGroup, group_id)
    if found is None:
        raise NoSuchGroup()
    return found


def sentences(session: Session, group_id: str, limit: int = 20) -> list[Sentence]:
    """A group's last sentences, newest first."""
    query = select(Sentence).where(Sentence.group_id == group_id).order_by(Sentence.id.desc())
    return list(session.scalars(query.limit(limit)))


def _open(wanted: Filter) -> Select[SentenceGroup]:
    return select(SentenceGroup).where(*_wanted(wanted)).order_by(*_BEST_FIRST)


def _ids(session: Session, wanted: Filter, containing: str | None) -> Select[str]:
    """Of the open groups with a text in them, for which an index is enough."""
    query = select(SentenceGroup.id).where(*_wanted(wanted)).order_by(*_BEST_FIRST)
    if not containing:
        return query
    if session.get_bind().dialect.name == "sqlite":
        # Its LIKE knows no case anyhow, and is quicker without ``lower``.
        return query.where(SentenceGroup.text.contains(containing, autoescape=True))
    return query.where(SentenceGroup.text.icontains(containing, autoescape=True))


def _wanted(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [SentenceGroup.state == GroupState.OPEN]
    if wanted.intent is not None:
        conditions.append(SentenceGroup.intent == wanted.intent)
    if wanted.reason is not None:
        conditions.append(SentenceGroup.reason == wanted.reason)
    if wanted.among is not None:
        conditions.append(SentenceGroup.id.in_(wanted.among))
    return conditions
