"""Drafts and publications over HTTP. No rules here: a view lets in, calls one function and sends its result."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database
from care.errors import CareError
from care.studio.data import drafts
from care.studio.data.edits import read_edits
from care.studio.data.refusals import EditRefused
from care.studio.data.service import TrainingData
from care.studio.data.tables import DraftChange
from care.studio.data.views import FindingInfo, finding_info
from care.studio.data.workspace import View
from care.studio.gate import StudioGate, Trainer

type GiveBack = Callable[[Session, DraftChange], None]
"""Told of each change that is discarded: what it came from is there again."""


class NewEdits(BaseModel):
    """Changes for the draft, in the forms of ``care.studio.data.edits``."""

    edits: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=200)]


class ChangeInfo(BaseModel):
    """A change of the draft; ``refused`` where it fits the files no more."""

    id: str
    edit: dict[str, Any]
    at: datetime
    from_inbox: bool
    refused: str | None
    refused_code: str | None


class PreviewInfo(BaseModel):
    """What publishing would do: a diff by file; ``digest`` is sent with the publication."""

    base: str | None
    digest: str | None
    diffs: dict[str, str]
    by_hand: list[str]
    findings: list[FindingInfo]
    refused: str | None
    refused_code: str | None
    refused_change: str | None


class Publish(BaseModel):
    """Publish what was looked at, and why."""

    digest: Annotated[str, Field(min_length=64, max_length=64)]
    reason: Annotated[str, Field(max_length=2000)]


class Published(BaseModel):
    """The commit."""

    commit: str


class PublicationInfo(BaseModel):
    """A publication: commit, who, why, when."""

    commit: str | None
    author: str
    reason: str
    changes: int
    at: datetime


def _refused(view: View) -> dict[str, EditRefused]:
    return view.refused


def draft_router(
    db: Database, clock: Clock, data: TrainingData, gate: StudioGate, give_back: GiveBack
) -> APIRouter:
    """``/drafts`` and ``/publications``, below the studio's address."""
    router = APIRouter()

    @router.get("/drafts", summary="One's own changes that are not published")
    async def listed(trainer: Annotated[Trainer, Depends(gate.reader)]) -> list[ChangeInfo]:
        changes = await data.draft(trainer)
        refused = await data.ask(trainer, _refused)
        return [
            ChangeInfo(
                id=one.id,
                edit=one.edit.model_dump(mode="json"),
                at=one.created_at,
                from_inbox=one.group_id is not None,
                refused=refused[one.id].message if one.id in refused else None,
                refused_code=refused[one.id].code if one.id in refused else None,
            )
            for one in changes
        ]

    @router.post("/drafts", summary="Change something, in one's own draft")
    async def change(
        body: NewEdits, trainer: Annotated[Trainer, Depends(gate.writer)]
    ) -> list[str]:
        """409: the data are not as the change needs them. Gives the changes' ids."""
        return await data.change(trainer, read_edits(body.edits))

    @router.post("/drafts/{change_id}/discard", status_code=204, summary="Take a change back")
    async def discard(
        change_id: Annotated[str, Path(min_length=26, max_length=26)],
        trainer: Annotated[Trainer, Depends(gate.writer)],
    ) -> None:
        """What came from the inbox goes back there."""
        await db.write(
            lambda session: give_back(session, drafts.discard(session, trainer.id, change_id))
        )

    @router.get("/drafts/preview", summary="What publishing would change")
    async def preview(trainer: Annotated[Trainer, Depends(gate.reader)]) -> PreviewInfo:
        found = await data.preview(trainer)
        made = found.preview
        refused: CareError | None = found.refused
        return PreviewInfo(
            base=made.base if made else None,
            digest=made.digest if made else None,
            diffs=made.diffs if made else {},
            by_hand=made.by_hand if made else [],
            findings=[finding_info(one) for one in found.findings],
            refused=refused.message if refused else None,
            refused_code=refused.code if refused else None,
            refused_change=found.refused_change,
        )

    @router.post("/drafts/publish", summary="Publish one's own draft as one commit")
    async def publish(
        body: Publish, trainer: Annotated[Trainer, Depends(gate.writer)]
    ) -> Published:
        """409 ``preview_stale``, ``hand_edited``, ``checks_failed``, …; then nothing has changed."""
        return Published(commit=await data.publish(trainer, body.digest, body.reason))

    @router.get("/publications", summary="What was published last")
    async def publications(
        _: Annotated[Trainer, Depends(gate.reader)],
    ) -> list[PublicationInfo]:
        rows = await db.read(lambda session: drafts.publications(session, 50))
        return [
            PublicationInfo(
                commit=one.commit,
                author=one.author,
                reason=one.reason,
                changes=one.changes,
                at=one.at,
            )
            for one in rows
        ]

    return router
