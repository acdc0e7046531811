"""Tickets on the demo operator, with a clock turned by hand and the loop that does their jobs."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care.bss.embedded import EmbeddedBss
from care.conversations.tables import Conversation  # noqa: F401  (tickets name contacts)
from care.db import Database
from care.db.jobs import JobLoop
from care.duties import load_duties
from care.settings import ROOT
from care.tickets.lifecycle import history
from care.tickets.service import TicketRequest, Tickets
from care.tickets.tables import Ticket, TicketKind
from care.tickets.teams import load_teams
from care.tickets.watch import TicketWatch
from tests.bss.operator_fixtures import Clock

ZONE = ZoneInfo("Asia/Shanghai")
TEAMS = load_teams(ROOT / "data" / "demo" / "teams.yml")


class Texts:
    """A gateway that keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, phone: str, text: str) -> None:
        """Keep it."""
        self.sent.append(text)


class World:
    """Opens tickets and lets time pass."""

    def __init__(self, db: Database, clock: Clock, bss: EmbeddedBss) -> None:
        self.db, self.clock, self.texts = db, clock, Texts()
        self.announced: list[str] = []
        duties = load_duties(ROOT / "data" / "duties")
        self.tickets = Tickets(db, clock, ZONE, duties, self._announce)
        watch = TicketWatch(db, clock, ZONE, bss, TEAMS, self.texts, self._announce)
        self.loop = JobLoop(db, clock, watch.handlers())
        self._turns = 0

    def _announce(self, session: Any, number: str, now: Any) -> None:
        self.announced.append(number)

    def turn(self) -> str:
        """The id of a new turn."""
        self._turns += 1
        return f"turn{self._turns}"

    async def open(self, **fields: Any) -> Ticket:
        """Open a ticket in a turn of its own."""
        values = {
            "kind": TicketKind.BROADBAND_FAULT,
            "title": "宽带上不了网",
            "description": "客户原话：没网",
            "actor": "bot",
            "customer_id": "C1001",
            "phone": "13800138001",
            "turn_id": self.turn(),
            "about": "BB1001",
            "matter": "no_internet",
            "area_id": "xingfuli",
            **fields,
        }
        return await self.tickets.open(TicketRequest(**values))

    async def pass_time(self, **span: float) -> None:
        """Turn the clock on and do what is due."""
        self.clock.forward(timedelta(**span))
        while await self.loop.run_due():
            pass

    def ticket(self, number: str) -> Ticket:
        """The ticket as it is now."""
        return self.db.read_now(lambda session: session.get_one(Ticket, number))

    def deeds(self, number: str) -> list[str]:
        """What was done to the ticket, in order."""
        return [step.deed for step in self.db.read_now(lambda session: history(session, number))]

    def all(self) -> list[Ticket]:
        """All tickets."""
        return self.db.read_now(lambda session: list(session.scalars(select(Ticket))))


def free(session: Any) -> None:
    """A turn whose time is not over."""
