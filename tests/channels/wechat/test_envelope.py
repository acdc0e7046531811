"""The envelope: Tencent's vector, the three modes, what is refused, and that nothing but ``ProtocolError`` comes out."""

import base64
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from care.channels.wechat import xml
from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.envelope import Envelope, Mode
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.incoming import Text, read
from care.channels.wechat.signature import REPLAY_WINDOW, Signatures, sign
from tests.channels.wechat.account import (
    AES_KEY,
    APP_ID,
    ENCRYPTED,
    ENCRYPTED_BODY,
    MOMENT,
    TOKEN,
    VECTOR,
    envelope,
    query,
    sealed,
)
from tests.fakes import ManualClock

PLAIN = "<xml><MsgType>text</MsgType><Content><![CDATA[您好]]></Content></xml>"


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.COMPATIBLE])
def test_opens_tencents_vector(mode: Mode) -> None:
    opened = envelope(mode).open(VECTOR, ENCRYPTED_BODY)
    assert opened.encrypted
    message = read(opened.values)
    assert isinstance(message, Text)
    assert message.content == "abcdteT"
    assert message.sender == "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
    assert message.key == "oyORnuP8q7ou2gfYjqLzSIWZf0rs:1409735668:6054768590064713728"


def test_signs_as_tencents_vector() -> None:
    timestamp, nonce = VECTOR["timestamp"], VECTOR["nonce"]
    assert sign(TOKEN, timestamp, nonce) == VECTOR["signature"]
    assert sign(TOKEN, timestamp, nonce, ENCRYPTED) == VECTOR["msg_signature"]


def test_echoes_what_was_signed() -> None:
    assert envelope().echo({**query(), "echostr": "5927782489442352469"}) == "5927782489442352469"


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"nonce": "other"},
        {"nonce": ""},
        {"timestamp": "1409735670"},
        {"timestamp": "-1"},
        {"timestamp": "٣"},
        {"echostr": ""},
        {"echostr": "x" * 513},
        {"echostr": "a\r\nb"},
    ],
)
def test_echoes_nothing_else(change: dict[str, str]) -> None:
    with pytest.raises(ProtocolError):
        envelope().echo({**query(), "echostr": "5927", **change})


def test_plain_mode_takes_and_gives_plain_xml() -> None:
    plain = envelope(Mode.PLAIN)
    opened = plain.open(query(), PLAIN.encode())
    assert opened.values["Content"] == "您好"
    assert plain.close("<xml/>", encrypted=opened.encrypted) == "<xml/>"


def test_compatible_mode_prefers_the_cipher_text() -> None:
    encrypted = MessageCipher(AES_KEY, APP_ID).encrypt(b"<xml><Content>true</Content></xml>")
    body = f"<xml><Content>forged</Content><Encrypt>{encrypted}</Encrypt></xml>".encode()
    assert envelope(Mode.COMPATIBLE).open(query(encrypted), body).values["Content"] == "true"


def test_safe_mode_takes_no_plain_xml() -> None:
    with pytest.raises(ProtocolError):
        envelope().open(query(), PLAIN.encode())
    with pytest.raises(ProtocolError):
        envelope().open({**query(), "encrypt_type": "raw"}, PLAIN.encode())


def test_the_signature_of_the_content_is_the_one_that_counts() -> None:
    """``signature`` covers no content: with it alone anybody who saw one callback could send any other."""
    asked, body = sealed(PLAIN)
    with pytest.raises(ProtocolError):
        envelope().open({**asked, "msg_signature": asked["signature"]}, body)
    assert envelope().open({**asked, "signature": "0" * 40}, body).encrypted


def test_a_content_for_another_account_is_refused() -> None:
    encrypted = MessageCipher(AES_KEY, "wx0000000000000000").encrypt(PLAIN.encode())
    with pytest.raises(ProtocolError) as caught:
        envelope().open(query(encrypted), f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode())
    assert caught.value.reason == "receiver"
    assert "receiver" not in str(caught.value.as_json())


