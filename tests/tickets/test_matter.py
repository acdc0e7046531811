"""A matter is on record once: whoever asks for it again gets the ticket there is."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care import schema
from care.db import Database
from care.duties import load_duties
from care.settings import ROOT
from care.tickets.service import TicketRequest, Tickets
from care.tickets.tables import Ticket, TicketKind, TicketMatter, TicketState
from tests.fakes import ManualClock

DUTIES = load_duties(ROOT / "data" / "duties")
CHARGE = TicketRequest(
    kind=TicketKind.COMPLAINT,
    title="费用争议",
    description="…",
    actor="bot",
    turn_id="turn-1",
    matters=("charge:L1:2026-10:crbt_fee", "charge:L1:2026-09:crbt_fee"),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the tables."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    schema.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def tickets(db: Database) -> Tickets:
    """The service, which tells nobody."""
    zone = ZoneInfo("Asia/Shanghai")
    return Tickets(db, ManualClock(), zone, DUTIES, lambda session, number, now: None)


def count(db: Database) -> int:
    return db.read_now(lambda session: session.scalar(select(func.count(Ticket.number)))) or 0


async def test_another_turn_gets_the_ticket_there_is(db: Database, tickets: Tickets) -> None:
    first = await tickets.open(CHARGE)
    again = await tickets.open(replace(CHARGE, turn_id="turn-2", title="…"))
    assert (again.number, again.title) == (first.number, "费用争议")
    one = await tickets.open(replace(CHARGE, turn_id="turn-3", matters=CHARGE.matters[1:]))
    assert one.number == first.number
    found = await tickets.of_matters([*CHARGE.matters, "charge:L1:2026-08:crbt_fee"])
    assert {matter: ticket.number for matter, ticket in found.items()} == dict.fromkeys(
        CHARGE.matters, first.number
    )
    assert await tickets.of_matters([]) == {}
    assert count(db) == 1


async def test_two_at_the_same_moment_open_one(db: Database, tickets: Tickets) -> None:
    opened = await asyncio.gather(
        *(tickets.open(replace(CHARGE, turn_id=f"turn-{number}")) for number in range(4))
    )
    assert len({ticket.number for ticket in opened}) == 1
    assert count(db) == 1


async def test_what_was_given_up_may_be_asked_for_again(db: Database, tickets: Tickets) -> None:
    first = await tickets.open(CHARGE)
    await tickets.move(first.number, TicketState.CANCELLED, "bot", "")
    second = await tickets.open(replace(CHARGE, turn_id="turn-2"))
    assert second.number != first.number
    assert count(db) == 2


async def test_tickets_without_a_matter_are_many(db: Database, tickets: Tickets) -> None:
    for number in range(2):
        await tickets.open(replace(CHARGE, turn_id=f"turn-{number}", matters=()))
    assert count(db) == 2


async def test_the_database_itself_refuses_a_second_one(db: Database, tickets: Tickets) -> None:
    await tickets.open(CHARGE)
    other = await tickets.open(replace(CHARGE, turn_id="turn-2", matters=()))

    def second(session: Session) -> None:
        session.add(TicketMatter(matter=CHARGE.matters[0], number=other.number))

    with pytest.raises(IntegrityError):
        db.write_now(second)
