"""A tiny assistant behind the real gateway: a Sanic server, an action server and a database, all on loopback."""

import asyncio
import contextlib
import itertools
import json
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.core.agent import Agent
from rasa.core.channels.channel import register
from rasa.core.lock_store import InMemoryLockStore
from rasa.model_training import train
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from sanic.touchup.service import TouchUp

from bot.channels.gateway import GatewayInput
from bot.tracker_store import SessionTrackerStore

SECRET = "a secret of the tests"
SENDER = "conversation-1"

CONFIG = """
recipe: default.v1
assistant_id: tiny
language: zh
pipeline:
- name: KeywordIntentClassifier
- name: RegexEntityExtractor
policies:
- name: RulePolicy
  core_fallback_threshold: 0.3
  core_fallback_action_name: action_listen
  enable_fallback_prediction: true
"""

DOMAIN = """
version: "3.1"
session_config:
  session_expiration_time: 0
  carry_over_slots_to_new_session: true
intents: [greet, order, show, stuck, choose, strict, inform, affirm, goodbye]
entities: [plan, amount]
slots:
  language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  plan:
    type: text
    influence_conversation: false
    mappings:
    - type: from_entity
      entity: plan
  amount:
    type: text
    influence_conversation: false
    mappings:
    - type: from_entity
      entity: amount
  area:
    type: text
    influence_conversation: false
    mappings:
    - type: from_text
      conditions:
      - active_loop: strict_form
        requested_slot: area
  wishes:
    type: any
    influence_conversation: false
    mappings:
    - type: custom
  wish_offered:
    type: bool
    influence_conversation: true
    mappings:
    - type: custom
  reminders:
    type: bool
    initial_value: true
    influence_conversation: false
    mappings:
    - type: custom
forms:
  plan_form:
    required_slots: [plan]
  strict_form:
    required_slots: [area]
responses:
  utter_greet:
  - text: 您好
    buttons:
    - title: 办套餐
      payload: '/order{{"plan": "p59"}}'
  utter_done:
  - text: 办好了
  utter_ask_plan:
  - text: 哪个套餐？
  utter_ask_area:
  - text: 哪个小区？
  utter_chosen:
  - text: 您选了{plan}
actions: [action_order, action_show, action_stuck, validate_strict_form, action_next_wish, action_offer_wish,
  action_take_up_wish]
"""

DATA = r"""
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hi
    - hello
- intent: order
  examples: |
    - buy
    - purchase
- intent: show
  examples: |
    - display
    - show
- intent: stuck
  examples: |
    - loop
    - stuck
- intent: choose
  examples: |
    - choice
    - choose
- intent: strict
  examples: |
    - strict
    - severe
- intent: affirm
  examples: |
    - yes
    - sure
- intent: goodbye
  examples: |
    - farewell
    - bye
- intent: inform
  examples: |
    - take
    - take [p59](plan)
    - take [200](amount)
- regex: amount
  examples: |
    - [0-9]{3}
- regex: plan
  examples: |
    - p[0-9]+
rules:
- rule: a word of the bot
  steps: [{intent: greet}, {action: utter_greet}]
- rule: an action, then a word of success
  steps: [{intent: order}, {action: action_order}, {action: utter_done}]
- rule: an action that says what it likes
  steps: [{intent: show}, {action: action_show}]
- rule: an action that calls itself
  steps: [{intent: stuck}, {action: action_stuck}]
- rule: yes to the other wish
  condition: [{slot_was_set: [{wish_offered: true}]}]
  steps: [{intent: affirm}, {action: action_take_up_wish}]
- rule: goodbye
  condition: [{active_loop: plan_form}]
  steps: [{intent: goodbye}, {action: utter_done}, {action: action_deactivate_loop}, {active_loop: null}]
- rule: a form begins
  steps: [{intent: choose}, {action: plan_form}, {active_loop: plan_form}]
- rule: a form whose answers are checked begins
  steps: [{intent: strict}, {action: strict_form}, {active_loop: strict_form}]
- rule: a form ends
  condition: [{active_loop: plan_form}]
  steps:
  - action: plan_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_chosen
"""


def train_tiny(folder: Path) -> Path:
    """The assistant's model."""
    for name, text in (("config", CONFIG), ("domain", DOMAIN), ("data", DATA)):
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    result = train(
        str(folder / "domain.yml"),
        str(folder / "config.yml"),
        [str(folder / "data.yml")],
        output=str(folder / "models"),
    )
    assert result.model is not None
    return Path(result.model)


class QuickLocks(InMemoryLockStore):
    """Rasa's locks, asked again at once instead of after a second."""

    def lock(self, conversation_id: str, *_: Any, **__: Any) -> Any:
        """The conversation's lock."""
        return super().lock(conversation_id, wait_time_in_seconds=0.001)


