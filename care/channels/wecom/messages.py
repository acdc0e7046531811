"""What ``sync_msg`` gives, as the values of the WeChat channel, and the events that only WeCom has.

Source: developer.work.weixin.qq.com, 接收消息和事件.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from care.channels.wechat.incoming import (
    Image,
    Incoming,
    Link,
    Location,
    OtherMessage,
    Text,
    Video,
    Voice,
)
from care.channels.wecom.api import address_of

_FROM_CUSTOMER = 3
_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
_SHORT = 20


@dataclass(frozen=True)
class Entered:
    """A customer opened the chat; ``welcome_code`` lets us greet, where WeCom allows it."""

    address: str
    welcome_code: str


@dataclass(frozen=True)
class HandsChanged:
    """WeCom's own people took the customer (``human``), or ended the session."""

    address: str
    human: bool


@dataclass(frozen=True)
class SendFailed:
    """A message of ours was not delivered after all; ``kind`` is WeCom's number for the reason."""

    address: str
    kind: int


type Received = Incoming | Entered | HandsChanged | SendFailed


def read(message: Mapping[str, Any]) -> Received | None:
    """What ``message`` is; ``None`` for what is none of a customer's, or cannot be read."""
    if message.get("msgtype") == "event":
        return _event(_object(message, "event"))
    if message.get("origin") != _FROM_CUSTOMER:
        return None
    open_kfid, user = _id(message, "open_kfid"), _id(message, "external_userid")
    message_id, created = _id(message, "msgid"), message.get("send_time")
    if not (open_kfid and user and message_id) or not isinstance(created, int):
        return None
    base = (address_of(open_kfid, user), open_kfid, created, _short(message_id))
    return _message(base, str(message.get("msgtype", ""))[:40], message)


def _message(
    base: tuple[str, str, int, str], kind: str, message: Mapping[str, Any]
) -> Incoming | None:
    content = _object(message, kind)
    match kind:
        case "text":
            return Text(*base, _text(content, "content"), _text(content, "menu_id") or None)
        case "image":
            return Image(*base, _text(content, "media_id"), "")
        case "voice":
            return Voice(*base, _text(content, "media_id"), "amr", "")
        case "video":
            return Video(*base, _text(content, "media_id"), "")
        case "location":
            label = _text(content, "name") or _text(content, "address")
            return Location(*base, *_place(content), label)
        case "link":
            return Link(*base, *(_text(content, name) for name in ("title", "desc", "url")))
    return OtherMessage(*base, kind)


def _event(event: Mapping[str, Any]) -> Received | None:
    open_kfid, user = _id(event, "open_kfid"), _id(event, "external_userid")
    if not open_kfid or not user:
        return None
    address = address_of(open_kfid, user)
    match event.get("event_type"):
        case "enter_session":
            return Entered(address, _text(event, "welcome_code"))
        case "session_status_change":
            # 1 taken from the pool, 2 given to somebody else, 3 ended, 4 taken up again
            return HandsChanged(address, human=event.get("change_type") != 3)
        case "msg_send_fail":
            kind = event.get("fail_type")
            return SendFailed(address, kind if isinstance(kind, int) else 0)
    return None


def _short(message_id: str) -> str:
    """The id of a message, short enough to be part of a key (``Incoming.key``)."""
    if len(message_id) <= _SHORT:
        return message_id
    return hashlib.sha256(message_id.encode()).hexdigest()[:_SHORT]


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(values: Mapping[str, Any], name: str) -> str:
    found = values.get(name)
    return found if isinstance(found, str) else ""


def _id(values: Mapping[str, Any], name: str) -> str:
    found = _text(values, name)
    return found if _ID.fullmatch(found) else ""


def _place(values: Mapping[str, Any]) -> tuple[float, float]:
    x, y = values.get("latitude"), values.get("longitude")
    if isinstance(x, int | float) and isinstance(y, int | float):
        return float(x), float(y)
    return 0.0, 0.0
