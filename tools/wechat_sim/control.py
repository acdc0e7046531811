"""``/sim/…``: what customers do, what goes wrong, what phones show. For the phone page and for tests."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Dict, List

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.wechat_sim.accounts import KF, MODES, Account
from tools.wechat_sim.people import Customer
from tools.wechat_sim.platform import Platform

_LONGEST_WAIT = 25.0
_SETTABLE = ("customer_service", "allowed", "mode", "callback", "body")


def routes(platform: Platform) -> List[Route]:
    """The routes."""

    def account_of(request: Request) -> Account:
        found = platform.accounts.get(request.path_params["account"])
        if found is None:
            raise HTTPException(404, "no such account")
        return found

    def who(request: Request) -> tuple[Account, str]:
        return account_of(request), request.path_params["name"]

    def customer_of(request: Request) -> Customer:
        return platform.customer(*who(request))

    async def state(request: Request) -> Response:
        accounts = {
            kind: {
                "app_id": account.app_id,
                "name": account.name,
                "mode": account.mode,
                "callback": account.callback,
                "customer_service": account.customer_service,
                "allowed": account.allowed,
                "body": account.body,
                "menu": account.menu,
            }
            for kind, account in platform.accounts.items()
        }
        return JSONResponse(
            {"accounts": accounts, "faults": platform.faults.state(), "now": platform.clock()}
        )

    async def change_account(request: Request) -> Response:
        account, body = account_of(request), await _object(request)
        for name, value in body.items():
            if name not in _SETTABLE or not isinstance(value, type(getattr(account, name))):
                raise HTTPException(422, f"{name} cannot be set so")
            if name == "mode" and (value not in MODES or account.kind == KF):
                raise HTTPException(422, "no such mode")
            setattr(account, name, value)
        return JSONResponse({"ok": True})

    async def change_faults(request: Request) -> Response:
        body = await _object(request)
        if body.pop("clear", False):
            platform.faults.clear()
        platform.faults.slow_seconds = float(body.pop("slow_seconds", platform.faults.slow_seconds))
        for name, times in body.items():
            try:
                platform.faults.set(name, int(times))
            except KeyError as error:
                raise HTTPException(422, f"no fault is called {name}") from error
        return JSONResponse(platform.faults.state())

    async def expire(request: Request) -> Response:
        platform.tokens.expire(account_of(request))
        return JSONResponse({"ok": True})

    async def check(request: Request) -> Response:
        return JSONResponse({"result": await platform.check_address(account_of(request))})

    async def advance(request: Request) -> Response:
        platform.advance(float((await _object(request)).get("seconds", 0)))
        return JSONResponse({"now": platform.clock()})

    async def calls(request: Request) -> Response:
        return JSONResponse(list(platform.calls))

    async def say(request: Request) -> Response:
        (account, name), body = who(request), await _object(request)
        kind, wait = str(body.get("type", "text")), bool(body.get("wait"))
        fields, shown = _said(platform, account, kind, body)
        fields.update(body.get("fields") or {})
        key = await platform.say(account, name, kind, fields, shown, wait=wait)
        return _delivered(platform.customer(account, name), key)

    async def event(request: Request) -> Response:
        (account, name), body = who(request), await _object(request)
        fields = dict(body.get("fields") or {})
        key = await platform.event(
            account, name, str(body.get("event")), fields, wait=bool(body.get("wait"))
        )
        return _delivered(platform.customer(account, name), key)

    async def shown(request: Request) -> Response:
        customer, query = customer_of(request), request.query_params
        wait = min(float(query.get("wait", 0)), _LONGEST_WAIT)
        entries = await customer.after(int(query.get("after", 0)), wait)
        return JSONResponse(
            {
                "openid": customer.openid,
                "entries": entries,
                "typing": customer.typing,
                "left": customer.allowance.left(platform.clock()),
                "service_state": customer.service_state,
                "deliveries": {
                    key: [asdict(one) for one in attempts]
                    for key, attempts in list(customer.deliveries.items())[-20:]
                },
            }
        )

    async def exhaust(request: Request) -> Response:
        customer_of(request).allowance.exhaust()
        return JSONResponse({"ok": True})

    async def lapse(request: Request) -> Response:
        customer_of(request).allowance.lapse()
        return JSONResponse({"ok": True})

    async def upload(request: Request) -> Response:
        """Keep a picture or a recording of the phone's; gives its media id."""
        kind = request.query_params.get("type", "image")
        media_id, code = platform.media.add(kind, await request.body())
        if code:
            raise HTTPException(422, f"the platform refuses it: {code}")
        return JSONResponse({"media_id": media_id})

    async def file(request: Request) -> Response:
        found = platform.media.get(request.path_params["media_id"])
        if found is None:
            raise HTTPException(404, "no such file")
        headers = {"X-Content-Type-Options": "nosniff"}
        return Response(found.content, media_type=found.content_type, headers=headers)

    async def scan(request: Request) -> Response:
        """Scan the code of a ticket: a follow with its scene, or a SCAN event of who follows."""
        account, name = who(request)
        body = await _object(request)
        ticket = str(body.get("ticket"))
        scene = platform.scenes.get(ticket)
        if scene is None:
            raise HTTPException(404, "no such code")
        followed = platform.customer(account, name).follows and not body.get("new")
        event_name, key = ("SCAN", scene) if followed else ("subscribe", f"qrscene_{scene}")
        fields = {"EventKey": key, "Ticket": ticket}
        made = await platform.event(account, name, event_name, fields, wait=bool(body.get("wait")))
        return _delivered(platform.customer(account, name), made)

    async def kf(request: Request) -> Response:
        """微信客服: the size of a page of ``sync_msg``; messages that come again."""
        body = await _object(request)
        platform.kf.page = int(body.get("page", platform.kf.page))
        platform.kf.again(int(body.get("again", 0)))
        return JSONResponse({"page": platform.kf.page})

    one = "/sim/{account}"
    person = one + "/customers/{name}"
    return [
        Route("/sim/state", state),
        Route("/sim/faults", change_faults, methods=["POST"]),
        Route("/sim/clock", advance, methods=["POST"]),
        Route("/sim/calls", calls),
        Route("/sim/upload", upload, methods=["POST"]),
        Route("/sim/media/{media_id}", file),
        Route("/sim/log", kf, methods=["POST"]),
        Route(one, change_account, methods=["POST"]),
        Route(f"{one}/expire", expire, methods=["POST"]),
        Route(f"{one}/check", check, methods=["POST"]),
        Route(f"{person}/say", say, methods=["POST"]),
        Route(f"{person}/event", event, methods=["POST"]),
        Route(f"{person}/scan", scan, methods=["POST"]),
        Route(f"{person}/shown", shown),
        Route(f"{person}/exhaust", exhaust, methods=["POST"]),
        Route(f"{person}/lapse", lapse, methods=["POST"]),
    ]


