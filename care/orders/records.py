"""What was offered and ordered in a conversation, with the proof of consent: for those who must be able to show it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.orders.service import number_of
from care.orders.tables import ConsentProof, OfferRow, OrderRow


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order with its proof, or an agent's offer that waits for consent (then ``number`` is None)."""

    offer_id: str
    name: str
    text: str
    text_hash: str
    made_at: datetime
    expires_at: datetime
    by_agent: bool
    number: str | None = None
    state: str | None = None
    method: str | None = None
    channel: str | None = None
    agreed_at: datetime | None = None


def of_conversation(session: Session, conversation_id: str) -> list[OrderRecord]:
    """Orders that rest on consent given in a conversation, and agents' offers made in it, newest first."""
    query = (
        select(OfferRow, ConsentProof, OrderRow)
        .outerjoin(ConsentProof, ConsentProof.offer_id == OfferRow.id)
        .outerjoin(OrderRow, OrderRow.proof_id == ConsentProof.id)
        .where(
            (OfferRow.conversation_id == conversation_id)
            | (ConsentProof.conversation_id == conversation_id)
        )
        .order_by(OfferRow.id.desc())
    )
    return [_record(offer, proof, order) for offer, proof, order in session.execute(query)]


def latest_agent_offer(session: Session, conversation_id: str, now: datetime) -> OfferRow | None:
    """The newest offer that an agent made in a conversation, while its time lasts, agreed to or not."""
    return session.scalar(
        select(OfferRow)
        .where(OfferRow.conversation_id == conversation_id, OfferRow.expires_at > now)
        .order_by(OfferRow.id.desc())
        .limit(1)
    )


def _record(offer: OfferRow, proof: ConsentProof | None, order: OrderRow | None) -> OrderRecord:
    return OrderRecord(
        offer_id=offer.id,
        name=offer.name,
        text=offer.text,
        text_hash=offer.text_hash,
        made_at=offer.made_at,
        expires_at=offer.expires_at,
        by_agent=offer.agent_id is not None,
        number=number_of(order.id) if order is not None else None,
        state=order.state if order is not None else None,
        method=proof.method if proof is not None else None,
        channel=proof.channel if proof is not None else None,
        agreed_at=proof.at if proof is not None else None,
    )
