"""Second confirmation (二次确认): offer, consent, order, the same for whatever is ordered (``care/orders/kinds``).

Each step can be repeated without doing anything twice.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.protocol import BssRejected, BssUnavailable, RejectReason
from care.clock import Clock, local_date
from care.customers.sms import SmsGateway
from care.customers.verification import Verification, Verified
from care.db import Database, new_id
from care.db.jobs import Handler, Job, schedule
from care.duties import Duties
from care.errors import CareError, Conflict
from care.orders.kinds import OrderKind, OrderToPlace, Params, Terms
from care.orders.tables import ConsentMethod, ConsentProof, OfferRow, OrderRow, OrderState
from care.orders.texts import refusal_text, success_text

PLACE_JOB = "orders.place"
SMS_JOB = "orders.success_sms"
OFFER_LIFE = timedelta(minutes=30)
RETRY_AFTER = timedelta(seconds=10)
YES_SUFFICES = "yes_suffices"
"""The duty that names the kinds of orders for which a yes in a verified session is enough."""


class OfferExpired(CareError):
    """The offer is no longer open; it has to be made anew."""

    code, status, message = "offer_expired", 409, "这个办理已经超时，请重新发起。"


class CodeNeeded(Conflict):
    """A yes is not enough for this kind of order: the rule pack wants a one-time code."""

    code, message = "code_needed", "这项业务需要用短信验证码再次确认。"


@dataclass(frozen=True)
class Offer:
    """An open offer and what would be agreed to."""

    id: str
    kind: str
    terms: Terms


@dataclass(frozen=True)
class Consent:
    """Where and how a customer agreed: by a code, or without one by a plain yes of a verified customer.

    ``guard`` refuses a turn whose time is over.
    """

    code: str | None
    channel: str
    conversation_id: str
    guard: Callable[[Session], None]


@dataclass(frozen=True)
class Order:
    """An order as it stands."""

    id: str
    kind: str
    name: str
    state: OrderState
    offering_id: str
    effective: date
    words: Mapping[str, str]
    """The values of the sentences about it, as they were when it was offered."""
    refusal: str | None
    operator_order_id: str | None

    @property
    def number(self) -> str:
        """What customers are told as the order's number."""
        return number_of(self.id)


