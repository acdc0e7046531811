"""Which process answers: sticky, switched at once, and never a dead one while another lives."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.engine import EngineFailed, EngineUnreachable, TurnRequest, TurnResult
from care.engine.processes import EngineProcesses
from care.engine.routing import Answered, Backend, RoutedEngine, Routes, Routing, Trial, place, warm
from tests.fakes import ScriptedEngine

OLD, NEW = Backend("old", "http://old"), Backend("new", "http://new")


class Rasa(ScriptedEngine):
    """Answers with its own address, unless it fails."""

    def __init__(self, url: str) -> None:
        super().__init__(self._answer)
        self.url = url
        self.error: Exception | None = None

    def _answer(self, request: TurnRequest) -> TurnResult:
        if self.error is not None:
            raise self.error
        return TurnResult((), {"intent": self.url})

    async def parse(self, text: str) -> dict[str, Any]:
        """Slowly, when it is not free."""
        await self.free.wait()
        return {"intent": text}


class World:
    """An engine over two processes."""

    def __init__(self, routes: Routes) -> None:
        self.rasas = {one.url: Rasa(one.url) for one in (OLD, NEW)}
        self.routing = Routing(routes, self.rasas.__getitem__)
        self.engine = RoutedEngine(self.routing)
        self.told: list[Answered] = []
        self.routing.watchers.append(self.told.append)

    async def turn(self, conversation: str = "c-1") -> dict[str, Any]:
        result = await self.engine.turn(TurnRequest(conversation, "m-1", 1, "查话费"))
        return result.understanding


async def test_the_understanding_names_the_model() -> None:
    world = World(Routes(OLD))
    assert await world.turn() == {"intent": "http://old", "model": "old"}


async def test_a_turn_ends_where_it_began_and_the_next_one_is_answered_by_the_new_process() -> None:
    world = World(Routes(OLD))
    old = world.rasas[OLD.url]
    old.free.clear()
    running = asyncio.create_task(world.turn())
    await old.begun.wait()
    assert world.routing.running(OLD.url) == 1
    world.routing.routes = Routes(NEW, former=OLD)
    assert (await world.turn())["model"] == "new", "it must not wait for the old one"
    old.free.set()
    assert (await running)["model"] == "old"
    assert world.routing.running(OLD.url) == 0


async def test_one_that_cannot_be_reached_is_stood_in_for() -> None:
    world = World(Routes(NEW, former=OLD))
    world.rasas[NEW.url].error = EngineUnreachable(cause="ConnectError")
    assert (await world.turn())["model"] == "old"
    world.rasas[OLD.url].error = EngineUnreachable(cause="ConnectError")
    with pytest.raises(EngineUnreachable):
        await world.turn()


async def test_a_turn_that_may_have_begun_is_not_asked_elsewhere() -> None:
    world = World(Routes(NEW, former=OLD))
    world.rasas[NEW.url].error = EngineFailed(cause="ReadTimeout")
    with pytest.raises(EngineFailed):
        await world.turn()
    assert world.rasas[OLD.url].requests == []


@given(st.integers(1, 20))
def test_a_conversation_stays_with_its_side_and_the_share_is_kept(share: int) -> None:
    routes = Routes(OLD, trial=Trial("t-1", NEW, share))
    names = [f"conversation-{number}" for number in range(3000)]
    first = [routes.of(name) for name in names]
    assert first == [routes.of(name) for name in names]
    counted = Counter(one.model for one in first)
    assert abs(counted["new"] / 3000 - share / 100) < 0.03


def test_another_trial_takes_other_conversations() -> None:
    names = [f"conversation-{number}" for number in range(1000)]
    one = {name for name in names if place("t-1", name) < 10}
    other = {name for name in names if place("t-2", name) < 10}
    assert len(one & other) < len(one) / 2


async def test_a_shadow_answers_nobody() -> None:
    world = World(Routes(OLD, trial=Trial("t-1", NEW, 20, shadow=True)))
    for number in range(100):
        assert (await world.turn(f"c-{number}"))["model"] == "old"


async def test_watchers_hear_of_every_turn() -> None:
    trial = Trial("t-1", NEW, 100)
    world = World(Routes(OLD, trial=trial))
    await world.turn()
    world.rasas[NEW.url].error = EngineUnreachable(cause="ConnectError")
    await world.turn()
    assert [(one.backend.model, one.by_candidate, one.result is None) for one in world.told] == [
        ("new", True, False),
        ("new", True, True),
        ("old", False, False),
    ]


async def test_ready_is_whoever_can_answer() -> None:
    world = World(Routes(OLD))
    assert await world.engine.ready()


async def test_warming_has_an_end() -> None:
    rasa = Rasa("http://new")
    assert await warm(rasa, ["一", "二"], 5) >= 0
    rasa.free.clear()
    with pytest.raises(TimeoutError):
        await warm(rasa, ["一"], 0.01)


def test_processes_are_a_file_that_is_written_whole(tmp_path: Any) -> None:
    processes = EngineProcesses(tmp_path / "engines.json")
    assert processes.wanted() == []
    one = processes.start(tmp_path / "xiaoxun-0123456789ab.tar.gz")
    assert processes.start(tmp_path / "xiaoxun-0123456789ab.tar.gz") == one
    other = processes.start(tmp_path / "xiaoxun-bbbbbbbbbbbb.tar.gz")
    assert one.port != other.port
    assert one.backend == Backend("xiaoxun-0123456789ab", f"http://127.0.0.1:{one.port}")
    processes.stop("xiaoxun-0123456789ab")
    assert processes.wanted() == [other]
    assert (tmp_path / "engines.json").stat().st_mode & 0o077 == 0
