"""The inbox over HTTP. No rules here: a view lets in, calls one function and sends its result."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from care.clock import Clock
from care.db import Database
from care.errors import NotFound
from care.studio.data.service import TrainingData
from care.studio.gate import StudioGate, Trainer
from care.studio.inbox import deciding, inbox
from care.studio.inbox.deciding import Decision, Seen
from care.studio.inbox.feeder import mark_message
from care.studio.inbox.inbox import After, Filter
from care.studio.inbox.tables import Outcome, Sentence, SentenceGroup
from care.studio.inbox.teaching import Signal

MOST = 100
Id = Annotated[str, Field(min_length=26, max_length=26)]


class GroupInfo(BaseModel):
    """Sentences that are nearly the same, and what the model made of the first of them."""

    id: str
    version: int
    text: str
    intent: str | None
    confidence: float
    ranking: list[dict[str, Any]]
    example: str
    sentences: int
    score: int
    reason: str
    first_at: datetime
    last_at: datetime
    outcome: str | None
    label: str | None
    handled_by: str | None


class Batch(BaseModel):
    """Groups for a trainer; ``open`` counts all that wait, up to 1000."""

    groups: list[GroupInfo]
    open: int


class SentenceInfo(BaseModel):
    """One sentence of a group, where it was said, and what happened around it."""

    text: str
    conversation_id: str
    at: datetime
    signals: list[str]


class GroupDetail(BaseModel):
    """A group with its last sentences."""

    group: GroupInfo
    sentences: list[SentenceInfo]


class Wanted(BaseModel):
    """Which groups are wanted, and how many."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 20
    intent: Annotated[str, Field(max_length=80)] | None = None
    reason: Annotated[str, Field(max_length=12)] | None = None
    containing: Annotated[str, Field(max_length=100)] | None = None


class SeenGroup(BaseModel):
    """A group as it was seen, and the example that is to be made of it."""

    id: Id
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    example: Annotated[str, Field(max_length=2000)] | None = None


class NewDecision(BaseModel):
    """What is to become of groups; a ``reply`` makes ``intent`` a new one."""

    groups: Annotated[list[SeenGroup], Field(min_length=1, max_length=MOST)]
    outcome: Literal["labelled", "right", "skipped"]
    intent: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    reply: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class ActionInfo(BaseModel):
    """A decision that can be taken back."""

    id: str
    outcome: str
    label: str | None
    groups: list[str]
    at: datetime


class Undo(BaseModel):
    """Which decision is to be taken back."""

    action: Id


class Mark(BaseModel):
    """What was noticed of a sentence."""

    signal: Literal["wrong", "thumb_down"]


