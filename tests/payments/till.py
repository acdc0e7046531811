"""A till: payments on the embedded operator with one line, the sandbox gateway, and a process that can die at any step."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.tables import AccountRow, BillRow, CustomerRow, LineRow
from care.bss.embedded.tables import PaymentRow as OperatorPayment
from care.bss.protocol import BillState, LineStatus
from care.customers.contacts import Contact
from care.db import Database, new_id, on_commit
from care.db.jobs import JobLoop, JobRow
from care.links import Links
from care.payments.sandbox import SandboxGateway, SandboxPaymentRow
from care.payments.service import Payment, PaymentRequest, Payments
from care.payments.tables import PaymentRow
from care.payments.terms import PaymentTerms
from tests.fakes import ManualClock

LINE, PHONE = "L1", "13800138001"
LIFE = timedelta(minutes=15)
TERMS = PaymentTerms(Decimal(1), Decimal(500), (Decimal(30), Decimal(50)), LIFE)
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


class Dies(BaseException):
    """The process ends here; nothing of ours may catch it."""


class Steps:
    """Counts the moments before and after each call to the outside, and ends the process at one of them."""

    def __init__(self) -> None:
        self.done = 0
        self.last: int | None = None

    def __call__(self) -> None:
        self.done += 1
        if self.last is not None and self.done >= self.last:
            raise Dies


class Watched:
    """Something whose asynchronous calls are steps."""

    def __init__(self, inner: Any, steps: Steps) -> None:
        self._inner = inner
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found) or name in ("read_notice", "notice"):
            return found

        async def call(*args: Any, **more: Any) -> Any:
            self._steps()
            result = await found(*args, **more)
            self._steps()
            return result

        return call


class Texts:
    """A gateway of text messages that keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, phone: str, text: str) -> None:
        """Keep it."""
        self.sent.append((phone, text))


def free(session: Session) -> None:
    """A turn whose time is not over."""


class Till:
    """Everything, with one customer and one line that owes nothing."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = ManualClock(NOW)
        self.bss: Any = EmbeddedBss(db, self.clock)
        links = Links("s", "http://care.example", self.clock)
        self.gateway = SandboxGateway(db, links, self.clock, "secret")
        self.texts = Texts()
        self.told: list[str] = []
        self.contact = new_id()
        self.db.write_now(self._rows)
        self.steps = Steps()
        self.payments = self.started()

    def started(self, steps: Steps | None = None, bss: Any = None, gateway: Any = None) -> Payments:
        """The service as a new process has it."""
        self.steps = steps or Steps()
        return Payments(
            Watched(self.db, self.steps),  # type: ignore[arg-type]
            Watched(bss or self.bss, self.steps),  # type: ignore[arg-type]
            Watched(gateway or self.gateway, self.steps),  # type: ignore[arg-type]
            self.texts,
            TERMS,
            self.clock,
            self._tell,
        )

    def _tell(self, session: Session, conversation_id: str, text: str) -> None:
        on_commit(session, lambda: self.told.append(text))

    def _rows(self, session: Session) -> None:
        session.add(Contact(id=self.contact, created_at=NOW))
        if session.get(LineRow, LINE) is not None:
            return
        customer: dict[str, Any] = {"kind": "person", "level": "basic", "address": "幸福路1号"}
        session.add(CustomerRow(id="C1", name="王建国", since=date(2020, 1, 1), **customer))
        session.flush()
        line: dict[str, Any] = {"status": LineStatus.ACTIVE, "sim": "plastic"}
        session.add(LineRow(id=LINE, customer_id="C1", phone=PHONE, since=date(2020, 1, 1), **line))
        session.flush()
        session.add(AccountRow(line_id=LINE, available=Decimal(0), arrears=Decimal(0)))

    async def begin(
        self, amount: str = "50", conversation: str | None = None, **more: Any
    ) -> Payment:
        """Ask for a payment, in a conversation of its own unless told otherwise."""
        payment, _ = await self.payments.begin(self.request(amount, conversation, **more), free)
        return payment

    def request(
        self, amount: str = "50", conversation: str | None = None, **more: Any
    ) -> PaymentRequest:
        """A wish to pay."""
        return PaymentRequest(
            conversation_id=conversation or new_id(),
            contact_id=self.contact,
            line_id=LINE,
            phone=more.get("phone", PHONE),
            amount=Decimal(amount),
            own=more.get("own", False),
        )

    async def work_off(self, hours: float = 2.0) -> None:
        """Let time pass, and whoever is alive do the jobs that come due."""
        end = self.clock.now + timedelta(hours=hours)
        loop = JobLoop(self.db, self.clock, self.payments.handlers())
        while True:
            while await loop.run_due():
                pass
            due = self.db.read_now(
                lambda session: session.scalar(
                    select(func.min(JobRow.due_at)).where(JobRow.done_at.is_(None))
                )
            )
            if due is None or due > end:
                break
            self.clock.now = max(self.clock.now, due)
        self.clock.now = end

    def owe(self, amount: str) -> None:
        """The line owes a bill and is stopped for it."""

        def work(session: Session) -> None:
            owed = Decimal(amount)
            values: dict[str, Any] = {"state": BillState.UNPAID, "total": owed}
            session.add(BillRow(id="B1", line_id=LINE, month="2026-10", paid=Decimal(0), **values))
            session.get_one(AccountRow, LINE).arrears = owed
            session.get_one(LineRow, LINE).status = LineStatus.SUSPENDED_ARREARS

        self.db.write_now(work)

    def close_line(self, status: LineStatus = LineStatus.CLOSED) -> None:
        """The number is given up."""
        change = update(LineRow).where(LineRow.id == LINE).values(status=status)
        self.db.write_now(lambda session: session.execute(change))

    @property
    def account(self) -> Decimal:
        """Yuan on the line's account."""
        return self.db.read_now(lambda session: session.get_one(AccountRow, LINE).available)

    def row(self, payment_id: str) -> PaymentRow:
        """Our row of a payment."""
        return self.db.read_now(lambda session: session.get_one(PaymentRow, payment_id))

    def at_gateway(self, payment_id: str) -> str | None:
        """The gateway's state of a payment."""
        row = self.db.read_now(lambda session: session.get(SandboxPaymentRow, payment_id))
        return None if row is None else row.state

    def credits(self, payment_id: str) -> int:
        """How often the operator credited a payment."""
        query = select(func.count()).where(OperatorPayment.idempotency_key == payment_id)
        return self.db.read_now(lambda session: session.scalar(query)) or 0

    def rows(self) -> list[PaymentRow]:
        """All our payments."""
        return self.db.read_now(lambda session: list(session.scalars(select(PaymentRow))))
