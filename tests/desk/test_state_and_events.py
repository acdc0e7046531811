"""What a desk has made of a state and the events after it is what a fresh state says.

The folding is that of the desk's page: an event's subject replaces what was known of it, and a closed
conversation leaves the list.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk.sockets import AsgiSocket
from tests.desk.world import AgentClient, World, a_world, prepare

CUSTOMERS, AGENTS = ("a", "b", "c"), ("agent01", "agent02", "supervisor")

says = st.tuples(
    st.just("says"),
    st.sampled_from(CUSTOMERS),
    st.sampled_from(["你好", "转人工", "故障", "我是13812345678"]),
)
acts = st.tuples(
    st.sampled_from(["accept", "reply", "handback", "close"]),
    st.sampled_from(AGENTS),
    st.sampled_from(CUSTOMERS),
)
others = st.one_of(
    st.tuples(
        st.sampled_from(["away", "online", "logout", "ticket", "move"]), st.sampled_from(AGENTS)
    ),
    st.tuples(st.sampled_from(["minute", "hour", "reconnect", "verify"]), st.just("")),
)
operations = st.lists(st.one_of(says, says, acts, acts, others), min_size=3, max_size=25)


class Mirror:
    """A desk's page: a state, and the events that came after it."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.position: int = state["event_id"]
        self.agent = state["agent"]
        self.online = state["online_agents"]
        self.conversations = {one["id"]: one for one in state["conversations"]}
        self.tickets: dict[str, Any] = {}
        self.messages: dict[str, dict[str, Any]] = {}

    def apply(self, event: dict[str, Any]) -> None:
        assert event["id"] == self.position + 1, "a gap or a double"
        self.position = event["id"]
        data = event["data"]
        match event["kind"]:
            case "conversation" if data["owner"] == "closed":
                self.conversations.pop(data["id"], None)
            case "conversation":
                self.conversations[data["id"]] = data
            case "presence":
                self.online = data["online_agents"]
                if data["agent"]["id"] == self.agent["id"]:
                    self.agent = self.agent | {"presence": data["agent"]["presence"]}
            case "message":
                told = self.messages.setdefault(data["conversation_id"], {})
                told[data["message"]["id"]] = data["message"]
            case "ticket":
                self.tickets[data["number"]] = data


class Play:
    """Carries operations out, with one desk watching."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.agents: dict[str, AgentClient] = {}
        self.ids: dict[str, str] = {}
        self.tickets: list[str] = []

    async def begin(self) -> None:
        for username in AGENTS:
            self.agents[username] = await self.world.login(username)
        self.watcher = await self.world.login("trainer")
        self.mirror = Mirror(await self.watcher.get("/desk/state"))
        self.socket = self.watcher.socket(self.mirror.position)
        await self.socket.__aenter__()

    async def catch_up(self) -> dict[str, Any]:
        state: dict[str, Any] = await self.watcher.get("/desk/state")
        for event in await self.socket.events_upto(state["event_id"], self.mirror.position):
            self.mirror.apply(event)
        return state

    async def do(self, operation: tuple[str, ...]) -> None:
        match operation:
            case ("says", customer, text):
                self.ids[customer] = (await self.world.says(customer, text)).conversation_id
            case ("accept" | "reply" | "handback" | "close" as verb, username, customer):
                if customer in self.ids:
                    await self.act(self.agents[username], verb, self.ids[customer])
            case ("away" | "online" as status, username):
                await self.tried(self.agents[username], "/desk/presence", {"status": status})
            case ("logout", username):
                await self.agents[username].http.post("/desk/logout")
                self.agents[username] = await self.world.login(username)
            case ("ticket", username):
                body: dict[str, Any] = {"kind": "complaint", "title": "投诉", "description": ""}
                answer = await self.agents[username].http.post("/desk/tickets", json=body)
                self.tickets.append(answer.json()["number"])
            case ("move", username) if self.tickets:
                path = f"/desk/tickets/{self.tickets[-1]}/transition"
                await self.tried(self.agents[username], path, {"to": "resolved"})
            case ("minute", _):
                self.world.clock.advance(seconds=61)
                await self.world.desk.presence.sweep()
            case ("hour", _):
                self.world.clock.advance(minutes=31)
                await self.world.timeouts.close_silent()
            case ("verify", _):
                if "v" not in self.ids:
                    self.ids["v"] = await self.world.verify("v", minutes=6000)
                    await self.world.says("v", "查话费")
            case ("reconnect", _):
                await self.socket.drop()
                self.socket: AsgiSocket = self.watcher.socket(self.mirror.position)
                await self.socket.__aenter__()

    async def act(self, agent: AgentClient, verb: str, conversation_id: str) -> None:
        path = f"/desk/conversations/{conversation_id}"
        epoch = (await agent.get(path))["conversation"]["epoch"]
        body = {"epoch": epoch, "client_id": f"{agent.id}-{len(self.tickets)}", "text": "您好"}
        await self.tried(agent, f"{path}/{verb}", body)

    async def tried(self, agent: AgentClient, path: str, body: object) -> None:
        answer = await agent.http.post(path, json=body)
        assert answer.status_code in (200, 403, 409), answer.text


async def play(url: str, folder: Path, script: list[tuple[str, ...]]) -> None:
    async with a_world(url, folder) as world:
        run = Play(world)
        await run.begin()
        try:
            for operation in script:
                await run.do(operation)
            state = await run.catch_up()
            mirror = run.mirror
            assert mirror.conversations == {one["id"]: one for one in state["conversations"]}
            assert mirror.online == state["online_agents"]
            assert mirror.agent == state["agent"]
            for conversation_id, told in mirror.messages.items():
                path = f"/desk/conversations/{conversation_id}/messages"
                page = await run.watcher.get(path, limit=200)
                assert told == {one["id"]: one for one in page["messages"]}
            listed = await run.watcher.get("/desk/tickets")
            assert mirror.tickets == {one["number"]: one for one in listed["tickets"]}
        finally:
            await run.socket.drop()


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=operations)
def test_state_and_events_make_a_fresh_state(prepared: Path, script: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{shutil.copy(prepared, folder / 'care.db')}"
        asyncio.run(play(url, folder, script))


async def test_the_same_on_postgres(postgres_url: str, tmp_path: Path) -> None:
    script: list[tuple[str, ...]] = [
        ("says", "a", "转人工"),
        ("verify", ""),
        ("accept", "agent01", "a"),
        ("says", "b", "故障"),
        ("reconnect", ""),
        ("accept", "agent02", "a"),
        ("reply", "agent01", "a"),
        ("ticket", "agent02"),
        ("away", "agent02"),
        ("handback", "agent01", "a"),
        ("says", "a", "我是13812345678"),
        ("minute", ""),
        ("move", "agent01"),
        ("accept", "supervisor", "b"),
        ("close", "supervisor", "b"),
        ("reconnect", ""),
        ("logout", "agent01"),
        ("hour", ""),
        ("says", "b", "你好"),
    ]
    prepare(postgres_url)
    await play(postgres_url, tmp_path, script)
