"""The five seconds: a message is stored at once, and answered in the response to its call if the answer comes in time.

With the right to send, an answer that is late is sent (``courier``); one that is sure to be late, because many turns are
before it, is not waited for, so that under a rush each call is still acknowledged in time. Without that right the calls are
held until WeChat cuts them and calls again, which gives the bot some fifteen seconds; then the customer gets a link to press
for the result.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from care.backends import PubSub
from care.channels.wechat.attempts import LAST_ATTEMPT, Attempt, Attempts, Below, may_answer
from care.channels.wechat.incoming import Image, Incoming, Subscribed, Text
from care.channels.wechat.pictures import fetch_later
from care.channels.wechat.said import Voices, said
from care.channels.wechat.words import RESULT_MENU_ID, Words
from care.clock import Clock
from care.conversations import outbox, turns
from care.conversations.inbound import Receipt
from care.conversations.service import Conversations
from care.conversations.tables import Owner
from care.db import Database
from care.errors import CareError, NotFound, Unavailable
from care.http.limits import RateLimiter

log = structlog.get_logger()

_HOPE = 0.5
"""An answer is waited for if its turn is expected to begin within this share of the time for it."""


@dataclass(frozen=True)
class Seconds:
    """``answer``: an answer that is not there by then comes later; ``held``: the same where the call is held to be cut;
    ``cut``: by then WeChat has cut the line."""

    answer: float = 3.6
    held: float = 4.7
    cut: float = 6.0


class _Answered(Exception):
    """The message is answered with ``text`` already."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Answering:
    """Answers the messages of one channel in the responses to their calls."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        pubsub: PubSub,
        conversations: Conversations,
        words: Words,
        *,
        channel: str,
        pushes: bool,
        pictures: bool,
        messages: RateLimiter,
        voices: Voices | None = None,
        seconds: Seconds = Seconds(),
    ) -> None:
        self._db = db
        self._clock = clock
        self._pubsub = pubsub
        self._conversations = conversations
        self._words = words
        self._channel = channel
        self._pushes = pushes
        self._pictures = pictures
        self._voices = voices
        self._messages = messages
        self._seconds = seconds
        self._attempts = Attempts(channel, conversations.announcer, pushes)

    async def answer(self, message: Incoming, stamp: int) -> str | None:
        """The text that answers ``message``, whose call was signed at ``stamp``; ``None`` for no answer here.

        Never raises for what is wrong with a message or broken on our side: anything but an answer in time shows the
        customer that the account is out of order.
        """
        began = asyncio.get_running_loop().time()
        hopeless = self._pushes and self._too_late(self._conversations.runner.wait_ahead)
        try:
            async with asyncio.timeout(self._seconds.answer):
                attempt = await self._begin(message, stamp, hopeless)
                if attempt.reply is not None:
                    return attempt.reply
                receipt = await self._receive(message, attempt)
        except _Answered as answered:
            return answered.text
        except Exception:
            log.exception("wechat.not_stored", kind=type(message).__name__)
            return self._words.say("not_stored")
        if hopeless and receipt is not None and receipt.has_turn:
            return None
        try:
            return await self._answer(message, attempt, receipt, began)
        except Exception:
            # It is stored, and what answers it is in the outbox.
            log.exception("wechat.not_answered", kind=type(message).__name__)
            return None if self._pushes else self._come_again()

    def _too_late(self, wait: float) -> bool:
        """Whether an answer that is begun after ``wait`` seconds would not be in time."""
        return wait > self._seconds.answer * _HOPE

    async def _begin(self, message: Incoming, stamp: int, hopeless: bool) -> Attempt:
        patience = timedelta(seconds=0 if hopeless else self._seconds.cut)
        return await self._db.write(
            lambda session: self._attempts.begin(session, message, stamp, self._clock(), patience)
        )

    async def _receive(self, message: Incoming, attempt: Attempt) -> Receipt | None:
        """Have the core store what is said. Raises ``_Answered`` when it refuses it."""
        inbound = None if _pressed_link(message) else said(message, self._channel, self._voices)
        if inbound is None:
            return None
        try:
            self._messages.take(inbound.address)
            receipt = await self._conversations.receive(inbound)
        except Unavailable:
            raise
        except CareError as error:
            raise _Answered(await self._reply(message, attempt, error.message)) from error
        if self._pictures and isinstance(message, Image):
            await fetch_later(self._db, self._clock, receipt.message_id, message.media_id)
        return receipt

    async def _answer(
        self, message: Incoming, attempt: Attempt, receipt: Receipt | None, began: float
    ) -> str | None:
        if receipt is not None:
            if attempt.leave:
                return None
            return await self._turn(message, attempt, receipt, began)
        if _pressed_link(message):
            return await self._result(message, attempt, began)
        if isinstance(message, Subscribed):
            return await self._reply(message, attempt, self._words.say("welcome"))
        return await self._settle(message, attempt) if may_answer(message) else None

    async def _turn(
        self, message: Incoming, attempt: Attempt, receipt: Receipt, began: float
    ) -> str | None:
        """Wait for the turn, in whichever process and for whichever attempt it was begun."""
        held = not self._pushes and attempt.number < LAST_ATTEMPT
        answer = await self._conversations.answered(
            receipt, self._left(began, self._seconds.held if held else self._seconds.answer)
        )
        if answer.pending and held:
            await asyncio.sleep(self._left(began, self._seconds.cut))
            return None
        reply = await self._settle(message, attempt, pending=answer.pending)
        if reply is not None:
            return reply
        if answer.pending:
            return await self._later(message, attempt)
        if answer.status.owner is Owner.QUEUE and not receipt.has_turn:
            return self._words.say("in_queue", position=answer.status.position or 1)
        return None

    async def _later(self, message: Incoming, attempt: Attempt) -> str | None:
        """The answer is not there in time."""
        if not self._pushes:
            return await self._reply(message, attempt, self._come_again())
        self._pubsub.publish(outbox.topic(self._channel), {"typing": message.sender})
        return None

    async def _result(self, message: Incoming, attempt: Attempt, began: float) -> str | None:
        """The customer pressed the link for what was not ready, or did not fit."""
        try:
            conversation_id = await self._conversations.find(self._channel, message.sender)
        except NotFound:
            return await self._reply(message, attempt, self._words.say("nothing_left"))
        async with self._conversations.listen(conversation_id) as wakeups:
            while True:
                reply = await self._settle(message, attempt)
                if reply is not None:
                    return reply
                if not await self._db.read(lambda s: turns.answering(s, conversation_id)):
                    reply = await self._settle(message, attempt)
                    return reply or self._words.say("nothing_left")
                left = self._left(began, self._seconds.answer)
                if left <= 0:
                    return await self._later(message, attempt)
                await wakeups.next(min(1.0, left))

    async def _settle(
        self, message: Incoming, attempt: Attempt, *, pending: bool = False
    ) -> str | None:
        below = None
        if not self._pushes:
            below = Below(self._come_again() if pending else self._words.link("show_more"), pending)
        return await self._db.write(
            lambda session: self._attempts.settle(session, message, attempt, self._clock(), below)
        )

    def _come_again(self) -> str:
        return f"{self._words.say('still_working')}\n\n{self._words.link('show_result')}"

    async def _reply(self, message: Incoming, attempt: Attempt, text: str) -> str:
        await self._db.write(lambda session: self._attempts.answer(session, message, attempt, text))
        return text

    def _left(self, began: float, seconds: float) -> float:
        return max(0.0, began + seconds - asyncio.get_running_loop().time())


def _pressed_link(message: Incoming) -> bool:
    """Whether the customer pressed a link for what is still to be delivered, and says nothing new."""
    return isinstance(message, Text) and message.menu_id == RESULT_MENU_ID
