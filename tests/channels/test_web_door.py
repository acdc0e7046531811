"""Who gets in: sessions, tokens, origins, and how much one line may do."""

from datetime import timedelta
from pathlib import Path

import pytest

from care.channels.web.tokens import SessionTokens
from care.errors import Unauthenticated
from tests.channels.world import HOST, SECRETS, World, a_world, impatient
from tests.fakes import ManualClock


async def test_a_session_is_kept_by_its_token_and_its_life_begins_anew(either: World) -> None:
    http = either.http()
    first = (await http.post("/chat/session")).json()
    either.clock.advance(days=20)
    second = (await http.post("/chat/session", json={"token": first["token"]})).json()
    assert second["conversation"] == first["conversation"]
    assert second["expires_at"] > first["expires_at"]
    either.clock.advance(days=20)
    third = (await http.post("/chat/session", json={"token": second["token"]})).json()
    assert third["conversation"] == first["conversation"]


async def test_an_expired_token_gets_a_new_session(world: World) -> None:
    visitor = await world.visitor()
    world.clock.advance(days=world.settings.session_days, seconds=1)
    answer = await visitor.http.get("/chat/messages")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")
    renewed = await world.http().post("/chat/session", json={"token": visitor.token})
    assert renewed.json()["conversation"] != visitor.conversation


async def test_what_is_no_token_gets_a_new_session(world: World) -> None:
    for token in [None, 5, "", "x", "a.b.c", "é.1.2", "a" * 5000, {"a": 1}]:
        answer = await world.http().post("/chat/session", json={"token": token})
        assert answer.status_code == 200


def test_a_token_cannot_be_forged_or_stretched() -> None:
    clock = ManualClock()
    tokens = SessionTokens(SECRETS["session_secret"], timedelta(days=30), clock)
    token, session = tokens.issue()
    assert tokens.read(token).address == session.address
    address, expires, signature = token.split(".")
    other, _ = SessionTokens("another secret", timedelta(days=30), clock).issue(address)
    forged = [
        other,
        f"{address}.{int(expires) + 1}.{signature}",
        f"{address}.0{expires}.{signature}",
        f"{address[:-1]}x.{expires}.{signature}",
        f"{address}.{expires}.",
        f"{address}.{expires}.{signature[:-1]}",
        f"{address}.{expires}.{signature}x",
        f".{expires}.{signature}",
        f"{address}.²{expires}.{signature}",
    ]
    for attempt in forged:
        with pytest.raises(Unauthenticated):
            tokens.read(attempt)
    clock.advance(days=30)
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        SessionTokens("", timedelta(days=1), ManualClock())


async def test_a_line_without_a_valid_token_is_closed(world: World) -> None:
    visitor = await world.visitor()
    for token in ("forged", visitor.token + "x"):
        async with visitor.line() as line:
            line.send({"type": "hello", "token": token, "after": 0})
            assert (await line.frame())["code"] == "unauthenticated"
            assert await line.close_code() == 4401


async def test_a_token_in_the_address_does_not_count(world: World) -> None:
    visitor = await world.visitor()
    http = world.http()
    assert (await http.get("/chat/messages", params={"token": visitor.token})).status_code == 401


async def test_one_customer_does_not_see_another(world: World) -> None:
    one, two = await world.visitor(), await world.visitor()
    await one.settled(await one.say("我的手机号是13812345678"))
    assert await two.messages() == []


ORIGINS = [
    (f"http://{HOST}", False),
    (f"https://{HOST}", False),
    ("https://shop.example", False),
    ("https://evil.example", True),
    (f"http://{HOST}.evil.example", True),
    (f"http://{HOST}:8443", True),
    ("null", True),
    ("file://", True),
    ("http://[", True),
]


async def test_only_our_pages_open_a_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'care.db'}"
    async with a_world(url, tmp_path, allowed_origins="https://shop.example/") as world:
        visitor = await world.visitor()
        for origin, refused in ORIGINS:
            async with visitor.line(origin=origin) as line:
                assert bool(line.refused) == refused, origin
                if not refused:
                    await visitor.hello(line)


async def test_other_pages_of_the_operator_may_call_over_http(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'care.db'}"
    async with a_world(url, tmp_path, allowed_origins="https://shop.example") as world:
        for origin, allowed in (("https://shop.example", True), ("https://evil.example", False)):
            answer = await world.http(headers={"Origin": origin}).post("/chat/session")
            assert ("access-control-allow-origin" in answer.headers) == allowed
            assert "access-control-allow-credentials" not in answer.headers


async def test_too_many_messages_of_one_customer_are_refused_for_a_while(world: World) -> None:
    visitor = await world.visitor()
    statuses = [(await visitor.say(f"第{number}句")).status_code for number in range(40)]
    assert statuses[:30] == [200] * 30
    assert 429 in statuses
    refused = await visitor.say("还有")
    assert refused.json()["error"]["code"] == "rate_limited"
    assert int(refused.headers["retry-after"]) >= 1
    async with visitor.line() as line:
        await visitor.hello(line)
        client_id = line.say("换条线")
        error = await line.of_type("error")
        assert (error["code"], error["client_id"]) == ("rate_limited", client_id)
    another = await world.visitor()
    assert (await another.say("我是别人")).status_code == 200


async def test_too_many_sessions_from_one_address_are_refused(world: World) -> None:
    http = world.http()
    statuses = {(await http.post("/chat/session")).status_code for _ in range(230)}
    assert statuses == {200, 429}
    assert (await world.http(address="198.51.100.7").post("/chat/session")).status_code == 200


async def test_a_customer_has_ten_lines_at_most(world: World) -> None:
    visitor = await world.visitor()
    lines = [visitor.line() for _ in range(11)]
    for line in lines:
        await line.__aenter__()
    for line in lines[:10]:
        await visitor.hello(line)
    lines[10].send({"type": "hello", "token": visitor.token, "after": 0})
    assert (await lines[10].frame())["code"] == "rate_limited"
    assert await lines[10].close_code() == 4429
    await lines[0].drop()
    async with visitor.line() as line:
        await visitor.hello(line)
    for line in lines[1:10]:
        await line.drop()


async def test_who_does_not_say_hello_in_time_is_sent_away(world: World) -> None:
    visitor = await world.visitor()
    async with visitor.line(application=impatient(world, hello=0.05)) as line:
        assert await line.close_code() == 4401
        await line.ended()


async def test_a_lost_wake_up_costs_delay_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await world.visitor()
    async with visitor.line(application=impatient(world, look=0.05)) as line:
        await visitor.hello(line)
        await line.of_type("state")
        monkeypatch.setattr(world.services.pubsub, "publish", lambda *_: None)
        line.say("查话费")
        assert (await line.message("bot"))["text"] == "您说：查话费"
