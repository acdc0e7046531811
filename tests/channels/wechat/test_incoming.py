"""What customers and the platform send, as WeChat's documentation shows it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.channels.wechat import incoming, xml
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.incoming import Incoming, read
from care.channels.wechat.said import said

HEAD = (
    "<ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oUser_-1]]></FromUserName>"
    "<CreateTime>1348831860</CreateTime>"
)
BASE = ("oUser_-1", "gh_1", 1348831860)
MESSAGE = (*BASE, "1234567890123456")
EVENT = (*BASE, None)


def parsed(content: str, msg_id: str = "<MsgId>1234567890123456</MsgId>") -> Incoming:
    return read(xml.parse(f"<xml>{HEAD}{content}{msg_id}</xml>".encode()))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "<MsgType>text</MsgType><Content><![CDATA[ 查话费 <b>]]></Content>",
            incoming.Text(*MESSAGE, " 查话费 <b>"),
        ),
        (
            "<MsgType>text</MsgType><Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid>",
            incoming.Text(*MESSAGE, "满意", "101"),
        ),
        (
            "<MsgType>image</MsgType><PicUrl>http://mmbiz.qpic.cn/x</PicUrl><MediaId>m1</MediaId>",
            incoming.Image(*MESSAGE, "m1", "http://mmbiz.qpic.cn/x"),
        ),
        (
            "<MsgType>voice</MsgType><MediaId>m2</MediaId><Format>amr</Format>"
            "<Recognition><![CDATA[查话费]]></Recognition>",
            incoming.Voice(*MESSAGE, "m2", "amr", "查话费"),
        ),
        (
            "<MsgType>voice</MsgType><MediaId>m2</MediaId><Format>speex</Format>",
            incoming.Voice(*MESSAGE, "m2", "speex", ""),
        ),
        (
            "<MsgType>video</MsgType><MediaId>m3</MediaId><ThumbMediaId>t3</ThumbMediaId>",
            incoming.Video(*MESSAGE, "m3", "t3"),
        ),
        (
            "<MsgType>shortvideo</MsgType><MediaId>m4</MediaId><ThumbMediaId>t4</ThumbMediaId>",
            incoming.Video(*MESSAGE, "m4", "t4"),
        ),
        (
            "<MsgType>location</MsgType><Location_X>23.134521</Location_X>"
            "<Location_Y>113.358803</Location_Y><Scale>20</Scale><Label>天河区</Label>",
            incoming.Location(*MESSAGE, 23.134521, 113.358803, "天河区"),
        ),
        (
            "<MsgType>link</MsgType><Title>t</Title><Description>d</Description><Url>u</Url>",
            incoming.Link(*MESSAGE, "t", "d", "u"),
        ),
        ("<MsgType>file</MsgType><Title>a.pdf</Title>", incoming.OtherMessage(*MESSAGE, "file")),
    ],
)
def test_messages(content: str, expected: Incoming) -> None:
    assert parsed(content) == expected
    assert expected.key == "oUser_-1:1348831860:1234567890123456"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<Event>subscribe</Event>", incoming.Subscribed(*EVENT, "")),
        (
            "<Event>subscribe</Event><EventKey>qrscene_123</EventKey><Ticket>T</Ticket>",
            incoming.Subscribed(*EVENT, "123"),
        ),
        ("<Event>unsubscribe</Event>", incoming.Unsubscribed(*EVENT)),
        ("<Event>SCAN</Event><EventKey>123</EventKey>", incoming.Scanned(*EVENT, "123")),
        ("<Event>CLICK</Event><EventKey>bill</EventKey>", incoming.Clicked(*EVENT, "bill")),
        ("<Event>VIEW</Event><EventKey>http://a</EventKey>", incoming.Viewed(*EVENT, "http://a")),
        (
            "<Event>LOCATION</Event><Latitude>23.1</Latitude><Longitude>-113.3</Longitude>"
            "<Precision>119.385040</Precision>",
            incoming.LocationReported(*EVENT, 23.1, -113.3),
        ),
        (
            "<Event>TEMPLATESENDJOBFINISH</Event><Status>success</Status>",
            incoming.OtherEvent(*EVENT, "TEMPLATESENDJOBFINISH"),
        ),
    ],
)
def test_events(content: str, expected: Incoming) -> None:
    assert parsed(f"<MsgType>event</MsgType>{content}", "") == expected


def test_keys_tell_messages_apart_and_deliveries_not() -> None:
    text = "<MsgType>text</MsgType><Content>a</Content>"
    assert parsed(text).key == parsed(text).key
    assert parsed(text).key != parsed(text, "<MsgId>2</MsgId>").key
    click = "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>{}</EventKey>"
    assert parsed(click.format("a"), "").key == parsed(click.format("a"), "").key
    assert parsed(click.format("a"), "").key != parsed(click.format("b"), "").key
    other = HEAD.replace("1348831860", "1348831861")
    later = read(xml.parse(f"<xml>{other}{text}<MsgId>1234567890123456</MsgId></xml>".encode()))
    assert parsed(text).key != later.key


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<MsgType>text</MsgType>",
        "<MsgType>text</MsgType><MsgId>x</MsgId>",
        "<MsgType>event</MsgType>",
        "<MsgType>location</MsgType><MsgId>1</MsgId><Location_X>nan</Location_X>",
    ],
)
def test_what_makes_no_sense(content: str) -> None:
    with pytest.raises(ProtocolError):
        parsed(content, "")


def test_who_writes_must_be_somebody() -> None:
    for sender in ("", " ", "a b", "x" * 65, "'; DROP TABLE"):
        values = {"ToUserName": "gh_1", "CreateTime": "1", "MsgType": "text", "MsgId": "1"}
        with pytest.raises(ProtocolError):
            read({**values, "FromUserName": sender})


NAMES = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "MsgId", "Location_X"]


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.text(max_size=30)
        | st.sampled_from(["event", "text", "location", "LOCATION", "click", "voice", "1", "oU"]),
    )
)
def test_fuzz(values: dict[str, Any]) -> None:
    try:
        message = read(values)
    except ProtocolError:
        return
    assert 1 <= len(message.key) <= 160


@pytest.mark.parametrize("event", [incoming.Scanned, incoming.Subscribed])
def test_the_scanned_code_of_a_chat_is_said_and_no_other_scene(event: type[Any]) -> None:
    """``care.conversations.handoffs`` takes it up."""
    inbound = said(event(*EVENT, "go-ABC234"))
    assert inbound is not None
    assert inbound.text == "go-ABC234"
    assert said(event(*EVENT, "poster-12")) is None
