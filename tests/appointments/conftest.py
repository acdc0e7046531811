"""Lends the demo operator's fixtures, and appointments on it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.appointments.field_work import FieldWork
from care.appointments.policy import load_policies
from care.appointments.service import Appointments, following
from care.bss.embedded import EmbeddedBss
from care.db import Database
from care.db.jobs import JobLoop
from care.duties import load_duties
from care.settings import ROOT
from care.tickets.service import TicketRequest, Tickets
from care.tickets.tables import Ticket, TicketKind
from tests.bss.operator_fixtures import Clock, bss, clock, db, demo_files, empty_db, operator_db

__all__ = ["bss", "clock", "db", "demo_files", "empty_db", "operator_db"]

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Texts:
    """A gateway that keeps what it sends."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, phone: str, text: str) -> None:
        """Keep it."""
        self.sent.append((phone, text))


@dataclass
class World:
    """Appointments on the demo operator."""

    db: Database
    clock: Clock
    bss: EmbeddedBss
    texts: Texts
    tickets: Tickets
    appointments: Appointments
    work: FieldWork
    announced: list[str]

    async def ticket(self, **fields: Any) -> Ticket:
        """An open ticket about broadband."""
        wanted: dict[str, Any] = {
            "kind": TicketKind.BROADBAND_FAULT,
            "title": "宽带断了",
            "description": "客户报修",
            "actor": "bot",
            "customer_id": "C1001",
            "phone": "13800138001",
        }
        return await self.tickets.open(TicketRequest(**{**wanted, **fields}))

    async def work_off(self) -> None:
        """Do every job that is due."""
        handlers = {**self.appointments.handlers(), **self.work.handlers()}
        loop = JobLoop(self.db, self.clock, handlers)
        while await loop.run_due():
            pass

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        return self.db.read_now(lambda session: list(session.scalars(select(table))))


@pytest.fixture
def world(db: Database, clock: Clock, bss: EmbeddedBss) -> World:
    texts, announced = Texts(), []

    def announce(session: Session, number: str, at: datetime) -> None:
        announced.append(number)

    follow_ticket = following(announce)
    tickets = Tickets(db, clock, ZONE, load_duties(ROOT / "data" / "duties"), follow_ticket)
    policies = load_policies(ROOT / "data" / "demo" / "appointments.yml")
    appointments = Appointments(db, bss, texts, policies, clock, ZONE, announce)
    work = FieldWork(db, bss, tickets, appointments, clock, follow_ticket)
    return World(db, clock, bss, texts, tickets, appointments, work, announced)
