"""A customer with two addresses, as agents see it: one conversation, and with each message its channel."""

from care.conversations import merging
from care.conversations.inbound import InboundMessage
from care.customers.contacts import find_contact
from tests.desk.world import AgentClient, World


async def test_agents_see_one_conversation_and_the_channel_of_each_message(
    world: World, agent: AgentClient
) -> None:
    web = await world.waits("a")
    await agent.take(web)
    world.clock.advance(seconds=5)
    inbound = InboundMessage("wechat", "openid", "m1", text="我在微信上")
    receipt = await world.conversations.receive(inbound)
    await world.conversations.answered(receipt, 5)
    state = await agent.get("/desk/state")
    async with agent.socket(state["event_id"]) as socket:

        def merge(session) -> None:  # type: ignore[no-untyped-def]
            kept, gone = merging.hold_both(session, web, receipt.conversation_id)
            announcer = world.conversations.announcer
            merging.absorb(session, announcer, kept, gone, world.clock())

        await world.db.write(merge)
        after = await agent.get("/desk/state")
        events = await socket.events_upto(after["event_id"], state["event_id"])
    summaries = {e["data"]["id"]: e["data"] for e in events if e["kind"] == "conversation"}
    assert summaries[receipt.conversation_id]["owner"] == "closed"
    assert summaries[receipt.conversation_id]["merged_into"] == web
    assert summaries[web]["base"] > 0
    assert summaries[web]["owner"] == "agent"
    assert [one["id"] for one in after["conversations"]] == [web]
    detail = await agent.get(f"/desk/conversations/{web}")
    said = [(m["text"], m["channel"]) for m in detail["messages"] if m["role"] == "customer"]
    assert said == [("转人工", "web"), ("我在微信上", "wechat")]
    assert [m["seq"] for m in detail["messages"]] == sorted(m["seq"] for m in detail["messages"])
    assert min(m["seq"] for m in detail["messages"]) > summaries[web]["base"]
    # What the agent writes to the one that ended reaches the customer all the same.
    reply = {"client_id": "reply-0001", "text": "看到了"}
    await agent.post(f"/desk/conversations/{receipt.conversation_id}/reply", reply)
    detail = await agent.get(f"/desk/conversations/{web}")
    assert detail["messages"][-1]["text"] == "看到了"
    contact = await world.db.read(lambda session: find_contact(session, "wechat", "openid"))
    assert contact is not None
    assert contact.shared
