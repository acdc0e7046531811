"""Random interleavings of customer, bot, agent, redelivery and crash keep the core's four promises."""

import asyncio
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from care import schema
from care.conversations.tables import Message, Owner, Role, Turn, TurnState
from care.db import Database
from care.engine import EngineFailed, TurnRequest, TurnResult
from care.errors import CareError
from tests.conversations.conftest import make_core
from tests.conversations.core import Core, echo, handing_over

STEPS = st.lists(
    st.sampled_from(
        [
            "say",
            "say",
            "say",
            "redeliver",
            "answer",
            "answer",
            "answer",
            "hand over",
            "fail",
            "accept",
            "reply",
            "hand back",
            "close",
            "crash",
            "time passes",
        ]
    ),
    min_size=4,
    max_size=30,
)


@dataclass
class HeldEngine:
    """Keeps each turn until a step lets it go, as an answer, a hand-over or a failure."""

    waiting: list[tuple[TurnRequest, "asyncio.Future[TurnResult]"]] = field(default_factory=list)
    open_now: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Wait to be let go."""
        result: asyncio.Future[TurnResult] = asyncio.get_running_loop().create_future()
        self.waiting.append((request, result))
        self.open_now[request.conversation_id] += 1
        self.most_at_once = max(self.most_at_once, *self.open_now.values())
        try:
            return await result
        finally:
            self.open_now[request.conversation_id] -= 1

    def let_go(self, how: str) -> None:
        """End the oldest turn that waits."""
        while self.waiting:
            request, result = self.waiting.pop(0)
            if result.done():
                continue
            if how == "fail":
                result.set_exception(EngineFailed(cause="scripted"))
            else:
                result.set_result((handing_over if how == "hand over" else echo)(request))
            return

    async def ready(self) -> bool:
        """Always."""
        return True

    async def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class World:
    """One conversation, seen from outside, and the process that serves it."""

    db: Database
    core: Core = field(init=False)
    engine: HeldEngine = field(init=False)
    acknowledged: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    conversation_id: str = ""
    replies: int = 0

    def __post_init__(self) -> None:
        self.start_process()

    def start_process(self) -> None:
        """A process on the same database, with the clock where it was."""
        now = self.core.clock.now if hasattr(self, "core") else None
        self.core = make_core(self.db)
        if now is not None:
            self.core.clock.now = now
        self.engine = HeldEngine()
        self.core.conversations.runner._engine = self.engine

    async def step(self, name: str) -> None:
        """Do one step; what the core refuses is refused."""
        conversations, clock = self.core.conversations, self.core.clock
        with suppress(CareError):
            if name == "say":
                self.texts.append(f"第{len(self.texts)}条")
                await self.deliver(self.texts[-1])
            elif name == "redeliver" and self.texts:
                await self.deliver(self.texts[len(self.texts) // 2])
            elif name in ("answer", "hand over", "fail"):
                self.engine.let_go(name)
            elif name == "crash":
                await self.crash()
            elif name == "time passes":
                clock.forward(seconds=90)
                await conversations.runner.recover_once()
            elif self.conversation_id:
                await self.as_agent(name)
        for _ in range(3):
            await asyncio.sleep(0)

    async def deliver(self, text: str) -> None:
        """The channel delivers a message, perhaps not for the first time."""
        receipt = await self.core.say(text, key=f"alice:{text}")
        self.conversation_id = receipt.conversation_id
        first = self.acknowledged.setdefault(text, receipt.seq)
        assert first == receipt.seq, "a redelivery gives the first outcome"

    async def as_agent(self, name: str) -> None:
        """The agent acts on what the desk shows now."""
        conversations, agent = self.core.conversations, self.core.agent
        if name == "accept":
            epoch = self.core.conversation(self.conversation_id).epoch
            await conversations.accept(self.conversation_id, agent, epoch)
        elif name == "reply":
            self.replies += 1
            await conversations.reply(self.conversation_id, agent, f"r{self.replies}", "人工答复")
        elif name == "hand back":
            await conversations.hand_back(self.conversation_id, agent)
        elif name == "close":
            await conversations.close(self.conversation_id, agent)

    async def crash(self) -> None:
        """The process dies with its turns in hand; another takes over after the lease."""
        for task in list(self.core.conversations.runner._tasks.values()):
            task.cancel()
        await asyncio.sleep(0)
        self.start_process()
        self.core.clock.forward(seconds=90)
        await self.core.conversations.runner.recover_once()

    async def settle(self) -> None:
        """Let everything come to an end."""
        for _ in range(400):
            self.engine.let_go("answer")
            await asyncio.sleep(0.002)
            if not self.unfinished():
                return
            self.core.clock.forward(seconds=90)
            await self.core.conversations.runner.recover_once()
        raise AssertionError(f"turns without an end: {self.unfinished()}")

    def unfinished(self) -> list[str]:
        """Turns that are neither answered nor given up."""
        states = [TurnState.PENDING, TurnState.RUNNING]
        return self.db.read_now(
            lambda s: list(s.scalars(select(Turn.id).where(Turn.state.in_(states))))
        )

    def check(self) -> None:
        """The promises."""
        messages = self.core.messages(self.conversation_id) if self.conversation_id else []
        said = [m for m in messages if m.role == Role.CUSTOMER]
        assert [m.text for m in said] == self.texts, "nothing lost, nothing twice, in order"
        assert {m.text: m.seq for m in said} == self.acknowledged
        assert [m.seq for m in messages] == list(range(1, len(messages) + 1))
        assert self.engine.most_at_once <= 1, "one turn at a time"
        self.check_turns(messages)
        self.check_nobody_talks_over_a_person(messages)

    def check_turns(self, messages: list[Message]) -> None:
        """Each turn was answered once, or not at all for a stated reason."""
        for message in messages:
            if message.role != Role.CUSTOMER:
                continue
            turn = self.db.read_now(lambda s, wanted=message.id: s.get(Turn, wanted))
            replies = [m for m in messages if m.turn_id == message.id and m.role != Role.CUSTOMER]
            shown = [m for m in replies if not m.withdrawn]
            if turn is None:
                assert not replies, "nobody but the owner answers"
            elif turn.state in (TurnState.DONE, TurnState.FAILED):
                assert len(shown) <= 1
                assert shown or turn.state == TurnState.FAILED
            else:
                assert not shown, f"a {turn.state} turn says nothing"

    def check_nobody_talks_over_a_person(self, messages: list[Message]) -> None:
        """From an agent's joining to the end of that stretch no message of the bot is shown."""
        epochs = Counter(m.epoch for m in messages if m.role == Role.AGENT)
        joined = {
            m.epoch for m in messages if m.role == Role.SYSTEM and m.agent_name is not None
        } | set(epochs)
        human = False
        for message in messages:
            if message.epoch in joined:
                human = True
            elif message.role != Role.BOT:
                human = False
            if message.role == Role.BOT and not message.withdrawn:
                assert message.epoch not in joined
                assert not human or message.epoch > max(joined)
        visible = [m for m in messages if m.role == Role.BOT and not m.withdrawn]
        assert all(a.epoch <= b.epoch for a, b in pairwise(visible))


@given(STEPS)
@pytest.mark.slow
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_promises_hold_in_any_order_of_events(steps: list[str]) -> None:
    async def play(folder: str) -> None:
        db = Database(f"sqlite:///{Path(folder) / 'care.db'}", threads=2)
        schema.metadata.create_all(db.engine)
        try:
            world = World(db)
            for step in ["say", *steps]:
                await world.step(step)
            await world.settle()
            world.check()
            owner = world.core.conversation(world.conversation_id).owner
            assert owner in list(Owner)
        finally:
            db.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(folder))
