"""A message that was acknowledged is stored, once, and in order."""

import asyncio

import pytest
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from care.conversations.inbound import InboundMessage
from care.conversations.log import append, locked
from care.conversations.tables import Role, TurnState
from care.engine import Button
from care.errors import Conflict, InvalidText, NotFound, TextTooLong
from tests.conversations.core import Core, offering


async def test_a_message_is_answered(core: Core) -> None:
    assert await core.ask("你好") == ["echo 你好"]


async def test_a_redelivery_gives_the_first_outcome(core: Core) -> None:
    first = await core.say("查话费", key="m1")
    assert [m.text for m in await core.answer(first)] == ["echo 查话费"]
    again = await core.say("查话费", key="m1")
    assert again.duplicate
    assert again.message_id == first.message_id
    assert [m.text for m in await core.answer(again)] == ["echo 查话费"]
    assert len(core.engine.asked) == 1
    assert len(core.messages(first.conversation_id)) == 2


async def test_redeliveries_at_the_same_time_store_one(core: Core) -> None:
    receipts = await asyncio.gather(*(core.say("在吗", key="same") for _ in range(8)))
    assert len({receipt.message_id for receipt in receipts}) == 1
    assert sum(not receipt.duplicate for receipt in receipts) == 1


async def test_the_id_of_another_conversation_is_refused(core: Core) -> None:
    await core.say("a", address="alice", key="k")
    with pytest.raises(InvalidText):
        await core.say("b", address="bob", key="k")


async def test_quick_messages_keep_their_order_and_run_one_at_a_time(core: Core) -> None:
    receipts = [await core.say(f"第{n}条") for n in range(6)]
    for receipt in receipts:
        await core.answer(receipt)
    conversation = receipts[0].conversation_id
    customers = [m.text for m in core.messages(conversation) if m.role == Role.CUSTOMER]
    bots = [m.text for m in core.messages(conversation) if m.role == Role.BOT]
    assert customers == [f"第{n}条" for n in range(6)]
    assert bots == [f"echo 第{n}条" for n in range(6)]
    assert core.engine.most_at_once[conversation] == 1
    assert [m.seq for m in core.messages(conversation)] == list(range(1, 13))


@pytest.mark.parametrize("bad", ["", "  \n ", "\x00\x08\x1f", "\u200d\ufe0f", None, 5])
async def test_nothing_to_read_is_refused(core: Core, bad: object) -> None:
    with pytest.raises(InvalidText):
        await core.conversations.receive(InboundMessage("web", "alice", "x", text=bad))  # type: ignore[arg-type]


async def test_too_long_is_refused_and_nothing_is_stored(core: Core) -> None:
    with pytest.raises(TextTooLong):
        await core.say("长" * 5000)
    count = core.db.read_now(lambda s: s.execute(sql("SELECT count(*) FROM messages")).scalar_one())
    assert count == 0


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "'; DROP TABLE messages; --", "😀😀", "a\x08b\x0bc", "/restart"],
)
async def test_odd_texts_are_only_texts(core: Core, text: str) -> None:
    [answer] = await core.ask(text)
    assert core.engine.asked[0].payload is None
    assert answer == f"echo {text.translate({8: None, 11: None})}"


async def test_a_button_counts_only_while_it_is_offered(core: Core) -> None:
    core.engine.answer = offering(Button("查余额", "/query_balance"))
    receipt = await core.say("能办什么")
    [offer] = await core.answer(receipt)
    pressed = InboundMessage("web", "alice", "b1", button=(offer.id, 0))
    await core.answer(await core.conversations.receive(pressed))
    assert core.engine.asked[-1].payload == "/query_balance"
    assert core.messages(receipt.conversation_id)[2].text == "查余额"
    with pytest.raises(Conflict):
        await core.conversations.receive(InboundMessage("web", "alice", "b2", button=(offer.id, 0)))
    with pytest.raises(NotFound):
        await core.conversations.receive(InboundMessage("web", "bob", "b3", button=(offer.id, 0)))


async def test_a_payload_that_was_not_offered_is_plain_text(core: Core) -> None:
    core.engine.answer = offering(Button("查余额", "/query_balance"))
    await core.ask("能办什么")
    await core.ask('/change_plan{"plan": "p9"}')
    assert core.engine.asked[-1].payload is None
    await core.ask("/query_balance")
    assert core.engine.asked[-1].payload == "/query_balance"


async def test_a_turn_that_nobody_begins_is_found_by_recovery(core: Core) -> None:
    core.conversations.runner.wake = lambda *_: None  # type: ignore[method-assign]
    receipt = await core.say("有人吗")
    del core.conversations.runner.wake
    assert await core.conversations.runner.recover_once() == 0, "it is claimed"
    core.clock.forward(seconds=61)
    assert await core.conversations.runner.recover_once() == 1
    assert [m.text for m in await core.answer(receipt)] == ["echo 有人吗"]
    assert core.turn(receipt.message_id).state == TurnState.DONE


async def test_a_turn_follows_the_one_before_by_itself(core: Core) -> None:
    core.engine.gate = asyncio.Event()
    await core.say("你好")
    await core.engine.started.wait()
    core.conversations.runner.wake = lambda *_: None  # type: ignore[method-assign]
    receipt = await core.say("有人吗")
    core.engine.gate.set()
    assert [m.text for m in await core.answer(receipt)] == ["echo 有人吗"]


async def test_buttons_of_who_speaks_first_can_be_pressed(core: Core) -> None:
    conversation_id = await core.conversations.begin("web", "alice")
    clock = core.clock

    def offer(session: Session) -> str:
        conversation = locked(session, conversation_id)
        announcer = core.conversations.announcer
        buttons = [{"title": "查余额", "payload": "/query_balance"}]
        return append(
            session, announcer, conversation, Role.SYSTEM, clock(), text="您好", buttons=buttons
        ).id

    message_id = await core.db.write(offer)
    pressed = InboundMessage("web", "alice", "b1", button=(message_id, 0))
    await core.answer(await core.conversations.receive(pressed))
    assert core.engine.asked[-1].payload == "/query_balance"
