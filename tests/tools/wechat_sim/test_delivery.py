"""The side that delivers: modes, five seconds, three attempts, what an answer shows."""

import asyncio
import json
from xml.etree import ElementTree

import pytest

from tests.tools.wechat_sim.callback import Sim, a_sim, opened, reply, sealed
from tools.wechat_sim import delivery
from tools.wechat_sim.accounts import OFFICIAL, made_up
from tools.wechat_sim.cipher import Envelope, signature
from tools.wechat_sim.delivery import UNAVAILABLE
from tools.wechat_sim.envelope import request

# Tencent's own example of 消息加解密说明.
VECTOR_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
VECTOR = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2L"
    "dJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6u"
    "x5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJ"
    "pXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCz"
    "pu9GhglF2PE="
)


async def test_a_text_arrives_encrypted_and_the_passive_answer_is_shown(sim: Sim) -> None:
    def answer(query: dict[str, str], body: bytes) -> bytes:
        values = opened(sim.official, query, body)
        xml = reply(sim.official, values["FromUserName"], f"您说的是{values['Content']}")
        return sealed(sim.official, xml)

    sim.server.answer = answer
    said = await sim.say("查话费 ]]> <b>")
    assert [one["result"] for one in said["deliveries"]] == ["answered"]
    (query, body) = sim.server.requests[0]
    assert "查话费".encode() not in body
    assert query["encrypt_type"] == "aes"
    assert query["openid"] == said["openid"]
    signed = signature(sim.official.token, query["timestamp"], query["nonce"])
    assert query["signature"] == signed
    assert opened(sim.official, query, body)["MsgId"] == said["message_id"]
    (shown,) = await sim.shown(sender="account")
    assert shown["text"] == "您说的是查话费 ]]> <b>"
    assert shown["via"] == "passive"


async def test_plain_and_compatible_deliveries_can_be_read_without_the_key() -> None:
    for mode in ("plain", "compatible"):
        async with a_sim(mode) as sim:
            await sim.say("你好\x08")
            query, body = sim.server.requests[0]
            assert "你好\x08".encode() in body  # real messages hold control characters
            assert ("msg_signature" in query) is (mode == "compatible")


async def test_a_mini_program_is_told_in_json(sim: Sim) -> None:
    await sim.http.post("/sim/mini", json={"mode": "plain"})
    await sim.say("在吗", "mini")
    _, body = sim.server.requests[0]
    assert json.loads(body)["Content"] == "在吗"
    await sim.http.post("/sim/mini", json={"mode": "safe"})
    await sim.say("在吗", "mini")
    inner = json.loads(sim.server.requests[1][1])
    text = Envelope(sim.mini.aes_key, sim.mini.app_id).decrypt(inner["Encrypt"])
    assert json.loads(text)["MsgType"] == "text"


