"""The chat's WebSocket: order, resume, two tabs, duplicates, the queue."""

import asyncio

from care.conversations.tables import Role
from care.engine import Button, Reply, TurnRequest, TurnResult
from tests.channels.world import AGENT, CLIENT_IDS, Json, World


def _texts(frames: list[Json]) -> list[str]:
    return [frame["text"] for frame in frames if frame["type"] == "message"]


async def test_a_message_is_acknowledged_and_answered(either: World) -> None:
    visitor = await either.visitor()
    async with visitor.line() as line:
        ready = await visitor.hello(line)
        assert ready == {
            "type": "ready",
            "conversation": visitor.conversation,
            "owner": "bot",
            "seq": 0,
        }
        state = await line.frame()
        assert state == {
            "type": "state",
            "owner": "bot",
            "position": None,
            "agent_name": None,
            "can_leave": False,
            "options": [],
        }
        client_id = line.say("查话费")
        frames = await line.until(lambda frame: frame.get("role") == "bot" and "id" in frame)
        ack = next(frame for frame in frames if frame["type"] == "ack")
        own = next(frame for frame in frames if frame.get("client_id") and "role" in frame)
        assert ack == {"type": "ack", "client_id": client_id, "id": own["id"], "seq": 1}
        assert (own["role"], own["text"], own["client_id"]) == ("customer", "查话费", client_id)
        answer = frames[-1]
        assert (answer["seq"], answer["text"]) == (2, "您说：查话费")
        assert {"type": "typing", "role": "bot", "on": True} in frames
        assert {"type": "typing", "role": "bot", "on": False} in frames


async def test_a_line_resumes_after_what_it_has(world: World) -> None:
    visitor = await world.visitor()
    for text in ("一", "二", "三"):
        await visitor.settled(await visitor.say(text))
    async with visitor.line() as line:
        ready = await visitor.hello(line, after=3)
        assert ready["seq"] == 6
        frames = await line.until(lambda frame: frame["type"] == "state")
    assert [frame["seq"] for frame in frames if frame["type"] == "message"] == [4, 5, 6]


async def test_a_cut_line_misses_nothing_and_repeats_nothing(world: World) -> None:
    visitor = await world.visitor()
    seen: list[Json] = []
    async with visitor.line() as line:
        await visitor.hello(line)
        world.engine.free.clear()
        unacknowledged = line.say("网断了")
        await line.of_type("ack")
    world.engine.free.set()
    async with visitor.line() as line:
        await visitor.hello(line, after=0)
        line.say("网断了", unacknowledged)  # its ack was lost on the way
        while len(_texts(seen)) < 2 or not any(frame["type"] == "ack" for frame in seen):
            seen.append(await line.frame())
        line.say("还在吗")
        while len(_texts(seen)) < 4:
            seen.append(await line.frame())
    assert _texts(seen) == ["网断了", "您说：网断了", "还在吗", "您说：还在吗"]
    sequence = [frame["seq"] for frame in seen if frame["type"] == "message"]
    assert sequence == sorted(set(sequence))
    assert len(world.engine.requests) == 2


