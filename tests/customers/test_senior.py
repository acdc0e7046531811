"""Senior mode: chosen, offered once, and known by age."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from care.customers.contacts import Contact
from care.customers.senior import Seniors, one_step
from care.db import Database
from care.errors import StaleEpoch

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)


@pytest.fixture
def seniors(db: Database) -> Seniors:
    rows = [Contact(id=name, created_at=NOW) for name in ("a", "b")]
    db.write_now(lambda session: session.add_all(rows))
    return Seniors(db, lambda: NOW)


def first(db: Database, contact: str) -> bool:
    return db.read_now(lambda session: one_step(session, contact))


async def test_a_choice_is_kept_for_its_contact(seniors: Seniors, db: Database) -> None:
    assert await seniors.choose("a", True)
    assert not await seniors.choose("a", True)
    assert first(db, "a")
    assert not first(db, "b")
    assert not first(db, "nobody")
    assert await seniors.choose("a", False)
    assert not first(db, "a")


async def test_a_turn_whose_time_is_over_chooses_nothing(seniors: Seniors, db: Database) -> None:
    def over(session: Session) -> None:
        raise StaleEpoch()

    with pytest.raises(StaleEpoch):
        await seniors.choose("a", True, over)
    assert not first(db, "a")


async def test_it_is_offered_once_to_whoever_is_of_age(seniors: Seniors, db: Database) -> None:
    assert not await seniors.met("b", elderly=False)
    assert await seniors.met("a", elderly=True)
    assert not await seniors.met("a", elderly=True)
    assert first(db, "a")
    assert not await seniors.met("a", elderly=False)  # somebody else writes from there now
    assert not first(db, "a")
    assert not await seniors.met("a", elderly=True)


async def test_at_one_moment_it_is_offered_once(seniors: Seniors) -> None:
    offered = await asyncio.gather(*(seniors.met("a", elderly=True) for _ in range(6)))
    assert sum(offered) == 1


async def test_who_has_chosen_is_offered_nothing(seniors: Seniors) -> None:
    await seniors.choose("a", True)
    assert not await seniors.met("a", elderly=True)
    await seniors.choose("a", False)
    assert not await seniors.met("a", elderly=True)
