"""Requests about personal data that touch more than one part: copies and deletion."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.protocol import Bss
from care.clock import Clock
from care.conversations.announce import Announcer
from care.conversations.tables import Conversation, Message
from care.customers.privacy import (
    DUTIES,
    PrivacyKind,
    PrivacyRequest,
    PrivacyState,
    record,
)
from care.db import Database
from care.db.jobs import Handler, Job, schedule
from care.duties import Duties
from care.engine import Engine
from care.errors import NotFound
from care.links import Links
from care.privacy import deletion
from care.privacy.copy import Subject, copy_of

PAGE = "my-data"
LINK_LIFE = timedelta(minutes=15)
DELETE_JOB = "privacy.delete_chat"

type Guard = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was taken: ``reason`` says why it was refused."""

    id: str
    state: PrivacyState
    reason: str | None = None


class Privacy:
    """Takes and carries out requests about personal data."""

    def __init__(
        self,
        db: Database,
        bss: Bss,
        engine: Engine,
        announcer: Announcer,
        duties: Duties,
        links: Links,
        clock: Clock,
    ) -> None:
        self._db = db
        self._bss = bss
        self._engine = engine
        self._announcer = announcer
        self._duties = duties
        self._links = links
        self._clock = clock

    def article(self, kind: PrivacyKind) -> str:
        """The article that a request rests on, as the rule pack names it."""
        return self._duties[DUTIES[kind]].source

    async def copy_link(self, subject: Subject, turn_id: str, guard: Guard) -> str:
        """The address of a page with a copy of the subject's data, good for minutes; the request is kept."""

        def work(session: Session) -> str:
            guard(session)
            request, _ = record(
                session,
                PrivacyKind.EXPORT,
                self.article(PrivacyKind.EXPORT),
                subject.contact_id,
                subject.customer_id,
                turn_id,
                self._clock(),
                state=PrivacyState.DONE,
            )
            return request.id

        return self._links.make(PAGE, await self._db.write(work), LINK_LIFE)

    async def copy(self, token: str) -> dict[str, Any]:
        """The copy behind a link. Raises ``LinkExpired``, ``NotFound`` and ``BssUnavailable``."""
        request_id = self._links.read(PAGE, token)
        request = await self._db.read(lambda session: session.get(PrivacyRequest, request_id))
        if request is None or request.kind != PrivacyKind.EXPORT or request.customer_id is None:
            raise NotFound()
        subject = Subject(request.contact_id, request.customer_id)
        return await copy_of(self._db, self._bss, subject, self._clock())

    async def delete_chat(
        self, contact_id: str, customer_id: str | None, turn_id: str, guard: Guard
    ) -> Asked:
        """Have what was said up to this turn removed; refused while a complaint is open. A repeated turn asks once."""

        def work(session: Session) -> Asked:
            guard(session)
            complaint = deletion.open_complaint(session, contact_id, customer_id)
            now = self._clock()
            message = session.get_one(Message, turn_id)
            request, new = record(
                session,
                PrivacyKind.DELETE_CHAT,
                self.article(PrivacyKind.DELETE_CHAT),
                contact_id,
                customer_id,
                turn_id,
                now,
                state=PrivacyState.REFUSED if complaint else PrivacyState.ACCEPTED,
                detail={"refused": complaint} if complaint else {"upto": message.seq},
            )
            if new and not complaint:
                schedule(session, DELETE_JOB, {"request": request.id}, now)
            return Asked(
                request.id, PrivacyState(request.state), reason=request.detail.get("refused")
            )

        return await self._db.write(work)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls."""
        return {DELETE_JOB: self._delete}

    async def _delete(self, job: Job) -> None:
        """Remove from the engine, then from our rows. Raises ``Busy``: the loop comes again."""

        def begin(session: Session) -> tuple[str, str] | None:
            request = session.get_one(PrivacyRequest, job.payload["request"])
            if request.state != PrivacyState.ACCEPTED:
                return None
            if deletion.open_complaint(session, request.contact_id, request.customer_id):
                raise deletion.Busy  # made since then: what was said is needed until it is settled
            conversation = session.scalars(
                select(Conversation).where(Conversation.contact_id == request.contact_id)
            ).one()
            deletion.hold_still(session, conversation.id)
            # Whatever is said while the engine forgets begins a dialogue of its own.
            conversation.fresh = True
            return conversation.id, request.turn_id

        begun = await self._db.write(begin)
        if begun is None:
            return
        conversation_id, upto = begun
        await self._engine.forget(conversation_id)
        total = 0
        while count := await self._db.write(
            lambda session: deletion.remove_contents(
                session, self._announcer, conversation_id, upto, self._clock()
            )
        ):
            total += count
        await self._db.write(lambda session: self._note(session, job.payload["request"], total))

    def _note(self, session: Session, request_id: str, removed: int) -> None:
        request = session.get_one(PrivacyRequest, request_id, with_for_update=True)
        if request.state != PrivacyState.ACCEPTED:
            return
        request.state, request.done_at = PrivacyState.DONE, self._clock()
        request.detail = {**request.detail, "removed": removed}
