"""No whole number of a phone or identity card, and no whole name, leaves the desk's or studio's API."""

import json
import re
from typing import Any

from care.engine import Button, Handover, Reply, TurnRequest, TurnResult
from care.studio import InboxFeeder
from tests.desk.world import AgentClient, World

PHONE, ID_NUMBER = "13812345678", "110101199003071234"
WRITTEN = f"我是{PHONE}，身份证{ID_NUMBER}，也可以打 139-8765-4321 或 +86 137 1111 2222"


def talkative(request: TurnRequest) -> TurnResult:
    """A bot that repeats numbers wherever it can."""
    handover = None
    if "人工" in request.text:
        packet = {"号码": PHONE, "数字": int(PHONE), "更多": [{"身份证": ID_NUMBER}], "套餐": 59}
        handover = Handover("requested", packet)
    return TurnResult(
        replies=(
            Reply(
                text=f"{PHONE} 的账单",
                buttons=(Button(f"就是 {PHONE}", "/affirm"),),
                custom={"type": "bill", "rows": [["号码", PHONE]], "number": int(PHONE)},
            ),
        ),
        understanding={
            "intent": "query_bill",
            "confidence": 0.9,
            "ranking": [],
            "entities": [
                {"entity": "phone_number", "value": PHONE, "text": PHONE},
                {"entity": "phone_number", "value": int(PHONE), "text": PHONE},
            ],
        },
        handover=handover,
    )


def assert_nothing_whole(pages: object) -> str:
    text = json.dumps(pages, ensure_ascii=False)
    for found in re.findall(r"1[3-9]\d[- ]?\d{4}[- ]?\d{4}", text):
        raise AssertionError(f"a whole number: {found}")
    assert not re.search(r"\d{17}[\dX]", text)
    assert "王小明" not in text
    return text


def assert_masked(pages: object) -> None:
    assert "138****5678" in assert_nothing_whole(pages)


async def inbox_of(world: World) -> Any:
    """What the studio's inbox shows of all that was said; numbers of its examples are made up."""
    feeder = InboxFeeder(world.db)
    while await feeder.fill():
        pass
    groups = await (await world.login("trainer")).get("/studio/inbox")
    assert groups, "nothing was said"
    return [one["text"] for one in groups]


async def test_nothing_that_leaves_the_api_is_unmasked(either: World) -> None:
    either.engine.answer = talkative
    agent = await either.login()
    after = (await agent.get("/desk/state"))["event_id"]
    async with agent.socket(after) as socket:
        conversation_id = await either.verify("a", phone=PHONE)
        await either.says("a", WRITTEN)
        await either.says("a", f"转人工 {PHONE}")
        await agent.take(conversation_id)
        summary = await agent.reply(conversation_id, f"是 {PHONE} 吗？")
        ticket = await agent.post(
            "/desk/tickets",
            {
                "kind": "complaint",
                "title": f"{PHONE} 投诉",
                "description": WRITTEN,
                "conversation_id": conversation_id,
            },
        )
        moved = await agent.post(
            f"/desk/tickets/{ticket['number']}/transition",
            {"to": "resolved", "note": f"已回电 {PHONE}"},
        )
        state = await agent.get("/desk/state")
        pages = [
            state,
            summary,
            moved,
            await agent.get(f"/desk/conversations/{conversation_id}"),
            await agent.get(f"/desk/conversations/{conversation_id}/messages"),
            await agent.get("/desk/tickets"),
        ]
        events = await socket.events_upto(state["event_id"], after)
    for page in [*pages, events]:
        assert_masked(page)
    assert_nothing_whole(await inbox_of(either))


async def test_what_is_no_number_stays(world: World, agent: AgentClient) -> None:
    world.engine.answer = talkative
    conversation_id = (await world.says("a", "转人工，订单 20260302000123")).conversation_id
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    assert detail["collected"]["套餐"] == 59
    assert "20260302000123" in detail["messages"][0]["text"]


async def test_the_customer_is_known_masked_for_as_long_as_it_was_shown(
    world: World, agent: AgentClient
) -> None:
    conversation_id = await world.verify("a", "old1")
    customer = await customer_of(agent, conversation_id)
    assert customer == {"name": "李**", "phone": "138****5678", "verified": True, "senior": True}
    world.clock.advance(minutes=31)
    customer = await customer_of(agent, conversation_id)
    assert customer["verified"] is False


async def test_systems_that_are_down_cost_names_and_nothing_else(
    world: World, agent: AgentClient
) -> None:
    conversation_id = await world.verify("a")
    world.customers.down = True
    customer = await customer_of(agent, conversation_id)
    assert customer == {"name": None, "phone": "138****5678", "verified": True, "senior": False}
    calls = world.customers.calls
    await agent.get("/desk/state")
    assert world.customers.calls == calls  # not asked again at once
    world.customers.down = False
    world.clock.advance(seconds=31)
    assert (await customer_of(agent, conversation_id))["name"] == "王**"


async def customer_of(agent: AgentClient, conversation_id: str) -> Any:
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    return detail["conversation"]["customer"]
