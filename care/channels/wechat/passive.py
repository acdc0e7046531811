"""Passive replies: the one answer that may stand in the response to a callback, free of any quota."""

from care.channels.wechat import xml
from care.channels.wechat.incoming import Incoming
from care.channels.wechat.xml import Content

SUCCESS = "success"
"""The body that says: taken, no answer here. Anything malformed instead shows the customer an error."""


def text_reply(to: Incoming, text: str, created: int) -> str:
    """The XML of a text in answer to ``to``; ``created`` is in seconds since 1970."""
    return _reply(to, "text", {"Content": text}, created)


def image_reply(to: Incoming, media_id: str, created: int) -> str:
    """The XML of a picture that was uploaded before."""
    return _reply(to, "image", {"Image": {"MediaId": media_id}}, created)


def _reply(to: Incoming, kind: str, content: dict[str, Content], created: int) -> str:
    head: dict[str, Content] = {
        "ToUserName": to.sender,
        "FromUserName": to.account,
        "CreateTime": created,
        "MsgType": kind,
    }
    return xml.render(head | content)
