"""Logging in: who may, who is locked out, and what a session is good for."""

import asyncio
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from care.desk.agents import create_agent, load_demo_agents, normal_username
from care.desk.gate import COOKIE
from care.desk.lockout import ADDRESS_FACTOR
from care.desk.tables import Agent, AgentRole, AgentSession, LoginAttempts
from care.errors import BadRequest, Conflict
from tests.desk.world import PASSWORDS, AgentClient, World, a_world

WRONG = {"username": "agent01", "password": "not it at all"}
RIGHT = {"username": "agent01", "password": PASSWORDS["agent01"]}


async def test_who_logs_in_is_known_from_then_on(either: World) -> None:
    http = either.browser()
    answer = await http.post("/desk/login", json=RIGHT)
    assert answer.status_code == 200
    assert answer.json()["agent"]["name"] == "林晓"
    assert answer.json()["agent"]["role"] == "agent"
    assert (await http.get("/desk/me")).json() == answer.json()


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(world: World) -> None:
    answer = await world.browser().post("/desk/login", json=RIGHT)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    over_tls = await world.browser().post(
        "/desk/login", json=RIGHT, headers={"X-Forwarded-Proto": "https"}
    )
    assert "; secure" in over_tls.headers["set-cookie"].lower()


async def test_the_database_does_not_hold_what_the_cookie_holds(
    world: World, agent: AgentClient
) -> None:
    token = agent.http.cookies[COOKIE]
    assert len(token) >= 43  # 256 bits in base64
    keys = world.db.read_now(lambda session: session.scalars(select(AgentSession.key)).all())
    assert len(keys) == 1
    assert token not in keys[0]
    csrf = agent.http.headers["X-CSRF-Token"]
    assert csrf not in keys[0]


