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


class NoSuchGroup(NotFound):
    """There is no such group."""

    code, message = "unknown_group", "没有这条内容，可能已应客户要求删除。"


@dataclass(frozen=True)
class Filter:
    """Which groups are wanted: those of a predicted intent, with a main reason, with a text in them; ``None``: all.

    ``among``: those with a text in them, once they were looked for (``found``).
    """

    intent: str | None = None
    reason: str | None = None
    containing: str | None = None
    among: tuple[str, ...] | None = None


@dataclass(frozen=True)
class After:
    """Where a page ended: score and id of its last group."""

    score: int
    id: str


def found(session: Session, wanted: Filter) -> Filter:
    """The same, with its text looked for.

    That reads all that is open where the text is rare, which takes a second of a million sentences: nothing to be done
    while others wait to write.
    """
    if not wanted.containing:
        return wanted
    ids = tuple(one.id for one in page(session, wanted, FOUND))
    return replace(wanted, containing=None, among=ids)


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
    session: Session, wanted: Filter, limit: int, after: After | None = None
) -> list[SentenceGroup]:
    """Open groups, those that teach most first, from behind ``after``."""
    query = _open(wanted)
    if after is not None:
        # As one comparison, so that the index is entered at the very row.
        place = tuple_(SentenceGroup.score, SentenceGroup.id)
        query = query.where(place < tuple_(after.score, after.id))
    return list(session.scalars(query.limit(limit)))


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
    query = select(SentenceGroup).where(*_wanted(wanted))
    return query.order_by(SentenceGroup.score.desc(), SentenceGroup.id.desc())


def _wanted(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [SentenceGroup.state == GroupState.OPEN]
    if wanted.intent is not None:
        conditions.append(SentenceGroup.intent == wanted.intent)
    if wanted.reason is not None:
        conditions.append(SentenceGroup.reason == wanted.reason)
    if wanted.among is not None:
        conditions.append(SentenceGroup.id.in_(wanted.among))
    if wanted.containing:
        conditions.append(SentenceGroup.text.icontains(wanted.containing, autoescape=True))
    return conditions