@pytest.mark.parametrize("ahead", [-1, 1])
def test_a_callback_is_good_for_a_few_minutes(ahead: int) -> None:
    asked, body = sealed(PLAIN)
    clock = ManualClock(MOMENT + ahead * REPLAY_WINDOW)
    assert envelope(clock=clock).open(asked, body)
    clock.now += ahead * timedelta(seconds=1)
    with pytest.raises(ProtocolError):
        envelope(clock=clock).open(asked, body)


def test_a_mode_with_cipher_needs_its_key() -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        Envelope(Signatures(TOKEN, ManualClock()), None, Mode.SAFE)
    for key in ("", "short", AES_KEY + "=", AES_KEY[:-1] + "!"):
        with pytest.raises(ValueError, match="EncodingAESKey"):
            MessageCipher(key, APP_ID)


@given(st.binary(max_size=400), st.binary(min_size=16, max_size=16))
def test_what_was_sealed_opens(content: bytes, salt: bytes) -> None:
    cipher = MessageCipher(AES_KEY, APP_ID, lambda count: salt[:count])
    encrypted = cipher.encrypt(content)
    assert len(base64.b64decode(encrypted)) % 32 == 0
    assert cipher.decrypt(encrypted) == content


@given(st.text(st.characters(exclude_characters="\r"), max_size=200))
def test_an_answer_opens_as_a_callback_does(said: str) -> None:
    """What we seal is what WeChat would have sent: signed, in cipher, for this account."""
    document = xml.render({"MsgType": "text", "Content": said})
    values = xml.parse(envelope().close(document, encrypted=True).encode())
    asked = {
        "timestamp": values["TimeStamp"],
        "nonce": values["Nonce"],
        "msg_signature": values["MsgSignature"],
    }
    opened = xml.parse(envelope().unseal(asked, values["Encrypt"]))
    assert opened["Content"] == xml.without_controls(said)


@given(st.data())
def test_one_changed_byte_of_a_cipher_text_is_noticed(data: Any) -> None:
    asked, body = sealed(PLAIN)
    encrypted = xml.parse(body)["Encrypt"]
    at = data.draw(st.integers(0, len(encrypted) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda char: char != encrypted[at]))
    forged = encrypted[:at] + other + encrypted[at + 1 :]
    with pytest.raises(ProtocolError):
        envelope().unseal(asked, forged)


@given(st.binary(max_size=200))
@example(b"")
@example(bytes(16))
@example(b"\xff" * 64)
def test_any_cipher_text_is_refused_cleanly(sealed: bytes) -> None:
    """Even one that is signed: who signs is not always right."""
    encrypted = base64.b64encode(sealed).decode()
    with pytest.raises(ProtocolError):
        envelope().unseal(query(encrypted), encrypted)


QUERIES = st.dictionaries(
    st.sampled_from(
        ["signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type"]
    ),
    st.text(max_size=50) | st.sampled_from(list(VECTOR.values())),
)
BODIES = st.binary(max_size=300) | st.text(max_size=300).map(
    lambda text: f"<xml><Encrypt>{text}</Encrypt></xml>".encode("utf-8", "replace")
)


@given(st.sampled_from(list(Mode)), QUERIES, BODIES)
def test_fuzz_unsigned_callbacks(mode: Mode, asked: dict[str, str], body: bytes) -> None:
    """Nothing but the one error comes out, whatever comes in."""
    with suppress(ProtocolError):
        envelope(mode).echo(asked)
    with suppress(ProtocolError):
        read(envelope(mode).open(asked, body).values)


@given(st.sampled_from(list(Mode)), BODIES)
def test_fuzz_signed_callbacks(mode: Mode, body: bytes) -> None:
    """The same when the signature is right."""
    with suppress(ProtocolError):
        read(envelope(mode).open(query(), body).values)
    encrypted = MessageCipher(AES_KEY, APP_ID).encrypt(body)
    with suppress(ProtocolError):
        read(xml.parse(envelope(Mode.COMPATIBLE).unseal(query(encrypted), encrypted)))
