"""Text messages: the protocol of an SMS gateway, and the demo's, which keeps them to be looked at."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.clock import Clock
from care.db import Base, Database, UtcDateTime, new_id
from care.db.jobs import Handler, Job, schedule
from care.errors import Unavailable


class SmsFailed(Unavailable):
    """The gateway did not take the message."""

    code, message = "sms_failed", "短信暂时发送不出去，请稍后再试。"


SEND_JOB = "sms.send"


class SmsGateway(Protocol):
    """Sends text messages."""

    async def send(self, phone: str, text: str) -> None:
        """Send ``text`` to ``phone``. Raises ``SmsFailed``."""


def send_later(session: Session, phone: str, text: str, now: datetime) -> None:
    """Have ``text`` sent to ``phone`` as soon as the transaction is committed; it is tried until the gateway takes it."""
    schedule(session, SEND_JOB, {"phone": phone, "text": text}, now)


def handlers(sms: SmsGateway) -> dict[str, Handler]:
    """What the job loop calls, by kind."""

    async def send(job: Job) -> None:
        await sms.send(job.payload["phone"], job.payload["text"])

    return {SEND_JOB: send}


class DemoSmsRow(Base):
    """A text message that a real gateway would have sent."""

    __tablename__ = "demo_sms"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    phone: Mapped[str] = mapped_column(String(20), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DemoSms:
    """Keeps messages in a table instead of sending them; demo mode only."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def send(self, phone: str, text: str) -> None:
        """Keep the message."""
        row = DemoSmsRow(id=new_id(), phone=phone, text=text, at=self._clock())
        await self._db.write(lambda session: session.add(row))

    async def sent_to(self, phone: str, limit: int = 20) -> list[DemoSmsRow]:
        """The newest messages to ``phone``, newest first."""

        def work(session: Session) -> list[DemoSmsRow]:
            query = select(DemoSmsRow).where(DemoSmsRow.phone == phone)
            return list(session.scalars(query.order_by(DemoSmsRow.id.desc()).limit(limit)))

        return await self._db.read(work)
