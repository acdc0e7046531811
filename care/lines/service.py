"""Lines and cards for the other parts of the server: how a line stands, and what is done to it at once."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from care.bss.protocol import (
    Bss,
    BssRejected,
    CardOrder,
    HoldReason,
    Line,
    LineAct,
    LineHold,
    LineStatus,
    SpamLevel,
)
from care.clock import Clock
from care.customers.sms import SmsGateway
from care.customers.verification import Verified
from care.db import Database
from care.db.jobs import Handler, Job, schedule
from care.errors import Unavailable
from care.lines.grants import Grant, Grants
from care.lines.requests import Asked, note
from care.lines.suspension import REMIND_BEFORE
from care.lines.tables import GrantedPage
from care.lines.words import LineWords
from care.links import Links
from care.wording import day

log = structlog.get_logger()

SMS_JOB = "lines.sms"
REMINDER_JOB = "lines.keep_ends"
_REMINDER_AT = time(10)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a line stands. ``arrears`` in yuan, of the line that pays for it."""

    line: Line
    hold: LineHold | None
    card: CardOrder | None
    arrears: Decimal


class LineService:
    """What may be asked and done about lines. Writes are noted with who asked for them (``requests.note``)."""

    def __init__(
        self,
        db: Database,
        bss: Bss,
        links: Links,
        sms: SmsGateway,
        clock: Clock,
        words: LineWords,
    ) -> None:
        self._db = db
        self._bss = bss
        self._sms = sms
        self._clock = clock
        self.grants = Grants(db, links, clock)
        self.words = words

    async def own(self, verified: Verified) -> tuple[Line, ...]:
        """The customer's lines that are not closed, the verified one first."""
        lines = await self._bss.lines(verified.customer_id)
        return tuple(sorted(lines, key=lambda line: line.id != verified.line_id))

    async def named(self, verified: Verified, wanted: str) -> Line | None:
        """The customer's own line with this number or identifier; None where it is not theirs."""
        lines = await self.own(verified)
        return next((line for line in lines if wanted in (line.id, line.phone)), None)

    async def standing(self, line: Line) -> Standing:
        """How the line stands. Raises ``BssRejected`` for a closed one."""
        balance = await self._bss.balance(line.primary_line_id or line.id)
        return Standing(
            line=line,
            hold=await self._bss.hold(line.id),
            card=await self._bss.card_order(line.id),
            arrears=balance.arrears,
        )

    async def block_lost(self, asked: Asked, line: Line) -> None:
        """Stop a line at once whose card is lost (挂失); why at once, stands in ``requests``."""
        key = await note(self._db, self._clock, asked, LineAct.BLOCK_LOST, line.id)
        await self._bss.block_lost(line.id, idempotency_key=key)

    async def restore_paid(self, asked: Asked, line: Line) -> None:
        """Bring back a line whose arrears are paid. Raises ``BssRejected`` (IN_ARREARS)."""
        key = await note(self._db, self._clock, asked, LineAct.RESUME, line.id)
        await self._bss.resume_line(line.id, idempotency_key=key)

    async def switch_spam_off(self, asked: Asked, line: Line) -> None:
        """Switch the spam shield off: nothing is ordered by it, and it can be switched on again."""
        level = SpamLevel.OFF
        key = await note(self._db, self._clock, asked, LineAct.SET_SPAM_LEVEL, line.id, level)
        await self._bss.set_spam_level(line.id, level, idempotency_key=key)

    async def block_number(self, asked: Asked, line: Line, number: str) -> None:
        """Let ``number`` ring the line no more. Raises ``BssRejected`` (LIMIT_REACHED)."""
        key = await note(self._db, self._clock, asked, LineAct.BLOCK_NUMBER, line.id, number)
        await self._bss.block_number(line.id, number, idempotency_key=key)

    async def unblock_number(self, asked: Asked, line: Line, number: str) -> None:
        """Let ``number`` ring again. Raises ``BssRejected`` (NOT_BLOCKED)."""
        key = await note(self._db, self._clock, asked, LineAct.UNBLOCK_NUMBER, line.id, number)
        await self._bss.unblock_number(line.id, number, idempotency_key=key)

    async def show_puk(self, token: str) -> tuple[Grant, str | None]:
        """Use a PUK link up; gives the PUK, None where the operator holds none. Raises ``LinkExpired``."""
        grant = await self.grants.take(GrantedPage.PUK, token)
        try:
            return grant, await self._bss.puk(grant.line_id)
        except Unavailable:
            await self.grants.give_back(grant)
            raise

    async def set_password(self, token: str, password: str) -> Grant:
        """Use a password link up and set the password; a text message to the line says so.

        Whether it is good enough was looked at before. Raises ``LinkExpired``, ``BssUnavailable`` (the link may then
        be used again) and ``BssRejected``.
        """
        grant = await self.grants.take(GrantedPage.PASSWORD, token)
        try:
            await self._bss.set_service_password(grant.line_id, password, idempotency_key=grant.id)
        except Unavailable:
            await self.grants.give_back(grant)
            raise
        sms = {"phone": grant.phone, "text": PASSWORD_SET}
        await self._db.write(lambda session: schedule(session, SMS_JOB, sms, self._clock()))
        return grant

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {SMS_JOB: self._send, REMINDER_JOB: self._remind}

    async def _send(self, job: Job) -> None:
        await self._sms.send(job.payload["phone"], job.payload["text"])

    async def _remind(self, job: Job) -> None:
        """Tell that a suspension ends soon, unless it was taken back or changed meanwhile."""
        try:
            hold = await self._bss.hold(job.payload["line"])
        except BssRejected:
            return  # closed meanwhile
        until = date.fromisoformat(job.payload["until"])
        if hold is None or hold.reason is not HoldReason.REQUEST or hold.until != until:
            return
        text = KEEP_ENDS.format(tail=job.payload["phone"][-4:], until=day(until))
        await self._sms.send(await self._reachable(job.payload["line"]), text)

    async def _reachable(self, line_id: str) -> str:
        """A number of the customer's that is in use, else the line's own."""
        line = await self._bss.line_by_id(line_id)
        assert line is not None
        lines = await self._bss.lines(line.customer_id)
        return next((one.phone for one in lines if not is_stopped(one)), line.phone)


PASSWORD_SET = (
    "【小讯】您的服务密码已经设置成功。如非本人操作，请立即联系客服。"
    "服务密码不要告诉任何人，工作人员也不会向您索要。"
)
KEEP_ENDS = (
    "【小讯】您尾号{tail}的号码停机保号将于{until}到期，到期自动恢复使用并恢复套餐月费。"
    "需要继续保号请在到期前联系我们。"
)
"""Text messages."""


def remind_of_end(session: Session, line_id: str, phone: str, until: date, zone: ZoneInfo) -> None:
    """Have the customer told some days before a suspension ends."""
    payload = {"line": line_id, "phone": phone, "until": until.isoformat()}
    at = datetime.combine(until - REMIND_BEFORE, _REMINDER_AT, zone)
    schedule(session, REMINDER_JOB, payload, at)


def is_stopped(line: Line) -> bool:
    """Whether the line is not in use."""
    return line.status is not LineStatus.ACTIVE
