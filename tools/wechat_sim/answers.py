"""How the API answers: ``errcode`` and ``errmsg``, with HTTP status 200 whatever happened."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any, Dict

from starlette.requests import Request
from starlette.responses import Response

MESSAGES = {
    -1: "system error",
    0: "ok",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40010: "invalid voice size",
    40011: "invalid video size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40058: "invalid parameter",
    40125: "invalid appsecret",
    40164: "invalid ip 127.0.0.1, not in whitelist",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    43002: "require POST method",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45008: "article size out of limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no message from this user in the last 30 seconds",
    45081: "already typing",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
    60020: "not allow to access from your ip",
    95000: "invalid open_kfid",
    95001: "send count limit of this customer",
    95002: "send time limit of this customer",
    95007: "invalid msgtoken",
    95008: "too many menu items",
    95009: "invalid menu item type",
    95013: "session has ended",
    95016: "this change of state is not allowed",
    95018: "the state of the session does not allow sending",
}

_ESCAPED = re.compile(rb"(?<!\\)((?:\\\\)*)\\u(?=[0-9a-fA-F]{4})")


class Refused(Exception):
    """A call that is answered with an error code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def answer(code: int = 0, **fields: Any) -> Response:
    """A JSON answer; ``errcode`` and ``errmsg`` come first."""
    text = MESSAGES[code]
    if code:
        text += f" rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
    return plain({"errcode": code, "errmsg": text, **fields})


def plain(content: Dict[str, Any]) -> Response:
    """A JSON answer as it stands; ``errcode`` is left out by calls that give something."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, media_type="application/json; encoding=utf-8")


async def body_of(request: Request) -> Dict[str, Any]:
    """The JSON object that was posted. Raises ``Refused``.

    The platform does not read ``\\uXXXX``: a customer would see it so, and sees it so here.
    """
    if request.method != "POST":
        raise Refused(43002)
    raw = await request.body()
    if not raw:
        raise Refused(44002)
    try:
        found = json.loads(_ESCAPED.sub(rb"\1\\\\u", raw).decode())
    except ValueError as error:
        raise Refused(47001) from error
    if not isinstance(found, dict):
        raise Refused(47001)
    return found


def text_of(value: Any, name: str, *, code: int = 47001) -> str:
    """The string ``name`` of an object. Raises ``Refused``."""
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise Refused(code)
    return found
