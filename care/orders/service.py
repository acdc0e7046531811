"""Changing a plan: offer, consent, order. Each step can be repeated without doing anything twice."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.protocol import Bss, BssRejected, BssUnavailable, OrderReceipt, RejectReason
from care.catalogue.service import PlanOffer, next_month, plan_offer
from care.clock import Clock, local_date
from care.customers.sms import SmsGateway
from care.customers.verification import Verification, Verified
from care.db import Database, new_id
from care.db.jobs import Handler, Job, schedule
from care.errors import CareError
from care.orders.tables import ConsentProof, OfferRow, OrderRow, OrderState
from care.orders.texts import offer_text, refusal_text, success_text

CHANGE_PLAN = "change_plan"
PLACE_JOB = "orders.place"
SMS_JOB = "orders.success_sms"
OFFER_LIFE = timedelta(minutes=30)
RETRY_AFTER = timedelta(seconds=10)


class OfferExpired(CareError):
    """The offer is no longer open; it has to be made anew."""

    code, status, message = "offer_expired", 409, "这个办理已经超时，请重新发起。"


@dataclass(frozen=True)
class Offer:
    """An open offer and what it is about."""

    id: str
    plan: PlanOffer


@dataclass(frozen=True)
class Consent:
    """Where and how a customer agreed; ``guard`` refuses a turn whose time is over."""

    code: str
    channel: str
    conversation_id: str
    guard: Callable[[Session], None]


@dataclass(frozen=True)
class Order:
    """An order as it stands."""

    id: str
    state: OrderState
    offering_id: str
    effective: date
    refusal: str | None

    @property
    def number(self) -> str:
        """What customers are told as the order's number."""
        return number_of(self.id)


