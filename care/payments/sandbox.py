"""A payment gateway to try things with: no money moves. Its page has a button for each way a payment can end."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.clock import Clock
from care.db import Base, Database, Money, UtcDateTime
from care.db.counters import advance
from care.errors import Conflict, NotFound, Unauthenticated
from care.links import Links
from care.payments.gateway import Charge, GatewayAnswer, GatewayPage, GatewayState

PAGE = "pay"
"""The page's name in its link."""

SIGNATURE = "x-sandbox-signature"
"""The header of a notice: HMAC-SHA256 of the body, in hexadecimal."""

_SECOND = timedelta(seconds=1)


class Choice(StrEnum):
    """The buttons of the page."""

    PAY = "pay"
    FAIL = "fail"
    GIVE_UP = "give_up"


_OUTCOMES = {
    Choice.PAY: GatewayState.PAID,
    Choice.FAIL: GatewayState.FAILED,
    Choice.GIVE_UP: GatewayState.CLOSED,
}


class SandboxPaymentRow(Base):
    """A payment as the sandbox knows it."""

    __tablename__ = "sandbox_payments"
    __table_args__ = (
        CheckConstraint("state IN ('open','paid','failed','closed','refunded')", name="state"),
    )

    payment_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    subject: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SandboxGateway:
    """The protocol ``PaymentGateway`` on a table of its own."""

    name = "sandbox"

    def __init__(self, db: Database, links: Links, clock: Clock, secret: str) -> None:
        self._db = db
        self._links = links
        self._clock = clock
        self._key = hmac.digest(secret.encode(), b"sandbox-gateway:", "sha256")

    async def create(self, charge: Charge) -> GatewayPage:
        """See the protocol."""

        def work(session: Session) -> str:
            row = session.get(SandboxPaymentRow, charge.payment_id)
            if row is None:
                row = SandboxPaymentRow(
                    payment_id=charge.payment_id,
                    number=f"SB{advance(session, 'sandbox_payments'):010d}",
                    amount=charge.amount,
                    subject=charge.subject,
                    state=GatewayState.OPEN,
                    expires_at=charge.expires_at,
                )
                session.add(row)
            return row.number

        number = await self._db.write(work)
        life = max(charge.expires_at - self._clock(), _SECOND)
        return GatewayPage(number, self._links.make(PAGE, charge.payment_id, life))

    async def query(self, payment_id: str) -> GatewayAnswer:
        """See the protocol."""
        return await self._db.read(
            lambda session: _answer(session.get(SandboxPaymentRow, payment_id))
        )

    async def close(self, payment_id: str) -> GatewayAnswer:
        """See the protocol."""

        def work(session: Session) -> GatewayAnswer:
            row = session.get(SandboxPaymentRow, payment_id, with_for_update=True)
            if row is not None and row.state == GatewayState.OPEN:
                row.state = GatewayState.CLOSED
            return _answer(row)

        return await self._db.write(work)

    async def refund(self, payment_id: str) -> None:
        """See the protocol. Raises ``Conflict`` for what was never paid."""

        def work(session: Session) -> None:
            row = session.get(SandboxPaymentRow, payment_id, with_for_update=True)
            if row is None or row.state not in (GatewayState.PAID, GatewayState.REFUNDED):
                raise Conflict()
            row.state = GatewayState.REFUNDED

        await self._db.write(work)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> str:
        """See the protocol."""
        shown = headers.get(SIGNATURE, "")
        if not shown.isascii() or not hmac.compare_digest(shown, self._sign(body)):
            raise Unauthenticated()
        return str(json.loads(body)["payment"])

    def notice(self, payment_id: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the notice that the sandbox sends of a payment."""
        body = json.dumps({"payment": payment_id}).encode()
        return body, {SIGNATURE: self._sign(body)}

    async def charged(self, payment_id: str) -> Charge:
        """What its page asks for. Raises ``NotFound``."""
        row = await self._db.read(lambda session: session.get(SandboxPaymentRow, payment_id))
        if row is None:
            raise NotFound()
        return Charge(row.payment_id, row.amount, row.subject, row.expires_at)

    async def choose(self, payment_id: str, choice: Choice) -> GatewayState:
        """A button of the page was pressed. The first one counts; gives how the payment stands then.

        Raises ``NotFound``.
        """

        def work(session: Session) -> GatewayState:
            row = session.get(SandboxPaymentRow, payment_id, with_for_update=True)
            if row is None:
                raise NotFound()
            if row.state == GatewayState.OPEN and self._clock() < row.expires_at:
                row.state = _OUTCOMES[choice]
            return GatewayState(row.state)

        return await self._db.write(work)

    def _sign(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()


def _answer(row: SandboxPaymentRow | None) -> GatewayAnswer:
    if row is None:
        return GatewayAnswer(GatewayState.UNKNOWN)
    paid = row.state in (GatewayState.PAID, GatewayState.REFUNDED)
    return GatewayAnswer(GatewayState(row.state), row.amount if paid else None)
