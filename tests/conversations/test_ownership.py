"""One owner with an epoch: the bot never talks over a person."""

import asyncio

import pytest

from care.conversations.inbound import InboundMessage
from care.conversations.outcomes import of_conversation
from care.conversations.queue import Choice
from care.conversations.service import Agent
from care.conversations.tables import Owner, Role, TurnState
from care.conversations.timeouts import Timeouts
from care.db.jobs import JobLoop
from care.engine import EngineFailed, EngineUnreachable, Reply, TurnRequest, TurnResult
from care.errors import Conflict, Forbidden, StaleEpoch
from tests.conversations.core import Core, handing_over


async def in_queue(core: Core, address: str = "alice") -> str:
    """A conversation that waits for a person."""
    core.engine.answer = handing_over
    receipt = await core.say("转人工", address=address)
    await core.answer(receipt)
    return receipt.conversation_id


async def with_agent(core: Core) -> str:
    """A conversation that the agent has."""
    conversation_id = await in_queue(core)
    epoch = core.conversation(conversation_id).epoch
    await core.conversations.accept(conversation_id, core.agent, epoch)
    return conversation_id


async def test_a_wish_for_a_person_is_replies_and_queue_in_one(core: Core) -> None:
    conversation_id = await in_queue(core)
    row = core.conversation(conversation_id)
    assert (row.owner, row.epoch, row.reason) == (Owner.QUEUE, 2, "requested")
    assert row.packet == {"月份": "2026-08"}
    assert core.messages(conversation_id)[-1].text == "转接中"


async def test_the_bot_is_silent_while_a_person_has_the_chat(core: Core) -> None:
    conversation_id = await with_agent(core)
    asked = len(core.engine.asked)
    receipt = await core.say("听得到吗")
    assert not receipt.has_turn
    assert receipt.owner is Owner.AGENT
    assert len(core.engine.asked) == asked
    await core.conversations.reply(conversation_id, core.agent, "c1", "在的")
    assert core.messages(conversation_id)[-1].role == Role.AGENT


async def test_a_reply_that_comes_after_a_takeover_is_withdrawn(core: Core) -> None:
    core.engine.gate = asyncio.Event()
    receipt = await core.say("帮我查一下")
    await core.engine.started.wait()
    await core.conversations.accept(receipt.conversation_id, core.agent, 1)
    core.engine.gate.set()
    assert await core.answer(receipt) == []
    late = [m for m in core.messages(receipt.conversation_id) if m.role == Role.BOT]
    assert [m.withdrawn for m in late] == [True]
    assert core.turn(receipt.message_id).state == TurnState.WITHDRAWN
    shown, _ = await core.conversations.look(receipt.conversation_id, 0)
    assert all(m.role != Role.BOT for m in shown)


async def test_a_late_wish_for_a_person_does_not_take_the_chat_from_the_agent(core: Core) -> None:
    core.engine.gate, core.engine.answer = asyncio.Event(), handing_over
    receipt = await core.say("转人工")
    await core.engine.started.wait()
    await core.conversations.accept(receipt.conversation_id, core.agent, 1)
    core.engine.gate.set()
    await core.answer(receipt)
    row = core.conversation(receipt.conversation_id)
    assert (row.owner, row.agent_id) == (Owner.AGENT, core.agent.id)


async def test_messages_waiting_behind_a_handover_are_left_to_the_person(core: Core) -> None:
    core.engine.gate, core.engine.answer = asyncio.Event(), handing_over
    first = await core.say("转人工")
    second = await core.say("快点")
    core.engine.gate.set()
    await core.answer(first)
    await core.answer(second)
    assert core.turn(second.message_id).state == TurnState.SKIPPED
    assert len(core.engine.asked) == 1


async def test_of_two_agents_one_gets_the_chat(core: Core) -> None:
    conversation_id = await in_queue(core)
    epoch = core.conversation(conversation_id).epoch
    agents = [Agent(f"a{n}", f"客服{n}") for n in range(5)]
    outcomes = await asyncio.gather(
        *(core.conversations.accept(conversation_id, agent, epoch) for agent in agents),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, StaleEpoch) for outcome in outcomes) == 4


async def test_only_the_agent_who_has_it_may_reply(core: Core) -> None:
    conversation_id = await with_agent(core)
    with pytest.raises(Forbidden):
        await core.conversations.reply(conversation_id, Agent("other", "别人"), "c", "你好")
    await core.conversations.hand_back(conversation_id, core.agent)
    with pytest.raises(Conflict):
        await core.conversations.reply(conversation_id, core.agent, "c", "你好")


async def test_an_agents_reply_is_said_once(core: Core) -> None:
    conversation_id = await with_agent(core)
    first = await core.conversations.reply(conversation_id, core.agent, "c1", "您好")
    again = await core.conversations.reply(conversation_id, core.agent, "c1", "您好")
    assert first.id == again.id


