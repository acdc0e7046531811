"""What trainers do with the training data: look, change, see the diff, publish."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database
from care.engine.protocol import EngineFailed, EngineUnreachable
from care.errors import BadRequest, CareError, Conflict
from care.studio.data import drafts, work
from care.studio.data.aside import Aside
from care.studio.data.drafts import Change
from care.studio.data.edits import Edit, RenameIntent
from care.studio.data.refusals import UsedInCode
from care.studio.data.repository import DataRepository
from care.studio.data.tables import Publication
from care.studio.data.work import DraftPreview
from care.studio.data.workspace import View
from care.studio.gate import Trainer

log = structlog.get_logger()

SHORTEST_REASON, LONGEST_REASON = 4, 500
TRAILER = "Studio-Publication"

type Parse = Callable[[str], Awaitable[dict[str, Any]]]
"""What the live model understands of a text, as ``TurnResult.understanding``; raises as ``Engine.turn`` does."""


class EnqueueTraining(Protocol):
    """Asks for a model of published data: ``care.studio.models.jobs.enqueue_training``."""

    def __call__(
        self, session: Session, data_commit: str, requested_by: str, reason: str
    ) -> object:
        """Queue it in the transaction of ``session``."""


class NoReason(BadRequest):
    """A publication must say why."""

    status, code = 422, "no_reason"
    message = f"请写明发布的原因（{SHORTEST_REASON} 到 {LONGEST_REASON} 个字）。"


class ChecksFailed(Conflict):
    """The change would break the data; ``findings`` says where."""

    code, message = "checks_failed", "检查没有通过，请先改好标出的问题。"


class TrainingData:
    """The data of one process. Reading and checking files happens ``aside``.

    ``programs`` is the checkout that runs, which the data may stand outside of.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        repository: DataRepository,
        parse: Parse | None,
        enqueue: EnqueueTraining | None,
        programs: Path,
        aside: Aside,
    ) -> None:
        self._db = db
        self._clock = clock
        self._repository = repository
        self._parse = parse
        self._enqueue = enqueue
        self._programs = programs
        self._aside = aside

    async def draft(self, trainer: Trainer) -> list[Change]:
        """The trainer's changes. One whose publication's process died is found published, or a draft again."""
        await self._settle(trainer)
        return await self._db.read(lambda session: drafts.changes_of(session, trainer.id))

    async def ask[*Args, T](
        self, trainer: Trainer, what: Callable[[View, *Args], T], *args: *Args
    ) -> T:
        """What ``what`` (a function of a module) makes of the files as the trainer sees them; it runs aside."""
        changes = await self._db.read(lambda session: drafts.changes_of(session, trainer.id))
        return await self._aside.run(work.looked, self._repository, changes, what, *args)

    async def change(self, trainer: Trainer, new: list[Edit]) -> list[str]:
        """Put changes into the trainer's draft; gives their ids. Raises ``EditRefused``."""
        await self.require(trainer, new)
        return await self._db.write(
            lambda session: drafts.add(session, trainer.id, new, self._clock())
        )

    async def require(self, trainer: Trainer, new: list[Edit]) -> None:
        """Raises ``EditRefused`` unless the changes fit on top of the trainer's draft."""
        for one in new:
            if isinstance(one, RenameIntent):
                roots = {self._programs, self._repository.root}
                used = await self._aside.run(work.code_with, roots, one.intent)
                if used:
                    raise UsedInCode(files=used)
        changes = await self._db.read(lambda session: drafts.changes_of(session, trainer.id))
        await self._aside.run(work.require, self._repository, changes, new)

    async def fitting(
        self, trainer: Trainer, new: list[tuple[str | None, Edit]]
    ) -> list[tuple[str | None, Edit]]:
        """Those of the changes that are none yet: an example that is there already is left out.

        The first of each pair is the caller's. Raises ``EditRefused`` for what does not fit.
        """
        changes = await self._db.read(lambda session: drafts.changes_of(session, trainer.id))
        return await self._aside.run(work.fitting, self._repository, changes, new)

    async def understood(self, text: str) -> dict[str, Any] | None:
        """What the live model makes of ``text``; ``None`` while it does not answer."""
        if self._parse is None:
            return None
        try:
            return await self._parse(text)
        except (EngineFailed, EngineUnreachable):
            return None

    async def preview(self, trainer: Trainer) -> DraftPreview:
        """What publishing the trainer's draft would do."""
        changes = await self.draft(trainer)
        return await self._aside.run(work.previewed, self._repository, changes)

    async def publish(self, trainer: Trainer, digest: str, reason: str) -> str:
        """Commit the trainer's draft, whose preview has this digest, and ask for a model of it; gives the commit.

        Raises ``NoReason``, ``ChecksFailed``, ``PreviewStale``, ``HandEdited``, ``EditRefused``, ``NothingToPublish``.
        """
        reason = " ".join(reason.split())
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise NoReason()
        changes = await self.draft(trainer)
        checked = await self._aside.run(work.previewed, self._repository, changes)
        if checked.refused is not None:
            raise checked.refused
        if errors := [one.as_json() for one in checked.findings if one.level == "error"]:
            raise ChecksFailed(findings=errors)
        now = self._clock()
        ids = [one.id for one in changes]
        publication = await self._db.write(
            lambda session: drafts.begin_publication(session, ids, reason, trainer.name, now)
        )
        message = f"{_subject(reason)}\n\n{_summary(changes)}\n\n{TRAILER}: {publication}\n"
        try:
            commit = await self._aside.run(
                work.published,
                self._repository,
                changes,
                digest,
                message,
                trainer.name,
                trainer.id,
                now,
            )
        except CareError:
            await self._db.write(lambda session: drafts.end_publication(session, publication, None))
            raise
        await self._db.write(
            lambda session: self._end(session, publication, commit, trainer, reason)
        )
        return commit

    def _end(
        self, session: Session, publication: str, commit: str, trainer: Trainer, reason: str
    ) -> None:
        drafts.end_publication(session, publication, commit)
        if self._enqueue is not None:
            self._enqueue(session, commit, trainer.name, reason)

    async def _settle(self, trainer: Trainer) -> None:
        """Find out what became of publications whose process died between commit and database."""
        before = self._clock() - drafts.UNDER_WAY
        begun = await self._db.read(lambda session: drafts.unfinished(session, trainer.id, before))
        for publication in begun:
            line = f"{TRAILER}: {publication.id}"
            commit = await self._aside.run(self._repository.commit_with, line)
            await self._db.write(partial(self._settled, publication, commit, trainer))

    def _settled(
        self, begun: Publication, commit: str | None, trainer: Trainer, session: Session
    ) -> None:
        if session.get(Publication, begun.id, with_for_update=True) is None:
            return
        if commit is None:
            drafts.end_publication(session, begun.id, None)
        else:
            self._end(session, begun.id, commit, trainer, begun.reason)


def _subject(reason: str) -> str:
    return f"data: {reason}" if len(reason) <= 60 else f"data: {reason[:59]}…\n\n{reason}"


def _summary(changes: list[Change]) -> str:
    counts: dict[tuple[str, str], int] = {}
    for one in changes:
        what = getattr(one.edit, "intent", None) or getattr(one.edit, "reply", None)
        key = (str(what or getattr(one.edit, "id", "")), one.edit.kind.replace("_", " "))
        counts[key] = counts.get(key, 0) + 1
    return "\n".join(f"{what}: {kind} ({count})" for (what, kind), count in counts.items())
