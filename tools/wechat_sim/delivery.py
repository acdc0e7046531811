"""The side that delivers: five seconds for an answer, the same message up to three times.

Source: 接收普通消息: 「微信服务器在五秒内收不到响应会断掉连接，并且重新发起请求，总共重试三次」.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Dict, Mapping, Optional

import httpx

from tools.wechat_sim import faults
from tools.wechat_sim.accounts import OFFICIAL, Account
from tools.wechat_sim.envelope import Malformed, passive_answer, request
from tools.wechat_sim.faults import Faults
from tools.wechat_sim.people import Customer, Delivery, rich

SECONDS = 5.0
ATTEMPTS = 3
UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"
_CUT_AFTER = 0.15
"""Seconds after which a connection is cut that is to be cut: the server has read the delivery by then."""


class Deliverer:
    """Delivers messages; ``clock`` gives the platform's time, ``http`` is never asked to follow a redirection."""

    def __init__(self, http: httpx.AsyncClient, switches: Faults, clock: Any) -> None:
        self._http = http
        self._faults = switches
        self._clock = clock

    async def deliver(
        self,
        account: Account,
        customer: Customer,
        message: Mapping[str, Any],
        key: str,
        *,
        tells: bool,
    ) -> None:
        """Deliver ``message`` until the server answers, and show the customer what it says.

        Attempts are noted under ``key``. When all have failed a message that ``tells`` shows the customer that
        the service is down. The first answer counts: what comes back to a second delivery of
        the same message is not shown once one has been.
        """
        noted = customer.deliveries.setdefault(key, [])
        for attempt in range(1, ATTEMPTS + 1):
            twice = self._faults.happens(faults.DUPLICATE)
            tries = [self._attempt(account, customer, message) for _ in range(1 + twice)]
            done = None
            for outcome in asyncio.as_completed(tries):
                delivery, answer = await outcome
                noted.append(Delivery(attempt, delivery.seconds, delivery.result))
                if done is None and delivery.result in ("silent", "answered", "malformed"):
                    done = delivery.result
                    if answer is not None:
                        self._show(customer, answer, key)
            if done == "malformed":
                break
            if done is not None:
                return
        if tells and account.kind == OFFICIAL:
            customer.show("system", "unavailable", self._clock(), text=UNAVAILABLE, reply_to=key)

    def _show(self, customer: Customer, answer: Dict[str, Any], key: str) -> None:
        content = dict(answer)
        if content["type"] == "text":
            content["rich"] = rich(content["text"])
        kind = content.pop("type")
        customer.show("account", kind, self._clock(), via="passive", reply_to=key, **content)

    async def _attempt(
        self, account: Account, customer: Customer, message: Mapping[str, Any]
    ) -> tuple[Delivery, Optional[Dict[str, Any]]]:
        began = time.monotonic()

        def ended(result: str) -> Delivery:
            return Delivery(0, time.monotonic() - began, result)

        if self._faults.happens(faults.LOST):
            return ended("lost"), None
        cut = self._faults.happens(faults.CUT)
        slow = self._faults.slow_seconds if self._faults.happens(faults.SLOW) else 0.0
        try:
            answer = await asyncio.wait_for(
                self._post(account, customer, message), _CUT_AFTER if cut else SECONDS
            )
        except asyncio.TimeoutError:
            return ended("cut" if cut else "late"), None
        except httpx.HTTPError:
            return ended("refused"), None
        if cut:
            return ended("cut"), None
        if slow:
            left = SECONDS - (time.monotonic() - began)
            await asyncio.sleep(max(0.0, min(slow, left)))
            if slow >= left:
                return ended("late"), None
        if answer.status_code != 200:
            return ended("failed"), None
        try:
            shown = passive_answer(account, answer.content, customer.openid)
        except Malformed:
            return ended("malformed"), None
        return ended("silent" if shown is None else "answered"), shown

    async def _post(
        self, account: Account, customer: Customer, message: Mapping[str, Any]
    ) -> httpx.Response:
        made = request(account, message, customer.openid, time.time())
        return await self._http.post(
            account.callback,
            params=made.query,
            content=made.body,
            headers={"Content-Type": made.content_type, "User-Agent": "Mozilla/4.0"},
        )
