"""The access token that all processes share: a row with a lease, so that one of them fetches it at a time.

``stable_token`` gives the same token until five minutes before its end, then the next one, while the old one still
counts: nobody is cut off by another's fetch. The token stands in the database encrypted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.orm import Session

from care.backends import PubSub
from care.channels.wechat.error_codes import ApiError, PlatformUnreachable
from care.channels.wechat.tables import WechatToken
from care.clock import Clock
from care.db import Database

log = structlog.get_logger()

RENEW_BEFORE = timedelta(minutes=4)
_AT_LEAST = timedelta(seconds=30)
_LEASE = timedelta(seconds=15)
_FORCE_EVERY = timedelta(hours=2)
"""``force_refresh`` may be asked for 20 times a day, and cuts off whoever has the old token."""

_PATIENCE = 15.0
_LOOK_AGAIN = 0.5


@dataclass(frozen=True)
class FetchedToken:
    """A token as the platform gave it, and for how long it is good."""

    token: str
    life: timedelta


type Fetch = Callable[[bool], Awaitable[FetchedToken]]
"""Asks the platform for a token; with ``True`` for another one than before."""


@dataclass(frozen=True)
class _Found:
    """What a look at the row came to: a token, or whose turn it is to fetch one."""

    token: str | None
    mine: bool
    may_force: bool


class Tokens:
    """The token of one account."""

    def __init__(
        self, db: Database, clock: Clock, pubsub: PubSub, seal: Fernet, app_id: str, fetch: Fetch
    ) -> None:
        self._db = db
        self._clock = clock
        self._pubsub = pubsub
        self._seal = seal
        self._app_id = app_id
        self._fetch = fetch

    async def current(self) -> str:
        """A token that is good. Raises ``ApiError`` and ``PlatformUnreachable``."""
        return await self._other_than(None)

    async def renewed(self, refused: str) -> str:
        """A token other than one that was ``refused``; fetched unless somebody has done so already.

        Raises as ``current``, and ``ApiError`` when the platform insists on the refused one.
        """
        return await self._other_than(refused)

    async def _other_than(self, refused: str | None) -> str:
        found = await self._db.read(lambda session: self._look(session, refused))
        if found is not None:
            return found
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE
        async with self._pubsub.subscribe(self._topic) as wakeups:
            while loop.time() < deadline:
                turn = await self._db.write(lambda session: self._take_turn(session, refused))
                if turn.token is not None:
                    return turn.token
                if turn.mine:
                    return await self._fetch_and_keep(refused, may_force=turn.may_force)
                await wakeups.next(_LOOK_AGAIN)
        raise PlatformUnreachable()

    @property
    def _topic(self) -> str:
        return f"wechat:token:{self._app_id}"

    def _look(self, session: Session, refused: str | None) -> str | None:
        row = session.get(WechatToken, self._app_id)
        if row is None or row.renew_at is None or row.renew_at <= self._clock():
            return None
        token = self._opened(row.sealed)
        return None if token == refused else token

    def _take_turn(self, session: Session, refused: str | None) -> _Found:
        now = self._clock()
        row = session.get(WechatToken, self._app_id, with_for_update=True, populate_existing=True)
        if row is None:
            row = WechatToken(app_id=self._app_id, sealed="")
            session.add(row)
        elif (token := self._look(session, refused)) is not None:
            return _Found(token, mine=False, may_force=False)
        if row.fetching_until is not None and row.fetching_until > now:
            return _Found(None, mine=False, may_force=False)
        row.fetching_until = now + _LEASE
        may_force = row.forced_at is None or row.forced_at <= now - _FORCE_EVERY
        return _Found(None, mine=True, may_force=may_force)

    async def _fetch_and_keep(self, refused: str | None, *, may_force: bool) -> str:
        fetched, forced = None, False
        try:
            fetched = await self._fetch(False)
            if refused is not None and fetched.token == refused:
                if not may_force:
                    raise ApiError(40001)
                forced = True
                fetched = await self._fetch(True)
        finally:
            await self._db.write(lambda session: self._keep(session, fetched, forced=forced))
            self._pubsub.publish(self._topic)
        log.info("wechat.token_fetched", forced=forced)
        return fetched.token

    def _keep(self, session: Session, fetched: FetchedToken | None, *, forced: bool) -> None:
        now = self._clock()
        row = session.get_one(WechatToken, self._app_id, with_for_update=True)
        row.fetching_until = None
        if forced:
            row.forced_at = now
        if fetched is not None:
            row.sealed = self._seal.encrypt(fetched.token.encode()).decode()
            row.renew_at = _renew_at(now, fetched.life)

    def _opened(self, sealed: str) -> str | None:
        try:
            return self._seal.decrypt(sealed.encode()).decode()
        except InvalidToken:  # another sealing key: fetched anew
            return None


def _renew_at(now: datetime, life: timedelta) -> datetime:
    """Not before the platform would give another one, and not at each call when it says that the end is near."""
    return now + max(life - RENEW_BEFORE, _AT_LEAST)
