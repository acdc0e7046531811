"""The desk put together: ``care.app`` makes one and takes from it routes, gate and loop."""

from datetime import timedelta

from fastapi import APIRouter

from care.appointments.service import following
from care.backends import PubSub
from care.bss.protocol import Bss
from care.clock import Clock
from care.conversations.agent_orders import AgentOrders
from care.conversations.service import Conversations
from care.db import Database
from care.desk.customer_cards import CustomerCards
from care.desk.desk_tickets import DeskTickets
from care.desk.feed import DeskFeed
from care.desk.gate import Gate
from care.desk.live import DeskLine, LiveTimes
from care.desk.lockout import Lockout
from care.desk.login import login_router
from care.desk.passwords import Passwords
from care.desk.presence import PresenceKeeper
from care.desk.reader import DeskReader
from care.desk.sessions import AgentSessions
from care.desk.views import REFUSALS, DeskParts, conversation_router, ticket_router
from care.duties import Duties
from care.http.network import ClientNetwork, Origins, listed
from care.settings import Settings
from care.tickets.service import Tickets


class Desk:
    """The agent desk of one process.

    ``gate.reader`` is the dependency that other views for staff (the studio) put before theirs;
    ``presence.run()`` is to be run for as long as the process serves.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        pubsub: PubSub,
        conversations: Conversations,
        orders: AgentOrders,
        bss: Bss,
        duties: Duties,
        settings: Settings,
        passwords: Passwords | None = None,
        times: LiveTimes | None = None,
    ) -> None:
        times = times or LiveTimes()
        self.presence = PresenceKeeper(db, clock, conversations.announcer)
        self.sessions = AgentSessions(
            db,
            clock,
            pubsub,
            self.presence,
            passwords or Passwords(),
            Lockout(
                tries=settings.login_tries,
                lock=timedelta(minutes=settings.login_lock_minutes),
                pepper=settings.pepper.get_secret_value().encode(),
            ),
            life=timedelta(hours=settings.agent_session_hours),
            demo=settings.demo,
        )
        self.gate = Gate(self.sessions, Origins(listed(settings.allowed_origins)))
        self._network = ClientNetwork(listed(settings.trusted_proxies))
        cards = CustomerCards(bss, clock, settings.zone)
        reader = DeskReader(db, clock, cards)
        announce = following(conversations.announcer.ticket)
        tickets = Tickets(db, clock, settings.zone, duties, announce)
        feed = DeskFeed(db, pubsub, reader, poll=times.look)
        self._parts = DeskParts(
            gate=self.gate,
            conversations=conversations,
            orders=orders,
            reader=reader,
            tickets=DeskTickets(db, clock, tickets, cards),
            presence=self.presence,
            line=DeskLine(db, conversations, self.sessions, self.presence, reader, feed, times),
            capacity=settings.agent_capacity,
        )

    def router(self) -> APIRouter:
        """All routes below ``/desk``, as the HTTP contract names them."""
        router = APIRouter(prefix="/desk", tags=["desk"], responses=REFUSALS)
        router.include_router(login_router(self.sessions, self.gate, self._network))
        router.include_router(conversation_router(self._parts))
        router.include_router(ticket_router(self._parts.tickets, self.gate))
        return router
