"""The desk's WebSocket: who may open it, and that it tells everything once and in order."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import Delete, delete
from starlette.types import Message, Receive, Scope

from care.conversations.announce import DESK
from care.conversations.tables import DeskEvent, Role
from care.desk import feed
from care.desk.live import PROTOCOL, RELOAD, UNAUTHENTICATED
from tests.desk.sockets import AsgiSocket
from tests.desk.world import HOST, AgentClient, World


async def newest(agent: AgentClient) -> int:
    event_id: int = (await agent.get("/desk/state"))["event_id"]
    return event_id


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [event["id"] for event in events]


async def test_a_waiting_customer_is_told_at_once(either: World) -> None:
    agent = await either.login()
    after = await newest(agent)
    async with agent.socket(after) as socket:
        conversation_id = await either.waits("a")
        events = await socket.events_upto(await newest(agent), after)
    kinds = {event["kind"] for event in events}
    assert kinds == {"message", "conversation"}
    last = [event for event in events if event["kind"] == "conversation"][-1]["data"]
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    assert last == detail["conversation"]
    messages = [event["data"] for event in events if event["kind"] == "message"]
    assert {message["conversation_id"] for message in messages} == {conversation_id}
    told = {message["message"]["seq"]: message["message"] for message in messages}
    assert list(told.values()) == detail["messages"]
    assert told[1]["understanding"]["intent"] == "request_human"


async def test_a_desk_that_comes_back_gets_what_it_missed_once(either: World) -> None:
    agent = await either.login()
    position = start = await newest(agent)
    seen: list[int] = []
    for cut in range(4):
        async with agent.socket(position) as socket:
            await either.says(f"a{cut}", "你好")
            events = await socket.events_upto(await newest(agent), position)
            seen += numbers(events)
            position = seen[-1]
        await either.says("b", f"没有人在看{cut}")
    async with agent.socket(position) as socket:
        seen += numbers(await socket.events_upto(await newest(agent), position))
    assert seen == list(range(start + 1, seen[-1] + 1))
    assert seen[-1] == await newest(agent)


async def test_a_long_absence_is_made_up_for_in_batches(
    world: World, agent: AgentClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_BATCH", 7)
    monkeypatch.setattr(feed, "_KEPT", 5)
    start = await newest(agent)
    for number in range(10):
        await world.says(f"c{number % 3}", "你好")
    async with agent.socket(start) as slow, agent.socket(start) as quick:
        seen = numbers(await quick.events_upto(await newest(agent), start))
        for number in range(10):
            await world.says(f"c{number % 3}", "还在吗")
        end = await newest(agent)
        seen += numbers(await quick.events_upto(end, seen[-1]))
        assert seen == list(range(start + 1, end + 1))
        assert numbers(await slow.events_upto(end, start)) == seen


async def test_many_desks_see_the_same(world: World) -> None:
    agents = [await world.login(name) for name in ("agent01", "agent02", "supervisor", "trainer")]
    start = await newest(agents[0])
    sockets = [agent.socket(start) for agent in agents]
    for socket in sockets:
        await socket.__aenter__()
    conversation_id = await world.waits("a")
    await agents[1].take(conversation_id)
    end = await newest(agents[0])
    seen = [numbers(await socket.events_upto(end, start)) for socket in sockets]
    assert all(one == list(range(start + 1, end + 1)) for one in seen)
    for socket in sockets:
        await socket.drop()


async def test_without_a_number_it_begins_now(world: World, agent: AgentClient) -> None:
    await world.waits("a")
    before = await newest(agent)
    async with agent.socket() as socket:
        socket.send({"type": "ping"})
        assert await socket.frame() == {"type": "pong"}
        await world.waits("b")
        assert (await socket.frame())["id"] == before + 1


@pytest.mark.parametrize("ahead", [1, 1_000_000, -5])
async def test_a_number_that_was_never_given_means_loading_anew(
    agent: AgentClient, ahead: int
) -> None:
    after = await newest(agent) + ahead
    async with agent.socket(after if ahead > 0 else ahead) as socket:
        assert await socket.close_code() == RELOAD


async def test_a_number_whose_successors_were_removed_means_loading_anew(either: World) -> None:
    agent = await either.login()
    start = await newest(agent)
    for _ in range(3):
        await either.says("a", "你好")
    end = await newest(agent)
    await either.db.write(lambda session: session.execute(_older_than(start + 3)))
    for after in (start, start + 1):
        async with agent.socket(after) as socket:
            assert await socket.close_code() == RELOAD
    async with agent.socket(start + 2) as socket:
        assert numbers(await socket.events_upto(end, start + 2)) == list(range(start + 3, end + 1))
    await either.db.write(lambda session: session.execute(_older_than(end + 1)))
    async with agent.socket(end - 1) as socket:
        assert await socket.close_code() == RELOAD
    async with agent.socket(end) as socket:
        await either.says("a", "还在吗")
        assert (await socket.frame())["id"] == end + 1


def _older_than(number: int) -> Delete:
    return delete(DeskEvent).where(DeskEvent.id < number)


@pytest.mark.parametrize("after", ["x", "", "1.5", "%00"])
async def test_a_number_that_is_none_is_refused(agent: AgentClient, after: str) -> None:
    async with agent.socket(after) as socket:
        assert socket.refused or await socket.close_code() == PROTOCOL


async def test_pages_of_other_sites_get_nothing(world: World, agent: AgentClient) -> None:
    for origin in ("https://evil.example", f"http://{HOST}.evil.example", "null", ""):
        async with agent.socket(origin=origin) as socket:
            assert socket.refused
    async with agent.socket(host="evil.example", origin=f"http://{HOST}") as socket:
        assert socket.refused


async def test_without_a_log_in_there_is_nothing(world: World, agent: AgentClient) -> None:
    async with agent.socket(cookie="care_desk=made-up") as socket:
        assert socket.refused
    await agent.http.post("/desk/logout")
    async with agent.socket() as socket:
        assert socket.refused


async def test_it_ends_with_the_log_in(world: World) -> None:
    agent, elsewhere, other = await world.login(), await world.login(), await world.login("agent02")
    async with agent.socket() as one, elsewhere.socket() as two, other.socket() as three:
        for socket in (one, two, three):
            socket.send({"type": "ping"})
            await socket.frame()
        await agent.http.post("/desk/logout")
        assert await one.close_code() == UNAUTHENTICATED
        two.send({"type": "ping"})
        three.send({"type": "ping"})
        assert await two.until(lambda frame: frame["type"] == "pong")
        assert await three.until(lambda frame: frame["type"] == "pong")


async def test_it_ends_when_the_session_is_over(world: World, agent: AgentClient) -> None:
    agent._app = world.application(world.another_desk(look=0.05))
    async with agent.socket() as socket:
        socket.send({"type": "ping"})
        await socket.frame()
        world.clock.advance(hours=13)
        assert await socket.close_code() == UNAUTHENTICATED


async def test_a_lost_wake_up_costs_delay_and_nothing_else(
    world: World, agent: AgentClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = await newest(agent)
    agent._app = world.application(world.another_desk(look=0.05))
    async with agent.socket(start) as socket:
        publish = world.pubsub.publish

        def lossy(topic: str, message: dict[str, Any] | None = None) -> None:
            if topic != DESK:
                publish(topic, message)

        monkeypatch.setattr(world.pubsub, "publish", lossy)
        await world.waits("a")
        end = await newest(agent)
        assert numbers(await socket.events_upto(end, start)) == list(range(start + 1, end + 1))


async def test_a_failure_of_the_database_costs_delay_and_nothing_else(
    world: World, agent: AgentClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = await newest(agent)
    reader = world.desk._parts.reader
    events = reader.events
    failures = iter([True])

    async def shaky(after: int, limit: int) -> Any:
        if next(failures, False):
            raise OSError("the database is away")
        return await events(after, limit)

    async with agent.socket(start) as socket:
        await world.waits("a")
        await socket.events_upto(await newest(agent), start)
        start = await newest(agent)
        monkeypatch.setattr(reader, "events", shaky)
        await world.waits("b")
        end = await newest(agent)
        assert numbers(await socket.events_upto(end, start)) == list(range(start + 1, end + 1))


async def test_a_desk_that_does_not_read_is_let_go_and_resumes(
    world: World, agent: AgentClient
) -> None:
    start = await newest(agent)
    agent._app = world.application(world.another_desk(send=0.1))
    async with agent.socket(start) as stuck, agent.socket(start) as reading:
        stuck.taken.clear()
        for _ in range(3):
            await world.waits("a")
        end = await newest(agent)
        assert numbers(await reading.events_upto(end, start)) == list(range(start + 1, end + 1))
        await stuck.ended()
    async with agent.socket(start) as back:
        assert numbers(await back.events_upto(end, start)) == list(range(start + 1, end + 1))


async def test_a_customers_typing_reaches_who_has_the_conversation(world: World) -> None:
    one, other = await world.login("agent01"), await world.login("agent02")
    conversation_id = await world.waits("a")
    await one.take(conversation_id)
    async with one.socket() as mine, other.socket() as theirs:
        for socket in (mine, theirs):
            socket.send({"type": "ping"})
            await socket.frame()
        world.conversations.typing(conversation_id, Role.CUSTOMER, True)
        assert await mine.frame() == {
            "type": "typing",
            "conversation_id": conversation_id,
            "role": "customer",
            "on": True,
        }
        theirs.send({"type": "ping"})
        assert await theirs.frame() == {"type": "pong"}


async def test_an_agents_typing_reaches_the_customer(world: World) -> None:
    one, other = await world.login("agent01"), await world.login("agent02")
    conversation_id = await world.waits("a")
    await one.take(conversation_id)
    async with (
        world.conversations.listen(conversation_id) as customer,
        one.socket() as mine,
        other.socket() as theirs,
    ):
        typing = {"type": "typing", "conversation_id": conversation_id, "on": True}
        theirs.send(typing)  # not theirs: nobody is told
        theirs.send({"type": "ping"})
        await theirs.frame()
        mine.send(typing)
        heard = await customer.next(5)
    assert heard is not None
    assert (heard["typing"], heard["on"]) == ("agent", True)
    assert await customer.next(0.01) is None


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "5",
        "null",
        '{"type":"nothing"}',
        '{"type":"typing"}',
        '{"type":"typing","conversation_id":1,"on":true}',
        '{"type":"typing","conversation_id":"x","on":"yes"}',
        "[" * 3000,
        "x" * 5000,
    ],
)
async def test_a_frame_without_sense_is_answered_and_survived(
    agent: AgentClient, frame: str
) -> None:
    async with agent.socket() as socket:
        socket.send(frame)
        answer = await socket.frame()
        assert (answer["type"], answer["code"]) == ("error", "bad_request")
        socket.send({"type": "ping"})
        assert await socket.frame() == {"type": "pong"}


async def test_odd_typing_frames_do_no_harm(either: World) -> None:
    agent = await either.login()
    async with agent.socket() as socket:
        for odd in ("a\0b", "0" * 26, "\ud800" * 26, "' OR 1=1 --"):
            frame = {"type": "typing", "conversation_id": odd, "on": True}
            socket.send(json.dumps(frame))
        socket.send_bytes(b'{"type":"ping"}')
        assert await socket.frame() == {"type": "pong"}


async def test_who_sends_only_nonsense_is_cut_off(agent: AgentClient) -> None:
    async with agent.socket() as socket:
        for _ in range(5):
            socket.send("nonsense")
        assert await socket.close_code() == PROTOCOL


async def test_who_sends_too_much_is_told_so(agent: AgentClient) -> None:
    async with agent.socket() as socket:
        for _ in range(60):
            socket.send({"type": "ping"})
        codes = {(await socket.frame()).get("code", "pong") for _ in range(60)}
        assert codes == {"pong", "rate_limited"}


async def test_nothing_runs_when_nobody_looks(world: World, agent: AgentClient) -> None:
    async with agent.socket() as socket:
        socket.send({"type": "ping"})
        await socket.frame()
        assert world.desk._parts.line.feed._task is not None
    assert world.desk._parts.line.feed._task is None


async def test_a_closed_connection_while_sending_is_no_failure(
    world: World, agent: AgentClient
) -> None:
    after = await newest(agent)

    async def gone(scope: Scope, receive: Receive, _send: Any) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "websocket.send":
                raise OSError("gone")
            await _send(message)

        await world.app(scope, receive, send)

    socket = AsgiSocket(gone, "/desk/ws", f"after={after}", {"host": HOST, "cookie": agent.cookie})
    async with socket:
        await world.waits("a")
        await socket.ended()


async def test_typing_never_starves_events(world: World, agent: AgentClient) -> None:
    conversation_id = await world.waits("a")
    await agent.take(conversation_id)
    start = await newest(agent)
    async with agent.socket(start) as socket:
        for _ in range(200):
            world.conversations.typing(conversation_id, Role.CUSTOMER, True)
        await asyncio.gather(*(world.says("b", f"第{number}句") for number in range(5)))
        end = await newest(agent)
        assert numbers(await socket.events_upto(end, start)) == list(range(start + 1, end + 1))
