"""Applications: a number is kept, a ticket opened, and neither twice."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssRejected, BssUnavailable, Delivery, NumberSearch
from care.contracts.applications import (
    KEPT_DAYS,
    RESERVE_JOB,
    Applicant,
    Applications,
    NewNumber,
    TooManyApplications,
)
from care.contracts.tables import Application, ApplicationKind, ApplicationState
from care.customers.contacts import Contact
from care.db import Database, new_id
from care.db.jobs import JobLoop
from care.duties import load_duties
from care.errors import StaleEpoch
from care.settings import ROOT
from care.tickets.service import Tickets
from care.tickets.tables import Ticket, TicketKind
from tests.bss.operator_fixtures import Clock

ZONE = ZoneInfo("Asia/Shanghai")


class Texts:
    """A gateway that keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, phone: str, text: str) -> None:
        """Keep it."""
        self.sent.append((phone, text))


class Down:
    """An operator whose reservations are down for the first calls."""

    def __init__(self, bss: EmbeddedBss, failures: int) -> None:
        self._bss, self.failures = bss, failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bss, name)

    async def reserve_number(self, *words: Any) -> Any:
        """Fail, then do it."""
        if self.failures:
            self.failures -= 1
            raise BssUnavailable()
        return await self._bss.reserve_number(*words)


@dataclass
class World:
    """Applications on the demo operator."""

    db: Database
    bss: EmbeddedBss
    clock: Clock
    texts: Texts
    make: Callable[..., Applications]

    def applicant(self, phone: str = "13912345678") -> Applicant:
        """Somebody new."""
        contact = new_id()
        row = Contact(id=contact, created_at=self.clock())
        self.db.write_now(lambda session: session.add(row))
        return Applicant(contact, new_id(), phone)

    async def number(self) -> str:
        """A number that is free."""
        return (await self.bss.free_numbers(NumberSearch(), "nobody", 1))[0].phone

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        return self.db.read_now(lambda session: list(session.scalars(select(table))))


def free(session: Session) -> None:
    """A turn whose time is not over."""


def wanted(phone: str, delivery: Delivery = Delivery.STORE) -> NewNumber:
    address = "澜州市望江区幸福路18号" if delivery is Delivery.MAIL else None
    return NewNumber(phone, "p59", "畅享59", delivery, address)


@pytest.fixture
def world(db: Database, bss: EmbeddedBss, clock: Clock) -> World:
    texts = Texts()
    duties = load_duties(ROOT / "data" / "duties")
    tickets = Tickets(db, clock, ZONE, duties, lambda session, number, now: None)

    def make(system: Any = None) -> Applications:
        return Applications(db, system or bss, tickets, texts, clock)

    return World(db, bss, clock, texts, make)


async def test_a_number_is_kept_for_a_week_with_a_ticket(world: World) -> None:
    phone, who = await world.number(), world.applicant()
    applied = await world.make().new_number(who, wanted(phone, Delivery.MAIL), "t1", free)
    assert applied.state is ApplicationState.READY
    assert applied.kept_until == world.clock() + timedelta(days=KEPT_DAYS)
    [ticket] = world.rows(Ticket)
    assert ticket.kind == TicketKind.APPLICATION
    assert ticket.promised_at == world.clock() + timedelta(hours=24)
    for text in ("畅享59", "幸福路18号", "实名"):
        assert text in ticket.description
    with pytest.raises(BssRejected):
        await world.bss.hold_number(phone, "somebody else")


async def test_a_repeated_turn_applies_once(world: World) -> None:
    phone, who = await world.number(), world.applicant()
    first = await world.make().new_number(who, wanted(phone), "t1", free)
    again = await world.make().new_number(who, wanted(phone), "t1", free)
    assert (again.id, again.ticket.number) == (first.id, first.ticket.number)
    assert len(world.rows(Application)) == len(world.rows(Ticket)) == 1


async def test_two_people_at_one_moment_do_not_get_one_number(world: World) -> None:
    phone = await world.number()
    results = await asyncio.gather(
        *(
            world.make().new_number(world.applicant(f"1391234567{n}"), wanted(phone), f"t{n}", free)
            for n in range(5)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, BssRejected) for one in results) == 4
    assert len(world.rows(Application)) == 1


async def test_a_turn_whose_time_is_over_applies_for_nothing(world: World) -> None:
    def over(session: Session) -> None:
        raise StaleEpoch()

    with pytest.raises(StaleEpoch):
        await world.make().new_number(world.applicant(), wanted(await world.number()), "t", over)
    assert world.rows(Application) == world.rows(Ticket) == []


async def test_a_system_that_is_down_keeps_the_number_later(world: World) -> None:
    system = Down(world.bss, 1)
    applications, who = world.make(system), world.applicant()
    applied = await applications.new_number(who, wanted(await world.number()), "t1", free)
    assert (applied.state, applied.kept_until) == (ApplicationState.ACCEPTED, None)
    world.clock.forward(timedelta(minutes=1))
    assert await JobLoop(world.db, world.clock, applications.handlers()).run_due() == 1
    [row] = world.rows(Application)
    assert row.state == ApplicationState.READY
    assert row.kept_until == world.clock() + timedelta(days=KEPT_DAYS)
    assert world.texts.sent == []


async def test_a_number_that_is_gone_by_then_is_told(world: World) -> None:
    phone = await world.number()
    applications = world.make(Down(world.bss, 1))
    await applications.new_number(world.applicant(), wanted(phone), "t1", free)
    world.clock.forward(timedelta(minutes=31))
    await world.bss.hold_number(phone, "somebody else")
    loop = JobLoop(world.db, world.clock, applications.handlers())
    assert await loop.run_due() == 1
    [row] = world.rows(Application)
    assert row.state == ApplicationState.LAPSED
    [(to, text)] = world.texts.sent
    assert to == "13912345678"
    assert phone in text


async def test_nobody_keeps_the_whole_pool(world: World) -> None:
    who = world.applicant()
    for turn in ("t1", "t2"):
        await world.make().new_number(who, wanted(await world.number()), turn, free)
    with pytest.raises(TooManyApplications):
        await world.make().new_number(who, wanted(await world.number()), "t3", free)
    other = replace(world.applicant(), contact_phone=who.contact_phone)
    with pytest.raises(TooManyApplications):
        await world.make().new_number(other, wanted(await world.number()), "t4", free)
    world.clock.forward(timedelta(days=KEPT_DAYS))
    await world.make().new_number(who, wanted(await world.number()), "t5", free)


async def test_what_is_done_in_person_is_ready_at_once(world: World) -> None:
    who = replace(world.applicant(), customer_id="C1197", customer_name="姚建业")
    applied = await world.make().in_person(
        ApplicationKind.TRANSFER, who, "13700131197", "过户申请", "双方到营业厅", "t1", free
    )
    assert (applied.state, applied.kept_until) == (ApplicationState.READY, None)
    [row] = world.rows(Application)
    assert (row.kind, row.customer_id, row.phone) == ("transfer", "C1197", "13700131197")
    assert RESERVE_JOB in world.make().handlers()
