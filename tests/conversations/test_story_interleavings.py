"""Random customers at random addresses, merged, joined, served by people and cut off by time, keep the promises:

nothing is lost or doubled, each log has one order which is that of time, numbers only grow for whoever reads, a browser
that follows the numbers shows what the server would show it, and nobody sees what is no story of theirs.
"""

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from care import schema
from care.conversations.tables import Message, Owner, Role
from care.db import Database
from care.errors import CareError, NotFound
from tests.conversations.conftest import make_core
from tests.conversations.core import echo, handing_over
from tests.conversations.storyteller import OTHER, PHONE, Teller

type Place = tuple[str, str]

PLACES: list[Place] = [("web", "w1"), ("web", "w2"), ("wechat", "o1"), ("wechat", "o2")]
STRANGER: Place = ("web", "stranger")

places = st.sampled_from(PLACES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), places),
        st.tuples(st.just("say"), places),
        st.tuples(st.just("prove"), places),
        st.tuples(st.just("prove other"), places),
        st.tuples(st.just("ask for a person"), places),
        st.tuples(st.just("accept"), places),
        st.tuples(st.just("reply"), places),
        st.tuples(st.just("close"), places),
        st.tuples(st.just("unbind"), places),
        st.tuples(st.just("redeliver"), places),
        st.tuples(st.sampled_from(["jobs", "minutes", "half an hour"]), places),
    ),
    min_size=4,
    max_size=30,
)


@dataclass
class Browser:
    """What a client that follows the numbers shows: it begins again when its last one is of an earlier log."""

    conversation: str = ""
    shown: list[Message] = field(default_factory=list)

    def take(self, conversation: str, base: int, messages: list[Message]) -> None:
        cursor = self.cursor
        if self.conversation != conversation or 0 < cursor <= base:
            self.shown = []
        self.conversation = conversation
        for message in messages:
            if message.seq > self.cursor:
                self.shown.append(message)

    @property
    def cursor(self) -> int:
        return self.shown[-1].seq if self.shown else 0


