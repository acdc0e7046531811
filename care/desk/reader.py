"""Reading for the desk: each answer takes one transaction and few statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from care.appointments.ledger import of_tickets as visits_of
from care.appointments.tables import Appointment
from care.clock import Clock
from care.conversations.announce import last_event
from care.conversations.attachments import Picture, picture_at
from care.conversations.outbox import PUSHED_CHANNELS
from care.conversations.outcomes import of_conversation as actions_of
from care.conversations.reach import allowances
from care.conversations.tables import (
    ActionOutcome,
    Conversation,
    DeskEvent,
    Message,
    Owner,
)
from care.conversations.transcript import messages_before
from care.customers.contacts import Contact
from care.customers.verification import VerifiedSession
from care.db import Database
from care.desk.customer_cards import CustomerCards
from care.desk.presence import agents_online
from care.desk.shapes import (
    AgentPresence,
    ConversationDetail,
    ConversationSummary,
    DeskAgent,
    DeskMessage,
    DeskSnapshot,
    MessageAdded,
    PresenceChange,
)
from care.desk.summaries import (
    ConversationRow,
    action_done,
    collected,
    conversation_summary,
    desk_message,
    order_info,
    ticket_info,
)
from care.desk.tables import Agent, AgentRole, Presence
from care.errors import NotFound
from care.orders.records import OrderRecord
from care.orders.records import of_conversation as orders_of
from care.tickets.lifecycle import of_conversation as tickets_of
from care.tickets.tables import Ticket

PAGE = 50
"""Messages that an opened conversation shows at first."""

type _SummarySelect = Select[Conversation, str, bool, VerifiedSession, str, str | None, datetime]

_WAITING, _MINE, _OTHERS = 200, 100, 50
_TICKETS = 20
_ORDERS = 20


@dataclass(frozen=True)
class Event:
    """A numbered event with what it is about, as it is now (JSON); ``None`` when that is gone."""

    id: int
    kind: str
    data: str | None


class EventsGone(Exception):
    """The next event has been removed: whoever wants to go on from there must load the state anew."""


class DeskReader:
    """The desk's looks at conversations and events; ``NotFound`` for what does not exist."""

    def __init__(self, db: Database, clock: Clock, cards: CustomerCards) -> None:
        self._db = db
        self._clock = clock
        self._cards = cards

    async def snapshot(self, agent_id: str) -> DeskSnapshot:
        """Who waits, in the queue's order; the agent's own; the most recent of the others."""

        def work(session: Session) -> tuple[int, Agent, list[ConversationRow], int]:
            # The number first: what is read after it may be newer, and events then say it again.
            event_id = last_event(session)
            agent = session.get_one(Agent, agent_id)
            now = self._clock()
            rows = [
                *_rows(session, _waiting(), now),
                *_rows(session, _mine(agent_id), now),
                *_rows(session, _others(agent_id), now),
            ]
            return event_id, agent, rows, agents_online(session)

        event_id, agent, rows, online = await self._db.read(work)
        unique = {row.conversation.id: row for row in rows}
        return DeskSnapshot(
            event_id=event_id,
            agent=DeskAgent(
                id=agent.id,
                name=agent.name,
                role=AgentRole(agent.role),
                presence=Presence(agent.presence),
            ),
            conversations=await self._summaries(unique.values()),
            online_agents=online,
        )

    async def summary(self, conversation_id: str) -> ConversationSummary:
        """One conversation as it is now."""
        row = await self._db.read(lambda session: _row(session, conversation_id, self._clock()))
        (summary,) = await self._summaries([row])
        return summary

    async def detail(self, conversation_id: str) -> ConversationDetail:
        """One conversation with its newest messages and all that goes with it."""

        def work(
            session: Session,
        ) -> tuple[
            ConversationRow,
            list[Message],
            list[ActionOutcome],
            list[Ticket],
            dict[str, Appointment],
            list[OrderRecord],
        ]:
            row = _row(session, conversation_id, self._clock())
            tickets = tickets_of(session, conversation_id)[:_TICKETS]
            return (
                row,
                messages_before(session, conversation_id, None, PAGE),
                actions_of(session, conversation_id),
                tickets,
                visits_of(session, [ticket.number for ticket in tickets]),
                orders_of(session, conversation_id)[:_ORDERS],
            )

        row, messages, actions, tickets, visits, orders = await self._db.read(work)
        (summary,) = await self._summaries([row])
        return ConversationDetail(
            conversation=summary,
            messages=[desk_message(message) for message in messages],
            collected=collected(row.conversation),
            actions=[action_done(outcome) for outcome in actions],
            tickets=[ticket_info(ticket, visits) for ticket in tickets],
            orders=[order_info(order) for order in orders],
        )

    async def picture(self, attachment_id: str) -> Picture:
        """A picture of a conversation."""
        return await self._db.read(lambda session: picture_at(session, attachment_id))

    async def messages(
        self, conversation_id: str, before: int | None, limit: int
    ) -> list[DeskMessage]:
        """The ``limit`` messages before number ``before`` (``None``: the newest), in order."""

        def work(session: Session) -> list[Message]:
            if session.get(Conversation, conversation_id) is None:
                raise NotFound()
            return messages_before(session, conversation_id, before, limit)

        return [desk_message(message) for message in await self._db.read(work)]

    async def last_event(self) -> int:
        """The number of the newest event."""
        return await self._db.read(last_event)

    async def events(self, after: int, limit: int) -> list[Event]:
        """Up to ``limit`` events after ``after``, in order, each with its subject as it is now.

        Numbers have no gaps, so a first event that is not the next one means that some were removed. Raises
        ``EventsGone`` then.
        """

        def work(session: Session) -> tuple[Sequence[DeskEvent], _Subjects]:
            newest = last_event(session)  # the number first: events may be added meanwhile
            events = session.scalars(
                select(DeskEvent).where(DeskEvent.id > after).order_by(DeskEvent.id).limit(limit)
            ).all()
            if events[0].id != after + 1 if events else newest > after:
                raise EventsGone()
            return events, _subjects(session, events, self._clock())

        events, subjects = await self._db.read(work)
        if not events:
            return []
        rendered = {
            subject: model.model_dump_json()
            for subject, model in (await self._rendered(subjects)).items()
        }
        return [
            Event(event.id, event.kind, rendered.get((event.kind, event.ref))) for event in events
        ]

    async def _rendered(self, subjects: "_Subjects") -> dict[tuple[str, str], BaseModel]:
        models: dict[tuple[str, str], BaseModel] = {}
        for summary in await self._summaries(subjects.conversations):
            models["conversation", summary.id] = summary
        for message in subjects.messages:
            models["message", message.id] = MessageAdded(
                conversation_id=message.conversation_id, message=desk_message(message)
            )
        for ticket in subjects.tickets:
            models["ticket", ticket.number] = ticket_info(ticket, subjects.visits)
        for agent in subjects.agents:
            person = AgentPresence(id=agent.id, name=agent.name, presence=Presence(agent.presence))
            models["presence", agent.id] = PresenceChange(
                agent=person, online_agents=subjects.online
            )
        return models

    async def _summaries(self, rows: Iterable[ConversationRow]) -> list[ConversationSummary]:
        rows = list(rows)
        cards = await self._cards.of(
            row.verified.customer_id for row in rows if row.verified is not None
        )
        now = self._clock()
        return [conversation_summary(row, cards, now) for row in rows]


