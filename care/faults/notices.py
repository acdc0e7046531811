"""Telling customers by text message that an outage is over, for which they have asked.

Operators' fault systems announce nothing here; so one job for each outage looks again every ``look`` until it is over. Then
each number gets a job of its own: a message that cannot be sent is tried again alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from care.bss.protocol import Bss
from care.clock import Clock
from care.customers.sms import SmsGateway
from care.db import Database, new_id
from care.db.jobs import Handler, Job, schedule
from care.faults.tables import OutageNotice

LOOK_JOB = "faults.outage_look"
TELL_JOB = "faults.outage_over_sms"

KEPT = timedelta(days=7)
"""How long it stays on record that a number was told of the end of an outage."""

TEXT = (
    "【小讯】{area}的网络故障已经恢复，给您添麻烦了。如果还是用不了，请直接告诉我们，马上为您处理。"
)


@dataclass(frozen=True, slots=True)
class NoticeRequest:
    """Who wants to be told of the end of which outage. ``phone`` must be a verified number of the customer's."""

    outage_id: str
    area_id: str
    phone: str
    customer_id: str
    conversation_id: str | None = None


class OutageNotices:
    """Keeps who wants to be told, and tells them. ``look`` is the time between two looks at an outage."""

    def __init__(
        self, db: Database, clock: Clock, bss: Bss, sms: SmsGateway, look: timedelta
    ) -> None:
        self._db = db
        self._clock = clock
        self._bss = bss
        self._sms = sms
        self._look = look

    async def subscribe(self, request: NoticeRequest, guard: Callable[[Session], None]) -> bool:
        """Note the wish; gives whether it is new. ``guard`` is called first in the transaction and may refuse."""
        now = self._clock()

        def work(session: Session) -> bool:
            guard(session)
            if _of(session, request.outage_id, request.phone) is not None:
                return False
            if not _waiting(session, request.outage_id):
                self._look_later(session, request.outage_id)
            session.add(
                OutageNotice(
                    id=new_id(),
                    outage_id=request.outage_id,
                    area_id=request.area_id,
                    phone=request.phone,
                    customer_id=request.customer_id,
                    conversation_id=request.conversation_id,
                    asked_at=now,
                )
            )
            session.flush()
            return True

        return await self._db.write(work)

    async def wanted(self, outage_id: str, phone: str) -> bool:
        """Whether this number is to be told of the end of this outage."""
        return await self._db.read(lambda session: _of(session, outage_id, phone) is not None)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {LOOK_JOB: self._look_again, TELL_JOB: self._tell}

    async def _look_again(self, job: Job) -> None:
        """Look whether the outage is over: then order the messages, else look again later."""
        outage_id: str = job.payload["outage"]
        outage = await self._bss.outage(outage_id)
        # An outage that the operator no longer knows can only be over.
        over = outage is None or outage.ended_at is not None
        await self._db.write(
            self._order_messages(outage_id)
            if over
            else lambda session: self._look_later(session, outage_id)
        )

    def _order_messages(self, outage_id: str) -> Callable[[Session], None]:
        now = self._clock()

        def work(session: Session) -> None:
            waiting = (
                select(OutageNotice)
                .where(OutageNotice.outage_id == outage_id, OutageNotice.due_at.is_(None))
                .with_for_update()
            )
            for notice in session.scalars(waiting):
                notice.due_at = now
                schedule(session, TELL_JOB, {"notice": notice.id}, now)

        return work

    async def _tell(self, job: Job) -> None:
        notice = await self._db.read(
            lambda session: session.get_one(OutageNotice, job.payload["notice"])
        )
        if notice.sent_at is not None:
            return
        area = await self._bss.area(notice.area_id)
        name = area.name if area is not None else "您所在区域"
        await self._sms.send(notice.phone, TEXT.format(area=name))
        now = self._clock()

        def sent(session: Session) -> None:
            session.get_one(OutageNotice, notice.id).sent_at = now

        await self._db.write(sent)

    def _look_later(self, session: Session, outage_id: str) -> None:
        schedule(session, LOOK_JOB, {"outage": outage_id}, self._clock() + self._look)


def remove_told(session: Session, now: datetime, limit: int) -> int:
    """Remove up to ``limit`` wishes whose message was sent ``KEPT`` ago; gives their number."""
    told = select(OutageNotice.id).where(OutageNotice.sent_at <= now - KEPT).limit(limit)
    ids = list(session.scalars(told.with_for_update(skip_locked=True)))
    if ids:
        session.execute(delete(OutageNotice).where(OutageNotice.id.in_(ids)))
    return len(ids)


def _of(session: Session, outage_id: str, phone: str) -> OutageNotice | None:
    query = select(OutageNotice).where(
        OutageNotice.outage_id == outage_id, OutageNotice.phone == phone
    )
    return session.scalar(query)


def _waiting(session: Session, outage_id: str) -> bool:
    """Whether somebody waits for the end of this outage already, so that a job looks at it."""
    query = (
        select(func.count())
        .select_from(OutageNotice)
        .where(OutageNotice.outage_id == outage_id, OutageNotice.due_at.is_(None))
    )
    return bool(session.scalar(query))
