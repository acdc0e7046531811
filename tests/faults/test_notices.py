"""Who wants to be told of the end of an outage is told, once, and only then."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.tables import OutageRow
from care.customers.sms import SmsFailed
from care.db import Database
from care.db.jobs import JobLoop
from care.errors import StaleEpoch
from care.faults.notices import NoticeRequest, OutageNotices, remove_told
from care.faults.tables import OutageNotice
from tests.bss.operator_fixtures import Clock

LOOK = timedelta(minutes=1)


class Texts:
    """A gateway that keeps what it sends; it fails as often as told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.failures = 0

    async def send(self, phone: str, text: str) -> None:
        """Keep it, or fail."""
        if self.failures:
            self.failures -= 1
            raise SmsFailed
        self.sent.append((phone, text))


class World:
    """Notices on the demo operator, and the loop that does their jobs."""

    def __init__(self, db: Database, clock: Clock, bss: EmbeddedBss) -> None:
        self.db, self.clock, self.texts = db, clock, Texts()
        self.notices = OutageNotices(db, clock, bss, self.texts, LOOK)
        self.loop = JobLoop(db, clock, self.notices.handlers())

    async def subscribe(self, phone: str, outage: str = "QZ2001", area: str = "cuihu") -> bool:
        request = NoticeRequest(outage, area, phone, "C1003", "conversation")
        return await self.notices.subscribe(request, lambda session: None)

    async def pass_time(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.forward(LOOK)
            while await self.loop.run_due():
                pass

    def end_outage(self) -> None:
        change = update(OutageRow).where(OutageRow.id == "QZ2001").values(ended_at=self.clock())
        self.db.write_now(lambda session: session.execute(change))


@pytest.fixture
def world(db: Database, clock: Clock, bss: EmbeddedBss) -> World:
    return World(db, clock, bss)


async def test_the_end_is_told_once_to_each(world: World) -> None:
    assert await world.subscribe("15000131220")
    assert await world.subscribe("15000131221", area="wangjiang")
    assert not await world.subscribe("15000131220")
    assert await world.notices.wanted("QZ2001", "15000131220")
    await world.pass_time(5)
    assert world.texts.sent == []
    world.end_outage()
    await world.pass_time(5)
    assert sorted(phone for phone, _ in world.texts.sent) == ["15000131220", "15000131221"]
    texts = dict(world.texts.sent)
    assert "翠湖花园的网络故障已经恢复" in texts["15000131220"]
    assert "望江新村" in texts["15000131221"]


async def test_a_message_that_fails_is_tried_again_alone(world: World) -> None:
    await world.subscribe("15000131220")
    await world.subscribe("15000131221")
    world.end_outage()
    world.texts.failures = 1
    await world.pass_time(10)
    assert sorted(phone for phone, _ in world.texts.sent) == ["15000131220", "15000131221"]


async def test_who_asks_when_it_has_just_ended_is_told(world: World) -> None:
    world.end_outage()
    await world.subscribe("15000131220")
    await world.pass_time(2)
    assert len(world.texts.sent) == 1


async def test_an_outage_that_is_gone_is_over(world: World) -> None:
    await world.subscribe("15000131220", outage="QZ0000")
    await world.pass_time(2)
    assert len(world.texts.sent) == 1


async def test_what_was_told_is_forgotten_after_a_week(world: World) -> None:
    await world.subscribe("15000131220")
    await world.subscribe("15000131221", outage="QZ2002", area="liuhe")
    world.end_outage()
    await world.pass_time(2)

    def removed(days: int) -> int:
        now = world.clock() + timedelta(days=days)
        return world.db.write_now(lambda session: remove_told(session, now, 10))

    assert removed(6) == 0
    assert removed(8) == 1
    assert await world.notices.wanted("QZ2002", "15000131221")


async def test_a_turn_whose_time_is_over_notes_nothing(world: World) -> None:
    def refuse(session: Session) -> None:
        raise StaleEpoch

    request = NoticeRequest("QZ2001", "cuihu", "15000131220", "C1003")
    with pytest.raises(StaleEpoch):
        await world.notices.subscribe(request, refuse)
    assert not world.db.read_now(lambda session: list(session.scalars(select(OutageNotice))))
