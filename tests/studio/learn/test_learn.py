"""What service teaches: questions without an answer, phrases of agents, drift."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.studio.learn.drift import stability_index
from tests.desk.world import AgentClient, World
from tests.studio.conftest import fill
from tests.studio.inbox.understood import understands


async def test_questions_that_no_entry_answers_are_put_together(
    world: World, trainer: AgentClient
) -> None:
    texts = [
        "你们卖不卖老年手机",
        "老年人用的手机你们有卖的吗",
        "每月几号出账单",
        "能不能用比特币交话费",
    ]
    understands(world, dict.fromkeys(texts, ("ask_faq", 0.9)))
    for number, text in enumerate(texts):
        await world.says(f"a{number}", text)
    await fill(world)
    proposed = await trainer.get("/studio/learn/questions")
    together = [{group["text"] for group in one["groups"]} for one in proposed]
    assert {texts[0], texts[1]} in together
    assert {texts[3]} in together
    assert all(texts[2] not in one for one in together)


async def test_a_proposal_becomes_an_entry_of_the_draft_and_is_handled(
    world: World, trainer: AgentClient
) -> None:
    text = "能不能用比特币交话费"
    understands(world, {text: ("ask_faq", 0.9)})
    await world.says("a", text)
    await fill(world)
    groups = (await trainer.get("/studio/learn/questions"))[0]["groups"]
    entry = {
        "kind": "add_faq",
        "topic": "payment",
        "id": "no-bitcoin",
        "question": text,
        "answer": "不能，微信、支付宝和银行卡都可以。",
        "source": "业务规则",
        "reviewed": "2026-03-02",
    }
    seen = [{"id": one["id"], "version": one["version"]} for one in groups]
    body = {"groups": seen, "edits": [entry]}
    action = await trainer.post("/studio/learn/questions/answer", body)
    assert await trainer.get("/studio/learn/questions") == []
    assert [one["edit"]["id"] for one in await trainer.get("/studio/drafts")] == ["no-bitcoin"]
    await trainer.post("/studio/inbox/undo", {"action": action["action"]})
    assert len(await trainer.get("/studio/learn/questions")) == 1
    assert await trainer.get("/studio/drafts") == []


async def test_phrases_of_agents_come_with_what_was_asked(
    world: World, trainer: AgentClient
) -> None:
    agent = await world.login()
    for number in range(4):
        conversation_id = await world.waits(f"a{number}")
        await agent.take(conversation_id)
        await world.says(f"a{number}", "副卡能不能单独停机")
        await agent.reply(conversation_id, f"副卡可以单独停机，主卡不受影响{'。' * number}")
        await agent.reply(conversation_id, f"您的号码是1381234567{number}，请稍等")
    found = await trainer.get("/studio/learn/phrases")
    first = next(one for one in found if one["text"].startswith("副卡可以单独停机"))
    assert (first["chats"], first["agents"]) == (4, 1)
    assert first["questions"] == ["副卡能不能单独停机"]
    assert "1381234567" not in str(found)


async def test_weeks_tell_how_often_and_how_surely(world: World) -> None:
    understands(world, {"甲": ("query_bill", 0.9), "乙": ("request_human", 0.5)})
    for text in ("甲", "甲", "甲", "乙"):
        await world.says("a", text)
    world.clock.advance(days=7)
    for text in ("乙", "乙"):
        await world.says("a", text)
    await fill(world)
    trainer = await world.login("trainer")
    first, second = await trainer.get("/studio/learn/drift")
    assert first == {
        "week": "2026-03-02",
        "sentences": 4,
        "confidence": pytest.approx(0.8),
        "unsure": 0.25,
        "intents": {"query_bill": 3, "request_human": 1},
        "drift": None,
    }
    assert second["week"] == str(date(2026, 3, 9))
    assert second["drift"] > 0.25


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 1000), min_size=1))
def test_a_week_like_those_before_has_no_drift(counts: dict[str, int]) -> None:
    twice = {intent: 2 * count for intent, count in counts.items()}
    assert stability_index(counts, twice) == pytest.approx(0)
