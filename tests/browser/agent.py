"""A person at the desk: what they do and what they see."""

import re
from typing import Self

from playwright.sync_api import Locator, Page, expect


class Agent:
    """One open desk. Conversations are named by their id."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address

    def open(self) -> Self:
        """Open the page, which asks for a log-in."""
        self.page.goto(f"{self._address}/desk/")
        return self

    def sign_in(self, username: str, password: str) -> None:
        """Fill the form of the log-in and send it."""
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录").click()

    def at_work(self, username: str = "agent01") -> Self:
        """Sign in with a log-in of the demo and wait until the desk is live."""
        self.open().sign_in(username, f"{username}-demo")
        expect(self.page.locator("[data-connection]")).to_have_attribute("data-state", "live")
        return self

    def group(self, name: str) -> Locator:
        """One of the lists at the left."""
        return self.page.get_by_role("region", name=name, exact=True)

    def find(self, conversation: str) -> None:
        """Show only this conversation in the lists, however many others there are."""
        self.page.get_by_role("textbox", name="筛选客户").fill(conversation)

    def listed(self, conversation: str, group: str) -> Locator:
        """Wait until the conversation stands in ``group``; gives its place there."""
        item = self.group(group).locator(f"[data-conversation='{conversation}']")
        expect(item).to_be_visible()
        return item

    def select(self, conversation: str, group: str = "等待接入") -> None:
        """Open the conversation from its list and wait for its transcript."""
        self.listed(conversation, group).click()
        expect(self.page.locator("[data-message]").first).to_be_visible()

    def press(self, name: str) -> None:
        """Press a button at the head of the open conversation, 接入 for example."""
        self.page.locator("main .head").get_by_role("button", name=name, exact=True).click()

    def accept(self, conversation: str) -> None:
        """Find a waiting conversation and take it."""
        self.find(conversation)
        self.select(conversation)
        self.press("接入")
        self.owner_is("我接待中")

    def owner_is(self, text: str) -> None:
        """Wait until the open conversation is served by ``text``."""
        expect(self.page.locator("[data-owner]")).to_have_text(text)

    def reply(self, text: str) -> None:
        """Send ``text`` to the customer."""
        box = self.page.get_by_label("回复客户")
        box.fill(text)
        box.press("Enter")

    def message(self, role: str, text: str | re.Pattern[str]) -> Locator:
        """The last message of ``role`` with ``text`` in the open transcript."""
        return self.page.locator(f"[data-message][data-role='{role}']").filter(has_text=text).last

    def panel(self, title: str) -> Locator:
        """A part of the right pane."""
        aside = self.page.get_by_role("complementary")
        return aside.get_by_role("region", name=title, exact=True)
