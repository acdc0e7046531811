"""The platform's API as this channel uses it: each method is one call, tried again where that is safe."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog

from care.channels.wechat.error_codes import (
    ApiError,
    OutcomeUnknown,
    PlatformUnreachable,
    Reaction,
)
from care.channels.wechat.platform import Download, Platform, Upload
from care.channels.wechat.tokens import FetchedToken, Tokens

log = structlog.get_logger()

RETRY_DELAYS = (0.5, 1.5, 4.0)
"""Seconds before each further try of a call that was not carried out."""

type Alarm = Callable[[int], None]
"""Told the error code when only a person can mend it."""


async def fetch_token(platform: Platform, app_id: str, secret: str, force: bool) -> FetchedToken:
    """A token from ``stable_token``. Raises ``ApiError`` and ``PlatformUnreachable``: asking again does no harm."""
    asked = {
        "grant_type": "client_credential",
        "appid": app_id,
        "secret": secret,
        "force_refresh": force,
    }
    try:
        answer = await platform.call("POST", "/cgi-bin/stable_token", body=asked)
    except OutcomeUnknown as error:
        raise PlatformUnreachable() from error
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int):
        raise PlatformUnreachable()
    return FetchedToken(token, timedelta(seconds=max(0, min(seconds, 7200))))


class WechatApi:
    """The API with the account's token. Methods raise ``ApiError``, ``PlatformUnreachable`` and ``OutcomeUnknown``."""

    def __init__(
        self,
        platform: Platform,
        tokens: Tokens,
        alarm: Alarm,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._platform = platform
        self._tokens = tokens
        self._alarm = alarm
        self._sleep = sleep
        self._jitter = jitter

    async def send_text(self, to: str, text: str) -> None:
        """Say something."""
        await self._send({"touser": to, "msgtype": "text", "text": {"content": text}})

    async def send_menu(self, to: str, head: str, entries: Sequence[tuple[str, str]]) -> None:
        """Say something and offer ``entries`` (id, words) to press; the words come back as the customer's message."""
        content = {
            "head_content": head,
            "list": [{"id": key, "content": words} for key, words in entries],
            "tail_content": "",
        }
        await self._send({"touser": to, "msgtype": "msgmenu", "msgmenu": content})

    async def send_image(self, to: str, media_id: str) -> None:
        """Show an uploaded picture."""
        await self._send({"touser": to, "msgtype": "image", "image": {"media_id": media_id}})

    async def typing(self, to: str) -> None:
        """Show that somebody is typing, for some seconds or until the next message."""
        body = {"touser": to, "command": "Typing"}
        await self._call("POST", "/cgi-bin/message/custom/typing", body=body)

    async def upload_image(self, upload: Upload) -> str:
        """The media id of a picture, good for 3 days."""
        answer = await self._call(
            "POST", "/cgi-bin/media/upload", params={"type": "image"}, upload=upload
        )
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise OutcomeUnknown()
        return media_id

    async def download(self, media_id: str) -> Download:
        """The file behind a media id."""
        found = await self._fetch("GET", "/cgi-bin/media/get", params={"media_id": media_id})
        if not isinstance(found, Download):
            raise OutcomeUnknown()
        return found

    async def scene_address(self, scene: str, seconds: int) -> str:
        """What a QR code must open so that its scan comes back with ``scene``, for ``seconds``.

        Only verified service accounts have the right.
        """
        body = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        url = (await self._call("POST", "/cgi-bin/qrcode/create", body=body)).get("url")
        if not isinstance(url, str) or not url:
            raise OutcomeUnknown()
        return url

    async def set_menu(self, menu: dict[str, Any]) -> None:
        """Make ``menu`` the account's menu, in the form of the platform."""
        await self._call("POST", "/cgi-bin/menu/create", body=menu)

    async def menu(self) -> dict[str, Any]:
        """The account's menu, as the platform shows it."""
        return await self._call("GET", "/cgi-bin/menu/get")

    async def delete_menu(self) -> None:
        """Take the menu away."""
        await self._call("GET", "/cgi-bin/menu/delete")

    async def _send(self, body: dict[str, Any]) -> None:
        await self._call("POST", "/cgi-bin/message/custom/send", body=body)

    async def _call(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        answer = await self._fetch(method, path, **what)
        if isinstance(answer, Download):
            raise OutcomeUnknown()
        return answer

    async def _fetch(
        self, method: str, path: str, *, params: dict[str, str] | None = None, **what: Any
    ) -> dict[str, Any] | Download:
        """One call, tried again where it was not carried out. A loop: a popular client recursed here without end."""
        delays = iter(RETRY_DELAYS)
        token: str | None = None
        refused: str | None = None
        while True:
            try:
                if token is None:
                    token = await self._token(refused)
                return await self._platform.fetch(
                    method, path, params={"access_token": token, **(params or {})}, **what
                )
            except ApiError as error:
                if error.reaction is Reaction.NEW_TOKEN and token is not None and refused is None:
                    refused, token = token, None
                    continue
                if error.reaction in (Reaction.NEW_TOKEN, Reaction.ALARM, Reaction.NO_RIGHT):
                    log.error("wechat.alarm", path=path, errcode=error.errcode)
                    self._alarm(error.errcode)
                delay = next(delays, None) if error.reaction is Reaction.RETRY else None
                if delay is None:
                    raise
            except PlatformUnreachable:
                delay = next(delays, None)
                if delay is None:
                    raise
            await self._sleep(delay * (0.5 + self._jitter()))

    async def _token(self, refused: str | None) -> str:
        if refused is None:
            return await self._tokens.current()
        return await self._tokens.renewed(refused)
