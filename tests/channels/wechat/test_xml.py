"""XML in and out: nothing in a text can become markup, and nothing dangerous is read."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from care.channels.wechat import xml
from care.channels.wechat.errors import ProtocolError

TEXTS = st.text(max_size=100) | st.lists(
    st.sampled_from(["]]>", "]]", ">", "]", "<![CDATA[", "</Content>", "&amp;", "<", "\x08", "好"])
).map("".join)


@given(TEXTS)
@example("]]>")
@example("]]]]>>")
@example("]]><Content>forged</Content><![CDATA[")
@example("\x08]\x0b]\x1f>")
def test_a_text_comes_back_and_stays_text(text: str) -> None:
    values = xml.parse(xml.render({"Content": text, "After": "x"}).encode())
    # Line ends are the parser's to unify.
    expected = xml.without_controls(text).replace("\r\n", "\n").replace("\r", "\n")
    assert values == {"Content": expected, "After": "x"}


@pytest.mark.parametrize("char", ["\x00", "\x08", "\x0b", "\x0c", "\x1f", "\uffff"])
def test_control_characters_of_real_messages_are_dropped(char: str) -> None:
    body = f"<xml><Content><![CDATA[查{char}话费]]></Content></xml>".encode()
    assert xml.parse(body)["Content"] == "查话费"


def test_bytes_that_are_no_utf8_do_not_cost_the_message() -> None:
    body = b"<xml><Content><![CDATA[ok \xff\xfe]]></Content></xml>"
    assert xml.parse(body)["Content"] == "ok \ufffd\ufffd"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "success",
        "<xml>",
        "<other></other>",
        "<xml></xml><xml></xml>",
        "<!DOCTYPE xml><xml></xml>",
        '<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
        '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd"><xml></xml>',
        "<xml><Content>&undefined;</Content></xml>",
        "<xml><Content>&#8;</Content></xml>",
    ],
)
def test_what_is_refused(body: str) -> None:
    with pytest.raises(ProtocolError):
        xml.parse(body.encode())


def test_a_deep_document_is_no_danger() -> None:
    depth = 10_000
    body = "<xml>" + "<a>" * depth + "</a>" * depth + "</xml>"
    assert xml.parse(body.encode()) == {"a": ""}


def test_the_first_of_two_values_counts() -> None:
    assert xml.parse(b"<xml><A>1</A><A>2</A></xml>") == {"A": "1"}


def test_names_are_names() -> None:
    for name in ("", "a b", "a>", "1a", "名"):
        with pytest.raises(ValueError, match="not a name"):
            xml.render({name: "x"})


@given(st.binary(max_size=300))
def test_fuzz(body: bytes) -> None:
    try:
        xml.parse(body)
    except ProtocolError:
        return
