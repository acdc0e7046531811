"""The frames a chat client sends: the one gate between its JSON and typed values."""

import json
import re
from dataclasses import dataclass
from typing import Any

from care.conversations.inbound import InboundMessage
from care.conversations.queue import Choice
from care.errors import BadRequest

CHANNEL = "web"
MAX_SEQ = 2**31 - 1

_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_MESSAGE_ID = re.compile(r"[0-9a-z]{26}")


@dataclass(frozen=True)
class Hello:
    """The first frame: who it is, and the last message already shown."""

    token: str
    after: int


@dataclass(frozen=True)
class Said:
    """Something the customer says: one of ``text``, ``button`` and ``leave`` is given."""

    client_id: str
    text: str | None = None
    button: tuple[str, int] | None = None
    leave: Choice | None = None

    def inbound(self, address: str, network: str) -> InboundMessage:
        """As the conversation core takes it. The id is the address's own: its conversation may become another."""
        return InboundMessage(
            channel=CHANNEL,
            address=address,
            external_id=f"{address}:{self.client_id}",
            text=self.text,
            button=self.button,
            choice=self.leave,
            network=network,
        )


@dataclass(frozen=True)
class Typing:
    """Whether the customer is typing."""

    on: bool


@dataclass(frozen=True)
class Ping:
    """Is anybody there?"""


type Frame = Hello | Said | Typing | Ping


class BadFrame(BadRequest):
    """A frame that makes no sense; ``client_id`` is given where it could be read."""


def parse(raw: str | bytes | None) -> Frame:
    """The frame in a WebSocket message. Raises ``BadFrame``."""
    if not isinstance(raw, str):
        raise BadFrame()
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadFrame() from error
    if not isinstance(body, dict):
        raise BadFrame()
    match body.get("type"):
        case "hello":
            return Hello(token=_text(body.get("token")), after=_seq(body.get("after", 0)))
        case "message":
            client_id = _client_id(body)
            return Said(client_id, text=_text(body.get("text"), client_id))
        case "button":
            client_id = _client_id(body)
            return Said(client_id, button=_button(body, client_id))
        case "leave_queue":
            client_id = _client_id(body)
            return Said(client_id, leave=_leave(body.get("to"), client_id))
        case "typing":
            return Typing(on=body.get("on") is True)
        case "ping":
            return Ping()
    raise BadFrame()


def said_over_http(body: dict[str, Any]) -> Said:
    """The body of ``POST /chat/messages``. Raises ``BadFrame``."""
    client_id = _client_id(body)
    if body.get("text") is not None:
        return Said(client_id, text=_text(body["text"], client_id))
    return Said(client_id, button=_button(body, client_id))


def _client_id(body: dict[str, Any]) -> str:
    value = body.get("client_id")
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise BadFrame()
    return value


def _text(value: object, client_id: str | None = None) -> str:
    if not isinstance(value, str):
        raise _bad(client_id)
    return value


def _seq(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_SEQ:
        raise BadFrame()
    return value


def _button(body: dict[str, Any], client_id: str) -> tuple[str, int]:
    message_id, index = body.get("message_id"), body.get("index")
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        raise _bad(client_id)
    if not isinstance(index, int) or isinstance(index, bool):
        raise _bad(client_id)
    return message_id, index


def _leave(value: object, client_id: str) -> Choice:
    if value not in (Choice.BOT, Choice.TICKET, Choice.CALLBACK):
        raise _bad(client_id)
    return Choice(str(value))


def _bad(client_id: str | None) -> BadFrame:
    return BadFrame() if client_id is None else BadFrame(client_id=client_id)
