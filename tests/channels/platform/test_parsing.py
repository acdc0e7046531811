"""What comes from outside is read or refused, whatever it is."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.channels.miniprogram.envelope import parse
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.incoming import Image, Incoming, Text
from care.channels.wecom.messages import HandsChanged, read

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner)
)
IDS = {"open_kfid": "wk1", "external_userid": "wm1", "msgid": "m1", "send_time": 1}


@given(st.binary(max_size=300))
def test_any_bytes_are_values_or_a_protocol_error(body: bytes) -> None:
    try:
        values = parse(body)
    except ProtocolError:
        return
    assert all(isinstance(text, str) for pair in values.items() for text in pair)


@given(st.dictionaries(st.text(), ANYTHING))
def test_any_object_is_read(found: dict[str, Any]) -> None:
    values = parse(json.dumps(found).encode())
    assert all(text == text.encode().decode() for text in values.values())


def test_objects_within_objects_count_where_the_name_is_free() -> None:
    body = b'{"MsgType": "text", "MsgId": 12345678901234567890, "a": {"MsgType": "x", "b": "c"}}'
    assert parse(body) == {"MsgType": "text", "MsgId": "12345678901234567890", "b": "c"}


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[1]", b"null", b"nan"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse(body)


@given(
    st.dictionaries(
        st.sampled_from([*IDS, "origin", "msgtype", "text", "image", "location", "event"]), ANYTHING
    )
)
def test_any_message_of_wecom_is_read_or_passed_over(message: Mapping[str, Any]) -> None:
    found = read(message)
    if isinstance(found, Incoming):
        assert len(found.key) <= 160


@given(st.sampled_from(["text", "image", "voice", "video", "location", "link", "dance"]), ANYTHING)
def test_a_customers_message_is_never_passed_over(kind: str, content: Any) -> None:
    found = read({**IDS, "origin": 3, "msgtype": kind, kind: content})
    assert isinstance(found, Incoming)
    assert found.sender == "wk1:wm1"


def test_the_longest_ids_fit_a_key_and_stay_apart() -> None:
    ids = {**IDS, "open_kfid": "k" * 60, "external_userid": "u" * 60, "send_time": 1234567890}
    said = {"origin": 3, "msgtype": "text", "text": {"content": "好", "menu_id": "7"}}
    first = read({**ids, **said, "msgid": "m" * 60})
    second = read({**ids, **said, "msgid": "m" * 59})
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert first.menu_id == "7"
    assert len(first.key) <= 160
    assert len(first.sender) <= 128
    assert first.key != second.key


def test_only_customers_are_heard() -> None:
    for origin in (4, 5, None, "3"):
        assert read({**IDS, "origin": origin, "msgtype": "text", "text": {"content": "a"}}) is None
    image = read({**IDS, "origin": 3, "msgtype": "image", "image": {"media_id": "M"}})
    assert isinstance(image, Image)
    event = {"event_type": "session_status_change", "change_type": 3, **IDS}
    assert read({"msgtype": "event", "event": event}) == HandsChanged("wk1:wm1", human=False)