async def test_two_tabs_see_the_same_in_the_same_order(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as one, visitor.line() as two:
        await visitor.hello(one)
        await visitor.hello(two)
        one.say("甲")
        two.say("乙")
        shown: list[list[str]] = []
        for line in (one, two):
            frames: list[Json] = []
            while len(_texts(frames)) < 4:
                frames.append(await line.frame())
            shown.append(_texts(frames))
    assert shown[0] == shown[1]
    assert set(shown[0]) == {"甲", "乙", "您说：甲", "您说：乙"}


async def test_quick_messages_keep_their_order(either: World) -> None:
    visitor = await either.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        said = [f"第{number}句" for number in range(8)]
        for text in said:
            line.say(text)
        frames: list[Json] = []
        while len(_texts(frames)) < 16:
            frames.append(await line.frame())
    assert [frame["text"] for frame in frames if frame.get("role") == "customer"] == said
    answers = [frame["text"] for frame in frames if frame.get("role") == "bot" and "id" in frame]
    assert answers == [f"您说：{text}" for text in said]


async def test_the_same_client_id_is_stored_once_over_both_ways(world: World) -> None:
    visitor = await world.visitor()
    client_id = next(CLIENT_IDS)
    first = await visitor.say("只说一次", client_id)
    async with visitor.line() as line:
        await visitor.hello(line)
        line.say("只说一次", client_id)
        ack = await line.of_type("ack")
    assert (ack["id"], ack["seq"]) == (first.json()["id"], first.json()["seq"])
    assert len([m for m in await visitor.messages() if m["role"] == "customer"]) == 1


async def test_the_same_client_id_of_two_customers_is_two_messages(world: World) -> None:
    one, two = await world.visitor(), await world.visitor()
    client_id = next(CLIENT_IDS)
    for visitor in (one, two):
        await visitor.settled(await visitor.say("你好", client_id))
        assert len(await visitor.messages()) == 2


def _with_buttons(request: TurnRequest) -> TurnResult:
    if request.payload is not None:
        return TurnResult((Reply(text=f"选了 {request.payload}"),), {})
    buttons = (Button("本月", "/query_bill{}"), Button("上月", '/query_bill{"month":"last"}'))
    return TurnResult((Reply(text="查哪个月？", buttons=buttons),), {})


async def test_a_button_is_pressed_by_its_place_and_its_payload_stays_here(world: World) -> None:
    world.engine.answer = _with_buttons
    visitor = await world.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        line.say("查账单")
        offer = await line.message("bot")
        assert offer["buttons"] == [{"index": 0, "title": "本月"}, {"index": 1, "title": "上月"}]
        press = {"type": "button", "client_id": next(CLIENT_IDS), "message_id": offer["id"]}
        line.send({**press, "index": 1})
        assert (await line.message("customer"))["text"] == "上月"
        assert (await line.message("bot"))["text"] == '选了 /query_bill{"month":"last"}'
        for index, code in ((7, "not_found"), (0, "conflict")):
            client_id = next(CLIENT_IDS)
            line.send({**press, "client_id": client_id, "index": index})
            error = await line.of_type("error")
            assert (error["code"], error["client_id"]) == (code, client_id)


async def test_a_payload_that_is_typed_is_plain_text(world: World) -> None:
    visitor = await world.visitor()
    await visitor.settled(await visitor.say('/change_plan{"plan":"p159"}'))
    assert world.engine.requests[-1].payload is None
    assert world.engine.requests[-1].text == '/change_plan{"plan":"p159"}'


async def test_the_queue_an_agent_and_the_way_back(either: World) -> None:
    visitor = await either.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        await line.of_type("state")
        line.say("转人工")
        state = await line.of_type("state")
        assert (state["owner"], state["position"], state["can_leave"]) == ("queue", 1, True)
        assert state["options"] == ["wait", "ticket", "callback", "bot"]
        await either.accept(visitor.conversation)
        state = await line.of_type("state")
        assert (state["owner"], state["agent_name"]) == ("agent", AGENT.name)
        either.conversations.typing(visitor.conversation, Role.AGENT, on=True)
        assert await line.of_type("typing") == {"type": "typing", "role": "agent", "on": True}
        await either.conversations.reply(visitor.conversation, AGENT, "reply-0001", "您好")
        said = await line.message("agent")
        assert (said["text"], said["agent_name"]) == ("您好", AGENT.name)
        before = len(either.engine.requests)
        line.say("我的话费不对")
        await line.message("customer")
        await either.conversations.hand_back(visitor.conversation, AGENT)
        assert (await line.of_type("state"))["owner"] == "bot"
        assert len(either.engine.requests) == before


async def test_the_customer_leaves_the_queue(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        line.say("转人工")
        await line.until(lambda frame: frame.get("owner") == "queue")
        client_id = next(CLIENT_IDS)
        line.send({"type": "leave_queue", "client_id": client_id, "to": "bot"})
        frames = await line.until(lambda frame: frame.get("owner") == "bot")
        assert any(frame["type"] == "ack" and frame["client_id"] == client_id for frame in frames)
        line.send({"type": "leave_queue", "client_id": next(CLIENT_IDS), "to": "bot"})
        assert (await line.of_type("error"))["code"] == "conflict"


async def test_a_failed_engine_is_told_once_and_brings_the_queue(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        await line.of_type("state")
        line.say("故障")
        frames = await line.until(lambda frame: frame["type"] == "state")
    notices = [frame for frame in frames if frame.get("role") == "system"]
    assert len(notices) == 1
    assert "转接人工" in notices[0]["text"]
    assert {"type": "typing", "role": "bot", "on": False} in frames
    assert frames[-1]["owner"] == "queue"


async def test_what_the_bot_says_after_a_takeover_is_never_shown(world: World) -> None:
    visitor = await world.visitor()
    world.engine.free.clear()
    async with visitor.line() as line:
        await visitor.hello(line)
        line.say("查话费")
        await line.of_type("typing")
        await world.accept(visitor.conversation)
        world.engine.free.set()
        await world.conversations.runner.drain(5)
        await world.conversations.reply(visitor.conversation, AGENT, "reply-0001", "我来处理")
        frames = await line.until(lambda frame: frame.get("text") == "我来处理")
    assert not [frame for frame in frames if frame.get("role") == "bot" and "id" in frame]


async def test_a_ping_is_answered(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        line.send({"type": "ping"})
        assert await line.of_type("pong") == {"type": "pong"}


async def test_the_customer_typing_reaches_the_others_and_not_the_customer(world: World) -> None:
    visitor = await world.visitor()
    async with (
        visitor.line() as line,
        world.conversations.listen(visitor.conversation) as desk,
    ):
        await visitor.hello(line)
        await line.of_type("state")
        line.send({"type": "typing", "on": True})
        heard = await desk.next(5)
        assert heard is not None
        assert (heard["typing"], heard["on"]) == ("customer", True)
        line.send({"type": "ping"})
        assert (await line.frame())["type"] == "pong"


async def test_a_slow_line_does_not_hold_up_the_others(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as slow, visitor.line() as quick:
        await visitor.hello(slow)
        await visitor.hello(quick)
        slow.taken.clear()
        quick.say("你好")
        async with asyncio.timeout(5):
            assert (await quick.message("bot"))["text"] == "您说：你好"
        slow.taken.set()
        assert (await slow.message("bot"))["text"] == "您说：你好"