class World:
    """Carries steps out and keeps what was said where."""

    def __init__(self, db: Database) -> None:
        self.core = make_core(db)
        self.teller = Teller(self.core)
        self.said: dict[str, Place] = {}
        self.keys: dict[Place, tuple[str, str]] = {}
        self.proven: dict[Place, set[str]] = {place: set() for place in (*PLACES, STRANGER)}
        self.browsers = {place: Browser() for place in (*PLACES, STRANGER)}
        self.highest: dict[Place, int] = {}

    async def step(self, what: str, place: Place) -> None:
        self.core.clock.forward(seconds=1)
        with suppress(CareError):
            await self.do(what, place)
        await self.follow(place)

    async def do(self, what: str, place: Place) -> None:
        conversations = self.core.conversations
        match what:
            case "say" | "ask for a person":
                self.core.engine.answer = handing_over if what != "say" else echo
                await self.say(place)
            case "prove" | "prove other":
                if place in self.keys:
                    phone = PHONE if what == "prove" else OTHER
                    await self.prove(place, phone)
            case "accept":
                chat = await self.teller.conversation(*place)
                await conversations.accept(chat.id, self.core.agent, chat.epoch)
            case "reply":
                chat = await self.teller.conversation(*place)
                text = f"agent {len(self.said)} {self.core.clock.now}"
                await conversations.reply(
                    chat.id, self.core.agent, f"key-{self.core.clock.now}", text
                )
            case "close":
                chat = await self.teller.conversation(*place)
                await conversations.close(chat.id, self.core.agent)
            case "unbind":
                contact = self.teller.binding(*place).contact_id if place in self.keys else ""
                turn = f"t{self.core.clock.now.timestamp():.0f}"
                if contact:
                    await self.teller.stories.unbind(
                        contact, None, place, turn, "PIPL 15", lambda session: None
                    )
            case "redeliver":
                if place in self.keys:
                    text, key = self.keys[place]
                    assert (await self.teller.receive(*place, text, key=key)).duplicate
            case "jobs":
                await self.teller.work_off()
            case "minutes":
                self.core.clock.forward(minutes=3)
            case "half an hour":
                self.core.clock.forward(minutes=31)

    async def say(self, place: Place) -> None:
        text = f"{place[1]} says {len(self.said)}"
        key = f"{place[1]}:{len(self.said)}"
        self.said[text] = place
        receipt = await self.teller.receive(*place, text, key=key)
        self.keys[place] = (text, key)
        await self.core.answer(receipt)

    async def prove(self, place: Place, phone: str) -> None:
        contact = self.teller.binding(*place).contact_id
        from care.customers.bindings import customers_of
        from care.customers.contacts import Contact

        customer = self.teller.numbers.of[phone][0]

        def allowed(session: object) -> bool:  # what Verification refuses
            shared = session.get_one(Contact, contact).shared  # type: ignore[attr-defined]
            return not shared or customers_of(session, contact) <= {customer}  # type: ignore[arg-type]

        await self.core.conversations.begin(*place)  # whoever gives a code has just written
        contact = self.teller.binding(*place).contact_id
        if await self.teller.db.read(allowed):
            self.proven[place].add(phone)
            await self.teller.prove(*place, phone)

    async def follow(self, place: Place) -> None:
        """The address looks for what is new."""
        browser = self.browsers[place]
        try:
            found, status = await self.core.conversations.look_from(*place, browser.cursor)
            everything, _ = await self.core.conversations.look_from(*place, 0)
        except NotFound:
            return
        assert all(message.seq > status.base for message in everything)
        newest = everything[-1].seq if everything else 0
        assert newest >= self.highest.get(place, 0), "a number fell"
        self.highest[place] = newest
        if browser.conversation != status.conversation_id or 0 < browser.cursor <= status.base:
            found = everything  # it dials again from the beginning
        browser.take(status.conversation_id, status.base, found)
        assert [m.id for m in browser.shown] == [m.id for m in everything]
        self.check_nobody_elses(place, everything)

    def check_nobody_elses(self, place: Place, seen: list[Message]) -> None:
        for message in seen:
            if message.role != Role.CUSTOMER:
                continue
            by = self.said[message.text or ""]
            assert by == place or self.proven[by] & self.proven[place], (place, message.text)

    def check(self) -> None:
        messages = self.teller.everything()
        assert {m.text for m in messages if m.role == Role.CUSTOMER} == set(self.said)
        assert len([m for m in messages if m.role == Role.CUSTOMER]) == len(self.said)
        logs: dict[str, list[Message]] = {}
        for message in messages:
            logs.setdefault(message.conversation_id, []).append(message)
        for id, log in logs.items():
            chat = self.core.conversation(id)
            assert chat.merged_into is None, "a merged conversation has no messages"
            assert [m.seq for m in log] == list(range(chat.base + 1, chat.last_seq + 1))
            times = [m.sent_at for m in log]
            assert times == sorted(times)
            assert chat.owner in list(Owner)
            assert (chat.agent_id is None) == (chat.owner != Owner.AGENT)


A_LIFE: list[tuple[str, Place]] = [
    (what, PLACES[place])
    for what, place in (
        *(("say", 0), ("say", 0), ("say", 2), ("prove", 0), ("prove", 2), ("jobs", 0)),  # one story
        *(("say", 0), ("redeliver", 0), ("half an hour", 0), ("say", 2), ("say", 0)),  # cut off
        *(("prove", 0), ("jobs", 0), ("say", 2)),  # and back
        *(("ask for a person", 2), ("accept", 2), ("reply", 2), ("say", 0), ("close", 2)),
        *(("say", 3), ("prove other", 3), ("unbind", 2), ("jobs", 2), ("say", 2), ("say", 0)),
    )
]


@given(STEPS)
@example(A_LIFE)
@pytest.mark.slow
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_stories_keep_their_promises_in_any_order_of_events(
    steps: list[tuple[str, Place]],
) -> None:
    async def play(folder: str) -> None:
        db = Database(f"sqlite:///{Path(folder) / 'care.db'}", threads=2)
        schema.metadata.create_all(db.engine)
        try:
            world = World(db)
            await world.step("say", STRANGER)
            for what, place in [("say", PLACES[0]), ("say", PLACES[2]), *steps]:
                await world.step(what, place)
            for _ in range(3):
                world.core.clock.forward(minutes=11)
                await world.teller.work_off()
                for place in (*PLACES, STRANGER):
                    await world.follow(place)
            world.check()
        finally:
            db.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(folder))
