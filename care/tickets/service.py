"""Tickets for the other parts of the server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database
from care.duties import Duties
from care.tickets import lifecycle
from care.tickets.lifecycle import NewTicket
from care.tickets.promises import promise
from care.tickets.tables import Ticket, TicketKind, TicketState

type Announce = Callable[[Session, str, datetime], None]
"""Tells of a new or changed ticket, by its number."""


@dataclass(frozen=True)
class TicketRequest:
    """What a ticket is wanted for; ``turn_id`` makes a repeated turn open one only, ``matters`` any later wish."""

    kind: TicketKind
    title: str
    description: str
    actor: str
    contact_id: str | None = None
    customer_id: str | None = None
    customer_name: str | None = None
    phone: str | None = None
    conversation_id: str | None = None
    turn_id: str | None = None
    rural: bool = False
    priority: int = 0
    matters: tuple[str, ...] = ()


class Tickets:
    """Opens, moves and finds tickets."""

    def __init__(
        self, db: Database, clock: Clock, zone: ZoneInfo, duties: Duties, announce: Announce
    ) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone
        self._duties = duties
        self._announce = announce

    async def open(
        self, request: TicketRequest, guard: Callable[[Session], None] | None = None
    ) -> Ticket:
        """Open a ticket, or give the one that the turn or one of the matters has.

        ``guard`` is called first in the transaction and may refuse.
        """
        now = self._clock()
        new = NewTicket(
            kind=request.kind,
            title=request.title,
            description=request.description,
            promise=promise(request.kind, self._duties, now, self._zone, rural=request.rural),
            actor=request.actor,
            priority=request.priority,
            contact_id=request.contact_id,
            customer_id=request.customer_id,
            customer_name=request.customer_name,
            phone=request.phone,
            conversation_id=request.conversation_id,
            turn_id=request.turn_id,
            matters=request.matters,
        )

        def work(session: Session) -> Ticket:
            if guard is not None:
                guard(session)
            ticket = lifecycle.open_ticket(session, new, now, self._zone)
            self._announce(session, ticket.number, now)
            return ticket

        try:
            return await self._db.write(work)
        except IntegrityError:
            # Two turns about one matter at the same moment: the other has opened it.
            return await self._db.write(work)

    async def of_matters(self, matters: Sequence[str]) -> dict[str, Ticket]:
        """The tickets about these matters, by matter; cancelled ones have none."""
        return await self._db.read(lambda session: lifecycle.of_matters(session, matters))

    async def move(self, number: str, to: TicketState, actor: str, note: str) -> Ticket:
        """Move a ticket to another state. Raises ``NotFound`` or ``TransitionNotAllowed``."""
        now = self._clock()

        def work(session: Session) -> Ticket:
            ticket = lifecycle.move(session, number, to, actor, note, now)
            self._announce(session, number, now)
            return ticket

        return await self._db.write(work)

    async def of_customer(self, customer_id: str) -> list[Ticket]:
        """The customer's tickets, open ones first, then the newest."""
        return await self._db.read(lambda session: lifecycle.of_customer(session, customer_id))