def _delivered(customer: Customer, key: str) -> Response:
    attempts = [asdict(one) for one in customer.deliveries.get(key, [])]
    return JSONResponse({"message_id": key, "openid": customer.openid, "deliveries": attempts})


async def _object(request: Request) -> Dict[str, Any]:
    raw = await request.body()
    try:
        found = json.loads(raw) if raw else {}
    except ValueError as error:
        raise HTTPException(400, "not JSON") from error
    if not isinstance(found, dict):
        raise HTTPException(400, "not an object")
    return found


def _said(
    platform: Platform, account: Account, kind: str, body: Dict[str, Any]
) -> tuple[Dict[str, Any], Dict[str, Any]]:
    """The platform's fields of a message, and what the phone shows of it."""
    if kind == "text":
        text = str(body.get("text", ""))
        menu_id = body.get("menu_id")
        if account.kind == KF:
            return {"content": text, **({"menu_id": menu_id} if menu_id else {})}, {"text": text}
        more = {"bizmsgmenuid": menu_id} if menu_id else {}
        return {"Content": text, **more}, {"text": text}
    if kind in ("image", "voice"):
        media_id = str(body.get("media_id", ""))
        if platform.media.get(media_id, kind) is None:
            raise HTTPException(422, "no such file")
        if account.kind == KF:
            return {"media_id": media_id}, {"media_id": media_id}
        fields: Dict[str, Any] = {"MediaId": media_id}
        if kind == "image":
            fields["PicUrl"] = f"{body.get('base', '')}/sim/media/{media_id}"
        else:
            fields["Format"] = "amr"
            if body.get("recognition") is not None:
                fields["Recognition"] = str(body["recognition"])
        return fields, {"media_id": media_id, "text": str(body.get("recognition") or "")}
    if kind == "location":
        label = str(body.get("label", ""))
        x, y = float(body.get("x", 0.0)), float(body.get("y", 0.0))
        if account.kind == KF:
            return {"latitude": x, "longitude": y, "name": label, "address": label}, {"text": label}
        fields = {"Location_X": x, "Location_Y": y, "Scale": 15, "Label": label}
        return fields, {"text": label}
    return dict(body.get("fields") or {}), {"text": f"[{kind}]"}