class Orders:
    """Makes offers, takes consent and places orders with the operator."""

    def __init__(
        self,
        db: Database,
        kinds: Mapping[str, OrderKind],
        verification: Verification,
        sms: SmsGateway,
        duties: Duties,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._db = db
        self._kinds = kinds
        self._verification = verification
        self._sms = sms
        self._duties = duties
        self._clock = clock
        self._zone = zone

    async def terms(self, verified: Verified, kind: str, params: Params) -> Terms:
        """What would be offered, without offering it. Raises ``BssRejected``."""
        return await self._kinds[kind].terms(verified, params, self._today())

    async def offer(self, verified: Verified, kind: str, params: Params) -> Offer:
        """Offer an order to the verified customer. Raises ``BssRejected``."""
        terms = await self.terms(verified, kind, params)
        now = self._clock()
        row = OfferRow(
            id=new_id(),
            contact_id=verified.contact_id,
            customer_id=verified.customer_id,
            line_id=verified.line_id,
            phone=verified.phone,
            kind=kind,
            name=terms.name,
            offering_id=terms.offering_id,
            params=dict(params),
            words=dict(terms.words),
            price=terms.price,
            effective=terms.effective,
            text=terms.text,
            text_hash=hashlib.sha256(terms.text.encode()).hexdigest(),
            made_at=now,
            expires_at=now + OFFER_LIFE,
        )
        await self._db.write(lambda session: session.add(row))
        return Offer(row.id, kind, terms)

    def yes_suffices(self, kind: str) -> bool:
        """Whether the rule pack lets a verified customer agree to this kind without a code."""
        return kind in self._duties.names(YES_SUFFICES)

    async def offered(self, offer_id: str) -> str:
        """The name of what was offered."""
        return (await self._db.read(lambda session: session.get_one(OfferRow, offer_id))).name

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
        """Take the code, or the yes where that suffices, as consent, keep the proof and place the order.

        A repeated call gives the same order. An operator's system that is down leaves it accepted; it is placed as
        soon as the system answers. Raises ``CodeNeeded``, ``CodeWrong``, ``CodeExpired``, ``NumberLocked``,
        ``OfferExpired`` and ``StaleEpoch`` (nothing is ordered then).
        """
        ordered = await self._db.read(lambda session: _order_of(session, offer_id))
        if ordered is None:
            challenge_id = await self._challenge(offer_id, verified, consent)
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
            return _as_order(row, session.get_one(OfferRow, offer_id))

        return await self._db.read(work)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {PLACE_JOB: self._place_later, SMS_JOB: self._send_success}

    async def _place_later(self, job: Job) -> None:
        await self._place(job.payload["order"])

    async def _send_success(self, job: Job) -> None:
        await self._sms.send(job.payload["phone"], job.payload["text"])

    async def _challenge(self, offer_id: str, verified: Verified, consent: Consent) -> str | None:
        """The code that proves the consent; None where a yes does."""
        if consent.code is not None:
            return await self._verification.check_consent(
                verified.contact_id, consent.code, _purpose(offer_id)
            )
        row = await self._db.read(lambda session: self._open(session, offer_id, verified))
        if not self.yes_suffices(row.kind):
            raise CodeNeeded(kind=row.kind)
        return None

    async def _place(self, order_id: str) -> None:
        state, to_place = await self._db.read(lambda session: _to_place(session, order_id))
        if state is not OrderState.ACCEPTED:
            return
        number: str | None = None
        refusal: RejectReason | None = None
        try:
            number = await self._kinds[to_place.kind].place(to_place)
        except BssRejected as error:
            refusal = error.reason
        await self._db.write(lambda session: self._note(session, to_place, number, refusal))

    def _note(
        self,
        session: Session,
        placed: OrderToPlace,
        number: str | None,
        refusal: RejectReason | None,
    ) -> None:
        order = session.scalars(
            select(OrderRow).where(OrderRow.id == placed.id).with_for_update()
        ).one()
        if order.state != OrderState.ACCEPTED:
            return
        if number is None:
            order.state, order.refusal = OrderState.REFUSED, refusal
            text = refusal_text(order.name)
        else:
            order.state, order.operator_order_id = OrderState.PLACED, number
            text = success_text(order.name, order.effective, number_of(order.id))
            self._kinds[order.kind].placed(session, placed)
        schedule(session, SMS_JOB, {"phone": order.phone, "text": text}, self._clock())

    def _write_order(
        self,
        session: Session,
        offer_id: str,
        verified: Verified,
        consent: Consent,
        challenge_id: str | None,
    ) -> str:
        consent.guard(session)
        offer = self._open(session, offer_id, verified)
        now = self._clock()
        proof = ConsentProof(
            id=new_id(),
            offer_id=offer_id,
            method=ConsentMethod.VERIFIED_YES
            if challenge_id is None
            else ConsentMethod.ONE_TIME_CODE,
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
            name=offer.name,
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


def _as_order(row: OrderRow, offer: OfferRow) -> Order:
    return Order(
        id=row.id,
        kind=row.kind,
        name=row.name,
        state=OrderState(row.state),
        offering_id=row.offering_id,
        effective=row.effective,
        words=offer.words,
        refusal=row.refusal,
        operator_order_id=row.operator_order_id,
    )


def _to_place(session: Session, order_id: str) -> tuple[OrderState, OrderToPlace]:
    row = session.get_one(OrderRow, order_id)
    offer = session.scalars(
        select(OfferRow)
        .join(ConsentProof, ConsentProof.offer_id == OfferRow.id)
        .where(ConsentProof.id == row.proof_id)
    ).one()
    return OrderState(row.state), OrderToPlace(
        id=row.id,
        kind=row.kind,
        customer_id=row.customer_id,
        line_id=row.line_id,
        phone=row.phone,
        offering_id=row.offering_id,
        effective=row.effective,
        params=offer.params,
    )


def _purpose(offer_id: str) -> str:
    return f"consent:{offer_id}"
