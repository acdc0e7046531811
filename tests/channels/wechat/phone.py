"""WeChat between a customer's phone and us: it calls, cuts after five seconds, calls again, and shows what came.

Each call may be late on its way here and its response on its way back. All runs in the virtual time of the loop.
"""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from care import app, schema, wiring
from care.admin.metrics import Metrics
from care.channels.wechat import xml
from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.courier import Courier
from care.channels.wechat.delivery import api_of
from care.channels.wechat.pictures import FETCH_JOB, Pictures
from care.channels.wechat.voices import MakingOut
from care.conversations.tables import Conversation
from care.db.jobs import JobLoop
from care.desk.passwords import Passwords
from care.engine import Button, EngineFailed, Reply, TurnRequest, TurnResult
from care.settings import Settings
from care.speech import Recogniser
from tests.channels.wechat.account import AES_KEY, APP_ID, TOKEN, query
from tests.channels.wechat.fake_platform import SECRET, FakePlatform
from tests.channels.world import CHEAP, DUTIES, SECRETS

CUT = 5.0
BROKEN = "该公众号暂时无法提供服务"
START = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Trip:
    """Seconds that one call is on its way here, and its response on its way back; ``twice``: the network repeats it."""

    there: float = 0.05
    back: float = 0.05
    twice: bool = False


@dataclass
class SlowEngine:
    """Answers ``A…`` to ``Q…`` after so many seconds (by the text), else repeats it."""

    takes: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def turn(self, request: TurnRequest) -> TurnResult:
        self.asked.append(request.payload or request.text)
        await asyncio.sleep(self.takes.get(request.text, 0.1))
        if "故障" in request.text:
            raise EngineFailed(cause="scripted")
        return TurnResult(self._replies(request), {"intent": "inform", "confidence": 1.0})

    def _replies(self, request: TurnRequest) -> tuple[Reply, ...]:
        text = request.text
        if "选" in text:
            return (
                Reply(
                    "请选择：",
                    (Button("查话费", "/query_bill"), Button("转人工", "/request_human")),
                ),
            )
        if "两句" in text:
            return Reply("第一句。"), Reply("第二句。")
        if "长" in text:
            return (Reply("".join(f"这是第{n:04d}句。" for n in range(300))),)
        return (Reply(text.replace("Q", "A")),)

    async def ready(self) -> bool:
        return True

    async def forget(self, conversation_id: str) -> None:
        return

    async def close(self) -> None:
        return


