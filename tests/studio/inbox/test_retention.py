"""Sentences go from the inbox after their time; what is younger, and what they were counted for, stays."""

from datetime import timedelta

from care.studio.inbox.retention import remover_of_sentences
from care.studio.inbox.tables import IntentWeek, Sentence, SentenceGroup
from tests.desk.world import AgentClient, World
from tests.studio.conftest import fill

remove = remover_of_sentences(timedelta(days=180))


def swept(world: World, limit: int = 100) -> int:
    """How many sentences were removed."""
    return world.db.write_now(lambda session: remove(session, world.clock(), limit))


async def test_a_sentence_is_kept_for_its_time_and_not_longer(either: World) -> None:
    await either.says("a", "电视机打不开了")
    await fill(either)
    either.clock.advance(days=180)
    assert swept(either) == 0
    either.clock.advance(seconds=1)
    assert swept(either) == 1
    left = either.db.read_now(
        lambda session: (session.query(Sentence).count(), session.query(SentenceGroup).count())
    )
    assert left == (0, 0)
    trainer = await either.login("trainer")
    assert await trainer.get("/studio/inbox") == []
    weeks = either.db.read_now(lambda session: session.query(IntentWeek).all())
    assert [one.sentences for one in weeks] == [1]


async def test_a_group_stays_with_its_younger_sentences(world: World) -> None:
    await world.says("a", "帮我查一下这个月账单")
    world.clock.advance(days=100)
    await world.says("b", "帮我查一下这个月账单吗？")
    await fill(world)
    world.clock.advance(days=100)
    assert swept(world) == 1
    [group] = await (await world.login("trainer")).get("/studio/inbox")
    assert (group["sentences"], group["text"]) == (1, "帮我查一下这个月账单吗？")


async def test_what_was_handled_goes_too_and_its_example_stays(
    world: World, trainer: AgentClient
) -> None:
    await world.says("a", "电视机打不开了")
    await fill(world)
    [group] = (await trainer.post("/studio/inbox/claim", {}))["groups"]
    body = {"groups": [{"id": group["id"], "version": group["version"]}], "outcome": "labelled"}
    action = await trainer.post("/studio/inbox/decide", {**body, "intent": "query_bill"})
    world.clock.advance(days=181)
    trainer = await world.login("trainer")
    assert swept(world) == 1
    [change] = await trainer.get("/studio/drafts")
    assert change["edit"]["text"] == "电视机打不开了"
    back = await trainer.post("/studio/inbox/undo", {"action": action["id"]})
    assert back["groups"] == []
    assert await trainer.get("/studio/drafts") == []


async def test_it_goes_in_batches_the_oldest_first(world: World) -> None:
    for place, text in enumerate(("查账单", "宽带坏了", "办副卡")):
        await world.says(f"{place}", text)
        world.clock.advance(days=1)
    await fill(world)
    world.clock.advance(days=200)
    assert swept(world, 2) == 2
    [left] = world.db.read_now(lambda session: session.query(Sentence).all())
    assert left.text == "办副卡"