async def test_a_wrong_password_and_an_unknown_name_look_alike(world: World) -> None:
    http = world.browser()
    wrong = await http.post("/desk/login", json=WRONG)
    unknown = await http.post("/desk/login", json={"username": "nobody", "password": "whatever"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["error"]["code"] == "wrong_login"


async def test_an_unknown_name_costs_as_much_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str, password: bytes) -> bool:
        verified.append(stored)
        return real(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    http = world.browser()
    for username in ("agent01", "nobody", "NO BODY", "x" * 200):
        await http.post("/desk/login", json={"username": username, "password": "wrong"})
    assert len(verified) == 4


async def test_a_name_is_locked_after_five_wrong_passwords(either: World) -> None:
    http = either.browser()
    for _ in range(5):
        assert (await http.post("/desk/login", json=WRONG)).status_code == 401
    locked = await http.post("/desk/login", json=RIGHT)
    assert locked.status_code == 429
    assert locked.json()["error"]["code"] == "locked"
    assert 0 < locked.json()["error"]["retry_after"] <= 600
    from_elsewhere = await either.browser("198.51.100.7").post("/desk/login", json=RIGHT)
    assert from_elsewhere.status_code == 429
    other = {"username": "agent02", "password": PASSWORDS["agent02"]}
    assert (await http.post("/desk/login", json=other)).status_code == 200
    either.clock.advance(minutes=9)
    assert (await http.post("/desk/login", json=RIGHT)).status_code == 429
    either.clock.advance(minutes=1)
    assert (await http.post("/desk/login", json=RIGHT)).status_code == 200


async def test_a_name_that_does_not_exist_is_locked_all_the_same(world: World) -> None:
    http = world.browser()
    answers = [
        await http.post("/desk/login", json={"username": "nobody", "password": "x"})
        for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_capital_letters_are_no_way_around_the_lock(world: World) -> None:
    http = world.browser()
    for username in ("agent01", "Agent01", "AGENT01", " agent01", "agent01 "):
        await http.post("/desk/login", json={"username": username, "password": "x"})
    assert (await http.post("/desk/login", json=RIGHT)).status_code == 429


async def test_an_address_is_locked_whatever_names_it_tries(world: World) -> None:
    http, elsewhere = world.browser("203.0.113.9"), world.browser("203.0.113.10")
    for number in range(5 * ADDRESS_FACTOR):
        body = {"username": f"guess{number}", "password": "x"}
        assert (await http.post("/desk/login", json=body)).status_code == 401
    assert (await http.post("/desk/login", json=RIGHT)).status_code == 429
    assert (await elsewhere.post("/desk/login", json=RIGHT)).status_code == 200


async def test_a_good_log_in_takes_the_failures_back(world: World) -> None:
    http = world.browser()
    for _ in range(3):
        for _ in range(4):
            assert (await http.post("/desk/login", json=WRONG)).status_code == 401
        assert (await http.post("/desk/login", json=RIGHT)).status_code == 200


async def test_old_failures_are_forgotten(world: World) -> None:
    http = world.browser()
    for _ in range(4):
        await http.post("/desk/login", json=WRONG)
    world.clock.advance(minutes=11)
    for _ in range(4):
        assert (await http.post("/desk/login", json=WRONG)).status_code == 401
    assert (await http.post("/desk/login", json=RIGHT)).status_code == 200


async def test_many_attempts_at_once_are_not_more_attempts(either: World) -> None:
    http = either.browser()
    answers = await asyncio.gather(*(http.post("/desk/login", json=WRONG) for _ in range(12)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [401] * 5 + [429] * 7


async def test_attempts_are_kept_without_names_and_addresses(world: World) -> None:
    await world.browser().post("/desk/login", json=WRONG)
    keys = world.db.read_now(lambda session: session.scalars(select(LoginAttempts.key)).all())
    assert len(keys) == 2
    assert all("agent01" not in key and "192.0.2.1" not in key for key in keys)


@pytest.mark.parametrize("token", [None, "", "wrong", "不是令牌", "0" * 64])
async def test_a_changing_call_needs_the_csrf_token(
    world: World, agent: AgentClient, token: str | None
) -> None:
    del agent.http.headers["X-CSRF-Token"]
    headers = {} if token is None else {"X-CSRF-Token": token.encode()}
    answer = await agent.http.post("/desk/presence", json={"status": "away"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "csrf"
    assert (await agent.get("/desk/state"))["agent"]["presence"] == "online"


async def test_the_csrf_token_of_another_session_is_no_good(world: World) -> None:
    one, other = await world.login("agent01"), await world.login("agent02")
    one.http.headers["X-CSRF-Token"] = other.http.headers["X-CSRF-Token"]
    assert await one.refused("/desk/presence", {"status": "away"}) == (403, "csrf")


async def test_another_site_may_neither_log_in_nor_call(world: World, agent: AgentClient) -> None:
    foreign = {"Origin": "https://evil.example"}
    answer = await world.browser().post("/desk/login", json=RIGHT, headers=foreign)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    call = await agent.http.post("/desk/presence", json={"status": "away"}, headers=foreign)
    assert call.status_code == 403


async def test_a_session_ends_by_itself(either: World) -> None:
    agent = await either.login()
    either.clock.advance(hours=11, minutes=59)
    await agent.get("/desk/me")
    either.clock.advance(minutes=1)
    answer = await agent.http.get("/desk/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthenticated"


async def test_after_logging_out_the_cookie_counts_no_more(either: World) -> None:
    agent = await either.login()
    cookie = agent.http.cookies[COOKIE]
    answer = await agent.http.post("/desk/logout")
    assert answer.status_code == 204
    assert COOKIE not in agent.http.cookies
    kept = await either.browser().get("/desk/me", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert kept.status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/desk/me"),
        ("GET", "/desk/state"),
        ("GET", "/desk/conversations/00000000000000000000000000"),
        ("GET", "/desk/conversations/00000000000000000000000000/messages"),
        ("POST", "/desk/conversations/00000000000000000000000000/accept"),
        ("POST", "/desk/conversations/00000000000000000000000000/takeover"),
        ("POST", "/desk/conversations/00000000000000000000000000/reply"),
        ("GET", "/desk/conversations/00000000000000000000000000/orderables"),
        ("POST", "/desk/conversations/00000000000000000000000000/offers"),
        ("POST", "/desk/conversations/00000000000000000000000000/handback"),
        ("POST", "/desk/conversations/00000000000000000000000000/close"),
        ("POST", "/desk/presence"),
        ("POST", "/desk/logout"),
        ("POST", "/desk/conversations/00000000000000000000000000/picture"),
        ("GET", "/desk/attachments/00000000000000000000000000"),
        ("GET", "/desk/tickets"),
        ("POST", "/desk/tickets"),
        ("GET", "/desk/tickets/GD202603020001"),
        ("POST", "/desk/tickets/GD202603020001/transition"),
    ],
)
async def test_nothing_is_open_to_who_is_not_logged_in(
    world: World, method: str, path: str
) -> None:
    body = {
        "epoch": 1,
        "text": "x",
        "client_id": "12345678",
        "status": "away",
        "kind": "complaint",
        "title": "x",
        "description": "x",
        "to": "resolved",
        "params": {},
    }
    answer = await world.browser().request(method, path, json=body)
    assert answer.status_code == 401
    forged = {"Cookie": f"{COOKIE}=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
    assert (
        await world.browser().request(method, path, json=body, headers=forged)
    ).status_code == 401


async def test_every_route_of_the_desk_is_in_the_list_above(world: World) -> None:
    schema = world.app.openapi()
    routes = {
        (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method in methods
        if path.startswith("/desk/")
    }
    routes.discard(("POST", "/desk/login"))
    assert len(routes) == 19  # the studio's: tests/studio/test_studio.py


async def test_production_knows_no_demo_log_ins(sqlite_url: str, tmp_path: Path) -> None:
    async with a_world(sqlite_url, tmp_path, mode="production") as world:
        answer = await world.browser().post("/desk/login", json=RIGHT)
        assert answer.status_code == 401
        create_agent(world.db, world.clock, "Wang.Fang", "a long pass phrase", "王芳")
        body = {"username": "wang.fang", "password": "a long pass phrase"}
        answer = await world.browser().post("/desk/login", json=body)
        assert answer.status_code == 200


async def test_who_has_left_the_firm_is_out_at_once(world: World, agent: AgentClient) -> None:
    world.db.write_now(lambda session: session.execute(update(Agent).values(active=False)))
    assert (await agent.http.get("/desk/me")).status_code == 401
    assert (await world.browser().post("/desk/login", json=RIGHT)).status_code == 401


async def test_a_hash_of_old_figures_is_made_anew(world: World) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORDS["agent01"])
    world.db.write_now(
        lambda session: session.execute(
            update(Agent).where(Agent.username == "agent01").values(password_hash=old)
        )
    )
    await world.login()
    stored = world.db.read_now(
        lambda session: session.scalar(
            select(Agent.password_hash).where(Agent.username == "agent01")
        )
    )
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert stored != old
    await world.login()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "agent01",
        {"username": "agent01"},
        {"username": 1, "password": 2},
        {"username": "x" * 201, "password": "x"},
        {"username": "agent01", "password": "x" * 1001},
    ],
)
async def test_a_log_in_without_sense_is_refused(world: World, body: object) -> None:
    answer = await world.browser().post("/desk/login", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"


async def test_odd_names_and_passwords_are_just_wrong(either: World) -> None:
    for username, password in (
        ("", ""),
        ("a\0b", "x"),
        ("' OR 1=1 --", "x"),
        ("<script>alert(1)</script>", "x"),
        ("😀😀", "😀" * 100),
        ("agent01", "x\0y"),
        ("agent01", PASSWORDS["agent01"] + " "),
        ("agent01", "p" * 1000),
    ):
        body = {"username": username, "password": password}
        assert (await either.browser().post("/desk/login", json=body)).status_code == 401


async def test_half_a_character_is_just_wrong(either: World) -> None:
    for body in (
        b'{"username":"\\ud800","password":"x"}',
        b'{"username":"agent01","password":"\\ud800"}',
    ):
        answer = await either.browser().post(
            "/desk/login", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (401, 422)


async def test_wrong_json_is_a_bad_request(world: World) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await world.browser().post("/desk/login", content=b'{"user', headers=headers)
    assert answer.status_code == 400


async def test_loading_the_demo_twice_makes_nothing_new(world: World) -> None:
    assert load_demo_agents(world.db, world.clock, world.passwords) == 0


@pytest.mark.parametrize(
    ("username", "password", "name"),
    [
        ("a", "long enough 1", "王芳"),
        ("王芳芳", "long enough 1", "王芳"),
        ("fang wang", "long enough 1", "王芳"),
        ("fang", "short", "王芳"),
        ("fang", "x" * 129, "王芳"),
        ("fang", "long enough 1", " "),
    ],
)
async def test_an_agent_needs_a_proper_name_and_password(
    world: World, username: str, password: str, name: str
) -> None:
    with pytest.raises(BadRequest):
        create_agent(world.db, world.clock, username, password, name, passwords=world.passwords)


async def test_a_name_is_given_once(world: World) -> None:
    with pytest.raises(Conflict):
        create_agent(
            world.db,
            world.clock,
            "AGENT01",
            "long enough 1",
            "王芳",
            AgentRole.SUPERVISOR,
            world.passwords,
        )


def test_names_are_kept_in_small_letters() -> None:
    assert normal_username(" Wang.Fang-1 ") == "wang.fang-1"
    assert normal_username("王芳") is None
