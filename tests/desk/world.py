"""A desk with its conversations and nothing outside, in one event loop."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from fastapi import FastAPI
from sqlalchemy.orm import Session

from care import schema
from care.backends import MemoryPubSub
from care.conversations.agent_orders import AgentOrders
from care.conversations.inbound import InboundMessage, Receipt
from care.conversations.runner import RunnerTimes
from care.conversations.service import Conversations, ConversationTimes
from care.conversations.timeouts import Timeouts
from care.customers.verification import VerifiedSession
from care.db import Database
from care.desk import Desk, agents_online, demo_logins, load_demo_agents
from care.desk.live import LiveTimes
from care.desk.passwords import Passwords
from care.duties import load_duties
from care.engine import TurnRequest
from care.http import errors
from care.orders.service import Orders
from care.settings import ROOT, Settings
from care.studio import Studio, StudioGate
from care.studio.data.aside import Aside
from tests.desk.sockets import AsgiSocket
from tests.fakes import FewCustomers, ManualClock, ScriptedEngine

HOST = "desk.test"
PASSWORDS = {login.username: login.password for login in demo_logins()}
DUTIES = load_duties(ROOT / "data" / "duties")
SEAL = Fernet(Fernet.generate_key())
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CLIENT_IDS = (f"client-id-{number:04d}" for number in itertools.count())


class AgentClient:
    """A browser with somebody logged in."""

    def __init__(self, app: FastAPI, http: httpx.AsyncClient) -> None:
        self._app = app
        self.http = http
        self.id = ""
        self.name = ""

    @property
    def cookie(self) -> str:
        """The cookie as a header."""
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON of a page that must be there."""
        response = await self.http.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: object | None = None) -> Any:
        """The JSON of a call that must succeed."""
        response = await self.http.post(path, json=body if body is not None else {})
        assert response.status_code == 200, response.text
        return response.json()

    async def refused(self, path: str, body: object | None = None) -> tuple[int, str]:
        """Status and code of a call that must be refused."""
        response = await self.http.post(path, json=body if body is not None else {})
        assert response.status_code >= 400, response.text
        return response.status_code, response.json()["error"]["code"]

    async def take(self, conversation_id: str, verb: str = "accept") -> Any:
        """Accept or take over, as it stands now."""
        found = await self.get(f"/desk/conversations/{conversation_id}")
        body = {"epoch": found["conversation"]["epoch"]}
        return await self.post(f"/desk/conversations/{conversation_id}/{verb}", body)

    async def reply(self, conversation_id: str, text: str, client_id: str | None = None) -> Any:
        """Say something."""
        body = {"client_id": client_id or next(CLIENT_IDS), "text": text}
        return await self.post(f"/desk/conversations/{conversation_id}/reply", body)

    def socket(self, after: int | str | None = None, **headers: str) -> AsgiSocket:
        """A WebSocket from this browser's own page, unless ``headers`` say otherwise."""
        query = "" if after is None else f"after={after}"
        base = {"host": HOST, "origin": f"http://{HOST}", "cookie": self.cookie}
        return AsgiSocket(self._app, "/desk/ws", query, base | headers)


