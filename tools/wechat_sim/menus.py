"""The menu at the foot of an Official Account's chat, checked as ``menu/create`` does. Source: 自定义菜单, 创建接口."""

from __future__ import annotations

from typing import Any, Dict

from tools.wechat_sim.answers import Refused

_TYPES = (
    "click",
    "view",
    "miniprogram",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
    "media_id",
    "article_id",
)
_NAME_BYTES, _SUB_NAME_BYTES, _KEY_BYTES, _URL_BYTES = 16, 60, 128, 1024


def checked(body: Dict[str, Any]) -> Dict[str, Any]:
    """The menu. Raises ``Refused``."""
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(40016)
    for button in buttons:
        below = button.get("sub_button")
        _name(button, _NAME_BYTES)
        if not below:
            _leaf(button)
            continue
        if not isinstance(below, list) or len(below) > 5:
            raise Refused(40023)
        for one in below:
            _name(one, _SUB_NAME_BYTES)
            _leaf(one)
    return {"button": buttons}


def _name(button: Any, most: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= most:
        raise Refused(40018)


def _leaf(button: Dict[str, Any]) -> None:
    kind = button.get("type")
    if kind not in _TYPES:
        raise Refused(40017)
    if kind == "view" and not 1 <= len(str(button.get("url", "")).encode()) <= _URL_BYTES:
        raise Refused(40020)
    if kind == "click" and not 1 <= len(str(button.get("key", "")).encode()) <= _KEY_BYTES:
        raise Refused(40019)
