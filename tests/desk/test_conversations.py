"""Conversations at the desk: lists, taking over, replies, handing back, closing, and bad input."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from care.conversations import outcomes
from care.conversations.tables import Turn
from care.db import new_id
from tests.desk.world import AgentClient, World


def ids(state: dict[str, Any]) -> list[str]:
    return [one["id"] for one in state["conversations"]]


async def test_the_state_lists_who_waits_in_the_order_of_the_queue(either: World) -> None:
    agent = await either.login()
    first = await either.waits("a")
    either.clock.advance(seconds=5)
    second = await either.waits("b")
    either.clock.advance(seconds=5)
    urgent = (await either.says("c", "故障")).conversation_id  # the engine fails: priority 1
    with_bot = (await either.says("d", "你好")).conversation_id
    state = await agent.get("/desk/state")
    assert ids(state) == [urgent, first, second, with_bot]
    waiting = state["conversations"][1]
    assert waiting["owner"] == "queue"
    assert waiting["reason"] == "requested"
    assert waiting["waiting_since"] is not None
    assert waiting["agent"] is None
    assert waiting["customer"] is None
    assert waiting["last_message"]["role"] == "bot"
    assert state["agent"]["name"] == "林晓"
    assert state["agent"]["presence"] == "online"
    assert state["online_agents"] == 1


async def test_an_opened_page_in_which_nobody_wrote_is_not_listed(
    world: World, agent: AgentClient
) -> None:
    await world.conversations.begin("web", "silent")
    assert ids(await agent.get("/desk/state")) == []


async def test_closed_conversations_leave_the_list_and_can_still_be_read(
    world: World, agent: AgentClient
) -> None:
    conversation_id = await world.waits("a")
    await agent.take(conversation_id)
    closed = await agent.post(f"/desk/conversations/{conversation_id}/close")
    assert closed["owner"] == "closed"
    assert ids(await agent.get("/desk/state")) == []
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    assert detail["messages"][-1]["role"] == "system"


async def test_of_the_others_only_the_newest_are_listed(world: World, agent: AgentClient) -> None:
    made = []
    for number in range(53):
        made.append((await world.says(f"c{number}", "你好")).conversation_id)
        world.clock.advance(seconds=1)
    waiting = await world.waits("w")
    listed = ids(await agent.get("/desk/state"))
    assert listed == [waiting, *reversed(made[3:])]


async def test_the_number_of_statements_does_not_grow_with_the_list(
    world: World, agent: AgentClient
) -> None:
    statements: list[str] = []

    @event.listens_for(world.db.engine, "before_cursor_execute")
    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    async def cost() -> int:
        statements.clear()
        await agent.get("/desk/state")
        return len(statements)

    await world.verify("a")
    few = await cost()
    for number in range(20):
        await world.verify(f"b{number}", customer_id=f"c{number}")
        await world.waits(f"w{number}")
    assert await cost() == few


async def test_an_agent_sees_what_was_said_understood_collected_and_done(either: World) -> None:
    agent = await either.login()
    await either.says("a", "查一下话费")
    receipt = await either.says("a", "转人工")

    def done(session: Session) -> None:
        turn = session.get_one(Turn, receipt.message_id)
        outcomes.keep(session, turn, [("action_query_bill", None)], either.clock())

    either.db.write_now(done)
    detail = await agent.get(f"/desk/conversations/{receipt.conversation_id}")
    said = [(message["role"], message["text"]) for message in detail["messages"]]
    assert said == [
        ("customer", "查一下话费"),
        ("bot", "您说：查一下话费"),
        ("customer", "转人工"),
        ("bot", "您说：转人工"),
    ]
    understood = detail["messages"][0]["understanding"]
    assert understood["intent"] == "query_bill"
    assert understood["confidence"] == 0.9
    assert understood["ranking"] == [{"name": "query_bill", "confidence": 0.9}]
    assert detail["messages"][1]["understanding"] is None
    assert detail["collected"] == {"客户说过": "转人工", "月份": "2026-02"}
    assert [(one["name"], one["ok"]) for one in detail["actions"]] == [("action_query_bill", True)]
    assert detail["tickets"] == []
    assert detail["conversation"]["owner"] == "queue"


async def test_a_conversation_from_waiting_to_closed(either: World) -> None:
    agent = await either.login()
    conversation_id = await either.waits("a")
    taken = await agent.take(conversation_id)
    assert taken["owner"] == "agent"
    assert taken["agent"] == {"id": agent.id, "name": "林晓"}
    assert taken["waiting_since"] is None
    asked = len(either.engine.requests)
    await either.says("a", "在吗")
    assert len(either.engine.requests) == asked  # the bot is silent
    replied = await agent.reply(conversation_id, "您好，我在。")
    assert replied["last_message"]["text"] == "您好，我在。"
    back = await agent.post(f"/desk/conversations/{conversation_id}/handback")
    assert back["owner"] == "bot"
    assert back["agent"] is None
    await either.says("a", "谢谢")
    assert len(either.engine.requests) == asked + 1
    taken = await agent.take(conversation_id, "takeover")
    assert taken["owner"] == "agent"
    closed = await agent.post(f"/desk/conversations/{conversation_id}/close")
    assert closed["owner"] == "closed"


async def test_of_two_agents_one_gets_the_conversation(either: World) -> None:
    one, other = await either.login("agent01"), await either.login("agent02")
    conversation_id = await either.waits("a")
    epoch = (await one.get("/desk/state"))["conversations"][0]["epoch"]
    path = f"/desk/conversations/{conversation_id}/accept"
    answers = await asyncio.gather(
        *(agent.http.post(path, json={"epoch": epoch}) for agent in (one, other))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner, loser = sorted(answers, key=lambda answer: answer.status_code)
    assert loser.json()["error"]["code"] == "stale"
    owner = (await one.get("/desk/state"))["conversations"][0]["agent"]["id"]
    assert owner == winner.json()["agent"]["id"]


async def test_a_take_over_ends_what_the_bot_is_about_to_say(
    world: World, agent: AgentClient
) -> None:
    conversation_id = (await world.says("a", "你好")).conversation_id
    world.engine.free.clear()
    world.engine.begun.clear()
    saying = asyncio.create_task(world.says("a", "查话费"))
    await world.engine.begun.wait()
    await agent.take(conversation_id, "takeover")
    world.engine.free.set()
    await saying
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    withdrawn = [one["text"] for one in detail["messages"] if one["withdrawn"]]
    assert withdrawn == ["您说：查话费"]
    assert detail["conversation"]["last_message"]["text"] != "您说：查话费"


async def test_a_reply_is_stored_once_however_often_it_is_sent(either: World) -> None:
    agent = await either.login()
    conversation_id = await either.waits("a")
    await agent.take(conversation_id)
    answers = await asyncio.gather(
        *(agent.reply(conversation_id, "您好", "the-same-id") for _ in range(4))
    )
    assert len({answer["seq"] for answer in answers}) == 1
    await agent.post(f"/desk/conversations/{conversation_id}/close")
    await agent.reply(conversation_id, "您好", "the-same-id")  # arrived before: still no error
    messages = (await agent.get(f"/desk/conversations/{conversation_id}"))["messages"]
    assert [one["client_id"] for one in messages if one["role"] == "agent"] == ["the-same-id"]


async def test_only_who_has_the_conversation_acts_in_it(world: World) -> None:
    one, other = await world.login("agent01"), await world.login("agent02")
    conversation_id = await world.waits("a")
    path = f"/desk/conversations/{conversation_id}"
    said = {"client_id": "0123456789", "text": "您好"}
    assert (await other.refused(f"{path}/reply", said)) == (409, "conflict")
    await one.take(conversation_id)
    assert (await other.refused(f"{path}/reply", said)) == (403, "forbidden")
    assert (await other.refused(f"{path}/handback")) == (403, "forbidden")
    assert (await other.refused(f"{path}/close")) == (403, "forbidden")


async def test_a_trainer_reads_and_does_not_serve(world: World) -> None:
    trainer, supervisor = await world.login("trainer"), await world.login("supervisor")
    conversation_id = await world.waits("a")
    await trainer.get(f"/desk/conversations/{conversation_id}")
    path = f"/desk/conversations/{conversation_id}/accept"
    assert await trainer.refused(path, {"epoch": 2}) == (403, "forbidden")
    assert (await supervisor.take(conversation_id))["owner"] == "agent"


async def test_an_agent_has_room_for_eight_chats(either: World) -> None:
    agent, other = await either.login("agent01"), await either.login("agent02")
    waiting = [await either.waits(f"c{number}") for number in range(10)]
    for conversation_id in waiting[:7]:
        await agent.take(conversation_id)
    epochs = {one["id"]: one["epoch"] for one in (await agent.get("/desk/state"))["conversations"]}

    async def accept(conversation_id: str) -> Any:
        path = f"/desk/conversations/{conversation_id}/accept"
        return await agent.http.post(path, json={"epoch": epochs[conversation_id]})

    answers = await asyncio.gather(*(accept(conversation_id) for conversation_id in waiting[7:]))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["error"]["code"] == "at_capacity"
    assert "8" in refused.json()["error"]["message"]
    left = [one for one in waiting[7:] if one not in await mine(agent)]
    await other.take(left[0])
    await agent.post(f"/desk/conversations/{waiting[0]}/close")
    await agent.take(left[1])


async def mine(agent: AgentClient) -> set[str]:
    state = await agent.get("/desk/state")
    return {
        one["id"] for one in state["conversations"] if (one["agent"] or {}).get("id") == agent.id
    }


async def test_earlier_messages_come_in_pages(world: World, agent: AgentClient) -> None:
    for number in range(30):
        conversation_id = (await world.says("a", f"第{number}句")).conversation_id
    path = f"/desk/conversations/{conversation_id}"
    newest = (await agent.get(path))["messages"]
    assert len(newest) == 50
    seqs = [one["seq"] for one in newest]
    earlier = (await agent.get(f"{path}/messages", before=seqs[0], limit=4))["messages"]
    assert [one["seq"] for one in earlier] == [seqs[0] - 4 + step for step in range(4)]
    all_before = (await agent.get(f"{path}/messages", before=seqs[0]))["messages"]
    assert [one["seq"] for one in [*all_before, *newest]] == list(range(1, 61))
    assert (await agent.get(f"{path}/messages", before=1))["messages"] == []


async def test_what_is_no_conversation_is_not_found(either: World) -> None:
    agent = await either.login()
    sql, emoji = "%27%20OR%201=1--", "%F0%9F%98%80"
    for conversation_id in ("nothing", "a%00b", sql, emoji, "0" * 5000, new_id()):
        path = f"/desk/conversations/{conversation_id}"
        for page in (path, f"{path}/messages"):
            answer = await agent.http.get(page)
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "not_found"
        assert await agent.refused(f"{path}/close") == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"client_id": "0123456789", "text": ""}, 422, "invalid_text"),
        ({"client_id": "0123456789", "text": "\0\x07\x1b"}, 422, "invalid_text"),
        ({"client_id": "0123456789", "text": "长" * 5000}, 413, "text_too_long"),
        ({"client_id": "0123456789", "text": 5}, 422, "invalid_request"),
        ({"client_id": "0123456789"}, 422, "invalid_request"),
        ({"client_id": "short", "text": "x"}, 422, "invalid_request"),
        ({"client_id": "a:b'; DROP TABLE", "text": "x"}, 422, "invalid_request"),
        ({"client_id": "0123456789\n", "text": "x"}, 422, "invalid_request"),
        ([], 422, "invalid_request"),
    ],
)
async def test_a_reply_without_sense_is_refused(
    world: World, agent: AgentClient, body: object, status: int, code: str
) -> None:
    conversation_id = await world.waits("a")
    await agent.take(conversation_id)
    before = await agent.get(f"/desk/conversations/{conversation_id}")
    assert await agent.refused(f"/desk/conversations/{conversation_id}/reply", body) == (
        status,
        code,
    )
    assert await agent.get(f"/desk/conversations/{conversation_id}") == before


async def test_odd_replies_arrive_as_they_are(either: World) -> None:
    agent = await either.login()
    conversation_id = await either.waits("a")
    await agent.take(conversation_id)
    for text in ("<script>alert(1)</script>", "'; DROP TABLE messages; --", "😀", "a\0b"):
        shown = (await agent.reply(conversation_id, text))["last_message"]["text"]
        assert shown == text.replace("\0", "")


@pytest.mark.parametrize("epoch", [None, "x", 2.5, 10**30, -1])
async def test_an_epoch_without_sense_takes_nothing(
    world: World, agent: AgentClient, epoch: object
) -> None:
    conversation_id = await world.waits("a")
    path = f"/desk/conversations/{conversation_id}/accept"
    status, _ = await agent.refused(path, {"epoch": epoch})
    assert status in (409, 422)
    state = await agent.get("/desk/state")
    assert state["conversations"][0]["owner"] == "queue"


@pytest.mark.parametrize(
    "query", ["before=-1", "before=99999999999", "before=x", "limit=0", "limit=201"]
)
async def test_a_page_without_sense_is_refused(
    world: World, agent: AgentClient, query: str
) -> None:
    conversation_id = await world.waits("a")
    answer = await agent.http.get(f"/desk/conversations/{conversation_id}/messages?{query}")
    assert answer.status_code == 422
