"""How many messages may still be sent to a customer of a platform, and until when.

The platforms (WeChat's Official Accounts and mini programs, WeCom) count alike: 5 within 48 hours after a message of the
customer, 3 within a minute after an event (followed, scanned, pressed the menu). What goes in the response to a call of the
platform is not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from care.conversations.outbox_tables import Delivery, OutboxRow, Reach

AFTER_MESSAGE = 5, timedelta(hours=48)
AFTER_EVENT = 3, timedelta(minutes=1)

MESSAGE_BYTES = 2000
"""Bytes in UTF-8 of one message; a longer one is sent as several. WeChat takes 2048."""


@dataclass(frozen=True)
class Allowance:
    """So many messages may be sent until a moment (``None`` when none may), and so many wait for the customer's next one."""

    left: int
    until: datetime | None
    waiting: int


def locked_reach(session: Session, channel: str, address: str) -> Reach:
    """The row of an address, held until the transaction ends; made when it is new. All delivery to it is one by one."""
    found = session.get(Reach, (channel, address), with_for_update=True, populate_existing=True)
    if found is None:
        found = Reach(channel=channel, address=address, message_left=0, event_left=0)
        session.add(found)
        session.flush()
    return found


def wrote(reach: Reach, now: datetime) -> None:
    """The customer has written."""
    reach.message_left, reach.message_until = AFTER_MESSAGE[0], now + AFTER_MESSAGE[1]


def acted(reach: Reach, now: datetime) -> None:
    """The customer has followed, scanned or pressed the menu."""
    reach.event_left, reach.event_until = AFTER_EVENT[0], now + AFTER_EVENT[1]


def lost(reach: Reach) -> None:
    """Nothing may be sent any more: the quota is used up, or the customer has gone."""
    reach.message_left = reach.event_left = 0


def spend(reach: Reach, now: datetime) -> bool:
    """Count one message, first on the allowance that ends first; false when none may be sent."""
    if reach.event_until is not None and reach.event_until > now and reach.event_left > 0:
        reach.event_left -= 1
        return True
    if reach.message_until is not None and reach.message_until > now and reach.message_left > 0:
        reach.message_left -= 1
        return True
    return False


def give_back(reach: Reach) -> None:
    """The message that was counted last was not taken."""
    if reach.message_until is not None:
        reach.message_left = min(reach.message_left + 1, AFTER_MESSAGE[0])
    else:
        reach.event_left = min(reach.event_left + 1, AFTER_EVENT[0])


def allowances(
    session: Session, addresses: Iterable[tuple[str, str]], now: datetime
) -> dict[tuple[str, str], Allowance]:
    """What may be sent to each (channel, address) now; those where nothing is counted are left out."""
    wanted = list(addresses)
    if not wanted:
        return {}
    counted = select(Reach).where(tuple_(Reach.channel, Reach.address).in_(wanted))
    held = (
        select(OutboxRow.channel, OutboxRow.address, func.count())
        .where(OutboxRow.state == Delivery.HELD)
        .where(tuple_(OutboxRow.channel, OutboxRow.address).in_(wanted))
        .group_by(OutboxRow.channel, OutboxRow.address)
    )
    waiting = {(channel, address): count for channel, address, count in session.execute(held)}
    return {
        (reach.channel, reach.address): _allowance(
            reach, waiting.get((reach.channel, reach.address), 0), now
        )
        for reach in session.scalars(counted)
    }


def _allowance(reach: Reach, waiting: int, now: datetime) -> Allowance:
    left, until = 0, None
    for count, end in (
        (reach.event_left, reach.event_until),
        (reach.message_left, reach.message_until),
    ):
        if count > 0 and end is not None and end > now:
            left, until = left + count, end if until is None else max(until, end)
    return Allowance(left, until, waiting)
