"""WeCom's API as this channel uses it: tokens and calls go the way of WeChat's, under other names.

Sources: developer.work.weixin.qq.com, 获取access_token, 接收消息和事件, 发送消息, 发送欢迎语等事件响应消息, 分配客服会话.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from care.channels.wechat.api import WechatApi
from care.channels.wechat.error_codes import OutcomeUnknown, PlatformUnreachable
from care.channels.wechat.platform import Platform
from care.channels.wechat.tokens import FetchedToken

PAGE = 200
"""Messages in one page; WeCom gives up to 1000."""

_BETWEEN = ":"


def address_of(open_kfid: str, user: str) -> str:
    """The address of a customer: the account that was written to, and the customer's id."""
    return f"{open_kfid}{_BETWEEN}{user}"


def parts_of(address: str) -> tuple[str, str]:
    """Account and customer of an address."""
    open_kfid, _, user = address.partition(_BETWEEN)
    return open_kfid, user


@dataclass(frozen=True)
class Page:
    """Messages as they came, the place behind them, and whether there are more."""

    messages: tuple[dict[str, Any], ...]
    cursor: str
    more: bool


async def fetch_token(platform: Platform, corp_id: str, secret: str, force: bool) -> FetchedToken:
    """A token from ``gettoken``, which gives the same one until its end: ``force`` changes nothing.

    Raises ``ApiError`` and ``PlatformUnreachable``.
    """
    asked = {"corpid": corp_id, "corpsecret": secret}
    try:
        answer = await platform.call("GET", "/cgi-bin/gettoken", params=asked)
    except OutcomeUnknown as error:
        raise PlatformUnreachable() from error
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int):
        raise PlatformUnreachable()
    return FetchedToken(token, timedelta(seconds=max(0, min(seconds, 7200))))


class WecomApi(WechatApi):
    """The API with the corporation's token. Methods raise as those of ``WechatApi``."""

    async def send_menu(self, to: str, head: str, entries: Sequence[tuple[str, str]]) -> None:
        """Say something and offer ``entries`` (id, words) to press."""
        items = [{"type": "click", "click": {"id": key, "content": text}} for key, text in entries]
        content = {"head_content": head, "list": items, "tail_content": ""}
        await self._send({"touser": to, "msgtype": "msgmenu", "msgmenu": content})

    async def typing(self, to: str) -> None:
        """WeCom has no such call."""

    async def welcome(self, code: str, text: str) -> None:
        """Greet who has just come in; ``code`` came with that event and is good once, for 20 seconds."""
        body = {"code": code, "msgtype": "text", "text": {"content": text}}
        await self._call("POST", "/cgi-bin/kf/send_msg_on_event", body=body)

    async def read(self, open_kfid: str, cursor: str, token: str) -> Page:
        """What came to an account after ``cursor``; an empty one begins three days ago."""
        body = {"cursor": cursor, "limit": PAGE, "open_kfid": open_kfid}
        if token:
            body["token"] = token
        answer = await self._call("POST", "/cgi-bin/kf/sync_msg", body=body)
        found, following = answer.get("msg_list", []), answer.get("next_cursor", cursor)
        if not isinstance(found, list) or not isinstance(following, str):
            raise OutcomeUnknown()
        messages = tuple(one for one in found if isinstance(one, dict))
        return Page(messages, following, answer.get("has_more") == 1)

    async def state(self, to: str) -> int:
        """In whose hands the customer is."""
        answer = await self._call("POST", "/cgi-bin/kf/service_state/get", body=_session(to))
        state = answer.get("service_state")
        if not isinstance(state, int):
            raise OutcomeUnknown()
        return state

    async def change_state(self, to: str, state: int) -> None:
        """Put the customer into other hands."""
        body = {**_session(to), "service_state": state}
        await self._call("POST", "/cgi-bin/kf/service_state/trans", body=body)

    async def _send(self, body: dict[str, Any]) -> None:
        open_kfid, user = parts_of(body["touser"])
        addressed = {**body, "touser": user, "open_kfid": open_kfid}
        await self._call("POST", "/cgi-bin/kf/send_msg", body=addressed)


def _session(address: str) -> dict[str, Any]:
    open_kfid, user = parts_of(address)
    return {"open_kfid": open_kfid, "external_userid": user}