class World:
    """All parts, and what a test does to them."""

    def __init__(self, url: str, folder: Path, aside: Aside | None = None, **changes: Any) -> None:
        self.aside = aside
        self.clock = ManualClock()
        self.engine = ScriptedEngine()
        self.pubsub = MemoryPubSub()
        self.customers = FewCustomers(c1="王小明", old1="李桂兰")
        self.settings = Settings(var_dir=folder, pepper="pepper", **changes)
        self.db = Database(url, threads=4)
        runner = RunnerTimes(timedelta(seconds=60), (), timedelta(seconds=120))
        times = ConversationTimes(runner, timedelta(seconds=300), timedelta(hours=24))
        self.conversations = Conversations(
            self.db,
            self.clock,
            self.engine,
            self.pubsub,
            SEAL,
            times,
            text_limit=self.settings.text_limit,
            zone=self.settings.zone,
        )
        self.timeouts = Timeouts(
            self.db,
            self.clock,
            self.conversations.announcer,
            agents_online=agents_online,
            offer_after=timedelta(seconds=120),
            offer_after_nobody=timedelta(seconds=120),
            agent_silence=timedelta(seconds=300),
            idle_bot=timedelta(minutes=30),
            idle_agent=timedelta(hours=2),
        )
        # Nothing can be ordered here; tests/desk/test_agent_orders.py has the whole product.
        orders = Orders(self.db, {}, None, DUTIES, self.clock, self.settings.zone)  # type: ignore[arg-type]
        self.agent_orders = AgentOrders(
            self.db, self.clock, orders, self.conversations.announcer, SEAL
        )
        self.passwords = Passwords(CHEAP)
        self.trainings: list[tuple[str, str, str]] = []
        self.desk = self.another_desk()
        self.app = self.application(self.desk)
        self._http: list[httpx.AsyncClient] = []
        self._external = itertools.count()

    def another_desk(self, **times: float) -> Desk:
        """A desk as a second process would have it."""
        return Desk(
            db=self.db,
            clock=self.clock,
            pubsub=self.pubsub,
            conversations=self.conversations,
            orders=self.agent_orders,
            bss=self.customers.as_bss(),
            duties=DUTIES,
            settings=self.settings,
            passwords=self.passwords,
            times=LiveTimes(**times),
        )

    def application(self, desk: Desk) -> FastAPI:
        """The HTTP application around a desk."""
        app = FastAPI()
        errors.install(app)
        app.include_router(desk.router())
        studio = Studio(
            db=self.db,
            clock=self.clock,
            settings=self.settings,
            gate=StudioGate(desk.gate.studio_reader, desk.gate.trainer, desk.gate.writer),
            parse=self._parse,
            enqueue=self._enqueue,
            programs=self.settings.data_root,
            aside=self.aside,
        )
        app.include_router(studio.router())
        return app

    async def _parse(self, text: str) -> dict[str, Any]:
        request = TurnRequest(conversation_id="parse", turn_id="parse", epoch=0, text=text)
        return self.engine.answer(request).understanding

    def _enqueue(self, session: Session, data_commit: str, requested_by: str, reason: str) -> None:
        self.trainings.append((data_commit, requested_by, reason))

    def browser(self, address: str = "192.0.2.1") -> httpx.AsyncClient:
        """A browser with nobody logged in."""
        transport = httpx.ASGITransport(self.app, client=(address, 50000))
        http = httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}")
        self._http.append(http)
        return http

    async def login(self, username: str = "agent01") -> AgentClient:
        """Log somebody of the demo in."""
        http = self.browser()
        body = {"username": username, "password": PASSWORDS[username]}
        response = await http.post("/desk/login", json=body)
        assert response.status_code == 200, response.text
        http.headers["X-CSRF-Token"] = response.json()["csrf"]
        client = AgentClient(self.app, http)
        client.id = response.json()["agent"]["id"]
        client.name = response.json()["agent"]["name"]
        return client

    async def says(self, address: str, text: str) -> Receipt:
        """A customer says something and has the answer."""
        inbound = InboundMessage("web", address, f"{address}:{next(self._external)}", text=text)
        receipt = await self.conversations.receive(inbound)
        await self.conversations.answered(receipt, 5)
        return receipt

    async def waits(self, address: str) -> str:
        """A customer asks for a person; gives the conversation's id."""
        return (await self.says(address, "转人工")).conversation_id

    async def verify(
        self, address: str, customer_id: str = "c1", phone: str = "13812345678", minutes: int = 30
    ) -> str:
        """A customer shows whose number theirs is; gives the conversation's id."""
        conversation_id = (await self.says(address, "查话费")).conversation_id

        def work(session: Any) -> None:
            from care.conversations.tables import Conversation

            contact_id = session.get_one(Conversation, conversation_id).contact_id
            row = VerifiedSession(
                contact_id=contact_id,
                customer_id=customer_id,
                line_id="l1",
                phone=phone,
                verified_at=self.clock(),
                expires_at=self.clock() + timedelta(minutes=minutes),
            )
            session.add(row)

        await self.db.write(work)
        return conversation_id

    async def close(self) -> None:
        """Let go of everything."""
        for http in self._http:
            await http.aclose()
        await self.conversations.runner.drain(5)
        self.db.close()


def prepare(url: str) -> None:
    """Make the tables and the log-ins of the demo in an empty database."""
    db = Database(url, threads=1)
    try:
        schema.metadata.create_all(db.engine)
        load_demo_agents(db, ManualClock(), Passwords(CHEAP))
    finally:
        db.close()


@asynccontextmanager
async def a_world(url: str, folder: Path, **changes: Any) -> AsyncIterator[World]:
    """A world on a prepared database."""
    world = World(url, folder, **changes)
    try:
        yield world
    finally:
        await world.close()