class Orders:
    """Makes offers, takes consent and places orders with the operator."""

    def __init__(
        self,
        db: Database,
        bss: Bss,
        verification: Verification,
        sms: SmsGateway,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._db = db
        self._bss = bss
        self._verification = verification
        self._sms = sms
        self._clock = clock
        self._zone = zone

    async def check_plan(self, line_id: str, plan_id: str) -> None:
        """Raise ``BssRejected`` unless the line may change to the plan from next month on."""
        await self._bss.check_plan_change(line_id, plan_id, next_month(self._today()))

    async def offer_plan(self, verified: Verified, plan_id: str) -> Offer:
        """Offer the verified customer's line a change to ``plan_id``. Raises ``BssRejected``."""
        plan = await plan_offer(self._bss, verified.line_id, plan_id, self._today())
        now = self._clock()
        text = offer_text(verified.phone, plan)
        row = OfferRow(
            id=new_id(),
            contact_id=verified.contact_id,
            customer_id=verified.customer_id,
            line_id=verified.line_id,
            phone=verified.phone,
            kind=CHANGE_PLAN,
            offering_id=plan_id,
            price=plan.new.monthly_fee,
            effective=plan.effective,
            text=text,
            text_hash=hashlib.sha256(text.encode()).hexdigest(),
            made_at=now,
            expires_at=now + OFFER_LIFE,
        )
        await self._db.write(lambda session: session.add(row))
        return Offer(row.id, plan)

    async def consent_awaited(self, offer_id: str, verified: Verified) -> bool:
        """Whether the code for this offer is on its way and still good."""
        return await self._verification.awaits(
            verified.contact_id, verified.phone, _purpose(offer_id)
        )

    async def ask_consent(self, offer_id: str, verified: Verified, network: str) -> None:
        """Send the offer's text with a one-time code to the line's own number.

        Raises ``OfferExpired`` and what ``Verification.send_code`` raises.
        """
        row = await self._db.read(lambda session: self._open(session, offer_id, verified))
        await self._verification.send_code(
            verified.contact_id,
            row.phone,
            network,
            purpose=_purpose(offer_id),
            subject=f"提供此验证码即表示同意：{row.text}",
        )

    async def confirm(self, offer_id: str, verified: Verified, consent: Consent) -> Order:
        """Take the code as consent, keep the proof and place the order.

        A repeated call gives the same order. An operator's system that is down leaves it accepted; it is placed as
        soon as the system answers. Raises ``CodeWrong``, ``CodeExpired``, ``NumberLocked``, ``OfferExpired`` and
        ``StaleEpoch`` (nothing is ordered then).
        """
        ordered = await self._db.read(lambda session: _order_of(session, offer_id))
        if ordered is None:
            challenge_id = await self._verification.check_consent(
                verified.contact_id, consent.code, _purpose(offer_id)
            )
            ordered = await self._db.write(
                lambda session: self._write_order(
                    session, offer_id, verified, consent, challenge_id
                )
            )
        with suppress(BssUnavailable):  # the job scheduled with the order goes on trying
            await self._place(ordered)
        order = await self.of_offer(offer_id)
        assert order is not None
        return order

    async def of_offer(self, offer_id: str) -> Order | None:
        """The order that an offer led to, if it did."""

        def work(session: Session) -> Order | None:
            order_id = _order_of(session, offer_id)
            if order_id is None:
                return None
            row = session.get_one(OrderRow, order_id)
            return Order(row.id, OrderState(row.state), row.offering_id, row.effective, row.refusal)

        return await self._db.read(work)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {PLACE_JOB: self._place_later, SMS_JOB: self._send_success}

    async def _place_later(self, job: Job) -> None:
        await self._place(job.payload["order"])

    async def _send_success(self, job: Job) -> None:
        await self._sms.send(job.payload["phone"], job.payload["text"])

    async def _place(self, order_id: str) -> None:
        order = await self._db.read(lambda session: session.get_one(OrderRow, order_id))
        if order.state != OrderState.ACCEPTED:
            return
        receipt: OrderReceipt | None = None
        refusal: RejectReason | None = None
        try:
            receipt = await self._bss.change_plan(
                order.line_id, order.offering_id, order.effective, idempotency_key=order.id
            )
        except BssRejected as error:
            refusal = error.reason
        plan = await self._bss.plan(order.offering_id)
        name = plan.name if plan is not None else order.offering_id
        await self._db.write(lambda session: self._note(session, order_id, receipt, refusal, name))

    def _note(
        self,
        session: Session,
        order_id: str,
        receipt: OrderReceipt | None,
        refusal: RejectReason | None,
        plan_name: str,
    ) -> None:
        order = session.scalars(
            select(OrderRow).where(OrderRow.id == order_id).with_for_update()
        ).one()
        if order.state != OrderState.ACCEPTED:
            return
        if receipt is None:
            order.state, order.refusal = OrderState.REFUSED, refusal
            text = refusal_text(plan_name)
        else:
            order.state, order.operator_order_id = OrderState.PLACED, receipt.order_id
            text = success_text(plan_name, order.effective, number_of(order.id))
        schedule(session, SMS_JOB, {"phone": order.phone, "text": text}, self._clock())

    def _write_order(
        self,
        session: Session,
        offer_id: str,
        verified: Verified,
        consent: Consent,
        challenge_id: str,
    ) -> str:
        consent.guard(session)
        offer = self._open(session, offer_id, verified)
        now = self._clock()
        proof = ConsentProof(
            id=new_id(),
            offer_id=offer_id,
            method="one_time_code",
            challenge_id=challenge_id,
            channel=consent.channel,
            conversation_id=consent.conversation_id,
            text=offer.text,
            text_hash=offer.text_hash,
            at=now,
        )
        session.add(proof)
        session.flush()
        order = OrderRow(
            id=new_id(),
            proof_id=proof.id,
            customer_id=offer.customer_id,
            line_id=offer.line_id,
            phone=offer.phone,
            kind=offer.kind,
            offering_id=offer.offering_id,
            effective=offer.effective,
            state=OrderState.ACCEPTED,
            ordered_at=now,
        )
        session.add(order)
        schedule(session, PLACE_JOB, {"order": order.id}, now + RETRY_AFTER)
        return order.id

    def _open(self, session: Session, offer_id: str, verified: Verified) -> OfferRow:
        row = session.get(OfferRow, offer_id)
        if row is None or row.contact_id != verified.contact_id or row.expires_at <= self._clock():
            raise OfferExpired()
        return row

    def _today(self) -> date:
        return local_date(self._clock(), self._zone)


def number_of(order_id: str) -> str:
    """The end of an order's id, which is enough to find it by."""
    return order_id[-8:].upper()


def _order_of(session: Session, offer_id: str) -> str | None:
    return session.scalar(
        select(OrderRow.id)
        .join(ConsentProof, OrderRow.proof_id == ConsentProof.id)
        .where(ConsentProof.offer_id == offer_id)
    )


def _purpose(offer_id: str) -> str:
    return f"consent:{offer_id}"
