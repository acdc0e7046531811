"""The public application as ``care.app`` wires it, with nothing outside, in one event loop."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.types import ASGIApp

from care import app, schema, wiring
from care.admin.metrics import Metrics
from care.backends import PubSub
from care.channels import web
from care.channels.web.connection import SocketTimes
from care.conversations.inbound import Receipt
from care.conversations.service import Agent
from care.conversations.tables import Owner
from care.desk.passwords import Passwords
from care.duties import load_duties
from care.engine import TurnRequest, TurnResult
from care.services import Services
from care.settings import ROOT, Settings
from care.speech import Recogniser
from tests.desk.sockets import AsgiSocket
from tests.fakes import ManualClock, ScriptedEngine

HOST = "chat.test"
SECRETS = {
    "gateway_secret": "g" * 64,
    "action_secret": "a" * 64,
    "rasa_token": "r" * 64,
    "trainer_secret": "t" * 64,
    "session_secret": "s" * 64,
    "pepper": "p" * 64,
    "sealing_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
DUTIES = load_duties(ROOT / "data" / "duties")
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
AGENT = Agent("01agent0000000000000000000", "林晓")
CLIENT_IDS = (f"client-id-{number:04d}" for number in itertools.count())

type Json = dict[str, Any]


class WatchedEngine(ScriptedEngine):
    """A scripted engine that sets ``asked`` at each turn."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answer as scripted."""
        self.asked.set()
        return await super().turn(request)


class World:
    """All parts, and what a test does to them."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        pubsub: PubSub | None = None,
        recogniser: Recogniser | None = None,
        **changes: Any,
    ) -> None:
        self.clock = ManualClock()
        self.engine = WatchedEngine()
        values: Json = {
            "var_dir": folder,
            "web_dir": folder / "web",
            "database_url": url,
            "engine_retry_delays": (),
            "speech": False,  # what is installed on this machine is not asked
            **SECRETS,
            **changes,
        }
        self.settings = Settings(**values)
        self.figures = Metrics()
        self.services: Services = wiring.wire(
            self.settings,
            clock=self.clock,
            engine=self.engine,
            pubsub=pubsub,
            duties=DUTIES,
            metrics=self.figures,
            recogniser=recogniser,
        )
        self.db = self.services.db
        self.conversations = self.services.conversations
        self.app: FastAPI = app.public_app(
            self.services, app.make_desk(self.services, Passwords(CHEAP)), self.figures
        )
        self._http: list[httpx.AsyncClient] = []

    def http(
        self,
        application: ASGIApp | None = None,
        *,
        address: str = "192.0.2.1",
        headers: dict[str, str] | None = None,
    ) -> httpx.AsyncClient:
        """A client at ``address``; nobody logged in."""
        transport = httpx.ASGITransport(
            application or self.app, client=(address, 50000), raise_app_exceptions=False
        )
        made = httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", headers=headers)
        self._http.append(made)
        return made

    async def visitor(self) -> "Visitor":
        """A customer with a session."""
        response = await self.http().post("/chat/session")
        assert response.status_code == 200, response.text
        answer = response.json()
        return Visitor(self, answer["token"], answer["conversation"])

    async def accept(self, conversation_id: str) -> None:
        """An agent takes the conversation as it stands."""
        _, status = await self.conversations.look(conversation_id, 0)
        assert status.owner != "agent"
        await self.conversations.accept(conversation_id, AGENT, await self.epoch(conversation_id))

    async def epoch(self, conversation_id: str) -> int:
        """The present epoch of a conversation."""
        from care.conversations.tables import Conversation

        return await self.db.read(
            lambda session: session.get_one(Conversation, conversation_id).epoch
        )

    async def close(self) -> None:
        """Let go of everything."""
        for http in self._http:
            await http.aclose()
        self.engine.free.set()
        await self.conversations.runner.drain(5)
        await self.services.close()


class Visitor:
    """A customer's browser."""

    def __init__(self, world: World, token: str, conversation: str) -> None:
        self.world = world
        self.token = token
        self.conversation = conversation
        self.http = world.http(headers={"Authorization": f"Bearer {token}"})

    def line(self, application: ASGIApp | None = None, **headers: str) -> "ChatSocket":
        """A WebSocket from the chat's own page, unless ``headers`` say otherwise."""
        base = {"host": HOST, "origin": f"http://{HOST}"}
        return ChatSocket(application or self.world.app, "/chat/ws", "", base | headers)

    async def hello(self, line: "ChatSocket", after: int = 0) -> Json:
        """Say hello; gives the ``ready`` frame."""
        line.send({"type": "hello", "token": self.token, "after": after})
        frame = await line.frame()
        assert frame["type"] == "ready", frame
        return frame

    async def say(self, text: str, client_id: str | None = None) -> httpx.Response:
        """Say something over HTTP."""
        body = {"client_id": client_id or next(CLIENT_IDS), "text": text}
        return await self.http.post("/chat/messages", json=body)

    async def messages(self, after: int = 0) -> list[Json]:
        """What is to be seen after ``after``, over HTTP."""
        response = await self.http.get("/chat/messages", params={"after": after})
        assert response.status_code == 200, response.text
        found: list[Json] = response.json()["messages"]
        return found

    async def settled(self, response: httpx.Response) -> None:
        """Wait for the answer to a message said over HTTP."""
        assert response.status_code == 200, response.text
        stored = response.json()
        receipt = Receipt(
            self.conversation,
            stored["id"],
            stored["seq"],
            Owner.BOT,
            duplicate=False,
            has_turn=True,
        )
        answer = await self.world.conversations.answered(receipt, 5)
        assert not answer.pending


class ChatSocket(AsgiSocket):
    """A chat client's WebSocket."""

    async def message(self, role: str) -> Json:
        """The next message of ``role``."""
        frames = await self.until(
            lambda frame: frame["type"] == "message" and frame["role"] == role
        )
        return frames[-1]

    async def of_type(self, kind: str) -> Json:
        """The next frame of a type."""
        return (await self.until(lambda frame: frame["type"] == kind))[-1]

    def say(self, text: object, client_id: str | None = None) -> str:
        """Send a message; gives its client id."""
        client_id = client_id or next(CLIENT_IDS)
        self.send({"type": "message", "client_id": client_id, "text": text})
        return client_id


def impatient(world: World, **seconds: float) -> FastAPI:
    """The chat alone, with other times."""
    made = FastAPI()
    made.include_router(web.router(world.services, times=SocketTimes(**seconds)))
    return made


@asynccontextmanager
async def a_world(url: str, folder: Path, **changes: Any) -> AsyncIterator[World]:
    """A world with its tables."""
    world = World(url, folder, **changes)
    try:
        schema.metadata.create_all(world.db.engine)
        yield world
    finally:
        await world.close()
