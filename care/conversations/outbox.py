"""The outbox of channels whose customers hold no line open: each message is delivered once, and in order.

A message gets its row in the transaction that appends it. From there it goes one of two ways: in the response to a
call of the platform (``take_for_reply``, ``carry``), or by a call of ours (``claim``, ``advance``). Both hold the
address's row of ``reach`` while they take, so that a message is never on both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from care.conversations.announce import Announcer
from care.conversations.buttons import latest_offers
from care.conversations.outbox_tables import Delivery, OutboxRow, Reach
from care.conversations.reach import locked_reach
from care.conversations.tables import Conversation, Message, Role

PUSHED_CHANNELS = frozenset({"wechat", "wechat_mini", "wecom"})
"""Channels whose customers are reached by calls of ours; the others' clients ask for what is new."""

PICTURE_CHANNELS = frozenset({"wechat"})
"""Channels on which an agent may show a picture."""

NOTICE_WAITS = timedelta(seconds=8)
"""How long a notice waits for what is said after it: both then go as one message, for they are counted."""

SURE_AFTER = timedelta(seconds=6)
"""A response that did not arrive is asked for again within this time."""

KEPT = timedelta(days=7)
"""How long it stays on record how a message went."""


@dataclass(frozen=True)
class Item:
    """A message that is to be delivered, from the character ``progress`` on.

    ``first_choice`` is the number of its first button among those that the customer may still choose from, ``None`` when its
    buttons do not count any more.
    """

    message_id: str
    conversation_id: str
    role: Role
    text: str
    buttons: tuple[str, ...]
    image: str | None
    custom: Mapping[str, object] | None
    progress: int
    first_choice: int | None
    attempts: int = 0


@dataclass(frozen=True)
class Parcel:
    """What one process sends to one address."""

    address: str
    conversation_id: str
    items: tuple[Item, ...]


def topic(channel: str) -> str:
    """Wakes who delivers on ``channel``."""
    return f"outbox:{channel}"


def put(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    message: Message,
    now: datetime,
) -> None:
    """Have a message that is being appended delivered, where the customer has to be reached."""
    if conversation.channel not in PUSHED_CHANNELS:
        return
    session.flush()  # the message first: the row refers to it
    session.add(
        OutboxRow(
            message_id=message.id,
            channel=conversation.channel,
            address=conversation.address,
            state=Delivery.WAITING,
            due_at=now + NOTICE_WAITS if message.role == Role.SYSTEM else now,
            progress=0,
        )
    )
    announcer.wake(session, topic(conversation.channel))


def take_for_reply(session: Session, channel: str, address: str, now: datetime) -> list[Item]:
    """What waits for an address, in order, to go in the response to a call of the platform.

    Nothing while a process is sending to it: the order would be lost. The caller must hold the address (``locked_reach``).
    """
    if _being_sent(session, channel, address, now):
        return []
    return _items(session, _waiting(channel, address, now))


def carry(session: Session, carrier: str, done: Mapping[str, int | None], now: datetime) -> None:
    """These messages go in the response to the call ``carrier``: up to a character, or (``None``) to their end.

    The rest of one that is cut waits until it is sure that the response has arrived.
    """
    for message_id, progress in done.items():
        row = session.get_one(OutboxRow, message_id)
        row.carried_from, row.carrier = row.progress, carrier
        if progress is None:
            row.state = Delivery.CARRIED
        else:
            row.state, row.progress = Delivery.WAITING, progress
            row.due_at = now + SURE_AFTER


def take_back(session: Session, carrier: str, now: datetime) -> bool:
    """The response to ``carrier`` did not arrive: what went with it waits again. Gives whether anything did."""
    rows = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.carrier == carrier)
        .where(OutboxRow.state.in_([Delivery.CARRIED, Delivery.WAITING, Delivery.HELD]))
    ).all()
    for row in rows:
        row.state, row.progress = Delivery.WAITING, row.carried_from
        row.carrier, row.due_at = None, now
    return bool(rows)