async def test_handed_back_the_bot_answers_again_in_a_new_dialogue(core: Core) -> None:
    conversation_id = await with_agent(core)
    await core.conversations.hand_back(conversation_id, core.agent)
    assert core.messages(conversation_id)[-1].role == Role.SYSTEM
    core.engine.answer = lambda request: handing_over(request)
    receipt = await core.say("再见")
    await core.answer(receipt)
    assert core.engine.asked[-1].fresh


async def test_a_closed_conversation_opens_with_the_next_message(core: Core) -> None:
    conversation_id = await with_agent(core)
    await core.conversations.close(conversation_id, core.agent)
    assert core.conversation(conversation_id).owner == Owner.CLOSED
    receipt = await core.say("又有事")
    assert receipt.conversation_id == conversation_id
    assert receipt.has_turn


@pytest.mark.parametrize("error", [EngineUnreachable(cause="x"), EngineFailed(cause="x")])
async def test_an_engine_that_recovers_is_not_noticed(core: Core, error: Exception) -> None:
    core.engine.failures = [error, error]
    assert await core.ask("喂") == ["echo 喂"]
    assert len({request.turn_id for request in core.engine.asked}) == 1
    repeats = [request.repeat for request in core.engine.asked]
    assert repeats == [False, isinstance(error, EngineFailed), isinstance(error, EngineFailed)]


async def test_an_engine_that_stays_down_leads_to_the_queue(core: Core) -> None:
    core.engine.failures = [EngineUnreachable() for _ in range(3)]
    receipt = await core.say("喂")
    [notice] = await core.answer(receipt)
    assert notice.role == Role.SYSTEM
    assert "人工" in (notice.text or "")
    row = core.conversation(receipt.conversation_id)
    assert (row.owner, row.reason) == (Owner.QUEUE, "engine_failed")
    assert core.turn(receipt.message_id).state == TurnState.FAILED


async def test_what_became_of_the_actions_is_kept_with_the_turn(core: Core) -> None:
    def bill(request: TurnRequest) -> TurnResult:
        return TurnResult((Reply("56 元"),), {}, actions=("action_query_bill", "action_finish"))

    core.engine.answer = bill
    good = await core.say("查账单")
    await core.answer(good)
    refused = EngineFailed(cause="action_failed", failed_actions={"action_query_bill": "KeyError"})
    core.engine.failures = [refused] * 3
    bad = await core.say("再查一次")
    await core.answer(bad)
    kept = core.db.read_now(lambda session: of_conversation(session, good.conversation_id))
    assert [(row.turn_id, row.action, row.ok, row.error) for row in kept] == [
        (good.message_id, "action_query_bill", True, None),
        (good.message_id, "action_finish", True, None),
        (bad.message_id, "action_query_bill", False, "KeyError"),
    ]
    assert core.turn(bad.message_id).error == "failed:action_failed"


async def test_a_dead_process_leaves_its_turn_to_another(core: Core) -> None:
    core.conversations.runner.wake = lambda *_: None  # type: ignore[method-assign]
    receipt = await core.say("查话费")
    del core.conversations.runner.wake
    assert core.turn(receipt.message_id).state == TurnState.RUNNING
    core.clock.forward(seconds=30)
    assert await core.conversations.runner.recover_once() == 0, "it may still run"
    core.clock.forward(seconds=60)
    assert await core.conversations.runner.recover_once() == 1
    assert [m.text for m in await core.answer(receipt)] == ["echo 查话费"]
    assert core.engine.asked[-1].repeat, "it may have reached the engine before"


async def test_a_write_of_an_old_epoch_is_refused(core: Core) -> None:
    core.engine.gate = asyncio.Event()
    receipt = await core.say("办理")
    await core.engine.started.wait()
    guard = core.conversations.guard(receipt.message_id, 1)
    await core.db.write(guard)
    await core.conversations.accept(receipt.conversation_id, core.agent, 1)
    with pytest.raises(StaleEpoch):
        await core.db.write(guard)
    core.engine.gate.set()


async def test_first_in_first_out_and_the_returned_first(core: Core) -> None:
    ids = []
    for name in ("alice", "bob", "carol"):
        ids.append(await in_queue(core, name))
        core.clock.forward(seconds=1)
    positions = [(await core.conversations.look(c, 0))[1].position for c in ids]
    assert positions == [1, 2, 3]


async def test_who_waits_long_is_offered_other_ways(core: Core) -> None:
    conversation_id = await in_queue(core)
    await run_jobs(core)
    assert core.messages(conversation_id)[-1].buttons == []
    core.clock.forward(minutes=3)
    await run_jobs(core)
    offer = core.messages(conversation_id)[-1]
    assert [b["payload"] for b in offer.buttons] == [
        "queue:wait",
        "queue:ticket",
        "queue:callback",
        "queue:bot",
    ]
    receipt = await core.say("登记工单")
    notice = (await core.answer(receipt))[0].text or ""
    assert "GD20261120" in notice
    assert core.conversation(conversation_id).owner == Owner.BOT