def inbox_router(db: Database, clock: Clock, data: TrainingData, gate: StudioGate) -> APIRouter:
    """``/inbox``, below the studio's address."""
    router = APIRouter(prefix="/inbox")

    @router.post("/claim", summary="Be given the groups that teach most")
    async def claim(body: Wanted, trainer: Annotated[Trainer, Depends(gate.writer)]) -> Batch:
        """They are kept for this trainer for ten minutes; each call prolongs it."""
        asked = Filter(body.intent, body.reason)
        wanted = await db.read(lambda session: inbox.found(session, asked, body.containing))
        groups, waiting = await db.write(
            lambda session: (
                inbox.claim(session, trainer.id, wanted, body.limit, clock()),
                inbox.counted(session, wanted),
            )
        )
        return Batch(groups=[group_info(one) for one in groups], open=waiting)

    @router.post("/release", status_code=204, summary="Give back what is not handled")
    async def release(trainer: Annotated[Trainer, Depends(gate.writer)]) -> None:
        await db.write(lambda session: inbox.release(session, trainer.id))

    @router.get("", summary="Open groups, those that teach most first")
    async def page(
        _: Annotated[Trainer, Depends(gate.reader)],
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
        intent: Annotated[str | None, Query(max_length=80)] = None,
        reason: Annotated[str | None, Query(max_length=12)] = None,
        containing: Annotated[str | None, Query(max_length=100)] = None,
        after_score: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
        after_id: Annotated[str | None, Query(max_length=26)] = None,
    ) -> list[GroupInfo]:
        """``after_score`` and ``after_id``: those of the last group of the page before."""
        after = After(after_score, after_id or "") if after_score is not None else None
        wanted = Filter(intent, reason)
        groups = await db.read(
            lambda session: inbox.page(session, wanted, limit, after, containing)
        )
        return [group_info(one) for one in groups]

    @router.get("/handled", summary="What was handled last")
    async def handled(
        _: Annotated[Trainer, Depends(gate.reader)],
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    ) -> list[GroupInfo]:
        groups = await db.read(lambda session: inbox.handled(session, limit))
        return [group_info(one) for one in groups]

    @router.get("/actions", summary="One's own last decisions")
    async def actions(trainer: Annotated[Trainer, Depends(gate.reader)]) -> list[ActionInfo]:
        found = await db.read(lambda session: deciding.last_actions(session, trainer.id, 20))
        return [
            ActionInfo(
                id=one.id, outcome=one.outcome, label=one.label, groups=list(one.groups), at=one.at
            )
            for one in found
        ]

    @router.get("/{group_id}", summary="A group with its sentences")
    async def one(
        group_id: Annotated[str, Path(min_length=26, max_length=26)],
        _: Annotated[Trainer, Depends(gate.reader)],
    ) -> GroupDetail:
        group, sentences = await db.read(
            lambda session: (inbox.group(session, group_id), inbox.sentences(session, group_id))
        )
        return GroupDetail(
            group=group_info(group), sentences=[_sentence_info(said) for said in sentences]
        )

    @router.post("/decide", summary="Label, call right, or skip groups")
    async def decide(
        body: NewDecision, trainer: Annotated[Trainer, Depends(gate.writer)]
    ) -> ActionInfo:
        """409 ``stale``: somebody else was faster with one of them, and nothing was changed."""
        seen = [Seen(one.id, one.version, one.example) for one in body.groups]
        label = body.intent if body.outcome == "labelled" else None
        decision = Decision(Outcome(body.outcome), label, body.reply)
        groups = await db.read(lambda session: deciding.seen_groups(session, seen))
        changes = deciding.edits_of(groups, seen, decision)
        if changes:
            changes = await data.fitting(trainer, changes)
        action = await db.write(
            lambda session: deciding.decide(session, trainer, seen, decision, changes, clock())
        )
        return ActionInfo(
            id=action.id,
            outcome=action.outcome,
            label=action.label,
            groups=list(action.groups),
            at=action.at,
        )

    @router.post("/undo", summary="Take a decision back")
    async def undo(body: Undo, trainer: Annotated[Trainer, Depends(gate.writer)]) -> Batch:
        groups = await db.write(
            lambda session: deciding.undo(session, trainer, body.action, clock())
        )
        return Batch(groups=[group_info(one) for one in groups], open=0)

    @router.post("/sentences/{message_id}/mark", status_code=204, summary="Mark a sentence")
    async def mark(
        body: Mark,
        message_id: Annotated[str, Path(min_length=26, max_length=26)],
        _: Annotated[Trainer, Depends(gate.staff)],
    ) -> None:
        """For agents, too: it was misunderstood, or the answer was not liked."""
        if not await db.write(lambda session: mark_message(session, message_id, _signal(body))):
            raise NotFound()

    return router


def group_info(group: SentenceGroup) -> GroupInfo:
    """A group for the page."""
    return GroupInfo(
        id=group.id,
        version=group.version,
        text=group.text,
        intent=group.intent,
        confidence=group.confidence,
        ranking=group.ranking,
        example=deciding.proposed_example(group),
        sentences=group.sentences,
        score=group.score,
        reason=group.reason,
        first_at=group.first_at,
        last_at=group.last_at,
        outcome=group.outcome,
        label=group.label,
        handled_by=group.handled_by,
    )


def _signal(mark: Mark) -> Signal:
    return Signal[mark.signal.upper()]


def _sentence_info(sentence: Sentence) -> SentenceInfo:
    signals = [str(one.name).lower() for one in Signal if one & sentence.signals]
    return SentenceInfo(
        text=sentence.text,
        conversation_id=sentence.conversation_id,
        at=sentence.at,
        signals=signals,
    )
