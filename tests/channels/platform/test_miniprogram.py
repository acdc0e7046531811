"""Customer service of mini programs: JSON and XML in, sends out."""

import pytest

from tests.channels.platform.conftest import Served, fetches_a_picture, offering


@pytest.mark.parametrize("body", ["json", "xml"])
async def test_what_is_said_is_acknowledged_at_once_and_answered_by_a_send(
    served: Served, body: str
) -> None:
    await served.controls("mini", body=body)
    customer = served.customer("mini")
    said = await customer.say("查话费 ]]> \x08<b>")
    assert [one["result"] for one in said["deliveries"]] == ["silent"]
    (shown,) = await customer.news()
    assert (shown["via"], shown["text"]) == ("custom", "您说：查话费 ]]> <b>")


async def test_a_message_that_comes_again_is_answered_once(served: Served) -> None:
    await served.controls("faults", cut=1, duplicate=1)
    customer = served.customer("mini")
    await customer.say("查话费")
    await customer.say("查流量")
    assert await customer.texts(2) == ["您说：查话费", "您说：查流量"]
    assert len(served.world.engine.requests) == 2


async def test_buttons_become_numbers(served: Served) -> None:
    customer = served.customer("mini")
    served.world.engine.answer = offering
    await customer.say("你好")
    assert await customer.texts() == ["请选择：\n\n1. 查话费\n2. 查流量"]
    await customer.say("2")
    assert await customer.texts() == ["按下了：/query_usage"]


async def test_what_is_too_long_is_told(served: Served) -> None:
    customer = served.customer("mini")
    await customer.say("长" * 2001)
    assert await customer.texts() == ["消息太长了，请分几次发送。"]


async def test_entering_the_chat_says_nothing_and_opens_the_allowance(served: Served) -> None:
    customer = served.customer("mini")
    done = await customer.does("user_enter_tempsession", SessionFrom="web")
    assert [one["result"] for one in done["deliveries"]] == ["silent"]
    await customer.say("你好")
    assert await customer.texts() == ["您说：你好"]


async def test_the_two_accounts_do_not_share_their_customers(served: Served) -> None:
    mini, official = served.customer("mini"), served.customer("official")
    await mini.say("查话费")
    await official.say("查流量")
    assert await mini.texts() == ["您说：查话费"]
    assert await official.texts() == ["您说：查流量"]
    assert len({request.conversation_id for request in served.world.engine.requests}) == 2


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"Encrypt": 5}', b'{"Encrypt": "AAAA"}', b"<xml/>", b"", b"\xff"]
)
async def test_what_the_platform_did_not_send_is_refused(served: Served, body: bytes) -> None:
    http = served.world.http()
    answer = await http.post("/wechat/miniprogram", content=body, params={"timestamp": "1"})
    assert answer.status_code == 403
    assert await served.stored() == []


async def test_a_picture_is_fetched_and_kept(served: Served) -> None:
    await fetches_a_picture(served, "mini")