async def test_with_nobody_online_other_ways_are_offered_sooner(core: Core) -> None:
    conversation_id = await in_queue(core)
    core.clock.forward(seconds=30)
    core.agents_online = 1
    await run_jobs(core)
    assert core.messages(conversation_id)[-1].buttons == [], "somebody may come in time"
    other = await in_queue(core, "bob")
    core.agents_online = 0
    core.clock.forward(seconds=30)
    await run_jobs(core)
    assert core.messages(other)[-1].buttons != []
    core.clock.forward(minutes=2)
    await run_jobs(core)
    assert core.messages(conversation_id)[-1].buttons != []


async def test_leaving_the_queue_for_a_call_back_asks_the_bot(core: Core) -> None:
    conversation_id = await in_queue(core)
    choice = InboundMessage("web", "alice", "leave-1", choice=Choice.CALLBACK)
    receipt = await core.conversations.receive(choice)
    assert receipt.has_turn
    await core.answer(receipt)
    assert core.engine.asked[-1].payload == "/request_callback"
    assert core.conversation(conversation_id).owner == Owner.QUEUE, "the scripted bot hands over"


async def test_a_choice_outside_of_the_queue_is_refused(core: Core) -> None:
    await core.ask("你好") if core.engine.answer is not handing_over else None
    with pytest.raises(Conflict):
        await core.conversations.receive(
            InboundMessage("web", "alice", "leave-2", choice=Choice.BOT)
        )


@pytest.mark.parametrize(
    "words",
    [
        "算了不用了",
        "不转了",
        "那算了，我不等了，谢谢",
        "别转了吧",
        "取消排队",
        "Never mind, thanks",
    ],
)
async def test_who_waits_leaves_the_queue_in_words(core: Core, words: str) -> None:
    conversation_id = await in_queue(core)
    asked = len(core.engine.asked)
    receipt = await core.say(words)
    assert not receipt.has_turn
    assert len(core.engine.asked) == asked
    assert [one.text for one in await core.answer(receipt)] == [
        "已退出排队，小讯（AI 助手）继续为您服务。"
    ]
    assert core.conversation(conversation_id).owner == Owner.BOT
    again = await core.say(words)
    assert again.has_turn, "outside of the queue the words are the bot's"


@pytest.mark.parametrize(
    "words",
    [
        "谢谢",
        "那我",
        "不用了，换成查话费",
        "取消我的彩铃",
        "算了一下还要等多久",
        "你们别取消我的单",
    ],
)
async def test_other_words_leave_nobody_out_of_the_queue(core: Core, words: str) -> None:
    conversation_id = await in_queue(core)
    await core.say(words)
    assert core.conversation(conversation_id).owner == Owner.QUEUE


async def test_the_words_do_nothing_once_a_person_has_the_chat(core: Core) -> None:
    conversation_id = await with_agent(core)
    asked, said = len(core.engine.asked), len(core.messages(conversation_id))
    receipt = await core.say("算了不用了")
    assert not receipt.has_turn
    row = core.conversation(conversation_id)
    assert (row.owner, row.agent_id) == (Owner.AGENT, core.agent.id)
    assert len(core.engine.asked) == asked
    assert len(core.messages(conversation_id)) == said + 1, "nobody but the customer spoke"


async def test_a_silent_agent_gives_the_chat_back_to_the_queue(core: Core) -> None:
    conversation_id = await with_agent(core)
    core.clock.forward(minutes=6)
    await run_jobs(core)
    row = core.conversation(conversation_id)
    assert (row.owner, row.reason) == (Owner.QUEUE, "returned")
    assert row.priority > 0, "who was served already goes first"


async def test_an_agent_who_answers_keeps_the_chat(core: Core) -> None:
    conversation_id = await with_agent(core)
    await core.conversations.reply(conversation_id, core.agent, "c", "您好")
    core.clock.forward(minutes=6)
    await run_jobs(core)
    assert core.conversation(conversation_id).owner == Owner.AGENT


async def test_silence_closes_a_conversation_with_the_bot(core: Core) -> None:
    receipt = await core.say("你好")
    await core.answer(receipt)
    assert await timeouts(core).close_silent() == 0
    core.clock.forward(minutes=31)
    assert await timeouts(core).close_silent() == 1
    assert core.conversation(receipt.conversation_id).owner == Owner.CLOSED


def timeouts(core: Core) -> Timeouts:
    from datetime import timedelta

    return Timeouts(
        core.db,
        core.clock,
        core.conversations.announcer,
        agents_online=lambda session: core.agents_online,
        offer_after=timedelta(minutes=2),
        offer_after_nobody=timedelta(seconds=20),
        agent_silence=timedelta(minutes=5),
        idle_bot=timedelta(minutes=30),
        idle_agent=timedelta(hours=2),
    )


async def run_jobs(core: Core) -> None:
    loop = JobLoop(core.db, core.clock, timeouts(core).handlers())
    while await loop.run_due():
        pass
