"""Customers who have to be called: what may still be sent is shown, and pictures go both ways."""

import io

from PIL import Image

from care.conversations import outbox
from care.conversations.inbound import InboundMessage
from care.conversations.outbox_tables import Reach
from care.conversations.reach import locked_reach, spend, wrote
from care.conversations.transcript import for_customer
from tests.desk.world import AgentClient, World


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (20, 10), "blue").save(written, "PNG")
    return written.getvalue()


async def asks_on_wechat(world: World, address: str = "oPhone") -> str:
    await world.db.write(
        lambda session: wrote(locked_reach(session, "wechat", address), world.clock())
    )
    receipt = await world.conversations.receive(
        InboundMessage("wechat", address, f"{address}:1", text="转人工")
    )
    await world.conversations.answered(receipt, 5)
    return receipt.conversation_id


async def test_the_desk_knows_how_many_messages_may_be_sent(either: World) -> None:
    agent = await either.login()
    on_web = await either.waits("a")
    conversation_id = await asks_on_wechat(either)
    listed = {one["id"]: one["reach"] for one in (await agent.get("/desk/state"))["conversations"]}
    assert listed[on_web] is None
    assert listed[conversation_id]["left"] == 5
    assert listed[conversation_id]["bytes"] == 2000
    await agent.take(conversation_id)

    def use_up(session: object) -> None:
        reach = locked_reach(session, "wechat", "oPhone")  # type: ignore[arg-type]
        while spend(reach, either.clock()):
            pass
        outbox.hold(session, "wechat", "oPhone", "quota")  # type: ignore[arg-type]

    await either.db.write(use_up)
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    reach = detail["conversation"]["reach"]
    assert (reach["left"], reach["until"]) == (0, None)
    assert reach["waiting"] == 2  # the bot's words, and that the agent has come


async def test_an_allowance_ends_with_its_time(world: World) -> None:
    conversation_id = await asks_on_wechat(world)
    world.clock.advance(hours=48)
    agent = await world.login()
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    assert detail["conversation"]["reach"]["left"] == 0
    assert world.db.read_now(lambda s: s.get_one(Reach, ("wechat", "oPhone"))).message_left == 5


async def test_an_agent_shows_a_picture(world: World, agent: AgentClient) -> None:
    conversation_id = await asks_on_wechat(world)
    address = f"/desk/conversations/{conversation_id}/picture?client_id=picture-0001"
    early = await agent.http.post(address, content=picture())
    assert early.status_code == 409, "not this agent's conversation"
    await agent.take(conversation_id)
    for _ in range(2):
        assert (await agent.http.post(address, content=picture())).status_code == 200
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    shown = [one for one in detail["messages"] if one["image"]]
    assert len(shown) == 1
    found = await agent.http.get(shown[0]["image"])
    assert found.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(found.content)).size == (20, 10)
    said, _ = await world.conversations.look(conversation_id, 0)
    assert said[-1].image == shown[0]["image"]
    assert for_customer(said[-1])["image"] is None


async def test_pictures_are_for_agents_only(world: World, agent: AgentClient) -> None:
    conversation_id = await asks_on_wechat(world)
    await agent.take(conversation_id)
    address = f"/desk/conversations/{conversation_id}/picture?client_id=picture-0001"
    await agent.http.post(address, content=picture())
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    image = next(one["image"] for one in detail["messages"] if one["image"])
    assert (await world.browser().get(image)).status_code == 401
    assert (await agent.http.get("/desk/attachments/" + "0" * 26)).status_code == 404
    assert (await agent.http.get("/desk/attachments/..%2Fx")).status_code in (404, 422)


async def test_what_is_no_picture_or_goes_to_the_web_is_refused(
    world: World, agent: AgentClient
) -> None:
    conversation_id = await asks_on_wechat(world)
    await agent.take(conversation_id)
    address = f"/desk/conversations/{conversation_id}/picture?client_id=picture-0001"
    for content in (b"", b"<svg/>", b"text"):
        refused = await agent.http.post(address, content=content)
        assert refused.status_code == 422
        assert refused.json()["error"]["code"] == "no_picture"
    on_web = await world.waits("a")
    await agent.take(on_web)
    address = f"/desk/conversations/{on_web}/picture?client_id=picture-0002"
    assert (await agent.http.post(address, content=picture())).status_code == 409
