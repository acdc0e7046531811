"""What nobody needs any more goes, in small batches; what must be kept stays; a failure stops nothing."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from care import app, schema
from care.admin.housekeeping import Housekeeping, Retention
from care.conversations.tables import ActionOutcome, Conversation, DeskEvent, Message
from care.customers.contacts import Contact
from care.customers.verification import Challenge, CodeRequest, PhoneLock, VerifiedSession
from care.db import Base, Database, new_id
from care.db.jobs import JobRow
from care.desk.sessions import remove_expired
from care.desk.tables import Agent, AgentSession
from care.orders.tables import ConsentProof, OfferRow, OrderRow
from care.tickets.tables import Ticket
from tests.channels.world import a_world
from tests.fakes import ManualClock

RETENTION = Retention(
    events=timedelta(days=2),
    jobs=timedelta(days=7),
    codes=timedelta(days=7),
    verified=timedelta(days=30),
    outcomes=timedelta(days=180),
)
DAY = timedelta(days=1)
FURTHER = {"agent_sessions": remove_expired}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind, with one contact and one agent."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'care.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    made = Database(url, threads=2)
    schema.metadata.create_all(made.engine)
    now = ManualClock()()
    agent = Agent(
        id="a", username="chen", name="陈静", role="agent", password_hash="", created_at=now
    )
    made.write_now(lambda session: session.add_all([Contact(id="c", created_at=now), agent]))
    yield made
    made.close()


def add(db: Database, *rows: Base) -> None:
    """Write ``rows``, one after the other."""

    def work(session: Session) -> None:
        for row in rows:
            session.add(row)
            session.flush()

    db.write_now(work)


def keys(db: Database, table: type[Any]) -> list[Any]:
    """The primary keys that are left, in order."""
    (key,) = table.__mapper__.primary_key
    return db.read_now(lambda session: list(session.scalars(select(key).order_by(key))))


def challenge(name: str, expires: datetime, closed: datetime | None = None) -> Challenge:
    return Challenge(
        id=name,
        contact_id="c",
        phone="13812345678",
        purpose="identity",
        code_hash="",
        known=True,
        created_at=expires,
        expires_at=expires,
        closed_at=closed,
    )


def ordered(now: datetime) -> list[Base]:
    """An order with all that it rests on."""
    common = {"customer_id": "c1", "line_id": "l", "phone": "13812345678", "kind": "change_plan"}
    common["name"] = "畅享59"
    day = date(2026, 1, 1)
    return [
        challenge("of-an-order", now, closed=now),
        OfferRow(
            id="offer",
            contact_id="c",
            offering_id="p59",
            params={},
            words={},
            price=Decimal(59),
            effective=day,
            text="",
            text_hash="",
            made_at=now,
            expires_at=now,
            **common,
        ),
        ConsentProof(
            id="proof",
            offer_id="offer",
            method="one_time_code",
            challenge_id="of-an-order",
            channel="web",
            conversation_id="v",
            text="",
            text_hash="",
            at=now,
        ),
        OrderRow(
            id="order",
            proof_id="proof",
            offering_id="p59",
            effective=day,
            state="placed",
            ordered_at=now,
            **common,
        ),
    ]


def said(now: datetime) -> list[Base]:
    """A conversation with a message, and a ticket."""
    return [
        Conversation(
            id="v",
            contact_id="c",
            channel="web",
            address="x",
            owner="closed",
            owner_since=now,
            opened_at=now,
            active_at=now,
        ),
        Message(
            id="m",
            conversation_id="v",
            seq=1,
            epoch=1,
            role="customer",
            channel="web",
            text="你好",
            sent_at=now,
        ),
        Ticket(
            number="GD1",
            kind="callback",
            title="",
            description="",
            contact_id="c",
            created_at=now,
            promised_at=now,
            updated_at=now,
        ),
    ]


async def test_each_goes_in_its_time(db: Database, clock: ManualClock) -> None:
    now = clock()

    def job(name: str, done: datetime | None) -> JobRow:
        return JobRow(id=name, kind="k", payload={}, due_at=now - 900 * DAY, done_at=done)

    def session(name: str, over: datetime) -> AgentSession:
        return AgentSession(key=name, agent_id="a", created_at=now, expires_at=over)

    def request(name: str, at: datetime) -> CodeRequest:
        return CodeRequest(id=name, phone_key="p", contact_id="c", network_key="n", at=at)

    def outcome(name: str, at: datetime) -> ActionOutcome:
        return ActionOutcome(
            id=name, conversation_id="v", turn_id="t", action="action_x", ok=True, at=at
        )

    add(
        db,
        DeskEvent(id=1, kind="ticket", ref="GD1", at=now - 3 * DAY),
        DeskEvent(id=2, kind="ticket", ref="GD1", at=now - DAY),
        job("1-done", now - 8 * DAY),
        job("2-done", now - 6 * DAY),
        job("3-open", None),
        request("1-old", now - 8 * DAY),
        request("2-young", now - DAY),
        challenge("1-used", now - 8 * DAY, closed=now - 8 * DAY),
        challenge("2-expired", now - 8 * DAY),
        challenge("3-young", now - DAY),
        PhoneLock(phone_key="1-old", until=now - 8 * DAY),
        PhoneLock(phone_key="2-locked", until=now + DAY),
        outcome("1-old", now - 181 * DAY),
        outcome("2-young", now - 179 * DAY),
        session("1-over", now - timedelta(seconds=1)),
        session("2-good", now + DAY),
    )
    removed = await Housekeeping(db, clock, RETENTION, FURTHER).sweep()
    assert removed == {
        "desk_events": 1,
        "jobs": 1,
        "code_requests": 1,
        "challenges": 2,
        "phone_locks": 1,
        "action_outcomes": 1,
        "agent_sessions": 1,
    }
    assert keys(db, DeskEvent) == [2]
    assert keys(db, JobRow) == ["2-done", "3-open"]
    assert keys(db, CodeRequest) == ["2-young"]
    assert keys(db, Challenge) == ["3-young"]
    assert keys(db, PhoneLock) == ["2-locked"]
    assert keys(db, ActionOutcome) == ["2-young"]
    assert keys(db, AgentSession) == ["2-good"]
    assert await Housekeeping(db, clock, RETENTION, FURTHER).sweep() == {}


async def test_who_a_contact_was_is_kept_for_a_while(db: Database, clock: ManualClock) -> None:
    add(
        db,
        VerifiedSession(
            contact_id="c",
            customer_id="c1",
            line_id="l",
            phone="13812345678",
            verified_at=clock(),
            expires_at=clock(),
        ),
    )
    clock.advance(days=29)
    assert await Housekeeping(db, clock, RETENTION).sweep() == {}
    clock.advance(days=2)
    assert await Housekeeping(db, clock, RETENTION).sweep() == {"verified_sessions": 1}


async def test_what_is_owed_stays_for_ever(db: Database, clock: ManualClock) -> None:
    add(db, *said(clock()), *ordered(clock()))
    clock.advance(days=10_000)
    assert await Housekeeping(db, clock, RETENTION, FURTHER).sweep() == {}
    for table in (Challenge, OfferRow, ConsentProof, OrderRow, Message, Conversation, Ticket):
        assert len(keys(db, table)) == 1


async def test_no_transaction_is_long(db: Database, clock: ManualClock) -> None:
    old = clock() - 900 * DAY
    events = [DeskEvent(id=number, kind="ticket", ref="x", at=old) for number in range(1, 26)]
    outcomes = [
        ActionOutcome(id=new_id(), conversation_id="v", turn_id="t", action="a", ok=True, at=old)
        for _ in range(20)
    ]
    add(db, *events, *outcomes)
    sizes: list[int] = []

    def note(*_: object) -> None:
        left = db.read_now(_count)
        sizes.append(left)

    event.listen(db.engine, "commit", note)
    removed = await Housekeeping(db, clock, RETENTION, batch=10).sweep()
    event.remove(db.engine, "commit", note)
    assert removed == {"desk_events": 25, "action_outcomes": 20}
    assert max(before - after for before, after in pairwise(sizes)) <= 10


def _count(session: Session) -> int:
    counts = (
        session.scalar(select(func.count()).select_from(t)) for t in (DeskEvent, ActionOutcome)
    )
    return sum(count or 0 for count in counts)


async def test_events_go_without_a_hole(db: Database, clock: ManualClock) -> None:
    """Clocks of two processes differ: an event may be older than the one before it."""
    now = clock()
    ages = (5, 4, 1, 3, 1)
    add(
        db,
        *(
            DeskEvent(id=number, kind="ticket", ref="x", at=now - age * DAY)
            for number, age in enumerate(ages, 1)
        ),
    )
    await Housekeeping(db, clock, RETENTION).sweep()
    assert keys(db, DeskEvent) == [3, 4, 5]


async def test_several_processes_may_sweep_at_once(db: Database, clock: ManualClock) -> None:
    old = clock() - 900 * DAY
    add(db, *(DeskEvent(id=number, kind="t", ref="x", at=old) for number in range(1, 60)))
    add(db, *(JobRow(id=f"{n}", kind="k", payload={}, due_at=old, done_at=old) for n in range(60)))
    keepers = [Housekeeping(db, clock, RETENTION, batch=7) for _ in range(3)]
    await asyncio.gather(*(keeper.sweep() for keeper in keepers))
    assert keys(db, DeskEvent) == keys(db, JobRow) == []


async def test_what_fails_does_not_stop_the_rest(db: Database, clock: ManualClock) -> None:
    def broken(session: Session, now: datetime, limit: int) -> int:
        raise OSError("the disk is full")

    further: dict[str, Callable[[Session, datetime, int], int]] = {"jobs": broken, **FURTHER}
    add(db, AgentSession(key="k", agent_id="a", created_at=clock(), expires_at=clock()))
    assert await Housekeeping(db, clock, RETENTION, further).sweep() == {"agent_sessions": 1}


async def test_every_process_does_it(tmp_path: Path) -> None:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        loops = app.loops(world.services, app.make_desk(world.services))
        names = [loop.__qualname__ for loop in loops]
        for loop in loops:
            loop.close()
    assert "Housekeeping.run" in names
