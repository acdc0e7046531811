"""The REST channel: Rasa's shape, repetition, who owns the chat, tokens, bad input."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from care.channels.rest import routes
from care.engine import Button, Reply, TurnRequest, TurnResult
from tests.channels.world import AGENT, World

URL = "/webhooks/rest/webhook"


async def _say(http: httpx.AsyncClient, sender: str, text: str, **metadata: Any) -> Any:
    body: dict[str, Any] = {"sender": sender, "message": text}
    if metadata:
        body["metadata"] = metadata
    answer = await http.post(URL, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _conversation(world: World, sender: str = "张三") -> str:
    from care.channels.rest.senders import sender as sender_of

    return await world.conversations.find("rest", sender_of("open", sender).address)


async def test_the_answer_has_rasas_shape(either: World) -> None:
    assert await _say(either.http(), "张三", "查话费") == [
        {"recipient_id": "张三", "text": "您说：查话费"}
    ]


def _rich(request: TurnRequest) -> TurnResult:
    if request.payload is not None:
        return TurnResult((Reply(text=f"选了 {request.payload}"),), {})
    return TurnResult(
        (
            Reply(text="您要哪个？", buttons=(Button("套餐一", "/choose{}"),)),
            Reply(image="https://example.com/a.png"),
            Reply(custom={"table": [1]}),
        ),
        {},
    )


async def test_buttons_images_and_custom_objects_come_along(world: World) -> None:
    world.engine.answer = _rich
    assert await _say(world.http(), "张三", "看套餐") == [
        {
            "recipient_id": "张三",
            "text": "您要哪个？",
            "buttons": [{"title": "套餐一", "payload": "/choose{}"}],
        },
        {"recipient_id": "张三", "image": "https://example.com/a.png"},
        {"recipient_id": "张三", "custom": {"table": [1]}},
    ]


@pytest.mark.parametrize("chosen", ["/choose{}", "套餐一"])
async def test_an_offered_button_is_chosen_by_payload_or_title(world: World, chosen: str) -> None:
    world.engine.answer = _rich
    http = world.http()
    await _say(http, "张三", "看套餐")
    assert (await _say(http, "张三", chosen))[0]["text"] == "选了 /choose{}"


async def test_a_payload_that_was_not_offered_is_plain_text(world: World) -> None:
    assert (await _say(world.http(), "张三", "/choose{}"))[0]["text"] == "您说：/choose{}"
    assert world.engine.requests[-1].payload is None


async def test_a_repeated_message_gives_the_first_answer_again(either: World) -> None:
    http = either.http()
    first = await _say(http, "张三", "查话费", message_id="m-1")
    assert await _say(http, "张三", "查话费", message_id="m-1") == first
    assert await _say(http, "张三", "别的话", message_id="m-1") == first
    assert len(either.engine.requests) == 1
    assert await _say(http, "李四", "查话费", message_id="m-1") == [
        {"recipient_id": "李四", "text": "您说：查话费"}
    ]
    assert len(either.engine.requests) == 2


async def test_a_repetition_waits_for_the_first_answer(either: World) -> None:
    http = either.http()
    either.engine.free.clear()
    calls = [asyncio.create_task(_say(http, "张三", "查话费", message_id=7)) for _ in range(5)]
    await either.engine.asked.wait()
    assert not any(call.done() for call in calls)
    either.engine.free.set()
    answers = await asyncio.gather(*calls)
    assert answers == [[{"recipient_id": "张三", "text": "您说：查话费"}]] * 5
    assert len(either.engine.requests) == 1


async def test_many_new_senders_at_once(either: World) -> None:
    http = either.http()
    answers = await asyncio.gather(*(_say(http, f"s{n % 4}", f"第{n}句") for n in range(16)))
    assert [answer[0]["text"] for answer in answers] == [f"您说：第{n}句" for n in range(16)]


async def test_without_an_id_each_call_is_a_new_message(world: World) -> None:
    http = world.http()
    for _ in range(2):
        await _say(http, "张三", "查话费")
    assert len(world.engine.requests) == 2


async def test_the_queue_and_an_agent_answer_by_their_owner(either: World) -> None:
    http = either.http()
    assert await _say(http, "张三", "转人工", message_id="m-1") == [
        {"recipient_id": "张三", "text": "您说：转人工"},
        {"recipient_id": "张三", "custom": {"owner": "queue", "position": 1}},
    ]
    await _say(http, "李四", "转人工")
    assert await _say(http, "李四", "快点") == [
        {"recipient_id": "李四", "custom": {"owner": "queue", "position": 2}}
    ]
    conversation_id = await _conversation(either)
    await either.accept(conversation_id)
    assert await _say(http, "张三", "在吗", message_id="m-2") == [
        {"recipient_id": "张三", "custom": {"owner": "agent"}}
    ]
    assert await _say(http, "张三", "在吗", message_id="m-2") == [
        {"recipient_id": "张三", "custom": {"owner": "agent"}}
    ]
    await either.conversations.reply(conversation_id, AGENT, "reply-0001", "我在")
    answer = await http.get("/conversations/张三/messages", params={"after": 0})
    found = answer.json()
    assert found["owner"] == "agent"
    said = [message for message in found["messages"] if message["role"] == "agent"]
    assert [(message["text"], message["agent_name"]) for message in said] == [("我在", "林晓")]
    later = await http.get("/conversations/张三/messages", params={"after": said[0]["seq"]})
    assert later.json()["messages"] == []


async def test_an_owner_who_came_in_between_answers(world: World) -> None:
    http = world.http()
    await _say(http, "张三", "你好")
    world.engine.free.clear()
    world.engine.asked.clear()
    call = asyncio.create_task(_say(http, "张三", "查话费"))
    await world.engine.asked.wait()
    await world.accept(await _conversation(world))
    world.engine.free.set()
    assert await call == [{"recipient_id": "张三", "custom": {"owner": "agent"}}]


async def test_a_failed_engine_is_told_honestly(either: World) -> None:
    answer = await _say(either.http(), "张三", "故障")
    assert "转接人工" in answer[0]["text"]
    assert answer[1] == {"recipient_id": "张三", "custom": {"owner": "queue", "position": 1}}


async def test_an_answer_that_takes_too_long_is_pending_and_can_be_fetched(world: World) -> None:
    hasty = world.http(_application_that_waits(world, 0.01))
    world.engine.free.clear()
    assert await _say(hasty, "张三", "查话费", message_id="m-1") == [
        {"recipient_id": "张三", "custom": {"owner": "bot", "pending": True}}
    ]
    world.engine.free.set()
    await world.conversations.runner.drain(5)
    first = await _say(hasty, "张三", "查话费", message_id="m-1")
    assert first == [{"recipient_id": "张三", "text": "您说：查话费"}]


def _application_that_waits(world: World, seconds: float) -> Any:
    from fastapi import FastAPI

    made = FastAPI()
    made.include_router(routes.router(world.services, wait=seconds))
    return made


BAD = [
    ("{", 400),
    ("", 422),
    ("[]", 422),
    ("null", 422),
    ('"text"', 422),
    ("{}", 422),
    ('{"sender":"a"}', 422),
    ('{"message":"x"}', 422),
    ('{"sender":"","message":"x"}', 422),
    ('{"sender":5,"message":"x"}', 422),
    ('{"sender":null,"message":"x"}', 422),
    ('{"sender":"a\\u0000b","message":"x"}', 422),
    ('{"sender":"a\\ud800","message":"x"}', 422),
    ('{"sender":"a","message":5}', 422),
    ('{"sender":"a","message":null}', 422),
    ('{"sender":"a","message":""}', 422),
    ('{"sender":"a","message":"  "}', 422),
    ('{"sender":"a","message":"\\u0000"}', 422),
    ('{"sender":"a","message":["x"]}', 422),
    ('{"sender":"a","message":"x","metadata":5}', 422),
    ('{"sender":"a","message":"x","metadata":{"message_id":""}}', 422),
    ('{"sender":"a","message":"x","metadata":{"message_id":"a\\nb"}}', 422),
    ('{"sender":"a","message":"x","metadata":{"message_id":[1]}}', 422),
    ('{"sender":"a","message":"x","metadata":{"message_id":true}}', 422),
    (json.dumps({"sender": "a" * 129, "message": "x"}), 422),
    (json.dumps({"sender": "a", "message": "x", "metadata": {"message_id": "m" * 129}}), 422),
    (json.dumps({"sender": "a", "message": "字" * 5000}), 413),
    (json.dumps({"sender": "a", "message": "x" * 70_000}), 413),
]


async def test_senseless_calls_are_refused(either: World) -> None:
    http = either.http()
    for content, status in BAD:
        answer = await http.post(URL, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, content[:80]
        assert answer.json()["error"]["message"]
    assert either.engine.requests == []


async def test_the_longest_names_fit(either: World) -> None:
    http = either.http()
    for sender in ("号" * 128, "a/b?c#d e%2f"):
        first = await _say(http, sender, "你好", message_id="编" * 128)
        assert await _say(http, sender, "你好", message_id="编" * 128) == first
    assert len(either.engine.requests) == 2


async def test_a_sender_with_odd_characters_is_found_again(world: World) -> None:
    http = world.http()
    await _say(http, "店/一号", "你好")
    answer = await http.get("/conversations/%E5%BA%97%2F%E4%B8%80%E5%8F%B7/messages")
    assert len(answer.json()["messages"]) == 2


async def test_a_program_finds_its_own_ids_again(world: World) -> None:
    http = world.http()
    await _say(http, "张三", "你好", message_id="urn:msg:7")
    found = (await http.get("/conversations/张三/messages")).json()["messages"]
    assert [message["client_id"] for message in found] == ["urn:msg:7", None]


async def test_an_unknown_sender_is_not_found(either: World) -> None:
    http = either.http()
    for name, status in (("nobody", 404), ("a%00b", 422), ("x" * 129, 422)):
        answer = await http.get(f"/conversations/{name}/messages")
        assert answer.status_code == status
        assert "error" in answer.json()


async def test_scripts_and_sql_stay_plain_text(either: World) -> None:
    for text in ("<script>alert(1)</script>", "'; DROP TABLE messages;--", "😀"):
        assert (await _say(either.http(), "张三", text))[0]["text"] == f"您说：{text}"


async def test_production_wants_a_token(production: World) -> None:
    body = {"sender": "张三", "message": "你好"}
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
        http = production.http(headers=headers)
        for answer in (
            await http.post(URL, json=body),
            await http.get("/conversations/张三/messages"),
            await http.post(URL, json={}),
        ):
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "unauthenticated"
    assert production.engine.requests == []


async def test_a_token_sees_only_its_own_senders(production: World) -> None:
    one = production.http(headers={"Authorization": "Bearer first-token"})
    two = production.http(headers={"Authorization": "Bearer second-token"})
    await _say(one, "张三", "我的秘密", message_id="m-1")
    assert (await two.get("/conversations/张三/messages")).status_code == 404
    await _say(two, "张三", "我是另一个", message_id="m-1")
    assert len(production.engine.requests) == 2
    for http, text in ((one, "我的秘密"), (two, "我是另一个")):
        found = (await http.get("/conversations/张三/messages")).json()["messages"]
        assert [message["text"] for message in found] == [text, f"您说：{text}"]


async def test_production_without_tokens_lets_nobody_in(tmp_path: Any) -> None:
    from tests.channels.world import a_world

    url = f"sqlite:///{tmp_path / 'care.db'}"
    async with a_world(url, tmp_path, mode="production") as world:
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
            answer = await world.http(headers=headers).post(
                URL, json={"sender": "a", "message": "b"}
            )
            assert answer.status_code == 401
