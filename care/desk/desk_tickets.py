"""What agents do with tickets, and how they see them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.appointments.ledger import of_tickets
from care.appointments.tables import Appointment
from care.clock import Clock
from care.conversations.tables import Conversation
from care.conversations.text import clean
from care.customers.verification import Verified, verified_now
from care.db import Database
from care.desk.customer_cards import CustomerCards
from care.desk.inputs import (
    MAX_DESCRIPTION,
    MAX_NOTE,
    MAX_TITLE,
    NewDeskTicket,
    Transition,
    clean_or_empty,
)
from care.desk.sessions import SignedInAgent
from care.desk.shapes import TicketInfo, TicketPage, TicketWithHistory
from care.desk.summaries import ticket_fields, ticket_info, ticket_move
from care.desk.tables import Agent
from care.errors import NotFound
from care.tickets.lifecycle import find, history, page
from care.tickets.service import TicketRequest, Tickets
from care.tickets.tables import Ticket, TicketState, TicketStep

_ACTOR = "agent:"


class DeskTickets:
    """Opens, moves and shows tickets for agents. ``NotFound`` is raised for what does not exist."""

    def __init__(self, db: Database, clock: Clock, tickets: Tickets, cards: CustomerCards) -> None:
        self._db = db
        self._clock = clock
        self._tickets = tickets
        self._cards = cards

    async def page(self, state: TicketState | None, number: int) -> TicketPage:
        """A page of all tickets (of those in ``state``), newest first; pages count from 1."""

        def work(session: Session) -> tuple[list[Ticket], int, dict[str, Appointment]]:
            tickets, total = page(session, state, number)
            return tickets, total, of_tickets(session, [ticket.number for ticket in tickets])

        tickets, total, visits = await self._db.read(work)
        return TicketPage(tickets=[ticket_info(ticket, visits) for ticket in tickets], total=total)

    async def open(self, agent: SignedInAgent, new: NewDeskTicket) -> TicketInfo:
        """Open a ticket; with a conversation it is the matter of the customer there.

        Raises ``InvalidText``, ``TextTooLong`` and ``NotFound`` (no such conversation).
        """
        title = clean(new.title, MAX_TITLE)
        description = clean_or_empty(new.description, MAX_DESCRIPTION)
        contact_id, verified = None, None
        if new.conversation_id is not None:
            contact_id, verified = await self._customer_of(new.conversation_id)
        name = await self._cards.full_name(verified.customer_id) if verified else None
        ticket = await self._tickets.open(
            TicketRequest(
                kind=new.kind,
                title=title,
                description=description,
                actor=f"{_ACTOR}{agent.id}",
                priority=new.priority,
                contact_id=contact_id,
                customer_id=verified.customer_id if verified else None,
                customer_name=name,
                phone=verified.phone if verified else None,
                conversation_id=new.conversation_id,
            )
        )
        return ticket_info(ticket)

    async def move(self, agent: SignedInAgent, number: str, step: Transition) -> TicketWithHistory:
        """Move a ticket. Raises ``TransitionNotAllowed``, ``InvalidText`` and ``TextTooLong``."""
        note = clean_or_empty(step.note, MAX_NOTE)
        await self._tickets.move(number, step.to, f"{_ACTOR}{agent.id}", note)
        return await self.ticket(number)

    async def ticket(self, number: str) -> TicketWithHistory:
        """One ticket with its steps."""

        def work(
            session: Session,
        ) -> tuple[Ticket, list[TicketStep], dict[str, str], dict[str, Appointment]]:
            ticket, steps = find(session, number), history(session, number)
            ids = {step.actor.removeprefix(_ACTOR) for step in steps}
            names = select(Agent.id, Agent.name).where(Agent.id.in_(ids))
            visits = of_tickets(session, [number])
            return ticket, steps, dict(iter(session.execute(names))), visits

        ticket, steps, names, visits = await self._db.read(work)
        moves = [ticket_move(step, names) for step in steps]
        return TicketWithHistory(**ticket_fields(ticket, visits), history=moves)

    async def _customer_of(self, conversation_id: str) -> tuple[str, Verified | None]:
        def work(session: Session) -> tuple[str, Verified | None]:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None:
                raise NotFound("没有这个会话。")
            contact_id = conversation.contact_id
            return contact_id, verified_now(session, contact_id, self._clock())

        return await self._db.read(work)
