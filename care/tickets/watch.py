"""What the clocks of tickets do: each ticket gets an owner, is looked after before its promise, and escalates at it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from care.bss.protocol import Bss
from care.clock import Clock
from care.customers.sms import SmsGateway
from care.db import Database
from care.db.jobs import Handler, Job, schedule
from care.tickets.clocks import BREACH_JOB, DISPATCH_JOB, WARNING_JOB
from care.tickets.lifecycle import OPEN_STATES, find, locked, record
from care.tickets.progress import SYSTEM, escalate
from care.tickets.service import Announce
from care.tickets.tables import Deed, Ticket, TicketKind
from care.tickets.teams import Teams
from care.wording import moment

SMS_JOB = "tickets.late_sms"

FAULTS = frozenset(
    {
        TicketKind.BROADBAND_FAULT,
        TicketKind.TV_FAULT,
        TicketKind.MOBILE_FAULT,
        TicketKind.CALL_FAULT,
    }
)

_LATE_FAULT = (
    "【小讯】很抱歉，您的报修（工单{number}）没能按承诺修复，已升级主管督办。"
    "按规定，障碍期间的月租费用将为您免收。"
)
"""电信条例 Art. 32: who cannot repair in time tells the customer and waives the monthly fee of the time."""
_LATE = "【小讯】很抱歉，您的工单{number}没能按承诺办结，已升级主管督办，会尽快答复您。"


class TicketWatch:
    """Handlers of the tickets' jobs. Each looks at the ticket as it is now, and does nothing when it has moved on."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        zone: ZoneInfo,
        bss: Bss,
        teams: Teams,
        sms: SmsGateway,
        announce: Announce,
    ) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone
        self._bss = bss
        self._teams = teams
        self._sms = sms
        self._announce = announce

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {
            DISPATCH_JOB: self._dispatch,
            WARNING_JOB: self._warn,
            BREACH_JOB: self._breach,
            SMS_JOB: self._tell,
        }

    async def _dispatch(self, job: Job) -> None:
        number: str = job.payload["ticket"]
        ticket = await self._db.read(lambda session: find(session, number))
        district = None
        if ticket.area_id is not None:
            area = await self._bss.area(ticket.area_id)
            district = area.district if area is not None else None
        team = self._teams.of(TicketKind(ticket.kind), district)

        def work(session: Session, ticket: Ticket, now: datetime) -> None:
            if ticket.team is None:
                ticket.team = team.id
                record(session, ticket, SYSTEM, Deed.DISPATCHED, f"派给{team.name}", now)

        await self._change(number, work)

    async def _warn(self, job: Job) -> None:
        def work(session: Session, ticket: Ticket, now: datetime) -> None:
            if now < ticket.promised_at:
                note = f"即将到承诺时间 {moment(ticket.promised_at, self._zone)}"
                record(session, ticket, SYSTEM, Deed.WARNED, note, now)

        await self._change(job.payload["ticket"], work)

    async def _breach(self, job: Job) -> None:
        def work(session: Session, ticket: Ticket, now: datetime) -> None:
            if now < ticket.promised_at:  # another time has been promised since
                schedule(session, BREACH_JOB, job.payload, ticket.promised_at)
            elif escalate(session, ticket, now) and ticket.phone is not None:
                text = _LATE_FAULT if TicketKind(ticket.kind) in FAULTS else _LATE
                payload = {"phone": ticket.phone, "text": text.format(number=ticket.number)}
                schedule(session, SMS_JOB, payload, now)

        await self._change(job.payload["ticket"], work)

    async def _tell(self, job: Job) -> None:
        await self._sms.send(job.payload["phone"], job.payload["text"])

    async def _change(self, number: str, work: Callable[[Session, Ticket, datetime], None]) -> None:
        """Do this to an open ticket, and let the desks know."""
        now = self._clock()

        def change(session: Session) -> None:
            ticket = locked(session, number)
            if ticket.state in OPEN_STATES:
                work(session, ticket, now)
                self._announce(session, number, now)

        await self._db.write(change)
