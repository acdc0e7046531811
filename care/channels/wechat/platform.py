"""One HTTP call of the platform's API: raw UTF-8 JSON out, and an answer or an error of ``error_codes`` in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from care.channels.wechat.error_codes import ApiError, OutcomeUnknown, PlatformUnreachable

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
MAX_ANSWER = 10 * 1024 * 1024
"""Bytes; the largest picture WeChat takes."""


@dataclass(frozen=True)
class Upload:
    """A file to send along."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class Download:
    """What came that was no JSON."""

    content: bytes
    mime: str


class Platform:
    """Calls the API at ``base`` (``https://api.weixin.qq.com``)."""

    def __init__(self, http: httpx.AsyncClient, base: str) -> None:
        self._http = http
        self._base = base.rstrip("/")

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        upload: Upload | None = None,
    ) -> dict[str, Any]:
        """The JSON that came. Raises ``ApiError``, ``PlatformUnreachable`` and ``OutcomeUnknown``."""
        answer = await self.fetch(method, path, params=params, body=body, upload=upload)
        if isinstance(answer, Download):
            raise OutcomeUnknown()
        return answer

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        upload: Upload | None = None,
    ) -> dict[str, Any] | Download:
        """The same for calls that answer with a file when all is well, and with JSON when not."""
        # As it is: the platform shows \uXXXX to the customer, letter by letter.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        files = None if upload is None else {"media": (upload.name, upload.content, upload.mime)}
        request = self._http.build_request(
            method,
            self._base + path,
            params=params,
            content=content,
            files=files,
            headers={"Content-Type": "application/json; charset=utf-8"} if content else None,
            timeout=TIMEOUT,
        )
        try:
            response = await self._http.send(request, stream=True)
            try:
                raw = await _limited(response)
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PlatformUnreachable() from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown() from error
        if response.status_code >= 500:
            raise OutcomeUnknown()
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("", "application/json", "text/plain", "text/json"):
            return Download(raw, kind)
        return _checked(raw)


async def _limited(response: httpx.Response) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_ANSWER:
            raise OutcomeUnknown()
        parts.append(part)
    return b"".join(parts)


def _checked(raw: bytes) -> dict[str, Any]:
    try:
        # Not strict: names and texts of customers hold control characters.
        answer = json.loads(raw.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise OutcomeUnknown() from error
    if not isinstance(answer, dict):
        raise OutcomeUnknown()
    errcode = answer.get("errcode", 0)
    if not isinstance(errcode, int):
        raise OutcomeUnknown()
    if errcode != 0:
        raise ApiError(errcode)
    return answer
