"""The sweep on the demo operator: each reminder once, whoever sweeps and however often; nobody at night."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.demo.load import load_files
from care.bss.embedded.demo.specs import DemoFiles
from care.bss.embedded.tables import ContractRow
from care.bss.protocol import Balance, BssUnavailable
from care.customers.sms import SEND_JOB
from care.db import Database
from care.db.jobs import JobLoop, JobRow
from care.duties import load_duties
from care.reminders.service import SWEEP_JOB, Reminders
from care.reminders.tables import SentReminder
from tests.bss.operator_fixtures import Clock

ZONE = ZoneInfo("Asia/Shanghai")
DUTIES = load_duties(Path(__file__).parents[2] / "data" / "duties")
MORNING = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)  # half past nine in Shanghai


class World:
    """The operator on the second day of a month, and who reminds its customers."""

    def __init__(self, db: Database, clock: Clock, bss: Any) -> None:
        self.db, self.clock = db, clock
        self.reminders = Reminders(db, bss, DUTIES, clock, ZONE)
        self.jobs = JobLoop(db, clock, self.reminders.handlers())

    async def sweep(self) -> None:
        """All that is due now."""
        while await self.jobs.run_due():
            pass

    def texts(self) -> list[dict[str, Any]]:
        """The text messages that wait to be sent."""
        query = select(JobRow).where(JobRow.kind == SEND_JOB).order_by(JobRow.id)
        return self.db.read_now(lambda session: [job.payload for job in session.scalars(query)])

    def open_sweeps(self) -> list[JobRow]:
        """The sweeps to come."""
        query = select(JobRow).where(JobRow.kind == SWEEP_JOB, JobRow.done_at.is_(None))
        return self.db.read_now(lambda session: list(session.scalars(query)))


@pytest.fixture
def bss(empty_db: Database, demo_files: DemoFiles, clock: Clock) -> EmbeddedBss:
    clock.now = MORNING - timedelta(minutes=30)
    load_files(empty_db, demo_files, date(2026, 12, 2))
    return EmbeddedBss(empty_db, clock, ZONE)


@pytest.fixture
def world(empty_db: Database, clock: Clock, bss: EmbeddedBss) -> World:
    return World(empty_db, clock, bss)


async def test_everybody_gets_the_bill_once(world: World) -> None:
    await world.reminders.begin()
    await world.reminders.begin()
    await world.sweep()
    assert world.texts() == []  # it is not yet half past nine
    world.clock.now = MORNING
    await world.sweep()
    bills = [text for text in world.texts() if "账单已出" in text["text"]]
    phones = Counter(text["phone"] for text in bills)
    assert len(phones) > 20
    assert set(phones.values()) == {1}
    assert all("2026年11月" in text["text"] for text in bills)


async def test_a_second_sweep_says_nothing_again(world: World) -> None:
    await world.reminders.begin()
    world.clock.now = MORNING
    await world.sweep()
    first = world.texts()
    assert first
    world.clock.forward(timedelta(days=1))
    await world.sweep()
    assert world.texts() == first
    assert len(world.open_sweeps()) == 1
    world.clock.forward(timedelta(days=365))
    assert [job.due_at.astimezone(ZONE).hour for job in world.open_sweeps()] == [9]


async def test_a_contract_about_to_end_is_told(world: World) -> None:
    end = date(2026, 12, 20)

    def change(session: Session) -> None:
        session.execute(update(ContractRow).where(ContractRow.line_id == "L1016").values(end=end))

    world.db.write_now(change)
    await world.reminders.begin()
    world.clock.now = MORNING
    await world.sweep()
    assert [text for text in world.texts() if "2026年12月20日到期" in text["text"]]


class Expensive:
    """The operator, with one line that has spent a fortune; ``down`` makes the first balances fail."""

    def __init__(self, bss: EmbeddedBss, line_id: str, down: int = 0) -> None:
        self._bss, self._line_id, self._down = bss, line_id, down

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bss, name)

    async def balance(self, line_id: str) -> Balance:
        """The line's balance."""
        if self._down:
            self._down -= 1
            raise BssUnavailable()
        balance = await self._bss.balance(line_id)
        if line_id != self._line_id:
            return balance
        return Balance(line_id, balance.available, balance.arrears, Decimal(99999), balance.as_of)


async def test_a_fee_five_times_the_usual_is_told_and_systems_down_delay_it_only(
    empty_db: Database, clock: Clock, bss: EmbeddedBss
) -> None:
    world = World(empty_db, clock, Expensive(bss, "L1003", down=2))
    await world.reminders.begin()
    world.clock.now = MORNING
    for _ in range(4):
        await world.sweep()
        world.clock.forward(timedelta(minutes=2))
    alarms = [text for text in world.texts() if "远高于" in text["text"]]
    line = await bss.line_by_id("L1003")
    assert line is not None
    assert [text["phone"] for text in alarms] == [line.phone]
    assert line.phone not in alarms[0]["text"]


async def test_older_customers_are_told_of_renewals_five_days_before(
    empty_db: Database, clock: Clock, bss: EmbeddedBss
) -> None:
    world = World(empty_db, clock, bss)
    clock.now = datetime(2026, 12, 28, 1, 0, tzinfo=UTC)
    await world.reminders.begin()
    clock.forward(timedelta(hours=1))
    await world.sweep()
    renewals = {text["phone"] for text in world.texts() if "自动续订" in text["text"]}
    assert "13800138001" in renewals  # born in 1956, holds add-ons by the month
    rows = empty_db.read_now(
        lambda session: list(
            session.scalars(select(SentReminder).where(SentReminder.kind == "renewal"))
        )
    )
    assert {row.period for row in rows} == {"2027-01"}
    for row in rows:
        line = await bss.line_by_id(row.line_id)
        assert line is not None
        customer = await bss.customer(line.customer_id)
        assert customer is not None
        assert customer.is_senior(date(2026, 12, 28))
