"""``/cgi-bin/…`` of Official Accounts and mini programs, and what WeCom shares with them (media)."""

from __future__ import annotations

import secrets
from typing import Any, Awaitable, Callable, Dict, List

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tools.wechat_sim import allowance, faults, menus
from tools.wechat_sim.accounts import KF, OFFICIAL, Account
from tools.wechat_sim.answers import Refused, answer, body_of, plain, text_of
from tools.wechat_sim.content import content_of
from tools.wechat_sim.people import Customer
from tools.wechat_sim.platform import Platform

Call = Callable[[Request, Account], Awaitable[Response]]

_UPLOAD_BYTES = 24 * 1024 * 1024


class Door:
    """Checks of every call: the faults in force, the allow list, the token."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def noted(self, call: Callable[[Request], Awaitable[Response]]) -> Call0:
        """``call`` with its refusals answered and its outcome on record."""

        async def wrapped(request: Request) -> Response:
            code = 0
            try:
                if self._platform.faults.happens(faults.BUSY):
                    raise Refused(-1)
                made = await call(request)
            except Refused as refusal:
                code, made = refusal.code, answer(refusal.code)
            self._platform.calls.append(
                {"at": self._platform.clock(), "path": request.url.path, "errcode": code}
            )
            return made

        return wrapped

    def with_token(self, call: Call, *kinds: str) -> Call0:
        """``call`` for the account whose token is shown; other ``kinds`` may not."""

        async def checked(request: Request) -> Response:
            text = request.query_params.get("access_token")
            if not text:
                raise Refused(41001)
            if self._platform.faults.happens(faults.EXPIRED):
                raise Refused(42001)
            account = self._platform.tokens.owner(text)
            if isinstance(account, int):
                raise Refused(account)
            require_allowed(account)
            if self._platform.faults.happens(faults.LIMITED):
                raise Refused(45011)
            if kinds and account.kind not in kinds:
                raise Refused(48001)
            return await call(request, account)

        return self.noted(checked)


Call0 = Callable[[Request], Awaitable[Response]]


def require_allowed(account: Account) -> None:
    """Raise ``Refused`` when the server's address is not on the account's list."""
    if not account.allowed:
        raise Refused(60020 if account.kind == KF else 40164)


def routes(platform: Platform, door: Door) -> List[Route]:
    """The routes."""
    people = (OFFICIAL, "mini")

    async def stable_token(request: Request) -> Response:
        body = await body_of(request)
        if body.get("grant_type") != "client_credential":
            raise Refused(40002)
        account = next(
            (
                one
                for one in platform.accounts.values()
                if one.app_id == body.get("appid") and one.kind != KF
            ),
            None,
        )
        if account is None:
            raise Refused(40013)
        if account.secret != body.get("secret"):
            raise Refused(40125)
        require_allowed(account)
        issued = platform.tokens.issue(account, force=body.get("force_refresh") is True)
        if issued is None:
            raise Refused(45009)
        return plain({"access_token": issued[0], "expires_in": issued[1]})

    def receiver(account: Account, body: Dict[str, Any]) -> Customer:
        if account.kind == OFFICIAL and not account.customer_service:
            raise Refused(48001)
        found = platform.known(account, text_of(body, "touser", code=40003))
        if found is None:
            raise Refused(40003)
        return found

    async def send(request: Request, account: Account) -> Response:
        body = await body_of(request)
        customer = receiver(account, body)
        content = content_of(account, body, platform.media)
        refusal = customer.allowance.spend(platform.clock()) if customer.follows else "closed"
        if refusal is not None:
            raise Refused(45047 if refusal == allowance.SPENT else 45015)
        kind = content.pop("type")
        customer.show("account", kind, platform.clock(), via="custom", **content)
        return answer()

    async def typing(request: Request, account: Account) -> Response:
        body = await body_of(request)
        customer = receiver(account, body)
        command = body.get("command")
        if command not in ("Typing", "CancelTyping"):
            raise Refused(45072)
        if platform.clock() - customer.last_message_at > 30:
            raise Refused(45080)
        if command == "Typing" and customer.typing:
            raise Refused(45081)
        customer.typing = command == "Typing"
        customer.wake()
        return answer()

    async def upload(request: Request, account: Account) -> Response:
        if int(request.headers.get("content-length") or 0) > _UPLOAD_BYTES:
            raise Refused(40006)
        kind = request.query_params.get("type", "")
        form = await request.form()
        file = form.get("media")
        if file is None or isinstance(file, str):
            raise Refused(41005)
        media_id, code = platform.media.add(kind, await file.read())
        if code:
            raise Refused(code)
        created = int(platform.clock())
        return plain({"type": kind, "media_id": media_id, "created_at": created})

    async def download(request: Request, account: Account) -> Response:
        found = platform.media.get(request.query_params.get("media_id", ""))
        if found is None:
            raise Refused(40007)
        name = f'attachment; filename="media.{found.content_type.partition("/")[2]}"'
        return Response(
            found.content,
            media_type=found.content_type,
            headers={"Content-Disposition": name},
        )

    async def create_menu(request: Request, account: Account) -> Response:
        account.menu = menus.checked(await body_of(request))
        return answer()

    async def get_menu(request: Request, account: Account) -> Response:
        if account.menu is None:
            raise Refused(46003)
        return plain({"menu": account.menu})

    async def delete_menu(request: Request, account: Account) -> Response:
        account.menu = None
        return answer()

    async def create_code(request: Request, account: Account) -> Response:
        body = await body_of(request)
        scene = (body.get("action_info") or {}).get("scene") or {}
        said = scene.get("scene_str", scene.get("scene_id"))
        if said in (None, "") or len(str(said)) > 64:
            raise Refused(40058)
        ticket = "gQ" + secrets.token_urlsafe(40)
        platform.scenes[ticket] = str(said)
        seconds = min(int(body.get("expire_seconds", 60)), 2592000)
        url = f"http://weixin.qq.com/q/{ticket[:24]}"
        return plain({"ticket": ticket, "expire_seconds": seconds, "url": url})

    async def user(request: Request, account: Account) -> Response:
        found = platform.known(account, request.query_params.get("openid"))
        if found is None:
            raise Refused(40003)
        return plain({"subscribe": int(found.follows), "openid": found.openid, "language": "zh_CN"})

    def path(name: str, call: Call, method: str, *kinds: str) -> Route:
        return Route(f"/cgi-bin/{name}", door.with_token(call, *kinds), methods=[method])

    return [
        Route("/cgi-bin/stable_token", door.noted(stable_token), methods=["GET", "POST"]),
        path("message/custom/send", send, "POST", *people),
        path("message/custom/typing", typing, "POST", *people),
        path("media/upload", upload, "POST"),
        path("media/get", download, "GET"),
        path("menu/create", create_menu, "POST", OFFICIAL),
        path("menu/get", get_menu, "GET", OFFICIAL),
        path("menu/delete", delete_menu, "GET", OFFICIAL),
        path("qrcode/create", create_code, "POST", OFFICIAL),
        path("user/info", user, "GET", OFFICIAL),
    ]
