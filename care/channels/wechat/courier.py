"""Sends what could not go in the response to a call: in order, within the customer's quota, as the error codes ask for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from care.backends import PubSub
from care.channels.wechat.api import WechatApi
from care.channels.wechat.error_codes import (
    ApiError,
    OutcomeUnknown,
    PlatformUnreachable,
    Reaction,
)
from care.channels.wechat.parts import Part, parts
from care.channels.wechat.platform import Upload
from care.clock import Clock
from care.conversations import outbox
from care.conversations.announce import Announcer
from care.conversations.attachments import picture_at
from care.conversations.outbox import Item, Parcel
from care.conversations.reach import give_back, locked_reach, lost, spend
from care.db import Database
from care.errors import Unavailable

log = structlog.get_logger()

LEASE = timedelta(seconds=90)
LOOK_EVERY = 1.0
_SMALLER = 1000
"""Bytes fewer, where WeChat says that a text was too long."""

_LATER = {
    Reaction.WAIT: timedelta(minutes=10),
    Reaction.RETRY: timedelta(seconds=30),
    Reaction.ALARM: timedelta(minutes=1),
    Reaction.NEW_TOKEN: timedelta(minutes=1),
}
_UNANSWERED = timedelta(seconds=10)
_MOST_UNANSWERED = 1
"""A message to which no answer came may have arrived. It is sent once more, and then goes with the customer's next one."""


@dataclass(frozen=True)
class _Stop:
    """Why the rest of a parcel is not sent now."""

    error: str
    reaction: Reaction
    taken: bool = False
    """Whether the platform may have taken the message."""


class Courier:
    """Delivers on one channel, for ever, up to ``at_once`` customers at a time."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        pubsub: PubSub,
        announcer: Announcer,
        api: WechatApi,
        *,
        channel: str,
        menus: bool = True,
        at_once: int = 16,
    ) -> None:
        self._db = db
        self._clock = clock
        self._pubsub = pubsub
        self._announcer = announcer
        self._api = api
        self._channel = channel
        self._menus = menus
        self._at_once = at_once
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver what is due, for ever."""
        try:
            async with self._pubsub.subscribe(outbox.topic(self._channel)) as wakeups:
                while True:
                    try:
                        await self.deliver_due()
                    except Exception:
                        log.exception("courier.failed", channel=self._channel)
                    woken = await wakeups.next(LOOK_EVERY)
                    if woken is not None and "typing" in woken:
                        self._start(self._type(woken["typing"]))
        finally:
            for task in self._tasks:
                task.cancel()

    async def deliver_due(self) -> int:
        """Begin to deliver what is due, as far as there is room; gives the number of parcels begun."""
        begun = 0
        while len(self._tasks) < self._at_once:
            parcel = await self._db.write(
                lambda session: outbox.claim(session, self._channel, self._clock(), LEASE)
            )
            if parcel is None:
                break
            self._start(self._deliver(parcel))
            begun += 1
        return begun

    async def idle(self) -> None:
        """Wait for what has begun (tests)."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The rows stay, and are taken up again after the lease.
            log.error("courier.interrupted", channel=self._channel, error=type(error).__name__)

    async def _type(self, address: str) -> None:
        try:
            await self._api.typing(address)
        except Unavailable as error:
            log.info("courier.typing_refused", error=error.code)

    async def _deliver(self, parcel: Parcel) -> None:
        items, room = parcel.items, 0
        while items:
            part = parts(items, own=self._menus, pictures=True, room=room)[0]
            stopped = await self._send(parcel.address, part)
            if stopped is not None and stopped.reaction is Reaction.SPLIT and room == 0:
                room = _SMALLER
                continue
            if stopped is not None:
                await self._db.write(
                    lambda session, why=stopped: self._stop(session, parcel, why)  # type: ignore[misc]
                )
                break
            await self._db.write(lambda session, done=part.done: outbox.advance(session, done))  # type: ignore[misc]
            items = _rest(items, part)
        await self._db.write(
            lambda session: self._announcer.conversation(
                session, parcel.conversation_id, self._clock()
            )
        )

    async def _send(self, address: str, part: Part) -> _Stop | None:
        """Send one message within the quota; gives why it was not sent, or may not have been."""
        if not part.text and part.picture is None:
            return None
        now = self._clock()
        if not await self._db.write(
            lambda session: spend(locked_reach(session, self._channel, address), now)
        ):
            return _Stop("quota", Reaction.HOLD)
        try:
            if part.picture is not None:
                await self._send_picture(address, part.picture)
            elif part.entries:
                entries = [(str(number), words) for number, words in enumerate(part.entries, 1)]
                await self._api.send_menu(address, part.text, entries)
            else:
                await self._api.send_text(address, part.text)
        except OutcomeUnknown:
            return _Stop("no_answer", Reaction.RETRY, taken=True)
        except PlatformUnreachable:
            stopped = _Stop("unreachable", Reaction.RETRY)
        except ApiError as error:
            stopped = _Stop(f"errcode:{error.errcode}", error.reaction)
        else:
            return None
        await self._db.write(
            lambda session: give_back(locked_reach(session, self._channel, address))
        )
        return stopped

    async def _send_picture(self, address: str, picture: str) -> None:
        found = await self._db.read(lambda session: picture_at(session, picture))
        kind = found.mime.partition("/")[2]
        media_id = await self._api.upload_image(
            Upload(f"picture.{kind}", found.content, found.mime)
        )
        await self._api.send_image(address, media_id)

    def _stop(self, session: Session, parcel: Parcel, why: _Stop) -> None:
        now = self._clock()
        log.warning("courier.stopped", channel=self._channel, why=why.error)
        reach = locked_reach(session, self._channel, parcel.address)
        unanswered = max((item.attempts for item in parcel.items), default=0)
        if why.taken and unanswered < _MOST_UNANSWERED:
            outbox.postpone(session, parcel, why.error, now + _UNANSWERED, count=True)
        elif not why.taken and why.reaction in _LATER:
            outbox.postpone(session, parcel, why.error, now + _LATER[why.reaction])
        elif why.reaction is Reaction.GIVE_UP:
            lost(reach)
            outbox.give_up(session, self._channel, parcel.address, why.error)
        else:
            if why.reaction is Reaction.HOLD:
                lost(reach)
            outbox.hold(session, self._channel, parcel.address, why.error)


def _rest(items: Sequence[Item], part: Part) -> tuple[Item, ...]:
    """What is still to be sent after ``part``."""
    rest = []
    for item in items:
        if item.message_id not in part.done:
            rest.append(item)
        elif (progress := part.done[item.message_id]) is not None:
            rest.append(replace(item, progress=progress))
    return tuple(rest)
