"""What trainers do with the training data: look, change, see the diff, publish."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database
from care.engine.protocol import EngineFailed, EngineUnreachable
from care.errors import BadRequest, CareError, Conflict
from care.studio.data import drafts
from care.studio.data.applying import apply_all
from care.studio.data.catalogue import Catalogue
from care.studio.data.checks import Finding, blanks_changed, look_through, new_findings
from care.studio.data.drafts import Change
from care.studio.data.edits import Edit, RenameIntent
from care.studio.data.files import Files
from care.studio.data.refusals import EditRefused, UsedInCode
from care.studio.data.repository import DataRepository, Preview
from care.studio.data.tables import Publication
from care.studio.data.workspace import View, Workspace
from care.studio.gate import Trainer

log = structlog.get_logger()

SHORTEST_REASON, LONGEST_REASON = 4, 500
TRAILER = "Studio-Publication"
CODE = ("actions", "bot", "care")
"""Folders, of the checkout and beside the data, whose programs may rest on an intent's name."""

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


@dataclass(frozen=True)
class DraftPreview:
    """What publishing a draft would do. Without ``preview`` it cannot be published: ``refused`` says why."""

    preview: Preview | None
    refused: CareError | None
    refused_change: str | None
    findings: list[Finding]


class TrainingData:
    """The data of one process. Reading and checking files happens in worker threads.

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
    ) -> None:
        self._db = db
        self._clock = clock
        self._repository = repository
        self._workspace = Workspace(repository)
        self._parse = parse
        self._enqueue = enqueue
        self._programs = programs
        self._looked: dict[str, list[Finding]] = {}

    async def draft(self, trainer: Trainer) -> list[Change]:
        """The trainer's changes. One whose publication's process died is found published, or a draft again."""
        await self._settle(trainer)
        return await self._db.read(lambda session: drafts.changes_of(session, trainer.id))

    async def view(self, trainer: Trainer) -> View:
        """The files as the trainer sees them."""
        changes = await self._db.read(lambda session: drafts.changes_of(session, trainer.id))
        return await asyncio.to_thread(self._workspace.view, changes)

    async def findings(self, trainer: Trainer) -> list[Finding]:
        """What is to be said about them."""
        view = await self.view(trainer)
        return await asyncio.to_thread(lambda: view.findings)

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
                used = await asyncio.to_thread(code_with, roots, one.intent)
                if used:
                    raise UsedInCode(files=used)
        changes = await self._db.read(lambda session: drafts.changes_of(session, trainer.id))
        await asyncio.to_thread(self._workspace.require, changes, new)

    async def fitting(
        self, trainer: Trainer, new: list[tuple[str | None, Edit]]
    ) -> list[tuple[str | None, Edit]]:
        """Those of the changes that are none yet: an example that is there already is left out.

        The first of each pair is the caller's. Raises ``EditRefused`` for what does not fit.
        """
        changes = await self._db.read(lambda session: drafts.changes_of(session, trainer.id))
        return await asyncio.to_thread(self._workspace.fitting, changes, new)

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
        return await asyncio.to_thread(self._preview, changes)

    def _preview(self, changes: list[Change]) -> DraftPreview:
        try:
            preview = self._repository.preview(_work(changes))
        except EditRefused as error:
            number = error.data.get("change")
            refused = changes[number].id if isinstance(number, int) else None
            return DraftPreview(None, error, refused, [])
        except CareError as error:
            return DraftPreview(None, error, None, [])
        return DraftPreview(preview, None, None, self._checked(preview))

    def _checked(self, preview: Preview) -> list[Finding]:
        """What the change brings that was not there before, errors first."""
        before, after = Files(preview.before), Files({**preview.before, **preview.after})
        found = new_findings(self._look(before), self._look(after))
        if any(finding.code == "unreadable" for finding in found):
            return found
        return [*blanks_changed(Catalogue(before), Catalogue(after)), *found]

    def _look(self, files: Files) -> list[Finding]:
        digest = hashlib.sha256(repr(sorted(files.texts().items())).encode()).hexdigest()
        if digest not in self._looked:
            if len(self._looked) >= 8:
                self._looked.pop(next(iter(self._looked)))
            self._looked[digest] = look_through(files)
        return self._looked[digest]

    async def publish(self, trainer: Trainer, digest: str, reason: str) -> str:
        """Commit the trainer's draft, whose preview has this digest, and ask for a model of it; gives the commit.

        Raises ``NoReason``, ``ChecksFailed``, ``PreviewStale``, ``HandEdited``, ``EditRefused``, ``NothingToPublish``.
        """
        reason = " ".join(reason.split())
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise NoReason()
        changes = await self.draft(trainer)
        checked = await asyncio.to_thread(self._preview, changes)
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
            commit, _ = await asyncio.to_thread(
                self._repository.publish,
                _work(changes),
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
            commit = await asyncio.to_thread(self._repository.commit_with, line)
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


def code_with(roots: set[Path], intent: str) -> list[str]:
    """The programs below ``roots`` that name an intent, as a text in quotes."""
    quoted = re.compile(rf"""["']{re.escape(intent)}["']""")
    found = {
        file.relative_to(root).as_posix()
        for root in roots
        for folder in CODE
        for file in (root / folder).rglob("*.py")
        if quoted.search(file.read_text(encoding="utf-8", errors="replace"))
    }
    return sorted(found)[:20]


def _work(changes: list[Change]) -> Callable[[Files], None]:
    return lambda files: apply_all(files, [one.edit for one in changes])


def _subject(reason: str) -> str:
    return f"data: {reason}" if len(reason) <= 60 else f"data: {reason[:59]}…\n\n{reason}"


def _summary(changes: list[Change]) -> str:
    counts: dict[tuple[str, str], int] = {}
    for one in changes:
        what = getattr(one.edit, "intent", None) or getattr(one.edit, "reply", None)
        key = (str(what or getattr(one.edit, "id", "")), one.edit.kind.replace("_", " "))
        counts[key] = counts.get(key, 0) + 1
    return "\n".join(f"{what}: {kind} ({count})" for (what, kind), count in counts.items())
