"""What a customer says with each kind of message, as the conversation core takes it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from care.channels.wechat.incoming import (
    Clicked,
    Image,
    Incoming,
    Link,
    Location,
    OtherMessage,
    Scanned,
    Subscribed,
    Text,
    Video,
    Voice,
)
from care.conversations.handoff_codes import code_in
from care.conversations.inbound import InboundMessage
from care.conversations.notices import Notice
from care.conversations.unheard import Hear

CHANNEL = "wechat"
SAY_PREFIX = "say:"
"""An entry of the menu whose key begins so says the rest of its key for the customer."""


@dataclass(frozen=True)
class Voices:
    """How voice messages without a transcript are made out: so many may wait, and each for so long."""

    waiting: int
    patience: timedelta


def said(
    message: Incoming, channel: str = CHANNEL, voices: Voices | None = None
) -> InboundMessage | None:
    """What ``message`` says; ``None`` when it says nothing (most events). With ``voices`` recordings are made out."""
    text: str
    hear: Hear | None = None
    custom: dict[str, Any] | None = None
    unread: Notice | None = None
    match message:
        case Text():
            text = message.content
        case Clicked() if message.menu_key.startswith(SAY_PREFIX):
            text = message.menu_key.removeprefix(SAY_PREFIX)
        case Scanned() | Subscribed() if code_in(message.scene) is not None:
            text = message.scene  # of a chat that goes on here
        case Voice() if message.recognition.strip():
            text, custom = message.recognition, {"spoken": True}
        case Voice():
            text, custom, unread = "[语音]", {"spoken": True}, Notice.VOICE_UNREAD
            if voices is not None and message.media_id:
                hear = Hear(message.media_id, voices.waiting, voices.patience)
        case Image():
            text, custom, unread = "[图片]", {"kind": "image"}, Notice.PICTURE_UNREAD
        case Location():
            text = f"[位置] {message.label} ({message.latitude:.5f}, {message.longitude:.5f})"
        case Link():
            text, unread = f"[链接] {message.title} {message.url}", Notice.FILE_UNREAD
        case Video():
            text, custom, unread = "[视频]", {"kind": "video"}, Notice.FILE_UNREAD
        case OtherMessage():
            text, custom, unread = "[其他消息]", {"kind": message.kind}, Notice.FILE_UNREAD
        case _:
            return None
    return InboundMessage(
        channel=channel,
        address=message.sender,
        external_id=message.key,
        text=text,
        numbered=True,
        custom=custom,
        unread=unread,
        hear=hear,
    )
