"""What a trainer makes of groups, and taking it back. A group that somebody else handled meanwhile is told, never lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.db import new_id
from care.errors import Conflict, NotFound
from care.studio.data import drafts
from care.studio.data.edits import AddExample, AddIntent, BadEdit, Edit
from care.studio.data.examples import Marked, with_marks
from care.studio.data.tables import ChangeState, DraftChange
from care.studio.gate import Trainer
from care.studio.inbox.inbox import NoSuchGroup
from care.studio.inbox.masking import made_up
from care.studio.inbox.tables import GroupState, Outcome, SentenceGroup, TrainerAction


class GroupTaken(Conflict):
    """Another trainer was faster with some of the groups; ``groups`` names them. Nothing was changed."""

    code, message = "stale", "另一位训练师刚刚处理了其中的内容，已为您刷新。"


class NoSuchAction(NotFound):
    """The trainer has made no such decision."""

    code, message = "unknown_action", "没有这次操作。"


class AlreadyPublished(Conflict):
    """The decision's examples are published: they are removed as examples."""

    code, message = "already_published", "这次操作的例句已经发布，请到训练数据里删除例句。"


class HandledSince(Conflict):
    """Somebody has decided anew since."""

    code, message = "handled_since", "这些内容之后又被处理过，不能撤销。"


@dataclass(frozen=True)
class Seen:
    """A group as the trainer saw it, and the example that is to be made of it (none: the one that is proposed)."""

    id: str
    version: int
    example: str | None = None


@dataclass(frozen=True)
class Decision:
    """What is to become of groups. ``label`` is the intent; ``reply`` makes it a new one, with what is answered."""

    outcome: Outcome
    label: str | None = None
    reply: str | None = None


def proposed_example(group: SentenceGroup) -> str:
    """A group's sentence as an example: what the model saw as entities is marked, numbers are made up."""
    text = made_up(group.text)
    marks = [
        Marked(str(one["entity"]), int(one["start"]), int(one["end"])) for one in group.entities
    ]
    return with_marks(text, [one for one in marks if one.entity and one.end <= len(text)])


type Placed = tuple[str | None, Edit]
"""A change of the data, and the group that it comes from; none where it comes from all of a decision."""


def edits_of(
    groups: Sequence[SentenceGroup], seen: Sequence[Seen], decision: Decision
) -> list[Placed]:
    """The changes of the data that a decision makes, one for each group, or one for all that are a new intent.

    Raises ``BadEdit``.
    """
    if decision.outcome is not Outcome.LABELLED or decision.label is None:
        return []
    given = {one.id: one.example for one in seen}
    examples = {one.id: given[one.id] or proposed_example(one) for one in groups}
    try:
        if decision.reply is not None:
            told = list(examples.values())
            return [(None, AddIntent(intent=decision.label, reply=decision.reply, examples=told))]
        return [(key, AddExample(intent=decision.label, text=one)) for key, one in examples.items()]
    except ValidationError as error:
        raise BadEdit.of(error) from error


def seen_groups(session: Session, seen: Sequence[Seen]) -> list[SentenceGroup]:
    """The groups as the trainer saw them, locked, in that order. Raises ``GroupTaken``, ``NoSuchGroup``."""
    rows = session.scalars(
        select(SentenceGroup)
        .where(SentenceGroup.id.in_([one.id for one in seen]))
        .order_by(SentenceGroup.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {row.id: row for row in rows}
    if any(one.id not in found for one in seen):
        raise NoSuchGroup()
    taken = [
        one.id
        for one in seen
        if found[one.id].version != one.version or found[one.id].state != GroupState.OPEN
    ]
    if taken:
        raise GroupTaken(groups=taken)
    return [found[one.id] for one in seen]


def decide(
    session: Session,
    trainer: Trainer,
    seen: Sequence[Seen],
    decision: Decision,
    changes: Sequence[Placed],
    now: datetime,
) -> TrainerAction:
    """Handle the groups and put ``changes`` into the trainer's draft, in one transaction.

    Raises ``GroupTaken``, ``NoSuchGroup``, ``DraftFull``.
    """
    groups = seen_groups(session, seen)
    action = TrainerAction(
        id=new_id(),
        trainer_id=trainer.id,
        outcome=decision.outcome,
        label=decision.label,
        groups={},
        at=now,
    )
    for group in groups:
        group.state, group.outcome, group.label = (
            GroupState.HANDLED,
            decision.outcome,
            decision.label,
        )
        group.handled_by, group.handled_at = trainer.name, now
        group.claimed_by = group.claimed_until = None
        group.version += 1
    action.groups = {group.id: group.version for group in groups}
    session.add(action)
    session.flush()
    if changes:
        drafts.add(
            session,
            trainer.id,
            [edit for _, edit in changes],
            now,
            action_id=action.id,
            groups=[group_id for group_id, _ in changes],
        )
    return action


def undo(session: Session, trainer: Trainer, action_id: str, now: datetime) -> list[SentenceGroup]:
    """Take a decision back; gives its groups, open again.

    Raises ``NoSuchAction``, ``AlreadyPublished``, ``HandledSince``; then nothing has changed.
    """
    action = session.get(TrainerAction, action_id, with_for_update=True)
    if action is None or action.trainer_id != trainer.id or action.undone_at is not None:
        raise NoSuchAction()
    changes = drafts.of_action(session, action_id)
    if any(one.state == ChangeState.PUBLISHED or one.publication_id for one in changes):
        raise AlreadyPublished()
    rows = session.scalars(
        select(SentenceGroup).where(SentenceGroup.id.in_(action.groups)).with_for_update()
    )
    groups = list(rows)
    given_back = {one.group_id for one in changes if one.state == ChangeState.DISCARDED}
    mine = [one for one in groups if one.id not in given_back]
    if any(one.version != action.groups[one.id] for one in mine):
        raise HandledSince()
    for group in mine:
        _reopen(group)
    for change in changes:
        if change.state == ChangeState.DRAFT:
            change.state = ChangeState.DISCARDED
    action.undone_at = now
    return mine


def give_back(session: Session, change: DraftChange) -> None:
    """A discarded change came from the inbox: its group is open again, unless somebody handled it anew."""
    if change.group_id is None or change.action_id is None:
        return
    group = session.get(SentenceGroup, change.group_id, with_for_update=True)
    action = session.get(TrainerAction, change.action_id)
    if group is not None and action is not None:
        if group.version == action.groups.get(group.id):
            _reopen(group)


def last_actions(session: Session, trainer_id: str, limit: int) -> list[TrainerAction]:
    """A trainer's last decisions that can be taken back, newest first."""
    return list(
        session.scalars(
            select(TrainerAction)
            .where(TrainerAction.trainer_id == trainer_id, TrainerAction.undone_at.is_(None))
            .order_by(TrainerAction.id.desc())
            .limit(limit)
        )
    )


def _reopen(group: SentenceGroup) -> None:
    group.state, group.outcome, group.label = GroupState.OPEN, None, None
    group.handled_by = group.handled_at = None
    group.version += 1
