"""The platform: its accounts, customers, clock, and what happens when a customer does something."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from typing import Any, Deque, Dict, Iterable, List, Optional, Set, Tuple

import httpx

from tools.wechat_sim import kf_log
from tools.wechat_sim.accounts import KF, MINI, Account
from tools.wechat_sim.allowance import ACTION, ENTERED, MESSAGE
from tools.wechat_sim.delivery import Deliverer
from tools.wechat_sim.envelope import address_check
from tools.wechat_sim.faults import Faults
from tools.wechat_sim.media import Media
from tools.wechat_sim.people import Customer
from tools.wechat_sim.tokens import Tokens

_CALLS_KEPT = 5000
OPENS_A_WINDOW = ("subscribe", "SCAN", "CLICK", "scancode_push", "scancode_waitmsg")


class Platform:
    """All of it. ``http`` reaches the server's callbacks; close the platform to let go of it."""

    def __init__(
        self, accounts: Iterable[Account], http: Optional[httpx.AsyncClient] = None
    ) -> None:
        self.accounts = {account.kind: account for account in accounts}
        self.faults = Faults()
        self.tokens = Tokens(self.clock)
        self.media = Media(self.clock)
        self.calls: Deque[Dict[str, Any]] = deque(maxlen=_CALLS_KEPT)
        self.kf = kf_log.Log()
        self.scenes: Dict[str, str] = {}
        self._advanced = 0.0
        self._people: Dict[Tuple[str, str], Customer] = {}
        self._openids: Dict[str, Tuple[str, Customer]] = {}
        self._http = http or httpx.AsyncClient(
            timeout=30, trust_env=False, limits=httpx.Limits(max_connections=None)
        )
        self._deliverer = Deliverer(self._http, self.faults, self.clock)
        self._tasks: Set[asyncio.Task[None]] = set()

    def clock(self) -> float:
        """The platform's time in seconds since 1970."""
        return time.time() + self._advanced

    def advance(self, seconds: float) -> None:
        """Let the platform's time pass: of windows, tokens and media. Deliveries go on bearing the real time."""
        self._advanced += seconds

    async def close(self) -> None:
        """End the deliveries under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    def customer(self, account: Account, name: str) -> Customer:
        """The customer whom the phone page calls ``name``; made at first."""
        found = self._people.get((account.kind, name))
        if found is None:
            prefix = "wm" if account.kind == KF else "o"
            found = Customer(prefix + secrets.token_urlsafe(20)[:27])
            self._people[account.kind, name] = found
            self._openids[found.openid] = (account.kind, found)
        return found

    def known(self, account: Account, openid: object) -> Optional[Customer]:
        """The account's customer with this id."""
        kind, found = self._openids.get(str(openid), ("", None))
        return found if kind == account.kind else None

    def people(self, account: Account) -> List[Customer]:
        """The account's customers."""
        return [one for (kind, _), one in self._people.items() if kind == account.kind]

    async def say(
        self,
        account: Account,
        name: str,
        kind: str,
        fields: Dict[str, Any],
        shown: Dict[str, Any],
        *,
        wait: bool = False,
    ) -> str:
        """A customer sends a message; gives its id.

        ``fields`` are the platform's own names, ``shown`` is what the customer's phone shows of it. With ``wait`` it
        returns when the delivery has ended one way or the other.
        """
        customer, now = self.customer(account, name), self.clock()
        customer.allowance.grant(MESSAGE, now)
        customer.last_message_at = now
        entry = customer.show("customer", kind, now, **shown)
        if account.kind == KF:
            if customer.service_state == kf_log.ENDED:
                customer.service_state = kf_log.NEW
            message_id = self.kf.customer_said(account, customer.openid, kind, fields, now)
            entry["message_id"] = message_id
            await self._notify(account, customer, wait=wait)
            return message_id
        message_id = str(fields.pop("MsgId", None) or secrets.randbelow(9 * 10**18) + 10**18)
        entry["message_id"] = message_id
        message = {
            "ToUserName": account.name,
            "FromUserName": customer.openid,
            "CreateTime": int(time.time()),
            "MsgType": kind,
            "MsgId": int(message_id),
            **fields,
        }
        await self._send(account, customer, message, message_id, tells=True, wait=wait)
        return message_id

    async def event(
        self, account: Account, name: str, event: str, fields: Dict[str, Any], *, wait: bool = False
    ) -> str:
        """A customer does something that is no message; gives the key of its delivery."""
        customer, now = self.customer(account, name), self.clock()
        if event == "subscribe":
            customer.follows = True
        elif event == "unsubscribe":
            customer.follows = False
            customer.allowance.lapse()
        if account.kind == MINI and event == "user_enter_tempsession":
            customer.allowance.grant(ENTERED, now)
        elif event in OPENS_A_WINDOW:
            customer.allowance.grant(ACTION, now)
        if account.kind == KF:
            return await self._kf_event(account, customer, event, fields, wait=wait)
        message = {
            "ToUserName": account.name,
            "FromUserName": customer.openid,
            "CreateTime": int(time.time()),
            "MsgType": "event",
            "Event": event,
            **fields,
        }
        key = f"{event}-{secrets.token_hex(6)}"
        await self._send(account, customer, message, key, tells=event == "CLICK", wait=wait)
        return key

    async def _kf_event(
        self,
        account: Account,
        customer: Customer,
        event: str,
        fields: Dict[str, Any],
        *,
        wait: bool,
    ) -> str:
        now = self.clock()
        more: Dict[str, Any] = dict(fields)
        if event == "enter_session":
            if now - customer.last_message_at > 48 * 3600:
                code = secrets.token_urlsafe(16)
                customer.welcome_codes[code] = now + 20
                more["welcome_code"] = code
        message_id = self.kf.happened(account, customer.openid, event, more, now)
        await self._notify(account, customer, wait=wait)
        return message_id

    async def _notify(self, account: Account, customer: Customer, *, wait: bool) -> None:
        """微信客服: the callback says only that something came."""
        now = self.clock()
        message = {
            "ToUserName": account.app_id,
            "CreateTime": int(time.time()),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": self.kf.new_token(now),
            "OpenKfId": account.open_kfid,
        }
        key = f"kf-{secrets.token_hex(6)}"
        await self._send(account, customer, message, key, tells=False, wait=wait)

    async def _send(
        self,
        account: Account,
        customer: Customer,
        message: Dict[str, Any],
        key: str,
        *,
        tells: bool,
        wait: bool,
    ) -> None:
        task = asyncio.ensure_future(
            self._deliverer.deliver(account, customer, message, key, tells=tells)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if wait:
            await asyncio.shield(task)

    async def check_address(self, account: Account) -> str:
        """The console's check when the callback's address is entered: ``ok``, or what is wrong."""
        query, wanted = address_check(account, time.time())
        try:
            answer = await self._http.get(account.callback, params=query, timeout=5)
        except httpx.HTTPError as error:
            return f"the address cannot be reached: {type(error).__name__}"
        if answer.status_code != 200:
            return f"the address answers {answer.status_code}"
        return "ok" if answer.text == wanted else "the answer is not the echostr"