async def test_without_an_answer_it_comes_three_times_and_the_customer_is_told(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SECONDS", 0.05)
    sim.server.seconds = [0.5] * 3
    said = await sim.say("有人吗")
    assert [one["result"] for one in said["deliveries"]] == ["late"] * 3
    ids = {opened(sim.official, *one)["MsgId"] for one in sim.server.requests}
    assert len(sim.server.requests) == 3
    assert ids == {said["message_id"]}
    assert [one["text"] for one in await sim.shown(sender="system")] == [UNAVAILABLE]


async def test_a_late_first_attempt_is_made_good_by_the_second(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SECONDS", 0.2)
    sim.server.seconds = [1.0]
    said = await sim.say("有人吗")
    assert [one["result"] for one in said["deliveries"]] == ["late", "silent"]
    assert await sim.shown(sender="system") == []


@pytest.mark.parametrize(
    "broken",
    [
        b"ok",
        b"<xml>",
        b"<xml></xml>",
        b"\xff\xfe",
        b'<!DOCTYPE x [<!ENTITY y "z">]><xml></xml>',
        b'{"errcode": 0}',
    ],
)
async def test_what_cannot_be_read_shows_that_the_service_is_down(sim: Sim, broken: bytes) -> None:
    sim.server.answer = lambda query, body: broken
    said = await sim.say("你好")
    assert [one["result"] for one in said["deliveries"]] == ["malformed"]
    assert [one["text"] for one in await sim.shown(sender="system")] == [UNAVAILABLE]


async def test_an_answer_for_somebody_else_too_long_or_in_the_clear_is_malformed(sim: Sim) -> None:
    customer = sim.platform.customer(sim.official, "wang").openid
    answers = [
        sealed(sim.official, reply(sim.official, "oSomebodyElse", "好")),
        sealed(sim.official, reply(sim.official, customer, "字" * 683)),
        sealed(sim.official, reply(sim.official, customer, "好", MsgType="poem")),
        sealed(sim.official, reply(sim.official, customer, "好", CreateTime="soon")),
        sealed(sim.mini, reply(sim.official, customer, "好")),
        reply(sim.official, customer, "好"),
    ]
    for number, made in enumerate(answers, 1):
        sim.server.answer = lambda query, body, made=made: made  # type: ignore[misc]
        await sim.say("你好")
        assert len(await sim.shown(sender="system")) == number
    assert await sim.shown(sender="account") == []


@pytest.mark.parametrize("silence", [b"", b"success"])
async def test_silence_shows_nothing(sim: Sim, silence: bytes) -> None:
    sim.server.answer = lambda query, body: silence
    await sim.say("你好")
    assert [one["from"] for one in await sim.shown()] == ["customer"]


async def test_a_cut_delivery_reached_the_server_and_comes_again(sim: Sim) -> None:
    await sim.http.post("/sim/faults", json={"cut": 1})
    said = await sim.say("你好")
    assert [one["result"] for one in said["deliveries"]] == ["cut", "silent"]
    assert len(sim.server.requests) == 2


async def test_a_lost_delivery_did_not_reach_the_server(sim: Sim) -> None:
    await sim.http.post("/sim/faults", json={"lost": 2})
    said = await sim.say("你好")
    assert [one["result"] for one in said["deliveries"]] == ["lost", "lost", "silent"]
    assert len(sim.server.requests) == 1


async def test_a_slow_answer_is_lost_although_it_was_given(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SECONDS", 0.1)
    await sim.http.post("/sim/faults", json={"slow": 1, "slow_seconds": 1})
    openid = sim.platform.customer(sim.official, "wang").openid
    sim.server.answer = lambda query, body: sealed(
        sim.official, reply(sim.official, openid, f"第{len(sim.server.requests)}次")
    )
    said = await sim.say("你好")
    assert [one["result"] for one in said["deliveries"]] == ["late", "answered"]
    assert [one["text"] for one in await sim.shown(sender="account")] == ["第2次"]


async def test_a_duplicate_arrives_twice_and_one_answer_is_shown(sim: Sim) -> None:
    await sim.http.post("/sim/faults", json={"duplicate": 1})
    openid = sim.platform.customer(sim.official, "wang").openid
    xml = sealed(sim.official, reply(sim.official, openid, "好的"))
    sim.server.answer = lambda query, body: xml
    said = await sim.say("你好")
    assert len(sim.server.requests) == 2
    assert [one["result"] for one in said["deliveries"]] == ["answered", "answered"]
    assert len(await sim.shown(sender="account")) == 1


async def test_a_failing_server_is_asked_three_times(sim: Sim) -> None:
    sim.server.status = 500
    said = await sim.say("你好")
    assert [one["result"] for one in said["deliveries"]] == ["failed"] * 3


async def test_events_and_the_pressed_entry_of_a_menu(sim: Sim) -> None:
    await sim.http.post(
        "/sim/official/customers/wang/event",
        json={"event": "CLICK", "fields": {"EventKey": "bill"}, "wait": True},
    )
    values = opened(sim.official, *sim.server.requests[0])
    assert values["MsgType"] == "event"
    assert values["EventKey"] == "bill"
    assert "MsgId" not in values
    await sim.say("查话费", menu_id="101")
    assert opened(sim.official, *sim.server.requests[1])["bizmsgmenuid"] == "101"


async def test_the_links_of_an_answer_can_be_pressed(sim: Sim) -> None:
    openid = sim.platform.customer(sim.official, "wang").openid
    link = (
        '您要 <a href="weixin://bizmsgmenu?msgmenucontent=看结果&amp;msgmenuid=7">点我看结果</a>'
        ' 或 <a href="javascript:alert(1)">坏</a>'
    )
    xml = sealed(sim.official, reply(sim.official, openid, link))
    sim.server.answer = lambda query, body: xml
    await sim.say("你好")
    (shown,) = await sim.shown(sender="account")
    assert shown["rich"] == [
        {"text": "您要 "},
        {"text": "点我看结果", "menu_id": "7", "menu_content": "看结果"},
        {"text": " 或 "},
        {"text": "坏"},
    ]


async def test_the_console_checks_the_address(sim: Sim) -> None:
    sim.server.answer = lambda query, body: query["echostr"].encode()
    answer = await sim.http.post("/sim/official/check")
    assert answer.json() == {"result": "ok"}
    query, _ = sim.server.requests[0]
    assert query["signature"] == signature(sim.official.token, query["timestamp"], query["nonce"])
    wecom = (await sim.http.post("/sim/kf/check")).json()
    assert wecom["result"] != "ok"  # there the echostr is encrypted
    envelope = Envelope(sim.kf.aes_key, sim.kf.app_id)
    sim.server.answer = lambda query, body: envelope.decrypt(query["echostr"])
    assert (await sim.http.post("/sim/kf/check")).json() == {"result": "ok"}


async def test_who_waits_for_the_phone_is_woken(sim: Sim) -> None:
    waiting = asyncio.create_task(
        sim.http.get("/sim/official/customers/wang/shown", params={"wait": 20})
    )
    await asyncio.sleep(0)
    await sim.say("你好")
    async with asyncio.timeout(5):
        answer = await waiting
    assert [one["text"] for one in answer.json()["entries"]] == ["你好"]


def test_the_cipher_reads_the_example_of_the_documentation() -> None:
    signed = signature("spamtest", "1409735669", "1320562132", VECTOR)
    assert signed == "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
    inner = ElementTree.fromstring(Envelope(VECTOR_KEY, "wx2c2769f8efd9abc2").decrypt(VECTOR))
    assert inner.findtext("Content") == "abcdteT"


def test_what_the_cipher_makes_it_reads_and_nothing_else() -> None:
    envelope = Envelope(VECTOR_KEY, "wx2c2769f8efd9abc2")
    made = envelope.encrypt("你好".encode())
    assert envelope.decrypt(made).decode() == "你好"
    with pytest.raises(ValueError, match="somebody else"):
        Envelope(VECTOR_KEY, "wx0000000000000000").decrypt(made)
    for broken in ("", "x", made[:-4], "A" * 44):
        with pytest.raises(ValueError):  # noqa: PT011
            envelope.decrypt(broken)


def test_the_delivered_xml_is_well_formed_whatever_is_said() -> None:
    account = made_up(OFFICIAL, mode="plain")
    message = {"ToUserName": account.name, "Content": "a]]>b<c>&d", "MsgType": "text"}
    root = ElementTree.fromstring(request(account, message, "o1", 0).body)
    assert root.findtext("Content") == "a]]>b<c>&d"
