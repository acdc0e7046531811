"""The web chat of a customer with other addresses: what the wire shows, and the doors for going on elsewhere."""

from types import SimpleNamespace
from typing import Any

from care.conversations.handoff_codes import code_in
from care.conversations.inbound import InboundMessage, Receipt
from care.conversations.stories import STORY_JOB
from care.customers.verification import BoundToAnother
from care.db.jobs import JobLoop, schedule
from care.errors import CareError
from tests.channels.world import Visitor, World, a_world

PHONES = {"13900000001": ("C1", "L1"), "13900000002": ("C2", "L2")}
CODE = "482913"


def prepare(world: World) -> None:
    """Two numbers, and a code that is known."""

    async def line(phone: str) -> Any:
        found = PHONES.get(phone)
        return None if found is None else SimpleNamespace(customer_id=found[0], id=found[1])

    async def send(phone: str, text: str) -> None:
        pass

    world.services.bss.line = line  # type: ignore[method-assign]
    world.services.sms.send = send  # type: ignore[method-assign]
    world.services.verification._new_code = lambda: CODE


async def wechat(world: World, text: str, openid: str = "openid") -> Receipt:
    """A message over WeChat, answered."""
    wechat.count += 1  # type: ignore[attr-defined]
    receipt = await world.conversations.receive(
        InboundMessage("wechat", openid, f"m{wechat.count}", text=text)  # type: ignore[attr-defined]
    )
    await world.conversations.answered(receipt, 10)
    world.clock.advance(seconds=1)
    return receipt


wechat.count = 0  # type: ignore[attr-defined]


async def verify(world: World, channel: str, address: str, phone: str = "13900000001") -> None:
    """Number and code, as the identity form takes them."""
    id = await world.conversations.find(channel, address)
    caller = await world.services.callers.of(id)
    await world.services.verification.send_code(caller.contact_id, phone, "")
    await world.services.verification.check_identity(caller.contact_id, CODE, (channel, address))


async def work_off(world: World) -> None:
    """Jobs that are due."""
    jobs = JobLoop(world.db, world.clock, world.services.stories.handlers())
    while await jobs.run_due():
        pass


def address_of(visitor: Visitor) -> str:
    return visitor.token.partition(".")[0]


async def test_an_open_line_is_told_to_begin_anew_and_misses_nothing(either: World) -> None:
    prepare(either)
    await wechat(either, "微信里的")
    await verify(either, "wechat", "openid")
    visitor = await either.visitor()
    async with visitor.line() as line:
        await visitor.hello(line)
        line.say("网页上的")
        await line.message("bot")
        either.clock.advance(seconds=1)
        await verify(either, "web", address_of(visitor))
        await work_off(either)
        assert await line.close_code() == 4409
    async with visitor.line() as line:
        ready = await visitor.hello(line)
        assert ready["base"] == 3
        said = [await line.message("customer"), await line.message("customer")]
        assert [(one["text"], one["seq"]) for one in said] == [("微信里的", 4), ("网页上的", 6)]
    answer = (await visitor.http.get("/chat/messages", params={"after": 0})).json()
    assert (answer["conversation"], answer["base"]) == (ready["conversation"], 3)
    assert len(answer["messages"]) == 4


async def test_a_session_that_may_see_it_no_more_gets_a_chat_of_its_own(world: World) -> None:
    prepare(world)
    await wechat(world, "微信里的")
    await verify(world, "wechat", "openid")
    visitor = await world.visitor()
    await visitor.settled(await visitor.say("网页上的"))
    await verify(world, "web", address_of(visitor))
    await work_off(world)
    assert "微信里的" in [one["text"] for one in await visitor.messages()]
    world.clock.advance(minutes=31)
    (notice,) = await visitor.messages()
    assert "收起来" in notice["text"]
    # A new session for the same token changes nothing in it.
    fresh = (await world.http().post("/chat/session", json={"token": visitor.token})).json()
    assert fresh["conversation"] != visitor.conversation


