"""Official Accounts against the simulated platform, whose cipher and XML are not ours."""

import pytest

from tests.channels.platform.conftest import Served, until


async def test_the_platform_accepts_our_address(served: Served) -> None:
    for account in ("official", "mini", "kf"):
        assert (await served.controls(f"{account}/check")) == {"result": "ok"}


@pytest.mark.parametrize("text", ["查话费", "]]><b>&amp;\x08", "😀 emoji", "<xml>", "a" * 1500])
async def test_what_is_said_is_answered_in_the_response(served: Served, text: str) -> None:
    customer = served.customer("official")
    said = await customer.say(text)
    assert [one["result"] for one in said["deliveries"]] == ["answered"]
    (shown,) = await customer.news()
    assert shown["via"] == "passive"
    assert shown["text"] == f"您说：{text}".replace("\x08", "")


async def test_a_cut_line_costs_the_customer_nothing(served: Served) -> None:
    await served.controls("faults", cut=2)
    customer = served.customer("official")
    said = await customer.say("查话费")
    assert [one["result"] for one in said["deliveries"]][:2] == ["cut", "cut"]
    assert await customer.texts() == ["您说：查话费"]
    assert len(served.world.engine.requests) == 1


async def test_a_message_that_arrives_twice_is_answered_once(served: Served) -> None:
    await served.controls("faults", duplicate=1)
    customer = served.customer("official")
    await customer.say("查话费")
    await customer.say("再见")
    assert await customer.texts(2) == ["您说：查话费", "您说：再见"]


async def test_an_answer_after_the_five_seconds_is_sent(served: Served) -> None:
    served.world.engine.free.clear()
    customer = served.customer("official")
    said = await customer.say("查话费")
    assert {one["result"] for one in said["deliveries"]} == {"silent"}
    served.world.engine.free.set()
    (shown,) = await customer.news()
    assert (shown["via"], shown["text"]) == ("custom", "您说：查话费")
    assert (await served.calls()).count(("stable_token", 0)) == 1


async def test_what_may_not_be_sent_comes_with_the_next_message(served: Served) -> None:
    served.world.engine.free.clear()
    customer = served.customer("official")
    await customer.say("查话费")
    customer.phone.exhaust()
    served.world.engine.free.set()
    await _until_called(served, "message/custom/send", 45047)
    await customer.say("还在吗")
    assert "您说：查话费" in "\n".join(await customer.texts())


async def test_a_token_that_is_over_is_fetched_once_more(served: Served) -> None:
    customer = served.customer("official")
    for text in ("查话费", "查流量"):
        served.world.engine.free.clear()
        await customer.say(text)
        served.world.engine.free.set()
        assert await customer.texts() == [f"您说：{text}"]
        if text == "查话费":
            await served.controls("official/expire")
    calls = await served.calls()
    assert [code for _, code in calls].count(42001) == 1
    assert calls.count(("stable_token", 0)) == 2


async def _until_called(served: Served, path: str, errcode: int) -> None:
    async def called() -> bool:
        return (path, errcode) in await served.calls()

    await until(called)
