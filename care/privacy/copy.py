"""A copy of what we hold: of one contact's chat, and of the customer it has shown to be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.protocol import Bss
from care.contracts.tables import Application
from care.conversations.tables import Conversation, Message
from care.customers.contacts import Contact
from care.customers.masking import mask_name, mask_phone
from care.customers.privacy import chosen, requests_of
from care.db import Database
from care.orders.tables import ConsentProof, OfferRow, OrderRow
from care.tickets.tables import Ticket


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: a contact, and the customer it has shown to be."""

    contact_id: str
    customer_id: str


async def copy_of(db: Database, bss: Bss, subject: Subject, now: datetime) -> dict[str, Any]:
    """All that we hold, as JSON: name, numbers and address masked, times ISO 8601 in UTC, money in yuan as text.

    Raises ``BssUnavailable``. The operator's own systems hold bills, usage and payments, which the chat shows by itself.
    """
    customer = await bss.customer(subject.customer_id)
    lines = await bss.lines(subject.customer_id)
    document = await bss.identity_document(subject.customer_id) if customer is not None else None
    profile: dict[str, Any] = {}
    if customer is not None and document is not None:
        profile = {
            "name": mask_name(customer.name),
            "level": customer.level.value,
            "birth_year": customer.birth_date.year if customer.birth_date else None,
            "address": f"{customer.address[:6]}****",
            "customer_since": customer.since.isoformat(),
            "document": document.kind,
            "real_name_verified": document.verified,
            "numbers": [mask_phone(line.phone) for line in lines],
        }
    held = await db.read(lambda session: _held(session, subject))
    return {"made_at": now.isoformat(), "profile": profile, **held}


def _held(session: Session, subject: Subject) -> dict[str, Any]:
    contact = session.get_one(Contact, subject.contact_id)
    choices = chosen(session, subject.customer_id)
    return {
        "settings": {
            "senior_mode": contact.senior,
            "automated_decisions_allowed": choices.automated,
            "marketing_allowed": choices.marketing,
        },
        "messages": _messages(session, subject.contact_id),
        "orders": _orders(session, subject.customer_id),
        "applications": _applications(session, subject),
        "tickets": _tickets(session, subject),
        "privacy_requests": [
            {
                "kind": request.kind,
                "article": request.article,
                "state": request.state,
                "asked_at": request.asked_at.isoformat(),
            }
            for request in requests_of(session, subject.contact_id, subject.customer_id)
        ],
    }


def _messages(session: Session, contact_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Message)
        .join(Conversation, Message.conversation_id == Conversation.id)
        .where(Conversation.contact_id == contact_id, Message.withdrawn.is_(False))
        .order_by(Message.seq)
    )
    return [
        {
            "at": row.sent_at.isoformat(),
            "role": row.role,
            "channel": row.channel,
            "text": row.text,
            "understood_as": (row.understanding or {}).get("intent"),
        }
        for row in rows
    ]


def _orders(session: Session, customer_id: str) -> list[dict[str, Any]]:
    rows = session.execute(
        select(OrderRow, ConsentProof, OfferRow)
        .join(ConsentProof, OrderRow.proof_id == ConsentProof.id)
        .join(OfferRow, ConsentProof.offer_id == OfferRow.id)
        .where(OrderRow.customer_id == customer_id)
        .order_by(OrderRow.id)
    )
    return [
        {
            "at": order.ordered_at.isoformat(),
            "name": order.name,
            "state": order.state,
            "price": str(offer.price),
            "agreed_to": proof.text,
            "agreed_at": proof.at.isoformat(),
            "agreed_by": proof.method,
        }
        for order, proof, offer in rows
    ]


def _applications(session: Session, subject: Subject) -> list[dict[str, Any]]:
    mine = (Application.customer_id == subject.customer_id) | (
        Application.customer_id.is_(None) & (Application.contact_id == subject.contact_id)
    )
    return [
        {
            "at": row.applied_at.isoformat(),
            "kind": row.kind,
            "state": row.state,
            "number": mask_phone(row.phone),
            "contact_phone": mask_phone(row.contact_phone),
            "address": row.address,
        }
        for row in session.scalars(select(Application).where(mine).order_by(Application.id))
    ]


def _tickets(session: Session, subject: Subject) -> list[dict[str, Any]]:
    # Somebody else may have shown to be another customer from here before.
    mine = (Ticket.customer_id == subject.customer_id) | (
        Ticket.customer_id.is_(None) & (Ticket.contact_id == subject.contact_id)
    )
    return [
        {
            "at": row.created_at.isoformat(),
            "number": row.number,
            "kind": row.kind,
            "title": row.title,
            "description": row.description,
            "state": row.state,
        }
        for row in session.scalars(select(Ticket).where(mine).order_by(Ticket.number))
    ]