@dataclass
class Actions:
    """The action server. Answers each call with what stands in ``answer``; may hold calls back or be away."""

    answer: Any = field(default_factory=lambda: {"events": [], "responses": []})
    status: int = 200
    raw: str | None = None  # an answer that is not made from ``answer``
    calls: list[dict[str, Any]] = field(default_factory=list)
    held: dict[str, asyncio.Event] = field(default_factory=dict)  # by sender
    arrived: asyncio.Queue[str] = field(default_factory=asyncio.Queue)  # the senders of the calls
    cut: bool = False  # whether calls are cut off
    running: int = 0
    most_at_once: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        """One call of an action."""
        call = await request.json()
        self.calls.append(call)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            self.arrived.put_nowait(call["sender_id"])
            if call["sender_id"] in self.held:
                await self.held[call["sender_id"]].wait()
        finally:
            self.running -= 1
        if self.cut and request.transport is not None:
            request.transport.abort()
        if self.raw is not None:
            return web.Response(text=self.raw, status=self.status)
        return web.json_response(self.answer, status=self.status)

    def hold(self, sender: str) -> asyncio.Event:
        """Have the sender's calls wait for the event."""
        self.held[sender] = asyncio.Event()
        return self.held[sender]

    def say(self, *responses: dict[str, Any], events: list[dict[str, Any]] | None = None) -> None:
        """Answer with these messages from now on."""
        self.status, self.raw, self.cut = 200, None, False
        self.answer = {"events": events or [], "responses": list(responses)}


@dataclass
class World:
    """The running assistant, and what stands in its database."""

    url: str
    http: aiohttp.ClientSession
    agent: Agent
    app: Sanic
    actions: Actions
    action_server: TestServer
    database: Path
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def post(self, body: Any = None, **options: Any) -> tuple[int, dict[str, Any]]:
        """Ask for a turn with this body."""
        if body is not None:
            options["json"] = body
        async with self.http.post(f"{self.url}/turn", **options) as response:
            return response.status, json.loads(await response.text())

    async def turn(self, message: str, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Ask for a turn as the care server does, with a new turn id unless one is given."""
        return await self.post(self.body(message, **fields))

    async def said(self, message: str, **fields: Any) -> list[dict[str, Any]]:
        """The messages of a turn that must be answered."""
        status, answer = await self.turn(message, **fields)
        assert status == 200, answer
        return answer["messages"]

    def call_actions_at(self, url: str) -> None:
        """Have the actions called at another address."""
        processor = self.agent.processor
        assert processor is not None
        assert processor.action_endpoint is not None
        processor.action_endpoint.url = url

    def body(self, message: str, **fields: Any) -> dict[str, Any]:
        """What the care server sends."""
        return {
            "sender": SENDER,
            "turn": f"turn-{next(self.numbers)}",
            "epoch": 1,
            "message": message,
            "payload": None,
            "fresh": False,
            "repeat": False,
            "channel": "web",
            **fields,
        }

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement on the database, past the assistant."""
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def stored(self, sender: str | None = None) -> list[dict[str, Any]]:
        """The stored events, in order, of one sender or of all."""
        rows = self.sql("SELECT sender_id, data FROM events ORDER BY id")
        return [json.loads(data) for owner, data in rows if sender in (None, owner)]

    def turns(self, sender: str = SENDER) -> list[str]:
        """The ids of the stored turns, in order."""
        return [event["message_id"] for event in self.stored(sender) if event["event"] == "user"]


@asynccontextmanager
async def running(model: Path, folder: Path, event_limit: int = 40) -> AsyncIterator[World]:
    """The assistant, served on loopback; ``event_limit`` bounds its sessions."""
    actions = Actions()
    action_app = web.Application()
    action_app.router.add_post("/webhook", actions.handle)
    action_server = TestServer(action_app, host="127.0.0.1")
    await action_server.start_server()
    endpoint = EndpointConfig(str(action_server.make_url("/webhook")), enable_selective_domain=True)
    database = folder / "trackers" / "rasa.db"
    agent = Agent.load(
        model_path=model,
        action_endpoint=endpoint,
        tracker_store=SessionTrackerStore(dialect="sqlite", db=str(database)),
        lock_store=QuickLocks(),
    )
    try:
        async with serving(agent, event_limit) as (app, url):
            headers = {"Authorization": f"Bearer {SECRET}"}
            async with aiohttp.ClientSession(headers=headers) as http:
                yield World(url, http, agent, app, actions, action_server, database)
    finally:
        for event in actions.held.values():
            event.set()
        endpoint = agent.action_endpoint
        lent = getattr(endpoint, "_http", None)
        if lent is not None:
            await lent.close()
        await action_server.close()


_APPS = itertools.count(1)


@asynccontextmanager
async def serving(agent: Agent | None, event_limit: int = 40) -> AsyncIterator[tuple[Sanic, str]]:
    """Rasa's way of serving a channel, on a free port of loopback; ``agent`` is none when no model is loaded."""
    app = Sanic(f"gateway-{next(_APPS)}", configure_logging=False)
    app.ctx.agent = agent
    credentials = {"secret": SECRET, "event_limit": event_limit}
    register([GatewayInput.from_credentials(credentials)], app, "/webhooks/")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        TouchUp._registry.clear()  # Sanic rewrites its code for speed at the start; twice it cannot
        try:
            yield app, f"http://127.0.0.1:{port}/webhooks/gateway"
        finally:
            await server.close()


def action_failed(kind: str) -> tuple[int, dict[str, Any]]:
    """What a turn is answered when its action failed in this way."""
    return 502, {"error": "action_failed", "actions": {"action_order": kind}}


def broken(world: World, how: str) -> None:
    """Break the database in one way."""
    if how == "writing":
        world.sql(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    else:
        world.sql("ALTER TABLE events RENAME TO elsewhere")


def mended(world: World, how: str) -> None:
    """The database as it was."""
    if how == "writing":
        world.sql("DROP TRIGGER full")
    else:
        world.sql("ALTER TABLE elsewhere RENAME TO events")