def release(session: Session, channel: str, address: str, now: datetime) -> None:
    """What was held may be sent again."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.channel == channel, OutboxRow.address == address)
        .where(OutboxRow.state == Delivery.HELD)
        .values(state=Delivery.WAITING, due_at=now, error=None)
    )


def hold(session: Session, channel: str, address: str, error: str) -> None:
    """What waits for an address, or is being sent to it, may not be sent now."""
    _stop(session, channel, address, Delivery.HELD, error)


def give_up(session: Session, channel: str, address: str, error: str) -> None:
    """The address cannot be reached any more."""
    _stop(session, channel, address, Delivery.GIVEN_UP, error)


def postpone(
    session: Session, parcel: Parcel, error: str, until: datetime, *, count: bool = False
) -> None:
    """A claimed parcel could not be sent: it is tried again at ``until`` or later. With ``count`` this was one try."""
    for item in parcel.items:
        row = session.get_one(OutboxRow, item.message_id)
        if row.state == Delivery.SENDING:
            row.state, row.error, row.due_at = Delivery.WAITING, error, until
            row.attempts += count


def claim(
    session: Session, channel: str, now: datetime, lease: timedelta, passed: Iterable[str] = ()
) -> Parcel | None:
    """What is due for one address, in order, held until ``now + lease``; ``None`` when there is nothing to send.

    Addresses in ``passed`` are left out, and those to whose call a response is still open.
    """
    answering = exists().where(
        Reach.channel == OutboxRow.channel,
        Reach.address == OutboxRow.address,
        Reach.answering_until > now,
    )
    due = and_(OutboxRow.state == Delivery.WAITING, OutboxRow.due_at <= now)
    query = (
        select(OutboxRow.address)
        .where(OutboxRow.channel == channel, or_(due, _abandoned(now)), ~answering)
        .where(OutboxRow.address.not_in(list(passed)))
        .order_by(OutboxRow.due_at)
        .limit(20)
    )
    for address in dict.fromkeys(session.scalars(query)):
        reach = locked_reach(session, channel, address)
        if reach.answering_until is not None and reach.answering_until > now:
            continue
        if _being_sent(session, channel, address, now):
            continue
        items = _items(session, _waiting(channel, address, now))
        if not items:
            continue
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.message_id.in_([item.message_id for item in items]))
            .values(state=Delivery.SENDING, lease_until=now + lease)
        )
        return Parcel(address, items[0].conversation_id, tuple(items))
    return None


def advance(session: Session, done: Mapping[str, int | None]) -> None:
    """These messages have arrived: up to a character, or (``None``) to their end."""
    for message_id, progress in done.items():
        row = session.get_one(OutboxRow, message_id)
        if progress is None:
            row.state, row.error = Delivery.SENT, None
        else:
            row.progress = progress


def remove_delivered(session: Session, now: datetime, limit: int) -> int:
    """Remove up to ``limit`` rows of messages that are no longer on their way; gives their number."""
    over = [Delivery.CARRIED, Delivery.SENT, Delivery.GIVEN_UP]
    found = session.scalars(
        select(OutboxRow.message_id)
        .where(OutboxRow.state.in_(over), OutboxRow.due_at < now - KEPT)
        .limit(limit)
    ).all()
    if found:
        session.execute(delete(OutboxRow).where(OutboxRow.message_id.in_(found)))
    return len(found)


def _stop(session: Session, channel: str, address: str, state: Delivery, error: str) -> None:
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.channel == channel, OutboxRow.address == address)
        .where(OutboxRow.state.in_([Delivery.WAITING, Delivery.SENDING]))
        .values(state=state, error=error[:40], lease_until=None)
    )


def _abandoned(now: datetime) -> ColumnElement[bool]:
    """A process took it and died."""
    return and_(OutboxRow.state == Delivery.SENDING, OutboxRow.lease_until <= now)


def _being_sent(session: Session, channel: str, address: str, now: datetime) -> bool:
    query = select(OutboxRow.message_id).where(
        OutboxRow.channel == channel,
        OutboxRow.address == address,
        OutboxRow.state == Delivery.SENDING,
        OutboxRow.lease_until > now,
    )
    return session.scalar(query.limit(1)) is not None


def _waiting(channel: str, address: str, now: datetime) -> Select[OutboxRow, Message]:
    return (
        select(OutboxRow, Message)
        .join(Message, Message.id == OutboxRow.message_id)
        .where(OutboxRow.channel == channel, OutboxRow.address == address)
        .where(or_(OutboxRow.state.in_([Delivery.WAITING, Delivery.HELD]), _abandoned(now)))
        .order_by(Message.seq)
        .limit(50)
    )


def _items(session: Session, query: Select[OutboxRow, Message]) -> list[Item]:
    rows = [(row, message) for row, message in session.execute(query)]
    if not rows:
        return []
    numbers: dict[str, int] = {}
    count = 0
    for offer in latest_offers(session, rows[-1][1].conversation_id):
        numbers[offer.id] = count + 1
        count += len(offer.buttons)
    return [
        Item(
            message_id=message.id,
            conversation_id=message.conversation_id,
            attempts=row.attempts,
            role=Role(message.role),
            text=message.text or "",
            buttons=tuple(button["title"] for button in message.buttons),
            image=message.image,
            custom=message.custom,
            progress=row.progress,
            first_choice=numbers.get(message.id) if message.buttons else None,
        )
        for row, message in rows
    ]
