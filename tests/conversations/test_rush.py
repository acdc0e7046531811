"""More customers at once than a process works on: none is lost, none is answered twice, and others may help."""

import asyncio
import threading
from datetime import timedelta

from sqlalchemy.orm import Session

from care.conversations.tables import TurnState
from care.db import Database
from tests.conversations.conftest import make_core
from tests.conversations.core import Core


async def rush(core: Core, customers: int) -> list[str]:
    """So many customers write at once while the engine stands still; gives their messages' ids."""
    core.engine.gate = asyncio.Event()
    receipts = await asyncio.gather(
        *(core.say(f"问题{n}", address=f"c{n}") for n in range(customers))
    )
    await asyncio.sleep(0.1)
    return [receipt.message_id for receipt in receipts]


def answered(core: Core) -> list[str]:
    return sorted(request.text for request in core.engine.asked)


async def test_so_many_turns_run_at_once_and_the_others_after_them(db: Database) -> None:
    core = make_core(db, turns_at_once=3)
    said = await rush(core, 10)
    assert len(core.engine.asked) == 3
    claimed = [core.turn(one).state for one in said].count(TurnState.RUNNING)
    assert 3 <= claimed <= 6, "what is claimed and waits is at most as much again"
    assert core.engine.gate is not None
    core.engine.gate.set()
    await core.conversations.runner.drain(5)
    assert {core.turn(one).state for one in said} == {TurnState.DONE}
    assert answered(core) == sorted(f"问题{n}" for n in range(10))


async def test_what_waits_here_is_taken_up_by_a_process_with_room(db: Database) -> None:
    full, idle = make_core(db, turns_at_once=2), make_core(db)
    said = await rush(full, 6)
    idle.clock.now = full.clock.now + timedelta(seconds=3)
    waiting = [full.turn(one).state for one in said].count(TurnState.PENDING)
    assert waiting >= 2
    assert await idle.conversations.runner.recover_once() == waiting
    await idle.conversations.runner.drain(5)
    assert full.engine.gate is not None
    full.engine.gate.set()
    await full.conversations.runner.drain(5)
    assert {full.turn(one).state for one in said} == {TurnState.DONE}
    assert (len(full.engine.asked), len(idle.engine.asked)) == (6 - waiting, waiting)


async def test_a_message_is_answered_though_nobody_waited_until_it_was_stored(db: Database) -> None:
    core = make_core(db)
    held = threading.Event()

    def hold(session: Session) -> None:
        held.wait(5)

    writing = [asyncio.create_task(db.write(hold)) for _ in range(4)]
    await asyncio.sleep(0.1)
    said = asyncio.create_task(core.say("等不及了"))
    await asyncio.sleep(0.1)
    said.cancel()
    await asyncio.wait([said])
    held.set()
    await asyncio.gather(*writing)
    await asyncio.wait_for(core.engine.started.wait(), 5)
    await core.conversations.runner.drain(5)
    assert answered(core) == ["等不及了"]


async def test_recovery_leaves_alone_what_waits_in_this_process(db: Database) -> None:
    core = make_core(db, turns_at_once=1)
    await rush(core, 4)
    core.clock.forward(seconds=5)
    assert await core.conversations.runner.recover_once() == 0
    assert core.engine.gate is not None
    core.engine.gate.set()
    await core.conversations.runner.drain(5)
    assert len(core.engine.asked) == 4


async def test_it_is_told_how_long_a_new_turn_will_wait(db: Database) -> None:
    core = make_core(db, turns_at_once=2)
    runner = core.conversations.runner
    assert runner.wait_ahead == 0.0

    core.engine.gate = asyncio.Event()
    first = asyncio.create_task(core.ask("先来的"))
    await core.engine.started.wait()
    await asyncio.sleep(0.3)
    core.engine.gate.set()
    await first
    await runner.drain(5)
    await rush(core, 9)
    assert 0.3 * 8 / 2 * 0.5 < runner.wait_ahead < 0.3 * 8 / 2 * 4
    core.engine.gate.set()
    await runner.drain(5)
    assert runner.wait_ahead == 0.0
