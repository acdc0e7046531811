"""The care server behind real sockets, and the simulated platform as a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from care import serving
from care.channels import miniprogram, wecom
from care.channels import wechat as wechat_channel
from care.conversations.tables import Conversation, Message
from care.db.jobs import JobLoop
from care.engine import Button, Reply, TurnRequest, TurnResult
from tests.channels.wechat.fake_platform import PNG
from tests.channels.world import World, a_world
from tests.servers.wechat import Phone, WechatSimulator

type Json = dict[str, Any]


@dataclass
class Customer:
    """A customer's phone, for tests whose event loop also serves the product."""

    phone: Phone

    async def say(self, text: str, **more: Any) -> Json:
        """Write; returns when the delivery has ended."""
        return await asyncio.to_thread(self.phone.say, text, **more)

    async def press(self, item: Json) -> Json:
        """Press an entry of a menu."""
        return await asyncio.to_thread(self.phone.press, item)

    async def does(self, event: str, **fields: Any) -> Json:
        """Do something without words."""
        return await asyncio.to_thread(lambda: self.phone.does(event, **fields))

    async def news(self, count: int = 1) -> list[Json]:
        """What is shown next; waits for so many. Raises ``TimeoutError``."""
        found: list[Json] = []
        async with asyncio.timeout(15):
            while len(found) < count:
                found += await asyncio.to_thread(self.phone.news, 2.0)
        return found

    async def texts(self, count: int = 1) -> list[str]:
        """The words of it."""
        return [str(one.get("text", one.get("head"))) for one in await self.news(count)]


@dataclass
class Served:
    """The world and the platform."""

    world: World
    wechat: WechatSimulator

    def customer(self, account: str, name: str = "wang") -> Customer:
        """A customer of an account."""
        return Customer(self.wechat.phone(name, account))

    async def controls(self, path: str, **body: Any) -> Json:
        """Ask the simulator's controls for something."""
        return await asyncio.to_thread(lambda: self.wechat.post(path, **body))

    async def calls(self) -> list[tuple[str, int]]:
        """Path and error code of the latest calls of the API."""
        found = await asyncio.to_thread(self.wechat.calls)
        return [(one["path"].removeprefix("/cgi-bin/"), one["errcode"]) for one in found]

    async def stored(self) -> list[tuple[str, str]]:
        """Role and text of all messages, in order."""

        def work(session: Any) -> list[tuple[str, str]]:
            rows = session.query(Message).order_by(Message.conversation_id, Message.seq)
            return [(str(row.role), row.text or "") for row in rows]

        return await self.world.db.read(work)

    async def conversation(self) -> str:
        """The id of the only conversation."""
        return await self.world.db.read(lambda session: session.query(Conversation.id).one()[0])


async def until[T](look: Callable[[], Awaitable[T]], seconds: float = 15) -> T:
    """What ``look`` gives once that is true. Raises ``TimeoutError``."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 # what it waits for is elsewhere
            await asyncio.sleep(0.05)
    return found


async def fetches_a_picture(served: Served, account: str) -> None:
    """A customer sends a picture: a job fetches it from the platform, and the message has it."""
    services = served.world.services
    handlers = {**miniprogram.handlers(services), **wecom.handlers(services)}
    customer = served.customer(account)
    await asyncio.to_thread(customer.phone.show, PNG)

    async def fetched() -> str | None:
        await JobLoop(services.db, services.clock, handlers).run_due()
        return await served.world.db.read(
            lambda session: session.query(Message.image).filter_by(role="customer").scalar()
        )

    assert str(await until(fetched)).startswith("/")


def offering(request: TurnRequest) -> TurnResult:
    """A bot that offers two buttons, and repeats what it is told with a payload."""
    if request.payload is not None:
        return TurnResult((Reply(f"按下了：{request.payload}"),), {"intent": "inform"})
    buttons = (Button("查话费", "/query_bill"), Button("查流量", "/query_usage"))
    return TurnResult((Reply("请选择：", buttons),), {"intent": "greet"})


@pytest.fixture
def wechat() -> Iterator[WechatSimulator]:
    """The platform, in safe mode."""
    with WechatSimulator() as simulator:
        yield simulator


@pytest_asyncio.fixture
async def served(wechat: WechatSimulator, tmp_path: Path) -> AsyncIterator[Served]:
    """Both, knowing each other."""
    async with serving_with(wechat, tmp_path) as made:
        yield made


@asynccontextmanager
async def serving_with(
    wechat: WechatSimulator, folder: Path, **parts: Any
) -> AsyncIterator[Served]:
    """The server with further ``parts``, known to the platform."""
    changes = {name.removeprefix("CARE_").lower(): text for name, text in wechat.settings.items()}
    async with a_world(f"sqlite:///{folder / 'care.db'}", folder, **changes, **parts) as world:
        world.clock.now = datetime.now(UTC)  # the platform signs with the real time
        services = world.services
        config = uvicorn.Config(world.app, port=0, lifespan="off", log_level="warning")
        server = uvicorn.Server(config)
        listener = serving.listen("127.0.0.1", 0)
        loops = [
            server._serve([listener]),  # without its handling of signals, which is for a process
            wechat_channel.deliver(services),
            miniprogram.deliver(services),
            wecom.deliver(services),
            services.conversations.runner.recover(),
        ]
        tasks = [asyncio.create_task(loop) for loop in loops]
        port = listener.getsockname()[1]
        await asyncio.to_thread(wechat.call_back, f"http://127.0.0.1:{port}")
        yield Served(world, wechat)
        server.should_exit = True
        await tasks[0]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
