"""``/cgi-bin/gettoken`` and ``/cgi-bin/kf/…`` of WeCom.

Sources: 获取access_token, 接收消息和事件, 发送消息, 分配客服会话.
"""

from __future__ import annotations

import secrets
from typing import Any, Dict, List

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tools.wechat_sim import allowance, kf_log
from tools.wechat_sim.accounts import KF, Account
from tools.wechat_sim.answers import Refused, answer, body_of, text_of
from tools.wechat_sim.api import Call, Door, require_allowed
from tools.wechat_sim.content import content_of
from tools.wechat_sim.people import Customer
from tools.wechat_sim.platform import Platform


def routes(platform: Platform, door: Door) -> List[Route]:
    """The routes."""
    account_of_all = platform.accounts.get(KF)

    async def token(request: Request) -> Response:
        query = request.query_params
        if account_of_all is None or query.get("corpid") != account_of_all.app_id:
            raise Refused(40013)
        if query.get("corpsecret") != account_of_all.secret:
            raise Refused(40001)
        require_allowed(account_of_all)
        issued = platform.tokens.issue(account_of_all)
        assert issued is not None
        return answer(access_token=issued[0], expires_in=issued[1])

    async def sync(request: Request, account: Account) -> Response:
        body = await body_of(request)
        now = platform.clock()
        shown = body.get("token")
        if shown and not platform.kf.token_is_good(str(shown), now):
            raise Refused(95007)
        if body.get("open_kfid") not in (None, "", account.open_kfid):
            raise Refused(95000)
        limit = body.get("limit", kf_log.LONGEST)
        if not isinstance(limit, int) or not 1 <= limit <= kf_log.LONGEST:
            raise Refused(40058)
        found = platform.kf.read(str(body.get("cursor") or ""), limit, now)
        if found is None:
            raise Refused(40058)
        messages, cursor, more = found
        return answer(next_cursor=cursor, has_more=int(more), msg_list=messages)

    def session(account: Account, body: Dict[str, Any], user: str) -> Customer:
        if body.get("open_kfid") != account.open_kfid:
            raise Refused(95000)
        found = platform.known(account, text_of(body, user, code=40003))
        if found is None:
            raise Refused(40003)
        return found

    async def send(request: Request, account: Account) -> Response:
        body = await body_of(request)
        customer = session(account, body, "touser")
        content = content_of(account, body, platform.media)
        if customer.service_state == kf_log.ENDED:
            raise Refused(95013)
        if customer.service_state not in (kf_log.NEW, kf_log.BOT):
            raise Refused(95018)
        message_id = _message_id(body)
        if any(entry.get("message_id") == message_id for entry in customer.answers()):
            return answer(msgid=message_id)
        refusal = customer.allowance.spend(platform.clock())
        if refusal is not None:
            raise Refused(95001 if refusal == allowance.SPENT else 95002)
        _show(customer, content, message_id)
        return answer(msgid=message_id)

    async def send_on_event(request: Request, account: Account) -> Response:
        body = await body_of(request)
        code, now = text_of(body, "code", code=40058), platform.clock()
        customer = next(
            (one for one in platform.people(account) if one.welcome_codes.get(code, 0.0) > now),
            None,
        )
        if customer is None:
            raise Refused(40058)
        if body.get("msgtype") not in ("text", "msgmenu"):
            raise Refused(40008)
        content = content_of(account, body, platform.media)
        del customer.welcome_codes[code]
        message_id = _message_id(body)
        _show(customer, content, message_id)
        return answer(msgid=message_id)

    def _show(customer: Customer, content: Dict[str, Any], message_id: str) -> None:
        kind = content.pop("type")
        customer.show(
            "account", kind, platform.clock(), via="custom", message_id=message_id, **content
        )

    async def state(request: Request, account: Account) -> Response:
        customer = session(account, await body_of(request), "external_userid")
        return answer(service_state=customer.service_state)

    async def change_state(request: Request, account: Account) -> Response:
        body = await body_of(request)
        customer = session(account, body, "external_userid")
        wanted = body.get("service_state")
        if wanted not in kf_log.ALLOWED[customer.service_state]:
            raise Refused(95016)
        if wanted == kf_log.HUMAN and not body.get("servicer_userid"):
            raise Refused(40058)
        customer.service_state = wanted
        return answer()

    def path(name: str, call: Call) -> Route:
        return Route(f"/cgi-bin/kf/{name}", door.with_token(call, KF), methods=["POST"])

    return [
        Route("/cgi-bin/gettoken", door.noted(token), methods=["GET"]),
        path("sync_msg", sync),
        path("send_msg", send),
        path("send_msg_on_event", send_on_event),
        path("service_state/get", state),
        path("service_state/trans", change_state),
    ]


def _message_id(body: Dict[str, Any]) -> str:
    """The sender's own id of a message, at most 32 bytes, else a new one."""
    given = body.get("msgid")
    if given is None:
        return secrets.token_urlsafe(24)
    if not isinstance(given, str) or not 1 <= len(given.encode()) <= 32:
        raise Refused(40058)
    return given
