"""Voice messages without WeChat's transcript, through the whole application: heard, not heard, and never in the way."""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.speech import NotHeard
from tests import virtual_time
from tests.channels.wechat.phone import BROKEN, Phone, WechatWorld
from tests.channels.world import AGENT
from tests.virtual_time import later, pause

AUDIO = b"#!AMR\n the fake does not look into it"
VOICE = {"MsgType": "voice", "MediaId": "v1", "Format": "amr"}
UNREAD = "没能听清"


@dataclass
class FakeRecogniser:
    """Hears ``answer`` in whatever it is given, after ``takes`` seconds."""

    answer: str | Exception = "Q1"
    takes: float = 0.5
    given: list[bytes] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def transcribe(self, audio: bytes) -> str:
        """As it is told."""
        self.given.append(audio)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes)
        finally:
            self.at_once -= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        """Nothing to let go of."""


type Play = Callable[[WechatWorld, Phone], Awaitable[None]]


def play(work: Play, recogniser: FakeRecogniser | None, **changes: Any) -> None:
    """Run a test in virtual time, with the recording ``v1`` on WeChat's server."""

    async def run_it(folder: Path) -> None:
        async with WechatWorld(folder, recogniser=recogniser, **changes) as world:
            world.api.media["v1"] = (AUDIO, "audio/amr")
            await work(world, Phone(world))

    with tempfile.TemporaryDirectory() as folder:
        virtual_time.run(run_it(Path(folder)))


async def stored(world: WechatWorld) -> list[tuple[str, str | None]]:
    """Role and text of all messages."""

    def work(session: Session) -> list[tuple[str, str | None]]:
        rows = session.query(Message).order_by(Message.conversation_id, Message.seq)
        return [(row.role, row.text) for row in rows]

    return await world.db.read(work)


def test_what_was_said_is_shown_and_answered_in_the_response() -> None:
    recogniser = FakeRecogniser()

    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.do(VOICE) == "您说的是：“Q1”\n\nA1"
        assert recogniser.given == [AUDIO]
        assert await stored(world) == [
            ("customer", "Q1"),
            ("system", "您说的是：“Q1”"),
            ("bot", "A1"),
        ]

    play(work, recogniser)


def test_what_takes_longer_than_five_seconds_is_sent() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.do(VOICE) is None
        await pause(15)
        assert world.api.texts(phone.openid) == ["您说的是：“Q1”\n\nA1"]
        assert phone.calls == 1

    play(work, FakeRecogniser(takes=9))


def test_without_the_right_to_send_the_answer_is_behind_the_link() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        link = await phone.do(VOICE) or ""
        assert "weixin://bizmsgmenu" in link
        await pause(10)
        assert "A1" in (await phone.say("点我看结果", bizmsgmenuid="result") or "")

    play(work, FakeRecogniser(takes=18), pushes=False)


def test_what_is_written_after_it_is_answered_after_it() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        first = later(0, phone.do(VOICE))
        second = later(1, phone.say("Q2"))
        await asyncio.gather(first, second)
        await pause(15)
        assert world.engine.asked == ["Q1", "Q2"]
        said = "\n".join(phone.texts)
        assert said.index("A1") < said.index("A2")

    play(work, FakeRecogniser(takes=3))


@pytest.mark.parametrize(
    "reason",
    ["not_amr", "broken", "too_long", "not_started", "out_of_time", "crashed", "nothing_said"],
)
def test_what_is_not_heard_is_said_and_can_be_written(reason: str) -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert UNREAD in (await phone.do(VOICE) or "")
        assert await phone.say("Q2") == "A2"
        assert (await stored(world))[0] == ("customer", "[语音]")

    play(work, FakeRecogniser(NotHeard(reason)))


def test_a_mistake_of_ours_is_no_different() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert UNREAD in (await phone.do(VOICE) or "")

    play(work, FakeRecogniser(RuntimeError("ours")))


def test_without_a_recogniser_it_is_as_it_was() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert UNREAD in (await phone.do(VOICE) or "")
        assert not any(path.endswith("media/get") for path, _ in world.api.calls)

    play(work, None)


def test_a_transcript_of_wechats_is_taken_as_it_is() -> None:
    recogniser = FakeRecogniser()

    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.do({**VOICE, "Recognition": "Q7"}) == "A7"
        assert recogniser.given == []

    play(work, recogniser)


def test_nobody_waits_longer_than_the_patience() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        await phone.do(VOICE)
        await pause(60)
        assert [UNREAD in text for text in world.api.texts(phone.openid)] == [True]
        assert await phone.say("Q2") == "A2"

    play(work, FakeRecogniser(takes=1000), speech_patience=20)


@pytest.mark.parametrize(("errcode", "heard"), [(40007, False), (40001, True), (-1, True)])
def test_a_recording_that_cannot_be_fetched(errcode: int, heard: bool) -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.api.faults["/cgi-bin/media/get"].extend([errcode] * 2)
        await phone.do(VOICE)
        await pause(30)
        said = "\n".join(phone.texts)
        assert ("A1" in said, UNREAD in said) == (heard, not heard)

    play(work, FakeRecogniser())


def test_one_at_a_time_and_no_more_than_may_wait() -> None:
    recogniser = FakeRecogniser(takes=4)

    async def work(world: WechatWorld, phone: Phone) -> None:
        phones = [Phone(world, f"oPhone{number}") for number in range(6)]
        await asyncio.gather(*(one.do(VOICE) for one in phones))
        await pause(40)
        said = ["\n".join(one.texts) for one in phones]
        assert sum("A1" in text for text in said) == 3
        assert sum(UNREAD in text for text in said) == 3
        assert recogniser.most_at_once == 1
        assert all(BROKEN not in text for text in said)

    play(work, recogniser, speech_waiting=3)


def test_an_agent_reads_what_was_said_and_the_bot_is_silent() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        await phone.say("Q0")
        conversation = await world.conversations.find("wechat", phone.openid)
        await world.conversations.accept(conversation, AGENT, await world.epoch(conversation))
        await phone.do(VOICE)
        await pause(5)
        assert ("customer", "Q1") in await stored(world)
        assert world.engine.asked == ["Q0"]

    play(work, FakeRecogniser())


def test_a_restart_in_the_middle_costs_the_customer_time_only() -> None:
    recogniser = FakeRecogniser(takes=5)

    async def work(world: WechatWorld, phone: Phone) -> None:
        said = later(0, phone.do(VOICE))
        await pause(2)
        making_out = world._tasks[2]
        making_out.cancel()
        await asyncio.gather(making_out, return_exceptions=True)
        await said
        world._tasks[2] = asyncio.create_task(world.making_out().run())
        await pause(120)
        assert [UNREAD in text for text in world.api.texts(phone.openid)] == [True]
        assert await phone.say("Q2") == "A2"

    play(work, recogniser)


def test_what_was_said_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        await phone.do(VOICE)
        assert world.engine.asked == ["悄悄话Q1"]

    with caplog.at_level(logging.DEBUG):
        play(work, FakeRecogniser("悄悄话Q1"))
    assert "悄悄话" not in caplog.text
