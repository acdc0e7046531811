"""The body of a delivery in each mode, and the reading of a passive answer.

Sources: 接收普通消息, 接收事件推送, 回复用户消息, 消息加解密说明.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping
from xml.etree import ElementTree

from tools.wechat_sim.accounts import KF, Account
from tools.wechat_sim.cipher import Envelope, signature

TEXT_BYTES = 2048
SILENCE = ("", "success")
_NOT_QUOTED = ("CreateTime", "MsgId", "Location_X", "Location_Y", "Scale", "AgentID")


class Malformed(Exception):
    """An answer that the platform cannot read: the customer is told that the service is down."""


@dataclass(frozen=True)
class Request:
    """A POST to the server's callback."""

    query: Dict[str, str]
    body: bytes
    content_type: str


def request(account: Account, message: Mapping[str, Any], openid: str, now: float) -> Request:
    """How ``message`` is delivered now; each delivery is signed anew."""
    timestamp, nonce = str(int(now)), str(secrets.randbelow(10**10))
    query = {"timestamp": timestamp, "nonce": nonce}
    if account.kind != KF:
        query = {"signature": signature(account.token, timestamp, nonce), **query, "openid": openid}
    as_json = account.body == "json"
    fields: Dict[str, Any] = dict(message) if account.mode != "safe" else {}
    if account.mode != "plain":
        inner = _written(message, as_json)
        sealed = Envelope(account.aes_key, account.app_id).encrypt(inner)
        if account.kind != KF:
            query["encrypt_type"] = "aes"
        query["msg_signature"] = signature(account.token, timestamp, nonce, sealed)
        fields["ToUserName"] = message["ToUserName"]
        fields["Encrypt"] = sealed
        if account.kind == KF:
            fields["AgentID"] = ""
    return Request(query, _written(fields, as_json), "application/json" if as_json else "text/xml")


def _written(fields: Mapping[str, Any], as_json: bool) -> bytes:
    if as_json:
        return json.dumps(fields, ensure_ascii=False).encode()
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>".encode()


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(*item) for item in value.items())}</{name}>"
    if name in _NOT_QUOTED:
        return f"<{name}>{value}</{name}>"
    quoted = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{quoted}]]></{name}>"


def address_check(account: Account, now: float) -> tuple[Dict[str, str], str]:
    """The query of the console's check of the callback, and the body it wants."""
    timestamp, nonce = str(int(now)), str(secrets.randbelow(10**10))
    wanted = str(secrets.randbelow(10**19))
    if account.kind != KF:
        signed = signature(account.token, timestamp, nonce)
        query = {"signature": signed, "timestamp": timestamp, "nonce": nonce, "echostr": wanted}
        return query, wanted
    sealed = Envelope(account.aes_key, account.app_id).encrypt(wanted.encode())
    signed = signature(account.token, timestamp, nonce, sealed)
    return {
        "msg_signature": signed,
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": sealed,
    }, wanted


def passive_answer(account: Account, body: bytes, openid: str) -> Dict[str, Any] | None:
    """What the body of an answer shows the customer: ``type`` and its content; None for silence.

    Raises ``Malformed``.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    if text.strip() in SILENCE:
        return None
    if account.kind != "official":
        raise Malformed("only an Official Account answers so")
    root = _tree(text)
    sealed = root.findtext("Encrypt")
    if sealed is not None:
        root = _tree(_opened(account, root, sealed))
    elif account.mode == "safe":
        raise Malformed("not encrypted")
    if root.findtext("ToUserName") != openid or root.findtext("FromUserName") != account.name:
        raise Malformed("ToUserName or FromUserName is somebody else's")
    if not (root.findtext("CreateTime") or "").isdigit():
        raise Malformed("CreateTime is no number")
    return _content(root)


def _tree(text: str) -> ElementTree.Element:
    if "<!DOCTYPE" in text:
        raise Malformed("a DTD")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Malformed(str(error)) from error
    if root.tag != "xml":
        raise Malformed("the root is not xml")
    names = [child.tag for child in root]
    if len(names) != len(set(names)):
        raise Malformed("an element comes twice")
    return root


def _opened(account: Account, root: ElementTree.Element, sealed: str) -> str:
    stamp, nonce = root.findtext("TimeStamp") or "", root.findtext("Nonce") or ""
    if root.findtext("MsgSignature") != signature(account.token, stamp, nonce, sealed):
        raise Malformed("MsgSignature is wrong")
    try:
        return Envelope(account.aes_key, account.app_id).decrypt(sealed).decode()
    except ValueError as error:
        raise Malformed(f"Encrypt cannot be read: {error}") from error


def _content(root: ElementTree.Element) -> Dict[str, Any]:
    kind = root.findtext("MsgType")
    if kind == "text":
        text = root.findtext("Content") or ""
        if not text or len(text.encode()) > TEXT_BYTES:
            raise Malformed("Content is empty or too long")
        return {"type": "text", "text": text}
    if kind in ("image", "voice"):
        media_id = root.findtext(f"{kind.capitalize()}/MediaId")
        if not media_id:
            raise Malformed("no MediaId")
        return {"type": kind, "media_id": media_id}
    if kind == "news":
        return {"type": "news", "articles": _articles(root)}
    if kind == "transfer_customer_service":
        return {"type": "transfer"}
    raise Malformed(f"MsgType {kind!r}")


def _articles(root: ElementTree.Element) -> List[Dict[str, str]]:
    items = root.findall("Articles/item")
    if not 1 <= len(items) <= 8 or root.findtext("ArticleCount") != str(len(items)):
        raise Malformed("ArticleCount is wrong")
    names = {"title": "Title", "description": "Description", "url": "Url", "picurl": "PicUrl"}
    return [{key: item.findtext(tag) or "" for key, tag in names.items()} for item in items]
