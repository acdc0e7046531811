"""Agreement with two other implementations, in both directions: wechatpy, and npm's wechat-crypto."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from care.channels.wechat import passive, xml
from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.incoming import Text, read
from care.channels.wechat.signature import sign
from tests.channels.wechat.account import AES_KEY, APP_ID, TOKEN, envelope, query, sealed
from tools.layout import Layout
from tools.node import ensure_node, install_packages

HERE = Path(__file__).parent
TEXTS = st.text(st.characters(codec="utf-8"), max_size=120)
WECHATPY = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
CIPHER = MessageCipher(AES_KEY, APP_ID)

type Oracle = Callable[[dict[str, str]], dict[str, Any]]


def test_wechatpy_takes_our_signature() -> None:
    asked = query()
    check_signature(TOKEN, asked["signature"], asked["timestamp"], asked["nonce"])


@given(TEXTS)
def test_wechatpy_opens_our_answers(said: str) -> None:
    to = Text("oUser", "gh_1", 1, "1", "hello")
    document = passive.text_reply(to, said, 1409735669)
    values = xml.parse(envelope().close(document, encrypted=True).encode())
    opened = WECHATPY.decrypt_message(
        {"Encrypt": values["Encrypt"]},
        values["MsgSignature"],
        values["TimeStamp"],
        values["Nonce"],
    )
    assert opened == document


@given(TEXTS)
def test_we_open_what_wechatpy_seals(said: str) -> None:
    document = xml.render({"Content": said})
    body = WECHATPY.encrypt_message(document, "n1", "1409735669")
    values = xml.parse(body.encode())
    asked = {**query(), "msg_signature": values["MsgSignature"], "encrypt_type": "aes"}
    opened = envelope().open(asked, body.encode())
    assert opened.values["Content"] == xml.parse(document.encode())["Content"]


def test_both_read_a_message_alike() -> None:
    head = "<ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName><CreateTime>9</CreateTime>"
    for content in (
        "<MsgType>text</MsgType><Content><![CDATA[a]]></Content><MsgId>1</MsgId>",
        "<MsgType>image</MsgType><PicUrl>u</PicUrl><MediaId>m</MediaId><MsgId>1</MsgId>",
        "<MsgType>voice</MsgType><MediaId>m</MediaId><Format>amr</Format>"
        "<Recognition>查</Recognition><MsgId>1</MsgId>",
        "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>k</EventKey>",
    ):
        document = f"<xml>{head}{content}</xml>"
        ours, theirs = read(xml.parse(document.encode())), parse_message(document)
        assert (ours.sender, ours.account, ours.created) == (theirs.source, theirs.target, 9)
        for mine, other in (
            ("content", "content"),
            ("media_id", "media_id"),
            ("url", "image"),
            ("format", "format"),
            ("recognition", "recognition"),
            ("menu_key", "key"),
        ):
            if hasattr(ours, mine):
                assert getattr(ours, mine) == getattr(theirs, other)


@pytest.fixture(scope="module")
def wechat_crypto() -> Iterator[Oracle]:
    """npm's wechat-crypto in a Node process; installed at the first use."""
    layout = Layout.from_environment()
    node = ensure_node(layout)
    what = "a second implementation of WeChat's cipher, for the tests"
    install_packages(HERE, node, os.environ, layout.log / "setup.log", what)
    with subprocess.Popen(
        [node.folder / "node", "--no-deprecation", HERE / "oracle.cjs", TOKEN, AES_KEY, APP_ID],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        wanted, given_back = process.stdin, process.stdout

        def ask(request: dict[str, str]) -> dict[str, Any]:
            wanted.write(json.dumps(request) + "\n")
            wanted.flush()
            answer: dict[str, Any] = json.loads(given_back.readline())
            return answer

        yield ask
        wanted.close()
        process.wait(10)


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_wechat_crypto_agrees_in_both_directions(wechat_crypto: Oracle, said: str) -> None:
    theirs = wechat_crypto({"seal": said})
    assert CIPHER.decrypt(theirs["encrypted"]).decode() == said
    assert theirs["signature"] == sign(TOKEN, "1409735669", "n1", theirs["encrypted"])
    encrypted = CIPHER.encrypt(said.encode())
    opened = wechat_crypto({"open": encrypted})
    assert (opened["message"], opened["receiver"]) == (said, APP_ID)
    assert opened["signature"] == sign(TOKEN, "1409735669", "n1", encrypted)


def test_a_sealed_callback_of_ours_is_one_of_theirs() -> None:
    asked, body = sealed("<xml><Content>a</Content></xml>")
    opened = WECHATPY.decrypt_message(
        body, asked["msg_signature"], asked["timestamp"], asked["nonce"]
    )
    assert opened == "<xml><Content>a</Content></xml>"
