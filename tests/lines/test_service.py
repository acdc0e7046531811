"""What is done at once: noted with who asked, in the turn's gate, once; secrets behind a link for one use."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssUnavailable, LineAct, LineStatus, SpamLevel
from care.customers.verification import Verified
from care.db import Database
from care.db.jobs import JobLoop
from care.errors import StaleEpoch
from care.lines.grants import LIFE, TRIES, password_awaited
from care.lines.requests import Asked
from care.lines.service import KEEP_ENDS, PASSWORD_SET, LineService, remind_of_end
from care.lines.tables import GrantedPage, LineRequest, PageGrant
from care.lines.words import load_words
from care.links import LinkExpired, Links
from tests.bss.operator_fixtures import NOW, TODAY, Clock
from tools.layout import ROOT

WORDS = load_words(ROOT / "data" / "line_words.yml")
CONTACT = "01contact"


def free(session: Session) -> None:
    """A turn whose time is not over."""


def over(session: Session) -> None:
    """A turn whose owner has changed."""
    raise StaleEpoch()


class Texts:
    """A gateway that keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, phone: str, text: str) -> None:
        """Keep it."""
        self.sent.append((phone, text))


class Down:
    """The operator's systems, down for the first calls of one method."""

    def __init__(self, bss: EmbeddedBss, method: str, times: int = 1) -> None:
        self._bss, self._method, self._times = bss, method, times

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._times:
            self._times -= 1

            async def fail(*_: object, **__: object) -> None:
                raise BssUnavailable()

            return fail
        return getattr(self._bss, name)


@dataclass
class World:
    """The service on the demo operator."""

    db: Database
    clock: Clock
    bss: EmbeddedBss
    texts: Texts

    def service(self, bss: Any = None) -> LineService:
        """On these systems of the operator's."""
        links = Links("secret", "http://care.example", self.clock)
        return LineService(self.db, bss or self.bss, links, self.texts, self.clock, WORDS)

    def asked(self, customer: str, line: str, turn: str = "turn-1") -> Asked:
        """By a verified customer."""
        verified = Verified(CONTACT, customer, line, "13800000000", NOW + timedelta(minutes=30))
        return Asked(verified, "conversation", "rest", turn, free)

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        return self.db.read_now(lambda session: list(session.scalars(select(table))))

    async def line(self, line_id: str) -> Any:
        """A line as it stands."""
        return await self.bss.line_by_id(line_id)


@pytest.fixture
def world(db: Database, clock: Clock, bss: EmbeddedBss) -> World:
    return World(db, clock, bss, Texts())


def token(address: str) -> str:
    return address.rpartition("/")[2]


async def test_a_loss_is_stopped_at_once_and_noted_with_who_asked(world: World) -> None:
    service, asked = world.service(), world.asked("C1166", "L1166")
    line = await world.line("L1166")
    for _ in range(2):  # a repeated turn
        await service.block_lost(asked, line)
    assert (await world.line("L1166")).status is LineStatus.BLOCKED_LOST
    (row,) = world.rows(LineRequest)
    assert (row.act, row.turn_id, row.customer_id) == (LineAct.BLOCK_LOST, "turn-1", "C1166")
    assert (row.conversation_id, row.channel, row.at) == ("conversation", "rest", NOW)


async def test_a_turn_whose_time_is_over_changes_nothing(world: World) -> None:
    service = world.service()
    asked = replace(world.asked("C1166", "L1166"), guard=over)
    line = await world.line("L1166")
    with pytest.raises(StaleEpoch):
        await service.block_lost(asked, line)
    with pytest.raises(StaleEpoch):
        await service.block_number(asked, line, "02887654321")
    with pytest.raises(StaleEpoch):
        await service.grants.make(GrantedPage.PUK, asked, line)
    assert (await world.line("L1166")).status is LineStatus.ACTIVE
    assert world.rows(LineRequest) == world.rows(PageGrant) == []


async def test_what_failed_is_done_once_when_the_turn_is_repeated(world: World) -> None:
    service = world.service(Down(world.bss, "block_lost"))
    asked, line = world.asked("C1166", "L1166"), await world.line("L1166")
    with pytest.raises(BssUnavailable):
        await service.block_lost(asked, line)
    assert (await world.line("L1166")).status is LineStatus.ACTIVE
    await service.block_lost(asked, line)
    assert (await world.line("L1166")).status is LineStatus.BLOCKED_LOST
    assert len(world.rows(LineRequest)) == 1


async def test_two_numbers_in_one_turn_are_two_requests(world: World) -> None:
    service, asked = world.service(), world.asked("C1180", "L1180")
    line = await world.line("L1180")
    await service.block_number(asked, line, "02887654321")
    await service.block_number(asked, line, "02887654322")
    shield = await world.bss.spam_shield("L1180")
    assert shield.blocked == ("02887654321", "02887654322")
    await service.switch_spam_off(asked, line)
    assert (await world.bss.spam_shield("L1180")).level is SpamLevel.OFF


async def test_own_lines_are_named_by_number_or_identifier_and_no_others(world: World) -> None:
    service, verified = world.service(), world.asked("C1165", "L1165B").verified
    assert [line.id for line in await service.own(verified)] == ["L1165B", "L1165A"]
    for name in ("L1165A", "13800131165"):
        line = await service.named(verified, name)
        assert line is not None
        assert line.id == "L1165A"
    for name in ("L1166", "13900131166", "", "None"):
        assert await service.named(verified, name) is None


