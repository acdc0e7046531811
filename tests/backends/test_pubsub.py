"""What every ``PubSub`` promises, in memory and over a real Valkey; and what only the second can."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from care.backends import MemoryPubSub, PubSub
from care.backends.redis import CHANNEL, RedisPubSub


@pytest_asyncio.fixture(params=["memory", "redis", "two processes"])
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[tuple[PubSub, PubSub]]:
    """Where to publish and where to listen."""
    if request.param == "memory":
        one = MemoryPubSub()
        yield one, one
        return
    url = request.getfixturevalue("valkey_url")
    first = RedisPubSub(url)
    second = RedisPubSub(url) if request.param == "two processes" else first
    yield first, second
    await first.close()
    await second.close()


type Ends = tuple[PubSub, PubSub]


async def test_a_message_reaches_all_who_listen_to_its_topic(ends: Ends) -> None:
    near, far = ends
    async with far.subscribe("a") as one, far.subscribe("a", "b") as two, far.subscribe("c") as no:
        near.publish("a", {"on": True})
        near.publish("b")
        near.publish("c", {"last": 1})
        assert await one.next(5) == {"topic": "a", "on": True}
        assert await two.next(5) == {"topic": "a", "on": True}
        assert await two.next(5) == {"topic": "b"}
        assert await no.next(5) == {"topic": "c", "last": 1}
        assert await one.next(0.01) is None


async def test_messages_keep_their_order(ends: Ends) -> None:
    near, far = ends
    async with far.subscribe("a") as listener:
        for number in range(200):
            near.publish("a", {"number": number})
        heard = [await listener.next(5) for _ in range(200)]
    assert heard == [{"topic": "a", "number": number} for number in range(200)]


async def test_who_comes_later_hears_only_what_is_said_later(ends: Ends) -> None:
    near, far = ends
    near.publish("a", {"early": True})
    async with far.subscribe("fence") as fence:
        near.publish("fence")
        await fence.next(5)
        async with far.subscribe("a") as listener:
            near.publish("a", {"early": False})
            assert await listener.next(5) == {"topic": "a", "early": False}


async def test_who_has_left_hears_nothing(ends: Ends) -> None:
    near, far = ends
    listener = far.subscribe("a")
    async with listener:
        pass
    async with far.subscribe("a") as present:
        near.publish("a")
        await present.next(5)
        assert await listener.next(0.01) is None


async def test_publishing_to_nobody_is_no_matter(ends: Ends) -> None:
    near, far = ends
    near.publish("a")
    assert await near.ping()
    assert await far.ping()


async def test_a_listener_that_does_not_read_keeps_the_newest(ends: Ends) -> None:
    near, far = ends
    async with far.subscribe("a") as slow, far.subscribe("end") as end:
        for number in range(1100):
            near.publish("a", {"number": number})
        near.publish("end")
        await end.next(5)
        first = await slow.next(5)
        assert first == {"topic": "a", "number": 100}


async def test_after_a_cut_listeners_are_woken_and_hear_again(valkey_url: str) -> None:
    near, far = RedisPubSub(valkey_url), RedisPubSub(valkey_url)
    try:
        async with far.subscribe("a") as listener:
            assert await near.ping()
            async with Redis.from_url(valkey_url) as admin:
                await admin.client_kill_filter(_type="pubsub")
            assert await listener.next(10) == {"topic": "a"}  # something may have been missed
            await _until_heard(near, listener.next)
    finally:
        await near.close()
        await far.close()


async def _until_heard(near: PubSub, following: Callable[[float], object]) -> None:
    async with asyncio.timeout(10):
        while True:
            near.publish("a", {"again": True})
            heard = await following(0.2)  # type: ignore[misc]
            if heard == {"topic": "a", "again": True}:
                return


async def test_without_a_server_the_process_still_hears_itself() -> None:
    lonely = RedisPubSub("redis://127.0.0.1:1/0")
    try:
        async with lonely.subscribe("a") as listener:
            lonely.publish("a", {"on": True})
            assert await listener.next(5) == {"topic": "a", "on": True}
            assert not await lonely.ping()
    finally:
        await lonely.close()


async def test_senseless_messages_are_passed_over(valkey_url: str) -> None:
    far = RedisPubSub(valkey_url)
    try:
        async with far.subscribe("a") as listener, Redis.from_url(valkey_url) as stranger:
            for content in (b"\xff", b"{", b"[]", b"5", b"{}", b'{"from":"x","topic":"a"}'):
                await stranger.publish(CHANNEL, content)
            await stranger.publish(CHANNEL, b'{"from":"x","topic":"a","message":{"on":true}}')
            assert await listener.next(5) == {"topic": "a", "on": True}
    finally:
        await far.close()


def test_publishing_without_an_event_loop_is_silent() -> None:
    RedisPubSub("redis://127.0.0.1:1/0").publish("a")
