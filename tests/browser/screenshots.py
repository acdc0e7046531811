"""The pictures of README and docs, taken from the running product: ``make screenshots``.

A product of its own is started; ``make screenshots ARGS="--address http://127.0.0.1:8080"`` takes
them from one that runs already (in demo mode).
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.agent import Agent
from tests.browser.chromium import context_of_a_person, started_chromium
from tests.browser.customer import Customer
from tests.servers.product import Product
from tools.layout import ROOT

FOLDER = ROOT / "docs" / "images"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
DESK = {"viewport": {"width": 1440, "height": 900}}
WAITING = (("15900131005", "家里宽带上不了网"), ("13900131002", "查一下上个月的账单"))


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", help="of a product that runs already, in demo mode")
    given: str | None = parser.parse_args().address
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _address(given) as address, started_chromium() as browser:
        _chat_on_a_phone(browser, address)
        _chat_on_a_desktop(browser, address)
        _desk(browser, address)
        _studio(browser, address)


@contextmanager
def _address(given: str | None) -> Iterator[str]:
    if given is not None:
        yield given.rstrip("/")
        return
    with Product() as product:
        yield product.address


def _page(browser: Browser, size: dict[str, Any]) -> Page:
    return context_of_a_person(browser, device_scale_factor=2, **size).new_page()


def _take(page: Page, name: str) -> None:
    """Take a picture of what is to be seen, at rest."""
    page.mouse.move(0, 0)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def _chat_on_a_phone(browser: Browser, address: str) -> None:
    customer = Customer(_page(browser, PHONE), address).open()
    customer.say("你好")
    customer.hears("我是小讯")
    customer.press("账单")
    customer.verify("13800138001")
    customer.shows_transcript()
    _take(customer.page, "chat-phone")


def _chat_on_a_desktop(browser: Browser, address: str) -> None:
    customer = Customer(_page(browser, DESKTOP), address).open()
    customer.say("家里宽带连不上了，光猫亮红灯")
    customer.verify("13500131003")
    customer.shows_transcript()
    _take(customer.page, "chat-desktop")


def _desk(browser: Browser, address: str) -> None:
    served = Customer(_page(browser, PHONE), address).open()
    served.say("还剩多少流量")
    served.verify("17700131004")
    served.say("流量不够用，有什么加油包？")
    served.hears("加油包")
    served.ask_for_person()
    for phone, text in WAITING:
        waiting = Customer(_page(browser, PHONE), address).open()
        waiting.say(text)
        waiting.verify(phone)
        waiting.shows_transcript()
        waiting.ask_for_person()
    agent = Agent(_page(browser, DESK), address).at_work()
    agent.accept(served.conversation)
    agent.find("")
    agent.reply("您好，我是林晓。看到您这个月流量快用完了，我帮您看看合适的加油包。")
    served.hears("我是林晓", "agent")
    served.say("好的，最好便宜点的")
    agent.message("customer", "最好便宜点的").wait_for()
    _take(agent.page, "desk")


def _studio(browser: Browser, address: str) -> None:
    trainer = Agent(_page(browser, DESKTOP), address)
    trainer.page.goto(f"{address}/studio/")
    trainer.sign_in("trainer", "trainer-demo")
    trainer.page.locator("[data-group]").nth(3).wait_for(timeout=60_000)
    _take(trainer.page, "studio")


if __name__ == "__main__":
    main()