async def test_a_puk_is_shown_once(world: World) -> None:
    service, asked = world.service(), world.asked("C1172", "L1172")
    address = await service.grants.make(GrantedPage.PUK, asked, await world.line("L1172"))
    assert await service.grants.make(GrantedPage.PUK, asked, await world.line("L1172")) == address
    await service.grants.look(GrantedPage.PUK, token(address))
    _, puk = await service.show_puk(token(address))
    assert puk == await world.bss.puk("L1172")
    for again in (service.show_puk, lambda one: service.grants.look(GrantedPage.PUK, one)):
        with pytest.raises(LinkExpired):
            await again(token(address))
    (row,) = world.rows(PageGrant)
    assert row.used_at == NOW


async def test_of_many_at_once_one_sees_the_puk(world: World) -> None:
    service, asked = world.service(), world.asked("C1172", "L1172")
    address = await service.grants.make(GrantedPage.PUK, asked, await world.line("L1172"))
    seen = await asyncio.gather(
        *(service.show_puk(token(address)) for _ in range(6)), return_exceptions=True
    )
    assert sum(not isinstance(one, Exception) for one in seen) == 1


async def test_a_link_is_for_one_page_and_ten_minutes(world: World) -> None:
    service, asked = world.service(), world.asked("C1172", "L1172")
    address = await service.grants.make(GrantedPage.PUK, asked, await world.line("L1172"))
    with pytest.raises(LinkExpired):
        await service.set_password(token(address), "849173")
    world.clock.forward(LIFE)
    with pytest.raises(LinkExpired):
        await service.show_puk(token(address))


async def test_a_link_is_not_used_up_by_a_system_that_is_down(world: World) -> None:
    service = world.service(Down(world.bss, "puk"))
    address = await service.grants.make(
        GrantedPage.PUK, world.asked("C1172", "L1172"), await world.line("L1172")
    )
    with pytest.raises(BssUnavailable):
        await service.show_puk(token(address))
    _, puk = await service.show_puk(token(address))
    assert puk is not None


async def test_a_password_is_set_once_and_a_text_message_follows(world: World) -> None:
    service = world.service(Down(world.bss, "set_service_password"))
    address = await service.grants.make(
        GrantedPage.PASSWORD, world.asked("C1182", "L1182"), await world.line("L1182")
    )
    with pytest.raises(BssUnavailable):
        await service.set_password(token(address), "849173")
    await service.set_password(token(address), "849173")
    with pytest.raises(LinkExpired):
        await service.set_password(token(address), "917384")
    await JobLoop(world.db, world.clock, service.handlers()).run_due()
    assert world.texts.sent == [("13900131182", PASSWORD_SET)]


async def test_bad_passwords_end_the_link(world: World) -> None:
    service = world.service()
    address = await service.grants.make(
        GrantedPage.PASSWORD, world.asked("C1182", "L1182"), await world.line("L1182")
    )
    left = [
        await service.grants.refused(GrantedPage.PASSWORD, token(address)) for _ in range(TRIES)
    ]
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(LinkExpired):
        await service.set_password(token(address), "849173")


async def test_a_password_is_awaited_while_its_page_may_be_used(world: World) -> None:
    def awaited(contact: str = CONTACT) -> bool:
        return world.db.read_now(lambda session: password_awaited(session, contact, world.clock()))

    service = world.service()
    assert not awaited()
    line = await world.line("L1182")
    await service.grants.make(GrantedPage.PUK, world.asked("C1182", "L1182"), line)
    assert not awaited()
    await service.grants.make(GrantedPage.PASSWORD, world.asked("C1182", "L1182"), line)
    assert awaited()
    assert not awaited("somebody else")
    world.clock.forward(LIFE)
    assert not awaited()


async def test_who_has_a_number_kept_is_told_before_it_comes_back(world: World) -> None:
    service = world.service()
    await world.bss.suspend_line("L1165A", TODAY, 1, idempotency_key="k")
    until = date(2026, 12, 23)
    world.db.write_now(
        lambda session: remind_of_end(session, "L1165A", "13800131165", until, service_zone(world))
    )
    jobs = JobLoop(world.db, world.clock, service.handlers())
    world.clock.forward(timedelta(days=24))
    await jobs.run_due()
    assert world.texts.sent == []
    world.clock.forward(timedelta(days=1))
    await jobs.run_due()
    # On the number that is in use: the stopped one gets no messages.
    text = KEEP_ENDS.format(tail="1165", until="2026年12月23日")
    assert world.texts.sent == [("13800136165", text)]


async def test_nobody_is_told_of_what_was_taken_back(world: World) -> None:
    service = world.service()
    await world.bss.suspend_line("L1175", TODAY, 1, idempotency_key="1")
    world.db.write_now(
        lambda session: remind_of_end(
            session, "L1175", "13700131175", date(2026, 12, 23), service_zone(world)
        )
    )
    await world.bss.resume_line("L1175", idempotency_key="2")
    world.clock.forward(timedelta(days=26))
    await JobLoop(world.db, world.clock, service.handlers()).run_due()
    assert world.texts.sent == []


def service_zone(world: World) -> Any:
    return world.bss._zone