async def test_a_code_and_its_picture_for_those_who_hold_a_session(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'care.db'}"
    scan = "https://scan.test/?s={scene}"
    async with a_world(url, tmp_path, continue_in="wechat", continue_scan_url=scan) as world:
        visitor = await world.visitor()
        session = await world.http().post("/chat/session")
        assert session.json()["continue_in"] == ["wechat"]
        answer = (await visitor.http.post("/chat/handoff", json={"channel": "wechat"})).json()
        assert code_in(answer["code"]) == answer["code"]
        assert answer["qr"].startswith("data:image/svg+xml")
        for body in ({}, {"channel": 5}, []):
            assert (await visitor.http.post("/chat/handoff", json=body)).status_code == 422
        unknown = await visitor.http.post("/chat/handoff", json={"channel": "fax"})
        assert unknown.status_code == 404
        stranger = await world.http().post("/chat/handoff", json={"channel": "wechat"})
        assert stranger.status_code == 401
        await wechat(world, answer["code"])
        shared = await world.conversations.find("wechat", "openid")
        assert shared == visitor.conversation


async def test_without_a_channel_for_it_nothing_is_offered(world: World) -> None:
    visitor = await world.visitor()
    assert (await world.http().post("/chat/session")).json()["continue_in"] == []
    answer = await visitor.http.post("/chat/handoff", json={"channel": "wechat"})
    assert answer.status_code == 404


async def test_codes_and_links_are_limited(world: World) -> None:
    visitor = await world.visitor()
    tries = [
        (await visitor.http.post("/chat/continue", json={"token": f"{'x' * 20}{n}"})).status_code
        for n in range(12)
    ]
    assert set(tries[:5]) == {404}
    assert tries[-1] == 429


async def test_a_link_is_followed_once_over_http(world: World) -> None:
    receipt = await wechat(world, "到网页继续")
    (said,) = (await world.conversations.answered(receipt, 1)).said
    token = (said.text or "").partition("#go=")[2].split()[0]
    visitor = await world.visitor()
    answer = await visitor.http.post("/chat/continue", json={"token": token})
    assert answer.json() == {"conversation": receipt.conversation_id}
    again = await (await world.visitor()).http.post("/chat/continue", json={"token": token})
    assert again.status_code == 404


async def test_in_a_common_story_no_number_of_somebody_else_is_verified(world: World) -> None:
    prepare(world)
    visitor = await world.visitor()
    for channel, address in (("web", address_of(visitor)), ("wechat", "openid")):
        if channel == "web":
            await visitor.settled(await visitor.say("网页"))
        else:
            await wechat(world, "微信")
        await verify(world, channel, address)
    await work_off(world)
    try:
        await verify(world, "wechat", "openid", "13900000002")
    except CareError as error:
        assert isinstance(error, BoundToAnother)  # noqa: PT017
    else:
        raise AssertionError("it was verified")
    # A number that does not exist looks the same.
    try:
        await verify(world, "wechat", "openid", "13900000009")
    except CareError as error:
        assert isinstance(error, BoundToAnother)  # noqa: PT017
    else:
        raise AssertionError("it was asked for")


async def test_the_code_binds_the_address_it_was_given_at_whoever_wrote_since(
    world: World,
) -> None:
    """Who shares a chat by a code cannot make another's proof their own by writing at the right moment."""
    prepare(world)
    world.services.stories.serve("wechat", _no_scan)
    attacker = await world.visitor()
    await attacker.settled(await attacker.say("来钓鱼的"))
    code = (await attacker.http.post("/chat/handoff", json={"channel": "wechat"})).json()["code"]
    await wechat(world, code)
    world.engine.free.clear()
    world.engine.asked.clear()
    receipt = await world.conversations.receive(
        InboundMessage("wechat", "openid", "victims-code", text="验证码")
    )
    await attacker.say("抢着说一句")
    caller = await world.services.callers.of(receipt.conversation_id)
    assert (caller.channel, caller.address) == ("wechat", "openid")
    world.engine.free.set()
    await world.conversations.answered(receipt, 10)


async def _no_scan(scene: str) -> str | None:
    return None


async def test_a_job_for_an_address_that_is_gone_does_nothing(world: World) -> None:
    where = {"channel": "wechat", "address": "nobody"}
    await world.db.write(lambda session: schedule(session, STORY_JOB, where, world.clock()))
    await work_off(world)