@dataclass(frozen=True)
class _Subjects:
    """What a batch of events is about, each thing once."""

    conversations: list[ConversationRow]
    messages: Sequence[Message]
    tickets: Sequence[Ticket]
    visits: Mapping[str, Appointment]
    agents: Sequence[Agent]
    online: int


def _subjects(session: Session, events: Sequence[DeskEvent], now: datetime) -> _Subjects:
    refs: defaultdict[str, set[str]] = defaultdict(set)
    for event in events:
        refs[event.kind].add(event.ref)

    def of(query: Select[Any], column: ColumnElement[str], kind: str) -> Sequence[Any]:
        return session.scalars(query.where(column.in_(refs[kind]))).all() if refs[kind] else []

    conversations: list[ConversationRow] = []
    if refs["conversation"]:
        wanted = _summary_query().where(Conversation.id.in_(refs["conversation"]))
        conversations = _rows(session, wanted, now)
    return _Subjects(
        conversations=conversations,
        messages=of(select(Message), Message.id.expression, "message"),
        tickets=of(select(Ticket), Ticket.number.expression, "ticket"),
        visits=visits_of(session, list(refs["ticket"])) if refs["ticket"] else {},
        agents=of(select(Agent), Agent.id.expression, "presence"),
        online=agents_online(session) if refs["presence"] else 0,
    )


def _summary_query() -> _SummarySelect:
    candidate = aliased(Message)
    newest = (
        select(candidate.id)
        .where(candidate.conversation_id == Conversation.id, candidate.withdrawn.is_(False))
        .order_by(candidate.seq.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return (
        select(
            Conversation,
            Agent.name,
            Contact.senior,
            VerifiedSession,
            Message.role,
            Message.text,
            Message.sent_at,
        )
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Agent, Agent.id == Conversation.agent_id)
        .outerjoin(VerifiedSession, VerifiedSession.contact_id == Conversation.contact_id)
        .outerjoin(Message, Message.id == newest)
    )


def _waiting() -> _SummarySelect:
    # The order of care.conversations.queue.position.
    return (
        _summary_query()
        .where(Conversation.owner == Owner.QUEUE)
        .order_by(Conversation.priority.desc(), Conversation.owner_since, Conversation.id)
        .limit(_WAITING)
    )


def _mine(agent_id: str) -> _SummarySelect:
    return (
        _summary_query()
        .where(Conversation.owner == Owner.AGENT, Conversation.agent_id == agent_id)
        .order_by(Conversation.owner_since, Conversation.id)
        .limit(_MINE)
    )


def _others(agent_id: str) -> _SummarySelect:
    with_another = and_(Conversation.owner == Owner.AGENT, Conversation.agent_id != agent_id)
    return (
        _summary_query()
        .where(or_(Conversation.owner == Owner.BOT, with_another))
        .where(Conversation.last_seq > 0)  # nobody has said anything yet in an opened page
        .order_by(Conversation.active_at.desc(), Conversation.id.desc())
        .limit(_OTHERS)
    )


def _rows(session: Session, query: _SummarySelect, now: datetime) -> list[ConversationRow]:
    found = list(session.execute(query))
    counted = allowances(
        session,
        ((row[0].channel, row[0].address) for row in found if row[0].channel in PUSHED_CHANNELS),
        now,
    )
    return [
        ConversationRow(
            conversation,
            agent,
            senior,
            verified,
            (role, text, at) if role else None,
            counted.get((conversation.channel, conversation.address)),
        )
        for conversation, agent, senior, verified, role, text, at in found
    ]


def _row(session: Session, conversation_id: str, now: datetime) -> ConversationRow:
    rows = _rows(session, _summary_query().where(Conversation.id == conversation_id), now)
    if not rows:
        raise NotFound()
    return rows[0]
