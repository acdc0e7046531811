"""What customers' clients should not send: a clear answer each time, nothing lost, nothing executed."""

import json
from typing import Any

from care.channels.web.connection import SocketLimits
from care.channels.web.frames import MAX_SEQ
from tests.channels.world import CLIENT_IDS, World

NOT_TEXT: list[Any] = [None, 5, ["x"], {"a": 1}, True]
NOTHING_LEFT = ["", "   \n\t ", "\u0000\u0007", "\u200b\u200e", "\ud800"]
PLAIN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE messages; --",
    '1" OR "1"="1',
    "{{7*7}} ${7*7} %s %n",
    "../../etc/passwd",
    "/restart",
    "😀",
    "👨‍👩‍👧‍👦❤️",
    "第一行\n第二行",
    "字" * 2000,
]


async def test_odd_texts_are_stored_and_shown_as_they_are(either: World) -> None:
    visitor = await either.visitor()
    for text in PLAIN:
        stored = await visitor.say(text)
        await visitor.settled(stored)
        own, answer = await visitor.messages(after=stored.json()["seq"] - 1)
        assert own["text"] == text
        assert answer["text"] == f"您说：{text}"
        assert either.engine.requests[-1].text == text
        assert either.engine.requests[-1].payload is None


async def test_a_text_of_nothing_is_refused(either: World) -> None:
    visitor = await either.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        for text in NOTHING_LEFT:
            body = json.dumps({"client_id": next(CLIENT_IDS), "text": text})
            answer = await visitor.http.post(
                "/chat/messages", content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 422, repr(text)
            client_id = line.say(text)
            error = await line.of_type("error")
            assert (error["code"], error["client_id"]) == ("invalid_text", client_id)
    assert await visitor.messages() == []
    assert either.engine.requests == []


async def test_a_text_that_is_too_long_is_refused_by_name(world: World) -> None:
    visitor = await world.visitor()
    answer = await visitor.say("长" * 5000)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "text_too_long"
    assert answer.json()["error"]["limit"] == 2000
    async with visitor.line() as line:
        await visitor.hello(line)
        client_id = line.say("长" * 2001)
        error = await line.of_type("error")
        assert (error["code"], error["client_id"]) == ("text_too_long", client_id)
    assert await visitor.messages() == []


async def test_control_characters_are_dropped_and_the_rest_is_kept(either: World) -> None:
    visitor = await either.visitor()
    await visitor.settled(await visitor.say("查\u0000话\u0007费\u202e"))
    assert (await visitor.messages())[0]["text"] == "查话费"


BAD_BODIES: list[tuple[object, int, str]] = [
    ({"text": "没有编号"}, 400, "bad_request"),
    ({"client_id": "short", "text": "x"}, 400, "bad_request"),
    ({"client_id": "x" * 65, "text": "x"}, 400, "bad_request"),
    ({"client_id": "a-b'; DROP TABLE--", "text": "x"}, 400, "bad_request"),
    ({"client_id": "12345678\n", "text": "x"}, 400, "bad_request"),
    ({"client_id": 12345678, "text": "x"}, 400, "bad_request"),
    ({"client_id": "client-0001", "text": 5}, 400, "bad_request"),
    ({"client_id": "client-0001"}, 400, "bad_request"),
    ({"client_id": "client-0001", "message_id": "x", "index": 0}, 400, "bad_request"),
    ({"client_id": "client-0001", "message_id": "0" * 26, "index": "0"}, 400, "bad_request"),
    ({"client_id": "client-0001", "message_id": "0" * 26, "index": True}, 400, "bad_request"),
    ({"client_id": "client-0001", "message_id": "0" * 26, "index": 10**30}, 404, "not_found"),
    ({"client_id": "client-0001", "message_id": "0" * 26, "index": -1}, 404, "not_found"),
    ([], 422, "invalid_request"),
    ("text", 422, "invalid_request"),
    (None, 422, "invalid_request"),
]


async def test_a_senseless_body_is_refused(either: World) -> None:
    visitor = await either.visitor()
    for body, status, code in BAD_BODIES:
        answer = await visitor.http.post("/chat/messages", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), body
    assert await visitor.messages() == []


async def test_a_body_that_is_no_json_is_refused(world: World) -> None:
    visitor = await world.visitor()
    for content in (b"{", b"", b"\xff\xfe", b'{"a":' * 2000, b"[" * 60_000):
        answer = await visitor.http.post(
            "/chat/messages", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422), content[:10]
        assert "error" in answer.json()


async def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    visitor = await world.visitor()

    async def in_pieces() -> Any:
        for _ in range(70):
            yield b"x" * 1024

    for content in (b"x" * (64 * 1024 + 1), in_pieces()):
        answer = await visitor.http.post(
            "/chat/messages", content=content, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")


async def test_a_senseless_cursor_is_refused(world: World) -> None:
    visitor = await world.visitor()
    for after in ("-1", "x", str(2**31), str(10**30), "1.5"):
        answer = await visitor.http.get("/chat/messages", params={"after": after})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


SENSELESS = [
    "",
    "{",
    "5",
    "[]",
    "null",
    '{"type":"nix"}',
    '{"type":["message"]}',
    '{"type":"message"}',
    '{"type":"hello","token":"x","after":0}',
    '{"type":"leave_queue","client_id":"client-0001","to":"wait"}',
    '{"type":"leave_queue","client_id":"client-0001","to":["bot"]}',
    '{"type":"button","client_id":"client-0001","message_id":"\\u0000","index":0}',
    "[" * 5000,
    "x" * (SocketLimits().frame + 1),
]


async def test_a_senseless_frame_is_answered_and_the_line_kept(world: World) -> None:
    visitor = await world.visitor()
    for frame in SENSELESS:
        async with visitor.line() as line:
            await visitor.hello(line, after=MAX_SEQ)
            line.send(frame)
            error = await line.of_type("error")
            assert error["code"] in ("bad_request", "request_too_large"), frame[:50]
            line.send({"type": "ping"})
            await line.of_type("pong")
    assert await visitor.messages() == []


async def test_a_frame_whose_text_is_none_names_its_message(world: World) -> None:
    visitor = await world.visitor()
    for text in NOT_TEXT:
        async with visitor.line() as line:
            await visitor.hello(line)
            client_id = line.say(text)
            error = await line.of_type("error")
            assert (error["code"], error["client_id"]) == ("bad_request", client_id)


async def test_a_binary_frame_makes_no_sense(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        line.send_bytes(b'{"type":"ping"}')
        assert (await line.of_type("error"))["code"] == "bad_request"


async def test_after_several_senseless_frames_the_line_is_cut(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        for _ in range(SocketLimits().strikes):
            line.send("{")
        assert await line.close_code() == 1008
        await line.ended()


NO_HELLO = [
    "{",
    "x" * 20_000,
    '{"type":"message","client_id":"client-0001","text":"x"}',
    '{"type":"hello","token":"x","after":-1}',
    '{"type":"hello","token":"x","after":1e3}',
    '{"type":"hello","token":5}',
]


async def test_a_line_that_does_not_begin_with_hello_is_cut(world: World) -> None:
    visitor = await world.visitor()
    for frame in NO_HELLO:
        async with visitor.line() as line:
            line.send(frame)
            assert (await line.frame())["type"] == "error"
            assert await line.close_code() == 1008


async def test_a_flood_of_frames_is_refused(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        for _ in range(SocketLimits().frame_burst + 5):
            line.send({"type": "ping"})
        assert (await line.of_type("error"))["code"] == "rate_limited"
