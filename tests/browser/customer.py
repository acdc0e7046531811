"""A customer at the chat page: what they do and what they see."""

import contextlib
import json
import re
from typing import Any, Self

from playwright.sync_api import Locator, Page, TimeoutError, expect

BILL = re.compile(r"账单，共 \d+\.\d\d 元")


class Customer:
    """One open chat page. Its parts stand in a shadow root, which Playwright looks through."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address
        self.field = page.get_by_label("输入消息")

    def open(self) -> Self:
        """Open the page and wait until its line to the server stands."""
        self.page.goto(f"{self._address}/chat/")
        self.online()
        return self

    def reload(self) -> None:
        """Load the page anew and wait until its line to the server stands."""
        self.page.reload()
        self.online()

    def online(self) -> None:
        """Wait until the line to the server stands."""
        expect(self.page.locator(".presence.online")).to_be_attached()

    def say(self, text: str) -> None:
        """Write ``text`` and press Enter."""
        self.field.fill(text)
        self.field.press("Enter")

    def press(self, title: str) -> None:
        """Press the newest quick reply called ``title``."""
        self.page.locator(".log .choice:not([aria-disabled])").filter(has_text=title).last.click()

    def hears(self, text: str | re.Pattern[str], role: str = "bot") -> Locator:
        """Wait until ``role`` has said ``text``; gives the message with all that belongs to it."""
        bubble = self.page.locator(".bubble").filter(has_text=text)
        message = self.page.locator(f".message.from-{role}").filter(has=bubble).last
        expect(message).to_be_visible()
        return message

    def notices(self, text: str | re.Pattern[str]) -> None:
        """Wait for a line of the service itself."""
        expect(self.page.locator(".notice, .handover").filter(has_text=text).last).to_be_visible()

    def verify(self, phone: str) -> None:
        """Give number and one-time code, once the bot has asked for the number."""
        self.hears("请告诉我您的手机号码")
        self.say(phone)
        self.hears("验证码短信已经发出")
        self.say(self._code(phone))
        self.hears("身份已核实")

    def ask_for_person(self) -> None:
        """Press the button at the top and wait for a place in the queue."""
        self.page.locator(".tool.human").click()
        expect(self.page.locator(".queue")).to_be_visible()

    def texts(self) -> list[str]:
        """Everything said, from top to bottom, by whomever."""
        said = self.page.locator(".log .bubble, .log .notice > p, .log .handover > span")
        return said.all_inner_texts()

    @property
    def conversation(self) -> str:
        """The id of the conversation."""
        return str(self._session()["conversation"])

    def transcript(self) -> list[str]:
        """The texts of all messages as the server has them, in order."""
        answer = self.page.request.get(
            f"{self._address}/chat/messages?after=0",
            headers={"Authorization": f"Bearer {self._session()['token']}"},
        )
        assert answer.ok, answer.text()
        return [message["text"] for message in answer.json()["messages"] if message["text"]]

    def shows_transcript(self) -> None:
        """Wait until the page shows each message of the server once and in order, and nothing else."""
        expect(self.page.locator(".status:is(.sending, .waiting, .failed)")).to_have_count(0)
        with contextlib.suppress(TimeoutError):  # what differs is told below
            self.page.wait_for_function(_SHOWS_TRANSCRIPT, polling=200)
        assert [_flat(text) for text in self.texts()] == [_flat(it) for it in self.transcript()]

    def _session(self) -> dict[str, Any]:
        stored: dict[str, Any] = json.loads(
            self.page.evaluate("localStorage.getItem('xiaoxun.session')")
        )
        return stored

    def _code(self, phone: str) -> str:
        """The one-time code that was sent last."""
        messages = self.page.request.get(f"{self._address}/demo/sms?phone={phone}").json()
        return str(messages[0]["code"])


_SHOWS_TRANSCRIPT = """async () => {
  const {token} = JSON.parse(localStorage.getItem('xiaoxun.session'));
  const headers = {Authorization: 'Bearer ' + token};
  const {messages} = await (await fetch('/chat/messages?after=0', {headers})).json();
  const root = document.querySelector('xiaoxun-chat').shadowRoot;
  const shown = root.querySelectorAll('.log .bubble, .log .notice > p, .log .handover > span');
  const flat = texts => JSON.stringify(texts.filter(Boolean).map(one => one.replace(/\\s+/g, '')));
  return flat([...shown].map(one => one.textContent)) === flat(messages.map(one => one.text));
}"""


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)
