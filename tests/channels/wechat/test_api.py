"""The API's client: the token, each error code's reaction, and what is sent."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from care import schema
from care.backends import MemoryPubSub
from care.channels.wechat.api import RETRY_DELAYS, WechatApi, fetch_token
from care.channels.wechat.error_codes import (
    ApiError,
    OutcomeUnknown,
    PlatformUnreachable,
    Reaction,
)
from care.channels.wechat.platform import Upload
from care.channels.wechat.tables import WechatToken
from care.channels.wechat.tokens import Tokens
from care.db import Database
from tests.channels.wechat.account import APP_ID
from tests.channels.wechat.fake_platform import PNG, SECRET, FakePlatform
from tests.fakes import ManualClock

SEND = "/cgi-bin/message/custom/send"
TOKEN = "/cgi-bin/stable_token"
SEAL = Fernet(Fernet.generate_key())


@dataclass
class World:
    """A database, the platform, and processes that share both."""

    db: Database
    platform: FakePlatform = field(default_factory=FakePlatform)
    clock: ManualClock = field(default_factory=ManualClock)
    alarms: list[int] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def process(self, secret: str = SECRET) -> WechatApi:
        """The client of one process."""
        platform = self.platform.platform()
        fetch = partial(fetch_token, platform, APP_ID, secret)
        tokens = Tokens(self.db, self.clock, MemoryPubSub(), SEAL, APP_ID, fetch)
        return WechatApi(
            platform, tokens, self.alarms.append, sleep=self._sleep, jitter=lambda: 0.5
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def calls(self, path: str) -> int:
        """How often a path was called."""
        return [called for called, _ in self.platform.calls].count(path)


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'care.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url, threads=6)
    schema.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def world(db: Database) -> World:
    return World(db)


async def test_many_calls_of_many_processes_fetch_one_token(world: World) -> None:
    processes = [world.process() for _ in range(4)]
    await asyncio.gather(*(one.send_text("oU", f"{n}") for one in processes for n in range(5)))
    assert len(world.platform.sent) == 20
    assert world.calls(TOKEN) == 1


async def test_the_token_is_kept_encrypted(world: World) -> None:
    await world.process().send_text("oU", "好")
    row = world.db.read_now(lambda session: session.scalars(select(WechatToken)).one())
    assert world.platform.token not in row.sealed
    assert SEAL.decrypt(row.sealed.encode()).decode() == world.platform.token


async def test_the_token_is_fetched_again_near_its_end_and_not_before(world: World) -> None:
    api = world.process()
    await api.send_text("oU", "1")
    world.clock.advance(minutes=115)
    await api.send_text("oU", "2")
    assert world.calls(TOKEN) == 1
    world.clock.advance(minutes=1, seconds=1)
    await api.send_text("oU", "3")
    assert world.calls(TOKEN) == 2


async def test_a_token_about_to_end_is_not_fetched_at_each_call(world: World) -> None:
    """The platform gives the same one again until its last five minutes."""
    world.platform.token_life = 200
    api = world.process()
    for _ in range(5):
        await api.send_text("oU", "1")
    assert world.calls(TOKEN) == 1
    world.clock.advance(seconds=31)
    await api.send_text("oU", "2")
    assert world.calls(TOKEN) == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_once_by_all(world: World, errcode: int) -> None:
    processes = [world.process() for _ in range(3)]
    await processes[0].send_text("oU", "first")
    world.platform.token = "token-other"  # the old one ended early
    await asyncio.gather(*(one.send_text("oU", "x") for one in processes))
    assert len(world.platform.sent) == 4
    assert world.calls(TOKEN) == 2
    assert world.alarms == []


async def test_a_token_that_is_given_again_though_refused_is_forced_anew_once(world: World) -> None:
    api = world.process()
    await api.send_text("oU", "1")
    world.platform.faults[SEND].append(40001)
    await api.send_text("oU", "2")
    forced = [body["force_refresh"] for path, body in world.platform.calls if path == TOKEN]
    assert forced == [False, False, True]
    world.platform.faults[SEND].append(40001)
    with pytest.raises(ApiError):
        await api.send_text("oU", "3")
    assert world.alarms == [40001]
    forced = [body["force_refresh"] for path, body in world.platform.calls if path == TOKEN]
    assert forced.count(True) == 1, "20 a day are allowed, and each cuts others off"


async def test_a_token_refused_for_ever_ends_in_an_alarm_and_not_in_a_loop(world: World) -> None:
    world.platform.faults[SEND].extend([40001] * 50)
    with pytest.raises(ApiError) as caught:
        await world.process().send_text("oU", "x")
    assert caught.value.errcode == 40001
    assert world.calls(SEND) == 2
    assert world.alarms == [40001]


async def test_a_wrong_secret_is_an_alarm(world: World) -> None:
    with pytest.raises(ApiError) as caught:
        await world.process(secret="wrong").send_text("oU", "x")
    assert caught.value.reaction is Reaction.ALARM
    assert world.alarms == [40125]
    assert world.calls(TOKEN) == 1
    assert world.calls(SEND) == 0
    await world.process().send_text("oU", "the failure has left no lease behind")


async def test_who_died_while_fetching_holds_nobody_up_for_long(world: World) -> None:
    await world.process().send_text("oU", "1")

    def die(session: object) -> None:
        row = session.scalars(select(WechatToken)).one()  # type: ignore[attr-defined]
        row.renew_at = None
        row.fetching_until = world.clock() + timedelta(seconds=15)

    world.db.write_now(die)
    waiting = asyncio.create_task(world.process().send_text("oU", "2"))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    world.clock.advance(seconds=16)
    await waiting
    assert world.calls(TOKEN) == 2


async def test_a_busy_platform_is_asked_again_with_back_off(world: World) -> None:
    world.platform.faults[SEND].extend([-1, httpx.ConnectError("down"), -1])
    await world.process().send_text("oU", "x")
    assert world.slept == list(RETRY_DELAYS)
    world.platform.faults[SEND].extend([-1] * 10)
    with pytest.raises(ApiError):
        await world.process().send_text("oU", "x")
    assert world.calls(SEND) == 4 + 4


async def test_a_platform_that_is_down_fails_after_some_tries(world: World) -> None:
    world.platform.faults[TOKEN].extend([httpx.ConnectError("down")] * 10)
    with pytest.raises(PlatformUnreachable):
        await world.process().send_text("oU", "x")
    assert world.calls(TOKEN) == len(RETRY_DELAYS) + 1


async def test_a_message_without_an_answer_is_not_sent_twice_by_the_client(world: World) -> None:
    world.platform.drop_answers = 1
    with pytest.raises(OutcomeUnknown):
        await world.process().send_text("oU", "x")
    assert world.calls(SEND) == 1


@pytest.mark.parametrize(
    ("errcode", "reaction"),
    [
        (40164, Reaction.ALARM),
        (45015, Reaction.HOLD),
        (45047, Reaction.HOLD),
        (45002, Reaction.SPLIT),
        (45009, Reaction.WAIT),
        (45011, Reaction.WAIT),
        (48001, Reaction.NO_RIGHT),
        (40003, Reaction.GIVE_UP),
        (48004, Reaction.GIVE_UP),
        (50002, Reaction.GIVE_UP),
        (99999, Reaction.HOLD),
    ],
)
async def test_other_refusals_are_not_tried_again(
    world: World, errcode: int, reaction: Reaction
) -> None:
    world.platform.faults[SEND].append(errcode)
    with pytest.raises(ApiError) as caught:
        await world.process().send_text("oU", "x")
    assert caught.value.reaction is reaction
    assert world.calls(SEND) == 1
    alarming = reaction in (Reaction.ALARM, Reaction.NO_RIGHT)
    assert world.alarms == ([errcode] if alarming else [])


async def test_what_is_sent(world: World) -> None:
    api = world.process()
    await api.send_text("oU", "您好 <a> 😀")
    await api.send_menu("oU", "请选择", [("1", "查话费"), ("2", "转人工")])
    await api.send_image("oU", await api.upload_image(Upload("a.png", PNG, "image/png")))
    await api.typing("oU")
    text, menu, image = world.platform.sent
    assert text == {"touser": "oU", "msgtype": "text", "text": {"content": "您好 <a> 😀"}}
    assert menu["msgmenu"]["list"] == [
        {"id": "1", "content": "查话费"},
        {"id": "2", "content": "转人工"},
    ]
    assert PNG in world.platform.media[image["image"]["media_id"]][0]
    assert world.platform.calls[-1][1] == {"touser": "oU", "command": "Typing"}


async def test_media_come_down(world: World) -> None:
    found = await world.process().download("m1")
    assert (found.content, found.mime) == (PNG, "image/png")
    with pytest.raises(ApiError):
        await world.process().download("gone")


async def test_a_qr_code_carries_its_scene(world: World) -> None:
    assert (await world.process().scene_address("go-ABC234", 300)).endswith("/go-ABC234")
    assert world.platform.calls[-1] == (
        "/cgi-bin/qrcode/create",
        {
            "expire_seconds": 300,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": "go-ABC234"}},
        },
    )


async def test_menus(world: World) -> None:
    api = world.process()
    menu = {"button": [{"type": "click", "name": "查话费", "key": "say:查话费"}]}
    await api.set_menu(menu)
    assert (await api.menu())["menu"] == menu
    await api.delete_menu()
    assert world.platform.menu is None


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{", b'{"errcode": "x"}', b"[" * 99999])
async def test_a_senseless_answer_is_no_answer(world: World, content: bytes) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=content)

    platform = world.platform.platform()
    platform._http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    with pytest.raises(OutcomeUnknown):
        await platform.call("GET", "/x")
