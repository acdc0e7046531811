"""Payments from the wish to the credited account. Each step is a transaction of its own and can be repeated.

A payment is asked for (``begin``), paid at the gateway, noted as paid, credited by the operator under the payment's id,
and noted as credited. Whoever dies between two steps leaves a row and a job; the job asks the gateway and goes on. So
what was paid is credited once, or given back once.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.protocol import BssRejected, Credit, Crediting, PaymentMethod
from care.clock import Clock
from care.customers.masking import mask_phone
from care.customers.sms import SmsGateway
from care.db import Database, new_id
from care.db.jobs import Handler, Job, schedule
from care.errors import Unavailable
from care.payments.gateway import (
    Charge,
    GatewayAnswer,
    GatewayDisagrees,
    GatewayState,
    GatewayUnavailable,
    PaymentGateway,
)
from care.payments.tables import UNPAID, PaymentRow, PaymentState
from care.payments.terms import PaymentTerms
from care.payments.texts import credited_sms, message_text

log = structlog.get_logger()

SETTLE_JOB = "payments.settle"
SMS_JOB = "payments.sms"
LOOKS = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 7))
"""When after its beginning a payment is looked for that nobody has told us of; the last look is at its end."""
RETRY_AFTER = timedelta(seconds=10)
LEAST_LEFT = timedelta(minutes=2)
"""A link with less time left is not given out again."""

Tell = Callable[[Session, str, str], None]
"""Lets the bot say something in a conversation, in the transaction of what it tells of."""


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What is to be paid; ``line_id`` is the line whose account is meant, ``phone`` the number that was named.

    ``own``: who pays has shown to be the line's holder.
    """

    conversation_id: str
    contact_id: str
    line_id: str
    phone: str
    amount: Decimal
    own: bool


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it stands."""

    id: str
    state: PaymentState
    line_id: str
    phone: str
    amount: Decimal
    own: bool
    resumed: bool
    expires_at: datetime


class Payments:
    """Takes payments through a gateway; without one ``available`` is False and nothing can be begun."""

    def __init__(
        self,
        db: Database,
        bss: Crediting,
        gateway: PaymentGateway | None,
        sms: SmsGateway,
        terms: PaymentTerms,
        clock: Clock,
        tell: Tell,
    ) -> None:
        self._db = db
        self._bss = bss
        self._gateway = gateway
        self._sms = sms
        self.terms = terms
        self._clock = clock
        self._tell = tell

    @property
    def available(self) -> bool:
        """Whether one can pay here."""
        return self._gateway is not None

    async def begin(
        self, request: PaymentRequest, guard: Callable[[Session], None]
    ) -> tuple[Payment, str]:
        """Open a payment; gives it and the address of the page on which it is paid.

        The same wish in a conversation gives the payment that is open. Another amount for the number replaces it.
        Raises ``GatewayUnavailable``, what ``guard`` raises, and ``ValueError`` for an amount against the terms.
        """
        if self.terms.refusal(request.amount) is not None:
            raise ValueError("the terms do not allow this amount")
        gateway = self._require_gateway()
        payment_id, replaced = await self._db.write(
            lambda session: self._open(session, request, guard, gateway.name)
        )
        for other in replaced:
            await self._end(other, PaymentState.CANCELLED, answered=True)
        payment = await self.of(payment_id)
        page = await gateway.create(
            Charge(
                payment.id,
                payment.amount,
                f"话费充值 {mask_phone(payment.phone)}",
                payment.expires_at,
            )
        )
        state = await self._db.write(lambda session: _note_number(session, payment_id, page.number))
        if state != PaymentState.CREATED:  # it was given up while the gateway opened it
            await gateway.close(payment_id)
        return payment, page.address

    async def of(self, payment_id: str) -> Payment:
        """The payment with this id, which must exist."""
        return _payment(
            await self._db.read(lambda session: session.get_one(PaymentRow, payment_id))
        )

    async def newest(self, conversation_id: str) -> Payment | None:
        """The payment that was asked for last in a conversation."""
        query = (
            select(PaymentRow)
            .where(PaymentRow.conversation_id == conversation_id)
            .order_by(PaymentRow.id.desc())
            .limit(1)
        )
        row = await self._db.read(lambda session: session.scalar(query))
        return None if row is None else _payment(row)

    async def settle(self, payment_id: str, *, answered: bool = False) -> Payment:
        """Ask the gateway and go on as far as it goes; gives how the payment stands then.

        ``answered``: whoever calls tells the customer, so the bot need not say it by itself. Systems that are down
        cost time only: a job goes on. Raises ``GatewayDisagrees``.
        """
        with suppress(Unavailable):
            await self._settle(payment_id, answered)
        return await self.of(payment_id)

    async def notice(self, body: bytes, headers: dict[str, str]) -> None:
        """The gateway tells that something has happened. Raises ``Unauthenticated``, ``GatewayDisagrees``."""
        payment_id = self._require_gateway().read_notice(body, headers)
        if await self._db.read(lambda session: session.get(PaymentRow, payment_id)) is not None:
            await self.settle(payment_id)

    async def cancel(self, payment_id: str) -> Payment:
        """The customer does not want to pay any more; what was paid meanwhile is credited all the same."""
        with suppress(Unavailable):
            await self._end(payment_id, PaymentState.CANCELLED, answered=True)
        return await self.of(payment_id)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {SETTLE_JOB: self._look, SMS_JOB: self._send}

    async def _look(self, job: Job) -> None:
        payment_id = job.payload["payment"]
        await self._settle(payment_id, answered=False)
        payment = await self.of(payment_id)
        if payment.state in UNPAID and self._clock() >= payment.expires_at:
            await self._end(payment_id, PaymentState.EXPIRED, answered=False)

    async def _send(self, job: Job) -> None:
        await self._sms.send(job.payload["phone"], job.payload["text"])

    async def _settle(self, payment_id: str, answered: bool) -> None:
        payment = await self.of(payment_id)
        if payment.state in UNPAID:
            answer = await self._require_gateway().query(payment_id)
            await self._note_answer(payment, answer, PaymentState.CANCELLED, answered)
        await self._carry_on(payment_id, answered)

    async def _end(self, payment_id: str, end: PaymentState, *, answered: bool) -> None:
        """Let a payment be paid no more, unless it was."""
        payment = await self.of(payment_id)
        if payment.state in UNPAID:
            answer = await self._require_gateway().close(payment_id)
            if answer.state is GatewayState.UNKNOWN:  # we died before the gateway was asked for it
                answer = GatewayAnswer(GatewayState.CLOSED)
            await self._note_answer(payment, answer, end, answered)
        await self._carry_on(payment_id, answered)

    async def _note_answer(
        self, payment: Payment, answer: GatewayAnswer, closed: PaymentState, answered: bool
    ) -> None:
        """Write down what the gateway says; ``closed`` is what a closed payment counts as."""
        if answer.state is GatewayState.PAID:
            if answer.amount != payment.amount:
                log.error("payments.gateway_disagrees", payment=payment.id)
                raise GatewayDisagrees()
            await self._db.write(lambda session: self._note_paid(session, payment.id))
        elif answer.state in (GatewayState.FAILED, GatewayState.CLOSED):
            end = PaymentState.FAILED if answer.state is GatewayState.FAILED else closed
            await self._db.write(lambda session: self._note_end(session, payment.id, end, answered))

    async def _carry_on(self, payment_id: str, answered: bool) -> None:
        """From paid to credited, or where the operator does not take the money, back to the customer."""
        payment = await self.of(payment_id)
        if payment.state is PaymentState.PAID:
            try:
                credit = await self._bss.credit(
                    payment.line_id, payment.amount, PaymentMethod.APP, idempotency_key=payment.id
                )
            except BssRejected as error:
                reason = error.reason
                await self._db.write(
                    lambda session: self._note_refused(session, payment_id, reason)
                )
            else:
                await self._db.write(
                    lambda session: self._note_credited(session, payment_id, credit, answered)
                )
        if (await self.of(payment_id)).state is PaymentState.REFUNDING:
            await self._require_gateway().refund(payment_id)
            await self._db.write(lambda session: self._note_refunded(session, payment_id, answered))

    def _open(
        self,
        session: Session,
        request: PaymentRequest,
        guard: Callable[[Session], None],
        gateway: str,
    ) -> tuple[str, list[str]]:
        guard(session)
        now = self._clock()
        opened = session.scalars(
            select(PaymentRow)
            .where(PaymentRow.conversation_id == request.conversation_id)
            .where(PaymentRow.phone == request.phone, PaymentRow.state == PaymentState.CREATED)
            .order_by(PaymentRow.id)
        ).all()
        same = [
            one
            for one in opened
            if one.amount == request.amount and one.expires_at > now + LEAST_LEFT
        ]
        if same:
            return same[-1].id, [one.id for one in opened if one.id != same[-1].id]
        row = PaymentRow(
            id=new_id(),
            conversation_id=request.conversation_id,
            contact_id=request.contact_id,
            line_id=request.line_id,
            phone=request.phone,
            own=request.own,
            amount=request.amount,
            state=PaymentState.CREATED,
            gateway=gateway,
            created_at=now,
            expires_at=now + self.terms.life,
        )
        session.add(row)
        for look in (*LOOKS, self.terms.life):
            schedule(session, SETTLE_JOB, {"payment": row.id}, now + look)
        return row.id, [one.id for one in opened]

    def _note_paid(self, session: Session, payment_id: str) -> None:
        row = _locked(session, payment_id)
        if row.state in UNPAID:
            row.state, row.paid_at = PaymentState.PAID, self._clock()
            schedule(session, SETTLE_JOB, {"payment": payment_id}, self._clock() + RETRY_AFTER)

    def _note_credited(
        self, session: Session, payment_id: str, credit: Credit, answered: bool
    ) -> None:
        row = _locked(session, payment_id)
        if row.state == PaymentState.PAID:
            row.state, row.credited_at = PaymentState.CREDITED, self._clock()
            row.resumed = credit.resumed
            sms = {"phone": row.phone, "text": credited_sms(row)}
            schedule(session, SMS_JOB, sms, self._clock())
            self._say(session, row, answered)

    def _note_refused(self, session: Session, payment_id: str, reason: str) -> None:
        row = _locked(session, payment_id)
        if row.state == PaymentState.PAID:
            row.state, row.refusal = PaymentState.REFUNDING, reason
            schedule(session, SETTLE_JOB, {"payment": payment_id}, self._clock() + RETRY_AFTER)

    def _note_refunded(self, session: Session, payment_id: str, answered: bool) -> None:
        row = _locked(session, payment_id)
        if row.state == PaymentState.REFUNDING:
            row.state = PaymentState.REFUNDED
            self._say(session, row, answered)

    def _note_end(
        self, session: Session, payment_id: str, end: PaymentState, answered: bool
    ) -> None:
        row = _locked(session, payment_id)
        if row.state == PaymentState.CREATED:
            row.state = end
            self._say(session, row, answered or row.gateway_number is None)

    def _say(self, session: Session, row: PaymentRow, answered: bool) -> None:
        text = message_text(row)
        if text is not None and not answered:
            self._tell(session, row.conversation_id, text)

    def _require_gateway(self) -> PaymentGateway:
        if self._gateway is None:
            raise GatewayUnavailable()
        return self._gateway


def _locked(session: Session, payment_id: str) -> PaymentRow:
    return session.scalars(
        select(PaymentRow).where(PaymentRow.id == payment_id).with_for_update()
    ).one()


def _note_number(session: Session, payment_id: str, number: str) -> str:
    row = _locked(session, payment_id)
    row.gateway_number = number
    return row.state


def _payment(row: PaymentRow) -> Payment:
    return Payment(
        id=row.id,
        state=PaymentState(row.state),
        line_id=row.line_id,
        phone=row.phone,
        amount=row.amount,
        own=row.own,
        resumed=row.resumed,
        expires_at=row.expires_at,
    )
