"""A server as the platform calls it back, with scripted answers, and the simulator in the same event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tools.wechat_sim.accounts import KF, MINI, OFFICIAL, Account, made_up
from tools.wechat_sim.app import application
from tools.wechat_sim.cipher import Envelope, signature
from tools.wechat_sim.platform import Platform

type Json = dict[str, Any]


class Server:
    """Notes each call-back and answers with what ``answer`` makes of it."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[dict[str, str], bytes], bytes] = lambda query, body: b"success"
        self.status = 200
        self.seconds: list[float] = []
        self.app = Starlette(routes=[Route("/wechat", self._called, methods=["GET", "POST"])])

    async def _called(self, request: Request) -> Response:
        query, body = dict(request.query_params), await request.body()
        self.requests.append((query, body))
        if self.seconds:
            await asyncio.sleep(self.seconds.pop(0))
        return Response(self.answer(query, body), status_code=self.status)


class Sim:
    """The simulator, its accounts, and calls to both of its sides."""

    def __init__(self, server: Server, mode: str) -> None:
        self.server = server
        accounts = [made_up(kind, "http://server/wechat", mode) for kind in (OFFICIAL, MINI, KF)]
        to_server = httpx.AsyncClient(transport=httpx.ASGITransport(server.app))
        self.platform = Platform(accounts, to_server)
        transport = httpx.ASGITransport(application(self.platform))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://sim")
        self.official, self.mini, self.kf = accounts

    async def token(self, account: Account | None = None, **more: Any) -> str:
        """A token by ``stable_token``."""
        account = account or self.official
        body = {
            "grant_type": "client_credential",
            "appid": account.app_id,
            "secret": account.secret,
            **more,
        }
        answer = (await self.http.post("/cgi-bin/stable_token", json=body)).json()
        return str(answer["access_token"])

    async def call(self, path: str, body: Json | bytes, token: str | None = None) -> Json:
        """A call of the API."""
        token = token or await self.token()
        content: Any = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await self.http.post(f"/cgi-bin/{path}", params={"access_token": token}, **content)
        assert answer.status_code == 200
        found: Json = answer.json()
        return found

    async def say(self, text: str, account: str = "official", **more: Any) -> Json:
        """A customer writes, and the platform delivers it to the end."""
        body = {"type": "text", "text": text, "wait": True, **more}
        answer = await self.http.post(f"/sim/{account}/customers/wang/say", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def shown(self, account: str = "official", sender: str | None = None) -> list[Json]:
        """What the customer's phone shows, of ``sender`` only."""
        answer = await self.http.get(f"/sim/{account}/customers/wang/shown")
        return [one for one in answer.json()["entries"] if sender in (None, one["from"])]


@asynccontextmanager
async def a_sim(mode: str = "safe") -> AsyncIterator[Sim]:
    """A simulator that is closed afterwards."""
    sim = Sim(Server(), mode)
    try:
        yield sim
    finally:
        await sim.http.aclose()
        await sim.platform.close()


def opened(account: Account, query: dict[str, str], body: bytes) -> dict[str, str]:
    """The values of a call-back in safe mode, its signature checked."""
    sealed = ElementTree.fromstring(body).findtext("Encrypt") or ""
    wanted = signature(account.token, query["timestamp"], query["nonce"], sealed)
    assert query["msg_signature"] == wanted
    inner = ElementTree.fromstring(Envelope(account.aes_key, account.app_id).decrypt(sealed))
    return {child.tag: child.text or "" for child in inner}


def reply(account: Account, openid: str, text: str, **changes: str) -> bytes:
    """A passive answer, not encrypted."""
    values = {
        "ToUserName": openid,
        "FromUserName": account.name,
        "CreateTime": "1348831860",
        "MsgType": "text",
        "Content": text,
        **changes,
    }
    elements = (f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    return f"<xml>{''.join(elements)}</xml>".encode()


def sealed(account: Account, xml: bytes) -> bytes:
    """The same encrypted."""
    text = Envelope(account.aes_key, account.app_id).encrypt(xml)
    signed = signature(account.token, "1409735669", "77", text)
    return (
        f"<xml><Encrypt>{text}</Encrypt><MsgSignature>{signed}</MsgSignature>"
        "<TimeStamp>1409735669</TimeStamp><Nonce>77</Nonce></xml>"
    ).encode()
