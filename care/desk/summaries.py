"""Rows as the desk shows them: the one place where its JSON is made, so the one that masks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from care.appointments.tables import Appointment, AppointmentState
from care.conversations.reach import MESSAGE_BYTES, Allowance
from care.conversations.tables import ActionOutcome, Conversation, Message, Owner, Role
from care.customers.masking import mask_name, mask_phone, mask_text, mask_values
from care.customers.verification import VerifiedSession
from care.desk.customer_cards import Card
from care.desk.shapes import (
    ActionDone,
    AgentName,
    ConversationSummary,
    CustomerInfo,
    DeskButton,
    DeskMessage,
    EntityFound,
    LastMessage,
    OrderInfo,
    RankedIntent,
    ReachInfo,
    TicketAppointment,
    TicketCustomer,
    TicketInfo,
    TicketMove,
    Understanding,
)
from care.orders.records import OrderRecord
from care.tickets.tables import Ticket, TicketKind, TicketState, TicketStep

_BRIEF = 120
"""Characters of the newest message in a list."""

_RANKED = 5


@dataclass(frozen=True)
class ConversationRow:
    """What a summary is made of. ``last`` is role, text and time of the newest message."""

    conversation: Conversation
    agent_name: str | None
    senior: bool
    verified: VerifiedSession | None
    last: tuple[str, str | None, datetime] | None
    allowance: Allowance | None = None


def conversation_summary(
    row: ConversationRow, cards: Mapping[str, Card], now: datetime
) -> ConversationSummary:
    """One line of the desk's lists."""
    conversation = row.conversation
    agent = None
    if conversation.agent_id is not None:
        agent = AgentName(id=conversation.agent_id, name=row.agent_name or "")
    last = None
    if row.last is not None:
        role, text, at = row.last
        last = LastMessage(role=Role(role), text=_brief(text), at=at)
    waits = conversation.owner == Owner.QUEUE
    return ConversationSummary(
        id=conversation.id,
        owner=Owner(conversation.owner),
        epoch=conversation.epoch,
        seq=conversation.last_seq,
        base=conversation.base,
        merged_into=conversation.merged_into,
        agent=agent,
        channel=conversation.channel,
        customer=_customer(row, cards, now),
        reason=conversation.reason,
        priority=conversation.priority,
        waiting_since=conversation.owner_since if waits else None,
        opened_at=conversation.opened_at,
        last_message=last,
        reach=_reach(row.allowance),
    )


def _reach(allowance: Allowance | None) -> ReachInfo | None:
    if allowance is None:
        return None
    return ReachInfo(
        left=allowance.left,
        until=allowance.until,
        waiting=allowance.waiting,
        bytes=MESSAGE_BYTES,
    )


def _customer(
    row: ConversationRow, cards: Mapping[str, Card], now: datetime
) -> CustomerInfo | None:
    verified = row.verified
    if verified is None:
        if not row.senior:
            return None
        return CustomerInfo(name=None, phone=None, verified=False, senior=True)
    card = cards.get(verified.customer_id, Card(None, senior=False))
    return CustomerInfo(
        name=card.name,
        phone=mask_phone(verified.phone),
        verified=verified.expires_at > now,
        senior=row.senior or card.senior,
    )


def _brief(text: str | None) -> str | None:
    if text is None:
        return None
    masked = mask_text(text)
    return masked if len(masked) <= _BRIEF else f"{masked[:_BRIEF]}…"


def desk_message(message: Message) -> DeskMessage:
    """A message as agents see it. Payloads of buttons stay with us."""
    client_id = None
    if message.role == Role.AGENT and message.external_id:
        client_id = message.external_id.rpartition(":")[2]
    return DeskMessage(
        id=message.id,
        seq=message.seq,
        role=Role(message.role),
        text=None if message.text is None else mask_text(message.text),
        buttons=[
            DeskButton(index=index, title=mask_text(str(button["title"])))
            for index, button in enumerate(message.buttons)
        ],
        image=message.image,
        custom=mask_values(message.custom),
        channel=message.channel,
        agent_name=message.agent_name,
        sent_at=message.sent_at,
        withdrawn=message.withdrawn,
        understanding=understanding(message.understanding),
        client_id=client_id,
    )


def understanding(raw: dict[str, Any] | None) -> Understanding | None:
    """What the engine reported, in the desk's form. It comes from outside: nothing is relied on."""
    if raw is None:
        return None
    return Understanding(
        intent=str(raw.get("intent") or ""),
        confidence=_number(raw.get("confidence")),
        ranking=[
            RankedIntent(name=str(one.get("name") or ""), confidence=_number(one.get("confidence")))
            for one in _dicts(raw.get("ranking"))[:_RANKED]
        ],
        entities=[
            EntityFound(
                entity=str(one.get("entity") or ""),
                value=mask_values(one.get("value")),
                text=None if one.get("text") is None else mask_text(str(one["text"])),
            )
            for one in _dicts(raw.get("entities"))
        ],
    )


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def action_done(outcome: ActionOutcome) -> ActionDone:
    """One action of the bot."""
    return ActionDone(name=outcome.action, ok=outcome.ok, at=outcome.at)


def collected(conversation: Conversation) -> dict[str, Any]:
    """What the bot collected before it handed over, by the names agents read."""
    return {str(label): mask_values(value) for label, value in conversation.packet.items()}


def order_info(record: OrderRecord) -> OrderInfo:
    """An order with its proof, as agents see it."""
    return OrderInfo(
        name=record.name,
        state=record.state or "offered",
        number=record.number,
        text=mask_text(record.text),
        text_hash=record.text_hash,
        by_agent=record.by_agent,
        method=record.method,
        channel=record.channel,
        made_at=record.made_at,
        expires_at=record.expires_at,
        agreed_at=record.agreed_at,
    )


def ticket_info(ticket: Ticket, visits: Mapping[str, Appointment] | None = None) -> TicketInfo:
    """A ticket as agents see it; ``visits`` are appointments by ticket number."""
    return TicketInfo(**ticket_fields(ticket, visits))


def ticket_fields(
    ticket: Ticket, visits: Mapping[str, Appointment] | None = None
) -> dict[str, Any]:
    """The masked fields that all shapes of a ticket share."""
    customer = None
    if ticket.phone or ticket.customer_name:
        customer = TicketCustomer(
            name=mask_name(ticket.customer_name) if ticket.customer_name else None,
            phone=mask_phone(ticket.phone) if ticket.phone else None,
        )
    return {
        "number": ticket.number,
        "kind": TicketKind(ticket.kind),
        "title": mask_text(ticket.title),
        "description": mask_text(ticket.description),
        "state": TicketState(ticket.state),
        "priority": ticket.priority,
        "customer": customer,
        "conversation_id": ticket.conversation_id,
        "created_at": ticket.created_at,
        "promised_at": ticket.promised_at,
        "updated_at": ticket.updated_at,
        "appointment": _visit((visits or {}).get(ticket.number)),
    }


def _visit(row: Appointment | None) -> TicketAppointment | None:
    if row is None:
        return None
    return TicketAppointment(
        number=row.number,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=AppointmentState(row.state),
    )


def ticket_move(step: TicketStep, agent_names: Mapping[str, str]) -> TicketMove:
    """One step of a ticket; agents are called by their names."""
    actor = agent_names.get(step.actor.removeprefix("agent:"), step.actor)
    return TicketMove(
        at=step.at,
        actor=actor,
        from_=None if step.from_state is None else TicketState(step.from_state),
        to=TicketState(step.to_state),
        note=mask_text(step.note),
    )
