"""The inbox over HTTP: what comes into it, in which order, and what trainers make of it."""

import asyncio
from typing import Any

import pytest

from tests.desk.world import AgentClient, World
from tests.studio.conftest import fill
from tests.studio.inbox.understood import understands


async def claimed(trainer: AgentClient, **wanted: Any) -> list[dict[str, Any]]:
    """The groups that a trainer is given."""
    batch = await trainer.post("/studio/inbox/claim", wanted)
    groups: list[dict[str, Any]] = batch["groups"]
    return groups


def seen(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A decision's body over groups as they were seen."""
    return {"groups": [{"id": one["id"], "version": one["version"]} for one in groups], **more}


async def test_what_teaches_most_comes_first(world: World, trainer: AgentClient) -> None:
    understands(
        world, {"明白": ("query_bill", 0.99), "含糊": ("query_bill", 0.55), "听不懂": (None, 0.2)}
    )
    for text in ("明白", "含糊", "听不懂"):
        await world.says("a", text)
        world.clock.advance(minutes=10)
    await fill(world)
    groups = await claimed(trainer)
    assert [one["text"] for one in groups] == ["听不懂", "含糊", "明白"]
    assert [one["reason"] for one in groups] == ["fallback", "unsure", "sure"]
    assert (groups[1]["intent"], groups[1]["confidence"]) == ("query_bill", 0.55)


async def test_the_next_sentence_tells_how_the_answer_was_taken(
    world: World, trainer: AgentClient
) -> None:
    understands(world, {"给我叫个人": ("request_human", 0.99)})
    await world.says("a", "我要看看电费")
    await world.says("a", "给我叫个人")
    await world.says("b", "怎么查上月的花销")
    await world.says("b", "我说怎么查上个月花销")
    await fill(world)
    reasons = {one["text"]: one["reason"] for one in await claimed(trainer)}
    assert reasons["我要看看电费"] == "human"
    assert reasons["怎么查上月的花销"] == "rephrased"
    assert reasons["给我叫个人"] == "sure"


async def test_a_sentence_is_found_by_words_in_it(world: World, trainer: AgentClient) -> None:
    for address, text in (("a", "家里WiFi老掉线"), ("b", "流量还剩100%吗"), ("c", "想换个号码")):
        await world.says(address, text)
    await fill(world)
    for sought, found in (
        ("wifi", ["家里WiFi老掉线"]),
        ("0%", ["流量还剩100%吗"]),
        ("%换", []),
        ("_", []),
        ("", ["家里WiFi老掉线", "流量还剩100%吗", "想换个号码"]),
    ):
        batch = await trainer.post("/studio/inbox/claim", {"containing": sought})
        assert sorted(one["text"] for one in batch["groups"]) == sorted(found)
        assert batch["open"] == len(found)
        page = await trainer.get("/studio/inbox", containing=sought)
        assert sorted(one["text"] for one in page) == sorted(found)


async def test_the_same_sentence_is_one_group_and_counted(
    world: World, trainer: AgentClient
) -> None:
    for address, text in (
        ("a", "帮我查一下这个月账单"),
        ("b", "帮我查一下这个月账单吗？"),
        ("c", "你好 帮我查下这个月账单"),
    ):
        await world.says(address, text)
    await world.says("d", "帮我不查一下这个月账单")
    await fill(world)
    groups = await claimed(trainer)
    assert sorted(one["sentences"] for one in groups) == [1, 3]
    biggest = max(groups, key=lambda one: one["sentences"])
    detail = await trainer.get(f"/studio/inbox/{biggest['id']}")
    assert len(detail["sentences"]) == 3
    assert {one["conversation_id"] for one in detail["sentences"]}


async def test_personal_data_are_masked_before_they_are_stored(
    world: World, trainer: AgentClient
) -> None:
    text = "我叫王小明，号码13812345678，住幸福路12号"
    place = {"entity": "address", "start": text.index("幸福"), "end": len(text), "value": "x"}
    understands(world, {}, **{text: [place]})
    await world.says("a", text)
    await fill(world)
    group = (await claimed(trainer))[0]
    assert group["text"] == "我叫王某某，号码138******78，住幸福路**号"
    assert "13812345678" not in str(await trainer.get(f"/studio/inbox/{group['id']}"))
    assert group["example"].startswith("我叫王某某，号码13800138000，住[幸福路12号](address)")


async def test_what_was_handled_is_never_shown_again(world: World, trainer: AgentClient) -> None:
    await world.says("a", "上月用了好多钱呀")
    await fill(world)
    group = (await claimed(trainer))[0]
    await trainer.post("/studio/inbox/decide", seen(group, outcome="skipped"))
    await world.says("b", "上月用了好多钱")
    await fill(world)
    assert await claimed(trainer) == []
    handled = await trainer.get("/studio/inbox/handled")
    assert [(one["outcome"], one["handled_by"]) for one in handled] == [("skipped", "吴凡")]
    assert handled[0]["sentences"] == 2


async def test_a_label_becomes_an_example_of_the_draft(world: World, trainer: AgentClient) -> None:
    await world.says("a", "上月用了好多钱呀")
    await fill(world)
    group = (await claimed(trainer))[0]
    body = seen(group, outcome="labelled", intent="query_bill")
    body["groups"][0]["example"] = "[上月](month)用了好多钱呀"
    await trainer.post("/studio/inbox/decide", body)
    draft = await trainer.get("/studio/drafts")
    assert [one["edit"] for one in draft] == [
        {"kind": "add_example", "intent": "query_bill", "text": "[上月](month)用了好多钱呀"}
    ]
    detail = await trainer.get("/studio/data/intents/query_bill")
    assert "[上月](month)用了好多钱呀" in [one["text"] for one in detail["examples"]]


async def test_a_new_intent_brings_its_examples_and_its_reply(
    world: World, trainer: AgentClient
) -> None:
    for address, text in (("a", "你们有没有老年机卖"), ("b", "手机在哪儿买")):
        await world.says(address, text)
    await fill(world)
    groups = await claimed(trainer)
    body = seen(*groups, outcome="labelled", intent="buy_phone", reply="营业厅有售。")
    await trainer.post("/studio/inbox/decide", body)
    detail = await trainer.get("/studio/data/intents/buy_phone")
    assert len(detail["examples"]) == 2
    assert (await trainer.refused("/studio/inbox/decide", body))[1] == "stale"


async def test_an_unknown_intent_or_a_bad_example_changes_nothing(
    world: World, trainer: AgentClient
) -> None:
    await world.says("a", "上月用了好多钱呀")
    await fill(world)
    group = (await claimed(trainer))[0]
    body = seen(group, outcome="labelled", intent="no_such_intent")
    assert await trainer.refused("/studio/inbox/decide", body) == (409, "unknown_intent")
    body = seen(group, outcome="labelled", intent="query_bill")
    body["groups"][0]["example"] = "[上月](month用了"
    assert await trainer.refused("/studio/inbox/decide", body) == (422, "bad_edit")
    assert await trainer.get("/studio/drafts") == []
    assert [one["id"] for one in await claimed(trainer)] == [group["id"]]


async def test_a_decision_can_be_taken_back_until_it_is_published(
    world: World, trainer: AgentClient
) -> None:
    for address, text in (("a", "上月用了好多钱呀"), ("b", "话费账单给我拉出来")):
        await world.says(address, text)
    await fill(world)
    groups = await claimed(trainer)
    body = seen(*groups, outcome="labelled", intent="query_bill")
    action = await trainer.post("/studio/inbox/decide", body)
    assert len(await trainer.get("/studio/drafts")) == 2
    again = await trainer.post("/studio/inbox/undo", {"action": action["id"]})
    assert {one["id"] for one in again["groups"]} == {one["id"] for one in groups}
    assert await trainer.get("/studio/drafts") == []
    assert len(await claimed(trainer)) == 2
    gone = await trainer.refused("/studio/inbox/undo", {"action": action["id"]})
    assert gone == (404, "unknown_action")


async def test_a_change_taken_out_of_the_draft_is_in_the_inbox_again(
    world: World, trainer: AgentClient
) -> None:
    await world.says("a", "上月用了好多钱呀")
    await fill(world)
    body = seen(*await claimed(trainer), outcome="labelled", intent="query_bill")
    await trainer.post("/studio/inbox/decide", body)
    change = (await trainer.get("/studio/drafts"))[0]
    assert change["from_inbox"]
    answer = await trainer.http.post(f"/studio/drafts/{change['id']}/discard", json={})
    assert answer.status_code == 204
    assert len(await claimed(trainer)) == 1


async def test_two_trainers_are_given_different_groups(either: World) -> None:
    one, other = await either.login("trainer"), await either.login("supervisor")
    for number, word in enumerate(["天上的云", "地上的草", "海里的鱼", "山中的树"]):
        await either.says(f"a{number}", f"{word}怎么会欠费呢")
    await fill(either)
    first, second = await asyncio.gather(claimed(one, limit=2), claimed(other, limit=2))
    assert len({group["id"] for group in first + second}) == 4
    either.clock.advance(minutes=11)
    assert len(await claimed(other, limit=10)) == 4


async def test_of_two_trainers_at_once_one_is_told(either: World) -> None:
    one, other = await either.login("trainer"), await either.login("supervisor")
    await either.says("a", "上月用了好多钱呀")
    await fill(either)
    group = (await one.get("/studio/inbox"))[0]
    answers = await asyncio.gather(
        *(
            who.http.post("/studio/inbox/decide", json=seen(group, outcome=outcome))
            for who, outcome in ((one, "skipped"), (other, "right"))
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["error"]["code"] == "stale"
    assert refused.json()["error"]["groups"] == [group["id"]]


async def test_pages_go_on_behind_the_last_group(world: World, trainer: AgentClient) -> None:
    table: dict[str, tuple[str | None, float]] = {}
    words = ["甲骨文", "乙烯基", "丙烷气", "丁香花", "戊己庚"]
    for number, word in enumerate(words):
        table[word] = ("query_bill", 0.5 if number % 2 else 0.6)
    understands(world, table)
    for number, word in enumerate(words):
        await world.says(f"a{number}", word)
    await fill(world)
    got: list[str] = []
    after: dict[str, Any] = {}
    while page := await trainer.get("/studio/inbox", limit=2, **after):
        got += [one["text"] for one in page]
        after = {"after_score": page[-1]["score"], "after_id": page[-1]["id"]}
    assert sorted(got) == sorted(words)
    assert len(got) == len(words)
    assert set(got[:2]) == {"乙烯基", "丁香花"}


async def test_groups_are_wanted_by_intent_and_by_reason(
    world: World, trainer: AgentClient
) -> None:
    understands(world, {"叫人来": ("request_human", 0.9), "嗯哼哈": ("noise", 0.9)})
    for address, text in (("a", "叫人来"), ("b", "嗯哼哈"), ("c", "查查账")):
        await world.says(address, text)
    await fill(world)
    assert [one["text"] for one in await claimed(trainer, intent="request_human")] == ["叫人来"]
    assert [one["text"] for one in await claimed(trainer, reason="fallback")] == ["嗯哼哈"]


async def test_what_an_agent_marks_comes_to_the_top(world: World, trainer: AgentClient) -> None:
    understands(world, {"听不懂": (None, 0.1)})
    receipt = await world.says("a", "查查账")
    world.clock.advance(hours=1)
    await world.says("a", "听不懂")
    agent = await world.login()
    path = f"/studio/inbox/sentences/{receipt.message_id}/mark"
    # At once, before the inbox has taken the message up by itself.
    assert (await agent.http.post(path, json={"signal": "wrong"})).status_code == 204
    await fill(world)
    groups = await claimed(trainer)
    assert [(one["text"], one["reason"]) for one in groups] == [
        ("查查账", "wrong"),
        ("听不懂", "fallback"),
    ]
    assert [one["sentences"] for one in groups] == [1, 1]
    unknown = f"/studio/inbox/sentences/{'0' * 26}/mark"
    assert (await agent.http.post(unknown, json={"signal": "wrong"})).status_code == 404


async def test_pressed_buttons_and_what_agents_read_are_no_sentences(
    world: World, trainer: AgentClient
) -> None:
    agent = await world.login()
    conversation_id = await world.waits("a")
    await agent.take(conversation_id)
    await world.says("a", "这是说给人听的")
    await fill(world)
    assert [one["text"] for one in await claimed(trainer)] == ["转人工"]


async def test_what_a_customer_had_removed_is_gone_from_here(
    world: World, trainer: AgentClient
) -> None:
    from care.privacy.deletion import remove_contents

    receipt = await world.says("a", "上月用了好多钱呀")
    await fill(world)
    assert len(await claimed(trainer)) == 1
    announcer = world.conversations.announcer
    await world.db.write(
        lambda session: remove_contents(
            session, announcer, receipt.conversation_id, receipt.message_id, world.clock()
        )
    )
    await fill(world)
    assert await claimed(trainer) == []


async def test_what_was_said_before_the_inbox_was_there_comes_into_it(
    world: World, trainer: AgentClient
) -> None:
    from sqlalchemy import delete

    from care.conversations.tables import DeskEvent

    await world.says("a", "上月用了好多钱呀")
    await world.db.write(lambda session: session.execute(delete(DeskEvent)))
    await fill(world)
    assert len(await claimed(trainer)) == 1
    await fill(world)
    assert (await claimed(trainer))[0]["sentences"] == 1


@pytest.mark.parametrize("path", ["/studio/inbox", "/studio/drafts", "/studio/data/intents"])
async def test_agents_do_not_see_it(world: World, path: str) -> None:
    agent = await world.login()
    assert (await agent.http.get(path)).status_code == 403
