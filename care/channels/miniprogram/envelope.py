"""The envelope of a mini program's callbacks: JSON or XML, as set in its console, in WeChat's three modes.

Source: developers.weixin.qq.com, 小程序「消息推送」.
"""

import json
from collections.abc import Mapping

from care.channels.wechat import xml
from care.channels.wechat.envelope import Envelope, Mode
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.signature import Signatures

_MOST_VALUES = 100


def values_of(
    envelope: Envelope, signatures: Signatures, mode: Mode, query: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """The values of a callback. Raises ``ProtocolError``."""
    if not body.lstrip().startswith(b"{"):
        return envelope.open(query, body).values
    outer = parse(body)
    encrypted = outer.get("Encrypt", "")
    if mode is Mode.SAFE or (mode is Mode.COMPATIBLE and encrypted):
        return parse(envelope.unseal(query, encrypted.strip()))
    signatures.check(query)
    return outer


def parse(body: bytes) -> dict[str, str]:
    """The texts and numbers of a JSON object, by name; those of objects within it count, too, where the name is free.

    Raises ``ProtocolError``.
    """
    try:
        # Not strict: messages of customers hold control characters.
        found = json.loads(body.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("json") from error
    if not isinstance(found, dict):
        raise ProtocolError("json")
    values: dict[str, str] = {}
    waiting = [found]
    while waiting and len(values) < _MOST_VALUES:
        for name, value in waiting.pop(0).items():
            if isinstance(value, str):
                values.setdefault(name, xml.without_controls(value))
            elif isinstance(value, int | float) and not isinstance(value, bool):
                values.setdefault(name, _number(value))
            elif isinstance(value, dict):
                waiting.append(value)
    return values


def _number(value: float) -> str:
    return str(value) if abs(value) < 1e20 else ""