class LoopClock:
    """The wall clock of the loop's time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._skipped = timedelta()

    def __call__(self) -> datetime:
        return START + self._skipped + timedelta(seconds=self._loop.time() - self._began)

    def skip(self, **span: float) -> None:
        """Go on at once, without anything that would have happened meanwhile."""
        self._skipped += timedelta(**span)


class WechatWorld:
    """A process of the care server with an account, and the platform's API."""

    def __init__(
        self,
        folder: Path,
        *,
        pushes: bool = True,
        recogniser: Recogniser | None = None,
        **changes: Any,
    ) -> None:
        values: dict[str, Any] = {
            "var_dir": folder,
            "web_dir": folder / "web",
            "database_url": f"sqlite:///{folder / 'care.db'}",
            "engine_retry_delays": (),
            "wechat_app_id": APP_ID,
            "wechat_app_secret": SECRET,
            "wechat_token": TOKEN,
            "wechat_aes_key": AES_KEY,
            "wechat_customer_service": pushes,
            "speech": False,  # what is installed on this machine is not asked
            **SECRETS,
            **changes,
        }
        self.engine = SlowEngine()
        self.clock = LoopClock()
        self.services = wiring.wire(
            Settings(**values),
            clock=self.clock,
            engine=self.engine,
            duties=DUTIES,
            recogniser=recogniser,
        )
        self.db = self.services.db
        schema.metadata.create_all(self.db.engine)
        self.api = FakePlatform()
        self.conversations = self.services.conversations
        public = app.public_app(
            self.services, app.make_desk(self.services, Passwords(CHEAP)), Metrics()
        )
        transport = httpx.ASGITransport(public, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://care.test")
        self.pushes = pushes
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        pictures = Pictures(
            self.db,
            self.clock,
            self.conversations.announcer,
            api_of(self.services, self.api.client()),
        )
        jobs = JobLoop(self.db, self.clock, {FETCH_JOB: pictures.fetch})
        loops = [self.conversations.runner.recover(), jobs.run(), self.making_out().run()]
        if self.pushes:
            loops.append(self.courier().run())
        self._tasks = [asyncio.create_task(loop) for loop in loops]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.http.aclose()
        await self.services.close()

    async def epoch(self, conversation_id: str) -> int:
        """The present epoch of a conversation."""
        return await self.db.read(
            lambda session: session.get_one(Conversation, conversation_id).epoch
        )

    def making_out(self) -> MakingOut:
        """What hears voice messages, in this process."""
        api = api_of(self.services, self.api.client())

        async def fetch(media: str) -> bytes:
            return (await api.download(media)).content

        return MakingOut(
            self.db,
            self.clock,
            self.services.pubsub,
            self.conversations,
            self.services.recogniser,
            {"wechat": fetch},
            timedelta(seconds=self.services.settings.speech_patience),
        )

    def courier(self) -> Courier:
        """What sends, in this process."""
        return Courier(
            self.db,
            self.clock,
            self.services.pubsub,
            self.conversations.announcer,
            api_of(self.services, self.api.client()),
            channel="wechat",
        )


@dataclass
class Shown:
    """Something on the customer's phone."""

    at: float
    text: str
    passive: bool


class Phone:
    """One customer."""

    _numbers = itertools.count(1)

    def __init__(
        self, world: WechatWorld, openid: str = "oPhone", others: Sequence[WechatWorld] = ()
    ) -> None:
        self.world = world
        self.openid = openid
        self._next = itertools.cycle([world, *others])
        self.shown: list[Shown] = []
        self.calls = 0

    @property
    def texts(self) -> list[str]:
        """What the customer has read: responses, and what was sent."""
        return [one.text for one in self.shown] + self.world.api.texts(self.openid)

    async def say(self, text: str, trips: Sequence[Trip] = (), **more: Any) -> str | None:
        """Write ``text``; gives what the response shows at last."""
        return await self.do({"MsgType": "text", "Content": text, **more}, trips)

    async def event(self, kind: str, trips: Sequence[Trip] = (), **more: Any) -> str | None:
        """Do something without words."""
        return await self.do({"MsgType": "event", "Event": kind, **more}, trips, event=True)

    async def do(
        self, values: dict[str, Any], trips: Sequence[Trip] = (), *, event: bool = False
    ) -> str | None:
        """Have WeChat call up to three times; gives the text that is shown, ``None`` for none."""
        document: dict[str, Any] = {
            "ToUserName": "gh_1",
            "FromUserName": self.openid,
            "CreateTime": self._seconds(),
            **values,
        }
        if not event:
            document.setdefault("MsgId", next(self._numbers))
        body = xml.render(document)
        for trip in [*trips, Trip(), Trip(), Trip()][:3]:
            call = asyncio.ensure_future(self._call(body, trip))
            done, _ = await asyncio.wait([call], timeout=CUT)
            if done:
                return self._show(call.result())
        self.shown.append(Shown(self._now(), BROKEN, passive=True))
        return BROKEN

    async def _call(self, body: str, trip: Trip) -> httpx.Response:
        encrypted = MessageCipher(AES_KEY, APP_ID).encrypt(body.encode())
        asked = query(encrypted, at=self.world.clock())
        content = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
        await asyncio.sleep(trip.there)
        self.calls += 1
        again = asyncio.ensure_future(self._post(asked, content)) if trip.twice else None
        response = await self._post(asked, content)
        await asyncio.sleep(trip.back)
        if again is not None:
            await again
        return response

    async def _post(self, asked: dict[str, str], content: str) -> httpx.Response:
        return await next(self._next).http.post("/wechat", params=asked, content=content.encode())

    def _show(self, response: httpx.Response) -> str | None:
        if response.status_code == 200 and response.text in ("", "success"):
            return None
        if response.status_code != 200:
            self.shown.append(Shown(self._now(), BROKEN, passive=True))
            return BROKEN
        sealed = xml.parse(response.content)["Encrypt"]
        values = xml.parse(MessageCipher(AES_KEY, APP_ID).decrypt(sealed))
        assert values["ToUserName"] == self.openid
        assert len(values["Content"].encode()) <= 2048
        self.shown.append(Shown(self._now(), values["Content"], passive=True))
        return values["Content"]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _seconds(self) -> int:
        return int(self.world.clock().timestamp())
