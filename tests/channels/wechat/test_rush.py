"""A rush of customers: each call is acknowledged in time, each answer comes once, later where it must."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests import virtual_time
from tests.channels.wechat.phone import BROKEN, Phone, WechatWorld
from tests.virtual_time import pause

CUSTOMERS = 24


def test_who_would_wait_too_long_is_acknowledged_at_once_and_answered_later() -> None:
    async def work(world: WechatWorld) -> None:
        for number in range(CUSTOMERS + 1):
            world.engine.takes[f"Q{number}"] = 2.0
        assert await Phone(world, "oFirst").say(f"Q{CUSTOMERS}") == f"A{CUSTOMERS}"

        phones = [Phone(world, f"oRush{number}") for number in range(CUSTOMERS)]
        took: list[float] = []

        async def ask(number: int) -> str | None:
            await pause(number / 20)
            began = asyncio.get_running_loop().time()
            shown = await phones[number].say(f"Q{number}")
            took.append(asyncio.get_running_loop().time() - began)
            return shown

        shown = await asyncio.gather(*(ask(number) for number in range(CUSTOMERS)))
        assert BROKEN not in shown
        assert sum(seconds < 0.5 for seconds in took) >= CUSTOMERS - 6, took
        assert sum(one is not None for one in shown) >= 3
        await pause(60)
        for number, phone in enumerate(phones):
            assert phone.texts == [f"A{number}"]
            assert phone.calls == 1

    play(work)


def test_who_waits_for_a_person_is_told_the_place_in_the_queue_in_a_rush_too() -> None:
    async def work(world: WechatWorld) -> None:
        waiting = Phone(world, "oWaiting")
        await waiting.say("故障")
        for number in range(CUSTOMERS):
            world.engine.takes[f"Q{number}"] = 5.0
        world.engine.takes["Q慢"] = 3.0
        await Phone(world, "oFirst").say("Q慢")
        others = [
            asyncio.create_task(Phone(world, f"oRush{number}").say(f"Q{number}"))
            for number in range(CUSTOMERS)
        ]
        await pause(1)
        assert "第 1 位" in (await waiting.say("还要多久") or "")
        await asyncio.gather(*others)

    play(work)


def play(work: Callable[[WechatWorld], Awaitable[None]]) -> None:
    """Run ``work`` in a process that works on three turns at once."""

    async def run(folder: str) -> None:
        async with WechatWorld(Path(folder), turns_at_once=3) as world:
            await work(world)

    with tempfile.TemporaryDirectory() as folder:
        virtual_time.run(run(folder))
