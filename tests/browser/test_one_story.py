"""The chat page of a customer who also writes in WeChat: what was said there comes once, and the chat goes on there."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect

from care import schema, serving
from care.clock import utc_now
from care.conversations.inbound import InboundMessage
from care.db.jobs import JobLoop
from care.settings import ROOT
from tests.browser.conftest import Opened
from tests.browser.customer import Customer
from tests.channels.world import World
from tools.layout import Layout
from tools.web import ensure_web

PHONE = "13800138001"
OPENID = "openid-of-the-customer"


class Server:
    """The public application with an engine that repeats, in a thread; ``channel`` stands for WeChat's."""

    def __init__(self, world: World, address: str, loop: asyncio.AbstractEventLoop) -> None:
        self.world = world
        self.address = address
        self._loop = loop
        self._count = itertools.count()

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Do something inside the server."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(20)

    def wechat(self, text: str) -> list[str]:
        """The customer writes in WeChat; gives what is answered there."""

        async def say() -> list[str]:
            receipt = await self.world.conversations.receive(
                InboundMessage("wechat", OPENID, f"m{next(self._count)}", text=text)
            )
            answer = await self.world.conversations.answered(receipt, 10)
            return [message.text or "" for message in answer.said]

        return self.run(say())

    def verify(self, channel: str, address: str) -> None:
        """The customer gives the code of the number at an address."""

        async def check() -> None:
            services = self.world.services
            id = await services.conversations.find(channel, address)
            caller = await services.callers.of(id)
            await services.verification.send_code(caller.contact_id, PHONE, "")
            await services.verification.check_identity(
                caller.contact_id, self.code, (channel, address)
            )

        self.run(check())

    code = "482913"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    ensure_web(Layout.from_environment())
    ready = threading.Event()
    made: list[Server] = []
    stop: list[Callable[[], None]] = []

    async def live() -> None:
        listener = serving.listen("127.0.0.1", 0)
        host, port = listener.getsockname()
        world = World(
            f"sqlite:///{tmp_path / 'care.db'}",
            tmp_path,
            web_dir=ROOT / "web" / "dist",
            public_url=f"http://{host}:{port}",
            continue_in="wechat",
            continue_scan_url="https://scan.example/wechat?scene={scene}",
        )
        schema.metadata.create_all(world.db.engine)
        _know_one_number(world)
        stories = world.services.stories
        application = uvicorn.Server(
            uvicorn.Config(world.app, log_config=None, access_log=False, lifespan="off")
        )
        application.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        jobs = asyncio.create_task(
            JobLoop(world.db, world.clock, stories.handlers()).run(interval=0.1)
        )
        stop.append(lambda: setattr(application, "should_exit", True))
        made.append(Server(world, f"http://{host}:{port}", asyncio.get_running_loop()))
        ready.set()
        await application.serve([listener])
        jobs.cancel()
        await asyncio.gather(jobs, return_exceptions=True)
        await world.close()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    assert ready.wait(20)
    yield made[0]
    stop[0]()
    thread.join(20)


def _know_one_number(world: World) -> None:
    """The operator's system has one line, text messages arrive, and the code is known."""
    world.clock.now = utc_now()

    async def line(phone: str) -> Any:
        return SimpleNamespace(customer_id="C1", id="L1") if phone == PHONE else None

    world.services.bss.line = line  # type: ignore[method-assign]
    world.services.verification._new_code = lambda: Server.code


@pytest.fixture
def customer(server: Server, opened: Opened) -> Customer:
    """A customer with the chat open, on a telephone."""
    return Customer(opened(viewport={"width": 390, "height": 844}), server.address).open()


def _address_of(customer: Customer) -> str:
    return str(customer._session()["token"]).partition(".")[0]


def test_what_was_said_in_wechat_comes_once_when_the_customer_is_verified(
    server: Server, customer: Customer
) -> None:
    server.wechat("微信里先问的")
    server.verify("wechat", OPENID)
    customer.say("网页上问的")
    customer.hears("您说：网页上问的")
    expect(customer.page.locator(".log")).not_to_contain_text("微信里先问的")
    server.verify("web", _address_of(customer))
    customer.hears("微信里先问的", "customer")
    customer.shows_transcript()
    assert [text for text in customer.texts() if "微信里先问的" in text] == [
        "微信里先问的",
        "您说：微信里先问的",
    ]
    server.wechat("又在微信里说的")
    customer.hears("您说：又在微信里说的")
    customer.say("回到网页")
    customer.hears("您说：回到网页")
    customer.shows_transcript()
    customer.reload()
    customer.hears("您说：回到网页")
    customer.shows_transcript()


def test_the_chat_goes_on_in_wechat_by_its_code_and_here_again(
    server: Server, customer: Customer
) -> None:
    customer.say("我想换套餐")
    customer.hears("您说：我想换套餐")
    customer.page.get_by_role("button", name="到微信继续").click()
    panel = customer.page.locator(".handoff")
    expect(panel.get_by_role("img", name="二维码")).to_be_visible()
    expect(panel).to_contain_text("5 分钟内有效，只能用一次")
    code = panel.locator(".handoff-code").inner_text()
    _take(customer, "handoff-phone")
    (joined,) = server.wechat(code)
    assert "已接上您网页里的聊天" in joined
    assert "刚才说到：您说：我想换套餐" in joined
    assert server.wechat("流量多的") == ["您说：流量多的"]
    customer.hears("您说：流量多的")
    customer.shows_transcript()
    assert "接续码不对或已过期" in server.wechat(code)[0]
    customer.page.get_by_role("button", name="关闭").click()
    expect(panel).to_be_hidden()


def test_a_link_from_wechat_opens_the_chat_here_once(server: Server, opened: Opened) -> None:
    server.wechat("微信里问的")
    (said,) = server.wechat("到网页继续")
    link = said.partition("：")[2].split()[0]
    page = opened(viewport={"width": 1100, "height": 800})
    page.goto(link)
    customer = Customer(page, server.address)
    customer.online()
    customer.hears("您说：微信里问的")
    customer.notices("已接上您微信里的聊天")
    assert page.url == f"{server.address}/chat/"  # no token in the address
    customer.shows_transcript()
    customer.say("在网页上接着说")
    customer.hears("您说：在网页上接着说")
    _take(customer, "story-desktop")
    thief = opened()
    thief.goto(link)
    expect(thief.locator(".toast")).to_contain_text("链接已经失效")
    expect(thief.locator(".log")).not_to_contain_text("微信里问的")


def _take(customer: Customer, name: str) -> None:
    folder = Layout.from_environment().var / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    customer.page.screenshot(path=folder / f"{name}.png", animations="disabled")
