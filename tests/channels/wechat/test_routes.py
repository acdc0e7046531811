"""``/wechat`` over HTTP: off, checked, forged, plain."""

from pathlib import Path

import httpx
import pytest

from care.channels.wechat import xml
from care.channels.wechat.cipher import MessageCipher
from tests import virtual_time
from tests.channels.wechat.account import AES_KEY, APP_ID, MOMENT, query, sealed
from tests.channels.wechat.phone import WechatWorld
from tests.channels.world import a_world

TEXT = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName>"
    "<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>Q1</Content><MsgId>1</MsgId></xml>"
)


async def test_it_is_not_there_without_an_account(tmp_path: Path) -> None:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        http = world.http()
        assert (await http.get("/wechat", params={**query(), "echostr": "1"})).status_code == 404
        assert (await http.post("/wechat", content=b"<xml/>")).status_code == 404


def test_the_address_is_checked(tmp_path: Path) -> None:
    async def work() -> None:
        async with WechatWorld(tmp_path) as world:
            asked = {**query(at=world.clock()), "echostr": "5927782489442352469"}
            found = await world.http.get("/wechat", params=asked)
            assert (found.status_code, found.text) == (200, "5927782489442352469")
            for wrong in ({**asked, "signature": "0" * 40}, {}, {"echostr": "<script>"}):
                refused = await world.http.get("/wechat", params=wrong)
                assert refused.status_code == 403
                assert refused.json()["error"]["code"] == "wechat_protocol"

    virtual_time.run(work())


@pytest.mark.parametrize(
    "body", [b"", b"<xml/>", b"\xff" * 50, TEXT.encode(), b"<!DOCTYPE a><xml/>"]
)
def test_what_is_forged_is_refused_and_not_stored(tmp_path: Path, body: bytes) -> None:
    async def work() -> None:
        async with WechatWorld(tmp_path) as world:
            for asked in ({}, query(at=world.clock()), query(at=MOMENT)):
                refused = await world.http.post("/wechat", params=asked, content=body)
                assert refused.status_code == 403
            assert world.engine.asked == []

    virtual_time.run(work())


def test_a_callback_of_yesterday_is_refused(tmp_path: Path) -> None:
    async def work() -> None:
        async with WechatWorld(tmp_path) as world:
            asked, body = sealed(TEXT, at=world.clock())
            world.clock.skip(days=1)
            refused = await world.http.post("/wechat", params=asked, content=body)
            assert refused.status_code == 403
            assert world.engine.asked == []

    virtual_time.run(work())


@pytest.mark.parametrize("mode", ["plain", "compatible"])
def test_the_other_modes(tmp_path: Path, mode: str) -> None:
    async def work() -> None:
        key = "" if mode == "plain" else AES_KEY
        async with WechatWorld(tmp_path, wechat_mode=mode, wechat_aes_key=key) as world:
            asked = query(at=world.clock())
            answer = await world.http.post("/wechat", params=asked, content=TEXT.encode())
            assert "<Content><![CDATA[A1]]></Content>" in answer.text
            if mode == "compatible":
                asked, body = sealed(TEXT.replace("Q1", "Q2").replace(">1<", ">2<"), world.clock())
                answer = await world.http.post("/wechat", params=asked, content=body)
                sealed_answer = xml.parse(answer.content)["Encrypt"]
                assert "<Content>" not in answer.text
                opened = xml.parse(MessageCipher(AES_KEY, APP_ID).decrypt(sealed_answer))
                assert opened["Content"] == "A2"

    virtual_time.run(work())


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async def work() -> httpx.Response:
        async with WechatWorld(tmp_path) as world:
            asked = query(at=world.clock())
            return await world.http.post("/wechat", params=asked, content=bytes(70_000))

    assert virtual_time.run(work()).status_code == 413
