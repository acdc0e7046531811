"""The platform's API in this process: tokens, customer-service messages with their quota, media. Faults are scripted."""

import io
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import httpx
from PIL import Image

from care.channels.wechat.platform import Platform
from tests.channels.wechat.account import APP_ID

SECRET = "app-secret-0000"
PNG_FILE = io.BytesIO()
Image.new("RGBA", (4, 3), "green").save(PNG_FILE, "PNG")
PNG = PNG_FILE.getvalue()

type Fault = int | Exception


@dataclass
class FakePlatform:
    """Counts what it is asked. ``faults`` are taken one by one by the path's next calls: error codes, or exceptions."""

    token_life: int = 7200
    tokens_given: int = 0
    token: str = "token-1"
    calls: list[tuple[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    quota: dict[str, int] | None = None
    media: dict[str, tuple[bytes, str]] = field(default_factory=lambda: {"m1": (PNG, "image/png")})
    menu: Any = None
    drop_answers: int = 0

    def client(self) -> httpx.AsyncClient:
        """A client whose calls come here."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def platform(self) -> Platform:
        """The same as the channel calls it."""
        return Platform(self.client(), "https://api.weixin.qq.com")

    def texts(self, to: str | None = None) -> list[str]:
        """The texts that were sent, of menus the head."""
        return [
            one["text"]["content"] if one["msgtype"] == "text" else one["msgmenu"]["head_content"]
            for one in self.sent
            if one["msgtype"] in ("text", "msgmenu") and to in (None, one["touser"])
        ]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        body: Any = None
        if request.headers.get("content-type", "").startswith("application/json"):
            body = json.loads(request.content)
            assert b"\\u" not in request.content, "shown letter by letter"
        self.calls.append((path, body))
        if self.faults[path]:
            fault = self.faults[path].popleft()
            if isinstance(fault, Exception):
                raise fault
            return refused(fault)
        if path == "/cgi-bin/stable_token":
            return self._token(body)
        if request.url.params.get("access_token") != self.token:
            return refused(40001)
        return self._with_token(request, path, body)

    def _token(self, body: dict[str, Any]) -> httpx.Response:
        if (body["appid"], body["secret"]) != (APP_ID, SECRET):
            return refused(40125)
        self.tokens_given += 1
        if body["force_refresh"]:
            self.token = f"token-{self.tokens_given + 1}"
        return httpx.Response(200, json={"access_token": self.token, "expires_in": self.token_life})

    def _with_token(self, request: httpx.Request, path: str, body: Any) -> httpx.Response:
        match path:
            case "/cgi-bin/message/custom/send":
                if self.quota is not None:
                    if self.quota.get(body["touser"], 0) <= 0:
                        return refused(45047)
                    self.quota[body["touser"]] -= 1
                if body["msgtype"] == "text" and len(body["text"]["content"].encode()) > 2048:
                    return refused(45002)
                self.sent.append(body)
                if self.drop_answers:
                    self.drop_answers -= 1
                    raise httpx.ReadTimeout("no answer")
            case "/cgi-bin/media/upload":
                media_id = f"up{len(self.media)}"
                self.media[media_id] = (request.content, "")
                return httpx.Response(200, json={"type": "image", "media_id": media_id})
            case "/cgi-bin/media/get":
                found = self.media.get(request.url.params["media_id"])
                if found is None:
                    return refused(40007)
                return httpx.Response(200, content=found[0], headers={"content-type": found[1]})
            case "/cgi-bin/qrcode/create":
                scene = body["action_info"]["scene"]["scene_str"]
                return httpx.Response(200, json={"url": f"http://weixin.qq.com/q/{scene}"})
            case "/cgi-bin/menu/create":
                self.menu = body
            case "/cgi-bin/menu/get":
                return httpx.Response(200, json={"menu": self.menu})
            case "/cgi-bin/menu/delete":
                self.menu = None
        return httpx.Response(200, json={"errcode": 0, "errmsg": "ok"})


def refused(errcode: int) -> httpx.Response:
    """An answer with an error code; HTTP says 200 all the same."""
    return httpx.Response(200, json={"errcode": errcode, "errmsg": "refused hint: [x]"})
