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
from care.tickets import lifecycle, progress
from care.tickets.lifecycle import NewTicket
from care.tickets.progress import Urged
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
    about: str | None = None
    matter: str | None = None
    area_id: str | None = None
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
        """Open a ticket. ``guard`` is called first in the transaction and may refuse.

        While one about the same matter is open, that one is given: its ``turn_id`` is another; so is the one that one of
        the ``matters`` is on record with.
        """

        def work(session: Session) -> Ticket:
            if guard is not None:
                guard(session)
            return self.open_in(session, request)

        try:
            return await self._db.write(work)
        except IntegrityError:
            # Two turns about one matter at the same moment: the other has opened it.
            return await self._db.write(work)

    def open_in(self, session: Session, request: TicketRequest) -> Ticket:
        """The same inside the caller's transaction."""
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
            about=request.about,
            matter=request.matter,
            area_id=request.area_id,
            matters=request.matters,
        )
        ticket = lifecycle.open_ticket(session, new, now, self._zone)
        self._announce(session, ticket.number, now)
        return ticket

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

    async def urge(
        self, number: str, actor: str, turn_id: str, guard: Callable[[Session], None]
    ) -> Urged:
        """The customer wants it sooner. Raises ``NotFound`` or ``TransitionNotAllowed``; ``guard`` may refuse."""
        now = self._clock()

        def work(session: Session) -> Urged:
            guard(session)
            urged = progress.urge(session, number, actor, now, turn_id)
            self._announce(session, number, now)
            return urged

        return await self._db.write(work)

    async def cancel(
        self, number: str, actor: str, turn_id: str, guard: Callable[[Session], None]
    ) -> Ticket:
        """The customer needs it no more. Raises ``NotFound`` or ``TransitionNotAllowed``; ``guard`` may refuse."""
        now = self._clock()

        def work(session: Session) -> Ticket:
            guard(session)
            ticket = lifecycle.move(
                session, number, TicketState.CANCELLED, actor, "客户要求撤销", now, turn_id
            )
            self._announce(session, number, now)
            return ticket

        return await self._db.write(work)

    async def of_customer(self, customer_id: str, ending: str = "") -> list[Ticket]:
        """The customer's tickets whose number ends like that, open ones first, then the newest."""
        return await self._db.read(
            lambda session: lifecycle.of_customer(session, customer_id, ending=ending)
        )

    async def open_of_customer(self, customer_id: str) -> list[Ticket]:
        """Up to twenty tickets of the customer that are open, the newest first."""

        def work(session: Session) -> list[Ticket]:
            found = lifecycle.of_customer(session, customer_id, limit=20)
            return [ticket for ticket in found if ticket.state in lifecycle.OPEN_STATES]

        return await self._db.read(work)

    async def open_about(self, about: str, matter: str) -> Ticket | None:
        """The open ticket about this matter."""
        return await self._db.read(lambda session: lifecycle.open_about(session, about, matter))

    def is_late(self, ticket: Ticket) -> bool:
        """Whether an open ticket is past its promise."""
        return progress.is_late(ticket, self._clock())
