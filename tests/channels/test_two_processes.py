"""Two care processes on one PostgreSQL and one Valkey behave as one."""

from pathlib import Path

from care import schema
from care.backends.redis import RedisPubSub
from tests.channels.world import AGENT, Visitor, World


async def test_what_is_said_at_one_process_shows_at_the_other(
    postgres_url: str, valkey_url: str, tmp_path: Path
) -> None:
    here = World(postgres_url, tmp_path, pubsub=RedisPubSub(valkey_url))
    there = World(postgres_url, tmp_path, pubsub=RedisPubSub(valkey_url))
    schema.metadata.create_all(here.db.engine)
    try:
        visitor = await here.visitor()
        elsewhere = Visitor(there, visitor.token, visitor.conversation)
        async with visitor.line() as line:
            await visitor.hello(line)
            await line.of_type("state")
            assert (await elsewhere.say("转人工")).status_code == 200
            assert (await line.message("customer"))["text"] == "转人工"
            assert (await line.message("bot"))["text"] == "您说：转人工"
            assert (await line.of_type("state"))["owner"] == "queue"
            await there.accept(visitor.conversation)
            assert (await line.of_type("state"))["agent_name"] == AGENT.name
            await there.conversations.reply(visitor.conversation, AGENT, "reply-0001", "您好")
            assert (await line.message("agent"))["text"] == "您好"
        assert here.engine.requests == []
        assert len(there.engine.requests) == 1
    finally:
        await here.close()
        await there.close()
