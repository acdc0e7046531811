"""Reads what came: a call-back says only that there is something, and ``sync_msg`` gives it from a cursor on.

The cursor is kept in the database behind each page that was taken in. A process that dies between the two reads the page
again, and messages that were stored already are known by their ids. One process reads an account at a time.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from care.backends import PubSub
from care.channels.wechat.error_codes import ApiError
from care.channels.wecom.api import Page, WecomApi
from care.channels.wecom.tables import WecomInbox
from care.clock import Clock
from care.db import Database
from care.errors import Unavailable

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
TRY_AGAIN = timedelta(seconds=10)
MOST_FAILURES = 10
LOOK_EVERY = 5.0
"""Seconds between looks for accounts that nobody reads: a process died, or WeCom could not be reached."""

TOKEN_IS_OVER = 95007
FRESH = timedelta(minutes=10)
"""An account that is read for the first time begins with messages no older than that: nobody waits for older ones."""

_TOPIC = "wecom:inbox"

type Take = Callable[[dict[str, Any]], Awaitable[None]]
"""Takes in one message. May be called with the same one again."""


@dataclass(frozen=True)
class _Place:
    """From where to read, and the call-backs that are answered by that."""

    cursor: str
    token: str
    asked: int
    since: float


def _place(row: WecomInbox) -> _Place:
    return _Place(row.cursor, row.token, row.asked, row.since.timestamp())


def _sent(message: dict[str, Any]) -> float:
    """When a message was sent, in seconds since 1970; what does not say it is taken in."""
    sent = message.get("send_time")
    return sent if isinstance(sent, int) else math.inf


async def note(db: Database, clock: Clock, pubsub: PubSub, open_kfid: str, token: str) -> None:
    """Something came to an account: returning means that it will be read, by whichever process."""
    now = clock()

    def work(session: Session) -> None:
        row = session.get(WecomInbox, open_kfid, with_for_update=True)
        if row is None:
            row = WecomInbox(open_kfid=open_kfid, asked=0, read=0, cursor="", since=now - FRESH)
            session.add(row)
        row.asked += 1
        row.token, row.due_at = token, now

    await db.write(work)
    pubsub.publish(_TOPIC)


class Inbox:
    """The messages of all customer-service accounts of the corporation."""

    def __init__(
        self, db: Database, clock: Clock, pubsub: PubSub, api: WecomApi, take: Take
    ) -> None:
        self._db = db
        self._clock = clock
        self._pubsub = pubsub
        self._api = api
        self._take = take
        self._failures: dict[str, int] = {}

    async def run(self) -> None:
        """Read what came, for ever."""
        async with self._pubsub.subscribe(_TOPIC) as wakeups:
            while True:
                try:
                    await self.read_due()
                except Exception:
                    log.exception("wecom.inbox_failed")
                await wakeups.next(LOOK_EVERY)

    async def read_due(self) -> None:
        """Read the accounts of which somebody told us and that were not read to the end."""
        now = self._clock()
        due = select(WecomInbox.open_kfid).where(
            WecomInbox.asked > WecomInbox.read,
            WecomInbox.due_at <= now,
            or_(WecomInbox.lease_until.is_(None), WecomInbox.lease_until <= now),
        )
        for open_kfid in await self._db.read(lambda session: session.scalars(due).all()):
            await self.read(open_kfid)

    async def read(self, open_kfid: str) -> None:
        """Read an account to its end, unless another process does: that one looks again before it stops."""
        place = await self._db.write(lambda session: self._claim(session, open_kfid))
        while place is not None:
            try:
                page = await self._page(open_kfid, place)
                for message in page.messages:
                    if _sent(message) >= place.since:
                        await self._take_one(message)
            except Exception as error:
                if isinstance(error, Unavailable):
                    log.warning("wecom.not_read", error=error.code, **error.data)
                else:
                    log.error("wecom.not_read", error=type(error).__name__)
                await self._db.write(lambda session: self._leave(session, open_kfid))
                return
            place = await self._db.write(
                lambda session, place=place, page=page: self._behind(  # type: ignore[misc]
                    session, open_kfid, place, page
                )
            )

    async def _take_one(self, message: dict[str, Any]) -> None:
        """Take one in. A message that fails again and again is passed over: those behind it are waiting."""
        try:
            await self._take(message)
        except Unavailable:
            raise
        except Exception:
            name = str(message.get("msgid"))[:64]
            self._failures[name] = self._failures.get(name, 0) + 1
            if self._failures[name] < MOST_FAILURES:
                raise
            del self._failures[name]
            log.exception("wecom.message_passed_over", message=name)

    async def _page(self, open_kfid: str, place: _Place) -> Page:
        try:
            return await self._api.read(open_kfid, place.cursor, place.token)
        except ApiError as error:
            if error.errcode != TOKEN_IS_OVER:
                raise
        # It is good for ten minutes; without one WeCom answers, too, only less often.
        return await self._api.read(open_kfid, place.cursor, "")

    def _claim(self, session: Session, open_kfid: str) -> _Place | None:
        row = session.get(WecomInbox, open_kfid, with_for_update=True, populate_existing=True)
        now = self._clock()
        if row is None or row.asked == row.read:
            return None
        if row.lease_until is not None and row.lease_until > now:
            return None
        row.lease_until = now + LEASE
        return _place(row)

    def _behind(self, session: Session, open_kfid: str, place: _Place, page: Page) -> _Place | None:
        """Note how far was read; gives where to go on, or ``None`` at the end."""
        row = session.get_one(WecomInbox, open_kfid, with_for_update=True, populate_existing=True)
        row.cursor = page.cursor
        if page.more and page.cursor != place.cursor:
            row.lease_until = self._clock() + LEASE
            return replace(_place(row), asked=place.asked)
        row.read = place.asked
        if row.asked > row.read:  # told again meanwhile
            row.lease_until = self._clock() + LEASE
            return _place(row)
        row.lease_until = None
        return None

    def _leave(self, session: Session, open_kfid: str) -> None:
        row = session.get_one(WecomInbox, open_kfid, with_for_update=True)
        row.lease_until, row.due_at = None, self._clock() + TRY_AGAIN
