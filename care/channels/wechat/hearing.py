"""Takes in what customers write where no answer may stand in the response to a call: all that is said to them is sent.

That is so for mini programs and for WeCom. A message that comes again is known by its key and changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.channels.wechat.incoming import Event, Image, Incoming, Unsubscribed
from care.channels.wechat.pictures import fetch_later
from care.channels.wechat.said import Voices, said
from care.clock import Clock
from care.conversations import outbox
from care.conversations.reach import acted, locked_reach, lost, wrote
from care.conversations.service import Conversations
from care.conversations.tables import Message
from care.db import Database
from care.errors import CareError, Unavailable
from care.http.limits import RateLimiter

log = structlog.get_logger()

type Say = Callable[[str, str], Awaitable[None]]
"""Sends a text to an address at once, outside of any conversation."""


class Hearing:
    """The messages of one channel.

    ``fetch_job`` fetches the pictures that customers send, ``say`` tells a customer why a message was not taken.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        conversations: Conversations,
        *,
        channel: str,
        fetch_job: str,
        messages: RateLimiter,
        say: Say,
        voices: Voices | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._conversations = conversations
        self._channel = channel
        self._fetch_job = fetch_job
        self._messages = messages
        self._say = say
        self._voices = voices
        self._tasks: set[asyncio.Task[None]] = set()

    async def hear(self, message: Incoming) -> None:
        """Have ``message`` stored and answered; returning means that it is.

        Raises ``Unavailable`` when something of ours is broken: the platform delivers it again.
        """
        if not await self._db.write(lambda session: self._is_new(session, message)):
            return
        inbound = said(message, self._channel, self._voices)
        if inbound is None:
            return
        try:
            self._messages.take(inbound.address)
            receipt = await self._conversations.receive(inbound)
        except Unavailable:
            raise
        except CareError as error:
            log.info("wechat.not_taken", channel=self._channel, error=error.code)
            task = asyncio.create_task(self._refuse(inbound.address, error.message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        if isinstance(message, Image):
            await fetch_later(
                self._db, self._clock, receipt.message_id, message.media_id, self._fetch_job
            )

    def _is_new(self, session: Session, message: Incoming) -> bool:
        """Whether it comes for the first time; if so, the customer may be written to again."""
        known = select(Message.id).where(
            Message.channel == self._channel, Message.external_id == message.key
        )
        if session.scalar(known) is not None:
            return False
        reach, now = locked_reach(session, self._channel, message.sender), self._clock()
        if isinstance(message, Unsubscribed):
            lost(reach)
            return True
        if isinstance(message, Event):
            acted(reach, now)
        else:
            wrote(reach, now)
        outbox.release(session, self._channel, message.sender, now)
        return True

    async def _refuse(self, address: str, text: str) -> None:
        try:
            await self._say(address, text)
        except Unavailable as error:
            log.warning("wechat.refusal_not_sent", channel=self._channel, error=error.code)
