"""The database's part of the five seconds: what each attempt of a callback finds, and what it may take with it.

WeChat makes up to three attempts, each with its own signed time. An attempt with a later time proves that the answer to the
one before did not arrive; repetitions by the network between, which have the same time, prove nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from care.channels.wechat.incoming import (
    Clicked,
    Event,
    Incoming,
    Scanned,
    Subscribed,
    Unsubscribed,
)
from care.channels.wechat.parts import parts
from care.channels.wechat.splitting import size
from care.channels.wechat.tables import WechatCallback
from care.conversations import outbox
from care.conversations.announce import Announcer
from care.conversations.outbox_tables import Reach
from care.conversations.reach import acted, locked_reach, lost, wrote

LAST_ATTEMPT = 3
_ATTEMPT_SECONDS = 5
_LAST_SECOND = 20

_KEPT = timedelta(hours=1)
"""How long the reply to a call is kept. WeChat repeats it within seconds, and no call counts after minutes."""


@dataclass(frozen=True)
class Attempt:
    """What an attempt found: its number, and the reply if there is one already.

    ``leave``: it takes no answer with it, for its line is cut, or it is the last one and its answer is better sent.
    """

    stamp: int
    number: int
    until: datetime
    reply: str | None = None
    leave: bool = False


@dataclass(frozen=True)
class Below:
    """What stands below a reply of an account that may not send: a link for the rest, or (``always``) for an answer that is
    still to come."""

    text: str
    always: bool


@dataclass(frozen=True)
class Attempts:
    """Bookkeeping of one channel. ``pushes``: the account may send by itself, too."""

    channel: str
    announcer: Announcer
    pushes: bool

    def begin(
        self, session: Session, message: Incoming, stamp: int, now: datetime, patience: timedelta
    ) -> Attempt:
        """Note an attempt that was signed at ``stamp``. For ``patience`` what is said goes with its response; without any
        it is sent."""
        row = session.get(WechatCallback, message.key, with_for_update=True, populate_existing=True)
        first = row is None
        if row is None:
            row = WechatCallback(
                key=message.key, address=message.sender, stamps=0, last_stamp=0, at=now
            )
            session.add(row)
            session.flush()
        newer = stamp > row.last_stamp
        if newer:
            row.stamps, row.last_stamp = row.stamps + 1, stamp
        reach = locked_reach(session, self.channel, message.sender)
        if first:
            self._heard(session, reach, message, now)
        until, number = now + patience, _number(row, message, stamp)
        leave = stamp < row.last_stamp
        if self.pushes and number >= LAST_ATTEMPT and not leave:
            leave = self._lost(session, row, now) if newer else row.reply is None
        if row.reply is None and not leave and patience and may_answer(message):
            row.open_until = max(until, row.open_until or until)
            reach.answering_until = max(until, reach.answering_until or until)
        return Attempt(stamp, number, until, reply=row.reply, leave=leave)

    def settle(
        self,
        session: Session,
        message: Incoming,
        attempt: Attempt,
        now: datetime,
        below: Below | None,
    ) -> str | None:
        """What goes with the response to this attempt, if anything waits; the same for each attempt at one message.

        Nothing new once a later attempt has begun: this one's line is cut.
        """
        row = session.get_one(
            WechatCallback, message.key, with_for_update=True, populate_existing=True
        )
        reach = locked_reach(session, self.channel, message.sender)
        if row.reply is None and attempt.stamp >= row.last_stamp:
            row.reply = self._take(session, message, now, below)
        self._close(session, reach, row, attempt)
        return row.reply

    def answer(self, session: Session, message: Incoming, attempt: Attempt, reply: str) -> None:
        """This attempt, and any repetition, is answered with ``reply``."""
        row = session.get_one(WechatCallback, message.key, with_for_update=True)
        row.reply = reply
        reach = locked_reach(session, self.channel, message.sender)
        self._close(session, reach, row, attempt)

    def _heard(self, session: Session, reach: Reach, message: Incoming, now: datetime) -> None:
        if isinstance(message, Unsubscribed):
            lost(reach)
            outbox.hold(session, self.channel, message.sender, "unsubscribed")
            return
        if not may_answer(message):
            return
        if isinstance(message, Event):
            acted(reach, now)
        else:
            wrote(reach, now)
        outbox.release(session, self.channel, message.sender, now)

    def _lost(self, session: Session, row: WechatCallback, now: datetime) -> bool:
        """Whether this last attempt is better left empty: what two responses lost is sent, which is acknowledged."""
        if row.reply is None:
            return True
        if not outbox.take_back(session, row.key, now):
            return False  # words of the channel itself: they are in no outbox
        row.reply = None
        self.announcer.wake(session, outbox.topic(self.channel))
        return True

    def _take(
        self, session: Session, message: Incoming, now: datetime, below: Below | None
    ) -> str | None:
        items = outbox.take_for_reply(session, self.channel, message.sender, now)
        made = parts(
            items,
            own=False,
            pictures=self.pushes,
            room=size(below.text) + 2 if below is not None else 0,
        )
        if not made or made[0].picture is not None:
            return None
        first, rest = made[0], made[1:]
        outbox.carry(session, message.key, first.done, now)
        if below is not None and (rest or below.always):
            return "\n\n".join(filter(None, (first.text, below.text)))
        return first.text or None

    def _close(self, session: Session, reach: Reach, row: WechatCallback, attempt: Attempt) -> None:
        """Nothing goes with this attempt any more; what is said goes with other open calls, or is sent."""
        if row.open_until is None or row.open_until > attempt.until:
            return
        row.open_until = None
        session.flush()
        reach.answering_until = session.scalar(
            select(func.max(WechatCallback.open_until)).where(
                WechatCallback.address == row.address, WechatCallback.open_until.is_not(None)
            )
        )
        self.announcer.wake(session, outbox.topic(self.channel))


def may_answer(message: Incoming) -> bool:
    """Whether the customer did this to us: wrote, followed, scanned or pressed the menu. Other events only tell."""
    return not isinstance(message, Event) or isinstance(message, Subscribed | Scanned | Clicked)


def _number(row: WechatCallback, message: Incoming, stamp: int) -> int:
    """Which attempt one is that was signed at ``stamp``: by those seen, and by its time, for others may be lost or late."""
    waited = stamp - message.created
    by_time = 1 + (waited + 1) // _ATTEMPT_SECONDS if 0 <= waited <= _LAST_SECOND else 1
    return max(row.stamps, by_time)


def remove_answered(session: Session, now: datetime, limit: int) -> int:
    """Remove up to ``limit`` rows of calls that WeChat repeats no more; gives their number."""
    found = session.scalars(
        select(WechatCallback.key).where(WechatCallback.at < now - _KEPT).limit(limit)
    ).all()
    if found:
        session.execute(delete(WechatCallback).where(WechatCallback.key.in_(found)))
    return len(found)
