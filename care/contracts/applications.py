"""Applications: a number is kept, a ticket is opened, and the person is told honestly what must be done in person.

A new number or another owner needs the person's real-name check (实名), which no chat can do. So nothing is contracted here
and nothing is charged.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from care.bss.protocol import Bss, BssRejected, BssUnavailable, Delivery, RejectReason
from care.clock import Clock
from care.contracts.tables import Application, ApplicationKind, ApplicationState
from care.customers.sms import SmsGateway
from care.db import Database, new_id
from care.db.jobs import Handler, Job, schedule
from care.errors import Conflict
from care.tickets.service import TicketRequest, Tickets
from care.tickets.tables import Ticket, TicketKind

RESERVE_JOB = "contracts.reserve"
RETRY_AFTER = timedelta(seconds=10)
KEPT_DAYS = 7
"""Days for which a number is kept for an application."""

MOST_KEPT = 2
"""Numbers that are kept for one contact, or one number to call, at a time: the pool is for everybody."""

type Guard = Callable[[Session], None]


class TooManyApplications(Conflict):
    """``count`` numbers are kept for this applicant already."""

    code, message = "too_many_applications", "您预约中的号码太多了，请先办好再约。"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, and how they are reached."""

    contact_id: str
    conversation_id: str
    contact_phone: str
    customer_id: str | None = None
    customer_name: str | None = None


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number with its plan, and how the card reaches the person."""

    phone: str
    plan_id: str
    plan_name: str
    delivery: Delivery
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """An application as it stands; ``kept_until`` is set once the number is kept."""

    id: str
    state: ApplicationState
    ticket: Ticket
    kept_until: datetime | None


class Applications:
    """Takes applications."""

    def __init__(
        self, db: Database, bss: Bss, tickets: Tickets, sms: SmsGateway, clock: Clock
    ) -> None:
        self._db = db
        self._bss = bss
        self._tickets = tickets
        self._sms = sms
        self._clock = clock

    async def new_number(
        self, applicant: Applicant, wanted: NewNumber, turn_id: str, guard: Guard
    ) -> Applied:
        """Apply for a number that the applicant's contact keeps already.

        A system that is down meanwhile keeps it later. Raises ``TooManyApplications`` and BssRejected: NUMBER_TAKEN,
        UNKNOWN_NUMBER.
        """
        now = self._clock()
        await self._db.read(lambda session: _check_number_kept(session, applicant, turn_id, now))
        await self._bss.hold_number(wanted.phone, applicant.contact_id)
        way = f"邮寄上门：{wanted.address}" if wanted.delivery is Delivery.MAIL else "到营业厅领取"
        application = await self._apply(
            ApplicationKind.NEW_NUMBER,
            applicant,
            wanted.phone,
            title=f"新号预约 {wanted.phone}",
            description=f"套餐：{wanted.plan_name}\n领卡：{way}\n须本人实名核验后激活",
            turn_id=turn_id,
            guard=guard,
            plan_id=wanted.plan_id,
            delivery=wanted.delivery,
            address=wanted.address,
        )
        with suppress(BssUnavailable):  # the job scheduled with the application goes on trying
            await self._reserve(application.id)
        return await self._applied(application.id)

    async def in_person(
        self,
        kind: ApplicationKind,
        applicant: Applicant,
        phone: str,
        title: str,
        description: str,
        turn_id: str,
        guard: Guard,
    ) -> Applied:
        """Apply for what is done in a shop: another owner, a renewed document."""
        application = await self._apply(
            kind, applicant, phone, title, description, turn_id=turn_id, guard=guard
        )
        return await self._applied(application.id)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls."""
        return {RESERVE_JOB: self._reserve_later}

    async def _reserve_later(self, job: Job) -> None:
        await self._reserve(job.payload["application"])

    async def _apply(
        self,
        kind: ApplicationKind,
        applicant: Applicant,
        phone: str,
        title: str,
        description: str,
        *,
        turn_id: str,
        guard: Guard,
        plan_id: str | None = None,
        delivery: Delivery | None = None,
        address: str | None = None,
    ) -> Application:
        ticket = await self._tickets.open(
            TicketRequest(
                kind=TicketKind.APPLICATION,
                title=title,
                description=description,
                actor="bot",
                contact_id=applicant.contact_id,
                customer_id=applicant.customer_id,
                customer_name=applicant.customer_name,
                phone=applicant.contact_phone,
                conversation_id=applicant.conversation_id,
                turn_id=turn_id,
            ),
            guard,
        )

        def work(session: Session) -> Application:
            guard(session)
            first = session.scalar(select(Application).where(Application.turn_id == turn_id))
            if first is not None:
                return first
            now = self._clock()
            new = kind is ApplicationKind.NEW_NUMBER
            row = Application(
                id=new_id(),
                kind=kind,
                state=ApplicationState.ACCEPTED if new else ApplicationState.READY,
                contact_id=applicant.contact_id,
                customer_id=applicant.customer_id,
                phone=phone,
                plan_id=plan_id,
                delivery=delivery,
                address=address,
                contact_phone=applicant.contact_phone,
                ticket_number=ticket.number,
                turn_id=turn_id,
                applied_at=now,
            )
            session.add(row)
            if new:
                schedule(session, RESERVE_JOB, {"application": row.id}, now + RETRY_AFTER)
            return row

        return await self._db.write(work)

    async def _reserve(self, application_id: str) -> None:
        """Keep the number for the application; nothing where that was done, or has failed for good."""
        row = await self._db.read(lambda session: session.get_one(Application, application_id))
        if row.state != ApplicationState.ACCEPTED:
            return
        until: datetime | None = None
        try:
            hold = await self._bss.reserve_number(row.phone, row.contact_id, KEPT_DAYS)
            until = hold.until
        except BssRejected as error:
            if error.reason not in (RejectReason.NUMBER_TAKEN, RejectReason.UNKNOWN_NUMBER):
                raise
        if await self._db.write(lambda session: _note(session, application_id, until)):
            await self._sms.send(
                row.contact_phone,
                f"【小讯】很抱歉，您预约的号码{row.phone}未能保留，我们会联系您另选，没有产生任何费用。",
            )

    async def _applied(self, application_id: str) -> Applied:
        def work(session: Session) -> Applied:
            row = session.get_one(Application, application_id)
            ticket = session.get_one(Ticket, row.ticket_number)
            return Applied(row.id, ApplicationState(row.state), ticket, row.kept_until)

        return await self._db.read(work)


def _note(session: Session, application_id: str, until: datetime | None) -> bool:
    """Note that the number is kept, or that it is gone; gives whether it was found to be gone now."""
    row = session.get_one(Application, application_id, with_for_update=True)
    if row.state != ApplicationState.ACCEPTED:
        return False
    row.state = ApplicationState.LAPSED if until is None else ApplicationState.READY
    row.kept_until = until
    return until is None


def _check_number_kept(session: Session, applicant: Applicant, turn_id: str, now: datetime) -> None:
    count = session.scalar(
        select(func.count())
        .select_from(Application)
        .where(Application.kind == ApplicationKind.NEW_NUMBER, Application.turn_id != turn_id)
        .where(
            or_(
                Application.contact_id == applicant.contact_id,
                Application.contact_phone == applicant.contact_phone,
            ),
            or_(
                Application.state == ApplicationState.ACCEPTED,
                Application.kept_until > now,
            ),
        )
    )
    if (count or 0) >= MOST_KEPT:
        raise TooManyApplications(count=count)
