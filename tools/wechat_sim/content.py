"""What a sent message shows: the objects of ``custom/send`` and ``kf/send_msg``, checked as the platform does."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from tools.wechat_sim.accounts import KF, MINI, OFFICIAL, Account
from tools.wechat_sim.answers import Refused, text_of
from tools.wechat_sim.envelope import TEXT_BYTES
from tools.wechat_sim.media import Media
from tools.wechat_sim.people import rich

_MENU_ITEMS = 10

TYPES = {
    OFFICIAL: ("text", "image", "voice", "news", "msgmenu", "miniprogrampage"),
    MINI: ("text", "image", "link", "miniprogrampage"),
    KF: ("text", "image", "voice", "file", "link", "miniprogram", "msgmenu"),
}


def content_of(account: Account, body: Dict[str, Any], media: Media) -> Dict[str, Any]:
    """``{"type": …, …}`` of the message in ``body``. Raises ``Refused``."""
    kind = text_of(body, "msgtype", code=40008)
    if kind not in TYPES[account.kind]:
        raise Refused(40008)
    content = body.get(kind)
    if not isinstance(content, dict):
        raise Refused(47001)
    return {"type": kind, **_READERS[kind](content, media)}


def _limited(text: str) -> str:
    if len(text.encode()) > TEXT_BYTES:
        raise Refused(45002)
    return text


def _text(content: Dict[str, Any], media: Media) -> Dict[str, Any]:
    text = _limited(text_of(content, "content"))
    if not text:
        raise Refused(44004)
    return {"text": text, "rich": rich(text)}


def _file(kind: str) -> Callable[[Dict[str, Any], Media], Dict[str, Any]]:
    def read(content: Dict[str, Any], media: Media) -> Dict[str, Any]:
        media_id = text_of(content, "media_id", code=40007)
        if media.get(media_id, kind) is None:
            raise Refused(40007)
        return {"media_id": media_id}

    return read


def _news(content: Dict[str, Any], media: Media) -> Dict[str, Any]:
    articles = content.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise Refused(45008 if isinstance(articles, list) and len(articles) > 1 else 47001)
    names = ("title", "description", "url", "picurl")
    return {
        "articles": [{name: str(article.get(name, "")) for name in names} for article in articles]
    }


def _link(content: Dict[str, Any], media: Media) -> Dict[str, Any]:
    """A mini program's or WeCom's link; WeCom wants a thumb that was uploaded."""
    thumb = content.get("thumb_media_id")
    if thumb is not None and media.get(str(thumb)) is None:
        raise Refused(40007)
    article = {
        "title": text_of(content, "title"),
        "description": str(content.get("description", content.get("desc", ""))),
        "url": text_of(content, "url"),
        "picurl": str(content.get("thumb_url", "")),
    }
    return {"articles": [article]}


def _page(content: Dict[str, Any], media: Media) -> Dict[str, Any]:
    if media.get(text_of(content, "thumb_media_id", code=40007)) is None:
        raise Refused(40007)
    return {"title": text_of(content, "title"), "pagepath": text_of(content, "pagepath")}


def _menu(content: Dict[str, Any], media: Media) -> Dict[str, Any]:
    """Official Accounts have ``{id, content}``, WeCom ``{type: click, click: {id, content}}`` and its kin."""
    items = content.get("list")
    if not isinstance(items, list) or not items:
        raise Refused(47001)
    if len(items) > _MENU_ITEMS:
        raise Refused(95008)
    shown: List[Dict[str, str]] = [_menu_item(item) for item in items]
    return {
        "head": _limited(str(content.get("head_content", ""))),
        "items": shown,
        "tail": _limited(str(content.get("tail_content", ""))),
    }


def _menu_item(item: Any) -> Dict[str, str]:
    if not isinstance(item, dict):
        raise Refused(47001)
    kind = item.get("type")
    if kind is None:
        return {"id": str(item.get("id", "")), "content": text_of(item, "content")}
    inner = item.get(kind)
    if kind == "click":
        return {"id": str((inner or {}).get("id", "")), "content": text_of(inner, "content")}
    if kind == "view":
        return {"href": text_of(inner, "url"), "content": text_of(inner, "content")}
    if kind == "text":
        return {"content": text_of(inner, "content")}
    raise Refused(95009)


_READERS: Dict[str, Callable[[Dict[str, Any], Media], Dict[str, Any]]] = {
    "text": _text,
    "image": _file("image"),
    "voice": _file("voice"),
    "file": _file("file"),
    "news": _news,
    "link": _link,
    "msgmenu": _menu,
    "miniprogrampage": _page,
    "miniprogram": _page,
}
