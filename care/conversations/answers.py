"""Waiting for the answer to a message, for channels that give it in the same call."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.orm import Session

from care.backends import Subscription
from care.conversations import turns
from care.conversations.inbound import Receipt
from care.conversations.status import Status, status_of
from care.conversations.tables import Message
from care.conversations.transcript import replies_to
from care.db import Database

_LOOK_AGAIN = 5.0
"""Seconds; a wake-up may be lost (the turn ended in another process while Redis was away), which is rare, while a look of
each of hundreds who wait costs much."""


@dataclass(frozen=True)
class Answer:
    """What was said in answer to a message, and how things stand; ``pending``: the bot has still to answer."""

    said: list[Message]
    status: Status
    pending: bool


async def wait_for_answer(
    db: Database, wakeups: Subscription, receipt: Receipt, timeout: float
) -> Answer:
    """The answer to a received message, whichever process gives it, or how things stand after ``timeout`` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout

    def look(session: Session) -> Answer | None:
        pending = receipt.has_turn and turns.is_open(session, receipt.message_id)
        if pending and loop.time() < deadline:
            return None
        said = replies_to(session, receipt.message_id)
        return Answer(said, status_of(session, receipt.conversation_id), pending)

    async with wakeups:
        while (answer := await db.read(look)) is None:
            woken = await wakeups.next(min(_LOOK_AGAIN, deadline - loop.time()))
            if woken is not None and "typing" in woken:
                await wakeups.next(min(_LOOK_AGAIN, deadline - loop.time()))
        return answer
