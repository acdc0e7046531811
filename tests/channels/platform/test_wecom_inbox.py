"""Reading from the cursor, without a platform: what fails is read again, what always fails does not hold up the rest."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from care.backends import MemoryPubSub
from care.channels.wechat.error_codes import ApiError
from care.channels.wecom.api import Page
from care.channels.wecom.inbox import MOST_FAILURES, TOKEN_IS_OVER, Inbox, note
from care.channels.wecom.messages import Received, read
from care.channels.wecom.tables import WecomInbox
from tests.channels.world import World, a_world

KFID = "wk1"


class Log:
    """What ``sync_msg`` gives: ``pages`` by cursor; ``errors`` are raised first."""

    def __init__(self, *pages: list[str]) -> None:
        self.pages = pages
        self.errors: list[Exception] = []
        self.asked: list[tuple[str, str]] = []

    async def read(self, open_kfid: str, cursor: str, token: str) -> Page:
        self.asked.append((cursor, token))
        if self.errors:
            raise self.errors.pop(0)
        at = int(cursor or 0)
        found = self.pages[at] if at < len(self.pages) else []
        messages = tuple({"msgid": one, "send_time": 2**40} for one in found)
        return Page(messages, str(min(at + 1, len(self.pages))), at + 1 < len(self.pages))


class Reading:
    """An inbox with a scripted log; ``broken`` are the messages that cannot be taken, and how often."""

    def __init__(self, world: World, log: Log) -> None:
        self.world = world
        self.log = log
        self.taken: list[str] = []
        self.broken: dict[str, int] = {}
        self.pubsub = MemoryPubSub()
        self.inbox = Inbox(world.db, world.clock, self.pubsub, log, self._take)  # type: ignore[arg-type]

    async def _take(self, message: dict[str, Any]) -> None:
        name = message["msgid"]
        if self.broken.get(name, 0) > 0:
            self.broken[name] -= 1
            raise ZeroDivisionError
        self.taken.append(name)

    async def told(self, token: str = "token") -> None:
        await note(self.world.db, self.world.clock, self.pubsub, KFID, token)

    async def cursor(self) -> str:
        return await self.world.db.read(lambda session: session.get_one(WecomInbox, KFID).cursor)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as made:
        yield made


async def test_all_pages_are_read_and_the_cursor_is_kept(world: World) -> None:
    reading = Reading(world, Log(["a", "b"], ["c"]))
    await reading.told()
    await reading.inbox.read_due()
    assert reading.taken == ["a", "b", "c"]
    assert await reading.cursor() == "2"
    await reading.inbox.read_due()
    assert len(reading.log.asked) == 2
    await reading.told()
    await reading.inbox.read_due()
    assert reading.log.asked[-1] == ("2", "token")


async def test_an_error_leaves_the_page_to_be_read_again(world: World) -> None:
    reading = Reading(world, Log(["a"], ["b", "c"]))
    reading.broken = {"c": 1}
    await reading.told()
    await reading.inbox.read_due()
    assert await reading.cursor() == "1"
    world.clock.advance(seconds=9)
    await reading.inbox.read_due()
    assert reading.taken == ["a", "b"]
    world.clock.advance(seconds=2)
    await reading.inbox.read_due()
    assert reading.taken == ["a", "b", "b", "c"]  # the core knows the second b by its id


async def test_what_always_fails_is_passed_over_in_the_end(world: World) -> None:
    reading = Reading(world, Log(["a", "b"]))
    reading.broken = {"a": 10**6}
    await reading.told()
    for _ in range(MOST_FAILURES):
        await reading.inbox.read_due()
        world.clock.advance(seconds=11)
    assert reading.taken == ["b"]


async def test_a_token_that_is_over_is_left_out(world: World) -> None:
    reading = Reading(world, Log(["a"]))
    reading.log.errors = [ApiError(TOKEN_IS_OVER)]
    await reading.told("old")
    await reading.inbox.read_due()
    assert reading.log.asked == [("", "old"), ("", "")]
    assert reading.taken == ["a"]


async def test_one_process_reads_an_account_at_a_time(world: World) -> None:
    reading = Reading(world, Log(["a"]))
    await reading.told()

    def hold(session: Any) -> None:
        session.get_one(WecomInbox, KFID).lease_until = world.clock()

    await world.db.write(hold)
    world.clock.advance(seconds=-30)
    await reading.inbox.read_due()
    assert reading.taken == []
    world.clock.advance(seconds=31)
    await reading.inbox.read_due()
    assert reading.taken == ["a"]


@pytest.mark.parametrize("kind", ["enter_session", "session_status_change", "msg_send_fail"])
@given(fields=st.dictionaries(st.text(), st.integers() | st.text()))
def test_any_event_is_read(kind: str, fields: dict[str, Any]) -> None:
    event = {**fields, "event_type": kind, "open_kfid": KFID, "external_userid": "wm1"}
    found: Received | None = read({"msgtype": "event", "event": event})
    assert found is not None
