"""Many customers of an Official Account, who write at a given pace and wait for the answer to what they wrote."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.wechat.sentences import SENTENCES
from care.channels.wechat.words import Words
from care.settings import ROOT
from tools.wechat_sim import faults
from tools.wechat_sim.accounts import OFFICIAL
from tools.wechat_sim.people import Delivery
from tools.wechat_sim.platform import Platform

NOT_STORED = Words(ROOT / "data" / "wechat" / "words.yml").say("not_stored")


@dataclass
class Question:
    """One message: when it was sent, and what came of it. Times are seconds of the steady clock.

    What says that the service is down, or that the message may not have arrived, is no answer.
    """

    customer: str
    text: str
    phase: str
    sent: float
    message_id: str = ""
    answered: float | None = None
    again: bool = False
    answers: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[Delivery] = field(default_factory=list)

    @property
    def unavailable(self) -> bool:
        """Whether the customer was shown that the service is down."""
        return any(entry["type"] == "unavailable" for entry in self.answers)

    @property
    def uncertain(self) -> bool:
        """Whether the customer was told that the message may not have arrived."""
        return any(_text(entry) == NOT_STORED for entry in self.answers)

    @property
    def repeated(self) -> bool:
        """Whether the customer was shown the same words twice."""
        said = [_text(one) for one in self.answers]
        return len(said) != len(set(said))


def _text(entry: dict[str, Any]) -> str:
    return str(entry.get("text") or entry.get("head"))


def _is_answer(entry: dict[str, Any]) -> bool:
    return entry["type"] != "unavailable" and _text(entry) != NOT_STORED


class Crowd:
    """``customers`` people. ``redelivered`` is the share of messages that arrive more than once."""

    def __init__(
        self, platform: Platform, customers: int, redelivered: float, seed: int = 1
    ) -> None:
        self._platform = platform
        self._account = platform.accounts[OFFICIAL]
        self._free = [f"c{number}" for number in range(customers)]
        self._redelivered = redelivered
        self._random = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self.questions: list[Question] = []
        self.late_starts = 0
        """Messages that this program sent more than 0.1 s after their time: it is itself too slow."""

    async def write(self, phase: str, rate: float, seconds: float) -> None:
        """Send ``rate`` messages a second, each by somebody who waits for nothing."""
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            if (left := due - time.monotonic()) > 0:
                await asyncio.sleep(left)
            elif left < -0.1:
                self.late_starts += 1
            if not self._free:
                continue
            index = self._random.randrange(len(self._free))
            self._free[index], self._free[-1] = self._free[-1], self._free[index]
            task = asyncio.create_task(self._ask(phase, self._free.pop()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self, patience: float) -> float:
        """Wait until everybody has an answer, ``patience`` seconds at most; gives how long that took."""
        began = time.monotonic()
        if self._tasks:
            _, open_ = await asyncio.wait(set(self._tasks), timeout=patience)
            for task in open_:
                task.cancel()
        return time.monotonic() - began

    async def _ask(self, phase: str, name: str) -> None:
        customer = self._platform.customer(self._account, name)
        text = self._random.choice(SENTENCES)
        question = Question(name, text, phase, time.monotonic())
        self.questions.append(question)
        if self._random.random() < self._redelivered:
            question.again = True
            kind = self._random.choice((faults.CUT, faults.DUPLICATE))
            self._platform.faults.set(kind, self._platform.faults.state()[kind] + 1)
        seen = len(customer.shown)
        question.message_id = await self._platform.say(
            self._account, name, "text", {"Content": text}, {"text": text}
        )
        seen += 1  # the customer's own
        looked = seen
        try:
            while not any(_is_answer(entry) for entry in customer.shown[looked:]):
                looked = len(customer.shown)
                await customer.after(looked, 25.0)
            question.answered = time.monotonic()
            # What else belongs to it, or came twice, shows before the customer writes again.
            await asyncio.sleep(2.0)
        finally:
            question.answers = customer.shown[seen:]
            question.attempts = customer.deliveries.get(question.message_id, [])
        self._free.append(name)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of ``values`` lies; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
