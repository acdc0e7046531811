"""One open ticket for one matter; urging and taking back, once for each turn."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.db import Base, Database
from care.errors import StaleEpoch
from care.tickets.lifecycle import OPEN_STATES, TransitionNotAllowed
from care.tickets.tables import TicketState
from tests.bss.operator_fixtures import Clock
from tests.tickets.world import World, free


async def test_the_same_matter_finds_the_open_ticket(world: World) -> None:
    first = await world.open(description="一")
    again = await world.open(description="二")
    other = await world.open(matter="slow_speed")
    elsewhere = await world.open(about="BB1002")
    assert again.number == first.number
    assert again.turn_id != "turn2"
    assert len({first.number, other.number, elsewhere.number}) == 3
    assert world.deeds(first.number) == ["opened", "reported_again"]


async def test_a_settled_matter_may_be_reported_anew(world: World) -> None:
    first = await world.open()
    await world.tickets.move(first.number, TicketState.RESOLVED, "agent:1", "")
    second = await world.open()
    assert second.number != first.number
    with pytest.raises(TransitionNotAllowed):
        await world.tickets.move(first.number, TicketState.IN_PROGRESS, "agent:1", "")
    await world.tickets.move(second.number, TicketState.CANCELLED, "agent:1", "")
    await world.tickets.move(first.number, TicketState.IN_PROGRESS, "agent:1", "")


async def test_tickets_without_a_matter_are_never_the_same(world: World) -> None:
    one = await world.open(about=None, matter=None)
    two = await world.open(about=None, matter=None)
    assert one.number != two.number


async def test_two_at_once_open_one(world: World) -> None:
    opened = await asyncio.gather(*(world.open() for _ in range(4)))
    assert len({ticket.number for ticket in opened}) == 1
    assert len(world.all()) == 1


async def test_urging_raises_the_priority_once_and_counts_each_turn_once(world: World) -> None:
    ticket = await world.open()
    for turn, times in (("a", 1), ("a", 1), ("b", 2), ("b", 2)):
        urged = await world.tickets.urge(ticket.number, "customer", turn, free)
        assert (urged.times, urged.late) == (times, False)
    assert world.ticket(ticket.number).priority == 1
    assert world.deeds(ticket.number) == ["opened", "urged", "urged"]


async def test_what_is_settled_cannot_be_urged_or_taken_back(world: World) -> None:
    ticket = await world.open()
    await world.tickets.move(ticket.number, TicketState.RESOLVED, "agent:1", "")
    with pytest.raises(TransitionNotAllowed):
        await world.tickets.urge(ticket.number, "customer", "a", free)
    with pytest.raises(TransitionNotAllowed):
        await world.tickets.cancel(ticket.number, "customer", "a", free)
    assert world.deeds(ticket.number) == ["opened", "moved"]


async def test_a_ticket_is_taken_back_once_for_a_repeated_turn(world: World) -> None:
    ticket = await world.open()
    for _ in range(2):
        taken = await world.tickets.cancel(ticket.number, "customer", "a", free)
        assert taken.state == TicketState.CANCELLED
    with pytest.raises(TransitionNotAllowed):
        await world.tickets.cancel(ticket.number, "customer", "b", free)
    assert world.deeds(ticket.number) == ["opened", "moved"]


async def test_a_turn_whose_time_is_over_changes_nothing(world: World) -> None:
    def refuse(session: Session) -> None:
        raise StaleEpoch

    ticket = await world.open()
    for change in (world.tickets.urge, world.tickets.cancel):
        with pytest.raises(StaleEpoch):
            await change(ticket.number, "customer", "a", refuse)
    assert world.ticket(ticket.number).urged == 0
    assert world.ticket(ticket.number).state == TicketState.OPEN


async def test_a_customers_tickets_by_the_end_of_their_number(world: World) -> None:
    mine = await world.open()
    await world.open(customer_id="C1002", about="BB1002")
    found = await world.tickets.of_customer("C1001", ending=mine.number[-4:])
    assert [ticket.number for ticket in found] == [mine.number]
    assert await world.tickets.of_customer("C1001", ending="%") == []
    await world.tickets.cancel(mine.number, "customer", "a", free)
    assert await world.tickets.open_of_customer("C1001") == []


_DEEDS = st.lists(
    st.tuples(st.sampled_from(["open", "urge", "cancel", "resolve", "late"]), st.integers(0, 2)),
    max_size=12,
)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(_DEEDS)
def test_whatever_is_done_one_matter_has_one_open_ticket(
    db: Database, deeds: list[tuple[str, int]]
) -> None:
    asyncio.run(_do(db, deeds))


async def _do(db: Database, deeds: list[tuple[str, int]]) -> None:
    clock = Clock()
    world = World(db, clock, EmbeddedBss(db, clock))
    clean = Base.metadata.tables
    db.write_now(
        lambda session: [session.execute(clean[t].delete()) for t in ("ticket_steps", "tickets")]
    )
    for deed, number in deeds:
        known = world.all()
        if deed == "open":
            await world.open(matter=f"m{number}", turn_id=f"{len(known)}-{deed}-{number}")
        elif deed == "late":
            clock.forward(timedelta(days=1))
        elif known:
            await _change(world, deed, known[number % len(known)].number)
    tickets = world.all()
    open_ones = [ticket for ticket in tickets if ticket.state in OPEN_STATES]
    assert len({ticket.matter for ticket in open_ones}) == len(open_ones)
    for ticket in tickets:
        assert 0 <= ticket.priority <= 3
        assert world.deeds(ticket.number).count("escalated") == (ticket.escalated_at is not None)
        assert world.deeds(ticket.number).count("urged") == ticket.urged


async def _change(world: World, deed: str, number: str) -> None:
    with suppress(TransitionNotAllowed):
        if deed == "urge":
            await world.tickets.urge(number, "customer", world.turn(), free)
        elif deed == "cancel":
            await world.tickets.cancel(number, "customer", world.turn(), free)
        else:
            await world.tickets.move(number, TicketState.RESOLVED, "agent:1", "")
