"""One story: two conversations of one customer become one, and an address leaves the story that it may no longer see.

All messages get new numbers, in the order of their times, above every number that either log has given out. So whoever
holds an older number knows that it reads a new log (``base``), numbers only ever grow for each address, and no push
of an old message can be taken for a new one. No message is copied, removed or said again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge as in_order
from itertools import accumulate
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from care.conversations.announce import Announcer
from care.conversations.log import append, held
from care.conversations.notices import Notice, say
from care.conversations.ownership import change_owner
from care.conversations.tables import OPEN_STATES, Conversation, Message, Owner, Role, Turn
from care.customers.bindings import ACCOUNTS, bindings_of, may_see, unbind
from care.customers.contacts import ChannelBinding, Contact, new_contact
from care.customers.verification import VerifiedSession
from care.db import Base, new_id

_RANK = {Owner.CLOSED: 0, Owner.BOT: 1, Owner.QUEUE: 2, Owner.AGENT: 3}
"""Who goes on when two conversations become one: a person before the queue, the queue before the bot."""

# Kept by the key that the operator's system has for the holder of a number.
_STAYS = {"conversations", "turns", "channel_bindings", "verified_sessions", "applications"}


class Busy(Exception):
    """Not now: a turn is running in the one that would end, or a person serves each of the two. It is tried again."""


def seated(
    session: Session,
    binding: ChannelBinding,
    conversation: Conversation,
    now: datetime,
    window: timedelta,
) -> bool:
    """Whether an address may still see its conversation; ``window`` is how long a code counts."""
    contact = session.get_one(Contact, binding.contact_id)
    here = (conversation.channel, conversation.address) == (binding.channel, binding.address)
    served = here and conversation.owner in (Owner.AGENT, Owner.QUEUE)
    return may_see(binding, contact, now, window, served=served)


def conversation_of(session: Session, contact_id: str) -> Conversation | None:
    """A contact's conversation, not held."""
    return session.scalar(
        select(Conversation)
        .where(Conversation.contact_id == contact_id)
        .execution_options(populate_existing=True)
    )


def hold_both(session: Session, one: str, other: str) -> tuple[Conversation, Conversation]:
    """Two conversations, held in the one order that everybody holds them in. Raises ``NotFound``."""
    rows = {id: held(session, id) for id in sorted({one, other})}
    return rows[one], rows[other]


def which_goes_on(here: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """The one that goes on and the one that ends in it; ``here`` is where the customer is, and wins a tie."""
    if _RANK[Owner(other.owner)] > _RANK[Owner(here.owner)]:
        return other, here
    return here, other


def require_quiet(session: Session, conversation_id: str) -> None:
    """Raise ``Busy`` while the bot is answering in a conversation."""
    if _open_turns(session, conversation_id):
        raise Busy


def absorb(
    session: Session, announcer: Announcer, kept: Conversation, gone: Conversation, now: datetime
) -> None:
    """Make ``gone`` part of ``kept``, both held; owner, epoch and dialogue are those of ``kept``. Raises ``Busy``."""
    if gone.owner == Owner.AGENT:
        raise Busy  # both are with people, or the wrong one is kept
    require_quiet(session, gone.id)
    if gone.owner == kept.owner == Owner.QUEUE:
        kept.owner_since = min(kept.owner_since, gone.owner_since)
        kept.priority = max(kept.priority, gone.priority)
    if gone.owner != Owner.CLOSED:
        change_owner(session, announcer, gone, Owner.CLOSED, now)
        kept.opened_at = min(kept.opened_at, gone.opened_at)
    _renumber(session, kept, gone)
    kept.active_at = max(kept.active_at, gone.active_at)
    gone.merged_into = kept.id
    _hand_over(session, kept, gone)
    _join_contacts(session, kept.contact_id, gone.contact_id)
    announcer.conversation(session, gone.id, now)
    announcer.conversation(session, kept.id, now)


def leave(
    session: Session,
    announcer: Announcer,
    binding: ChannelBinding,
    now: datetime,
    notice: Notice,
    turn_id: str | None = None,
) -> Conversation:
    """Give an address a contact and a conversation of its own, which begins with ``notice``; what was said stays.

    ``turn_id`` is the message that asked for it.
    """
    former = conversation_of(session, binding.contact_id)
    contact = new_contact(session, now)
    old = session.get_one(Contact, binding.contact_id)
    contact.senior, contact.senior_offered_at = old.senior, old.senior_offered_at
    unbind(binding)
    binding.contact_id = contact.id
    session.flush()
    first = 0 if former is None else former.last_seq + 1
    conversation = Conversation(
        id=new_id(),
        contact_id=contact.id,
        channel=binding.channel,
        address=binding.address,
        owner=Owner.BOT,
        epoch=1,
        owner_since=now,
        base=first,
        last_seq=first,
        priority=0,
        packet={},
        fresh=True,
        opened_at=now,
        active_at=now,
    )
    session.add(conversation)
    session.flush()
    append(session, announcer, conversation, Role.SYSTEM, now, text=say(notice), turn_id=turn_id)
    if former is not None:
        _turn_to_another(session, former, binding, old.id)
        announcer.conversation(session, former.id, now)
    return conversation


def _turn_to_another(
    session: Session, former: Conversation, gone: ChannelBinding, contact_id: str
) -> None:
    """Answers go to an address that is left."""
    if (former.channel, former.address) != (gone.channel, gone.address):
        return
    left = bindings_of(session, contact_id)
    if left:
        to = max(left, key=lambda one: (one.channel in ACCOUNTS, one.proved_at or one.created_at))
        former.channel, former.address, former.network = to.channel, to.address, ""


def _renumber(session: Session, kept: Conversation, gone: Conversation) -> None:
    base = max(kept.last_seq, gone.last_seq) + 1
    rows = list(in_order(_timed(session, kept), _timed(session, gone)))
    changes: list[dict[str, Any]] = [
        {"id": id, "conversation_id": kept.id, "seq": seq}
        for seq, (_, _, id) in enumerate(rows, base + 1)
    ]
    # An epoch is a conversation's own; those of the other one say nothing here.
    session.execute(update(Message).where(Message.conversation_id == gone.id).values(epoch=0))
    session.flush()
    if changes:
        session.execute(update(Message), changes)
    kept.base, kept.last_seq = base, base + len(rows)
    turns = {turn.id: turn for turn in _open_turns(session, kept.id)}
    for change in changes:
        if change["id"] in turns:
            turns[change["id"]].seq = change["seq"]
    session.flush()
    session.expire_all()


def _timed(session: Session, conversation: Conversation) -> Iterator[tuple[datetime, int, str]]:
    """Messages in their order, each with a time that is not before that of the one before."""
    rows = session.execute(
        select(Message.sent_at, Message.id)
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.seq)
    ).all()
    times = accumulate((sent_at for sent_at, _ in rows), max)
    for place, (time, (_, id)) in enumerate(zip(times, rows, strict=True)):
        yield time, place, id


def _open_turns(session: Session, conversation_id: str) -> Sequence[Turn]:
    query = select(Turn).where(Turn.conversation_id == conversation_id)
    return session.scalars(query.where(Turn.state.in_(OPEN_STATES))).all()


def _hand_over(session: Session, kept: Conversation, gone: Conversation) -> None:
    """Tickets, orders, payments and whatever else names the conversation or its contact name the other one."""
    for table in references():
        for column, old, new in (
            ("conversation_id", gone.id, kept.id),
            ("contact_id", gone.contact_id, kept.contact_id),
        ):
            if column in table.c and table.name != "messages":
                names = update(table).where(table.c[column] == old).values({column: new})
                session.execute(names)


def references() -> list[Table]:
    """The tables whose rows move along with a conversation and its contact."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if table.name not in _STAYS and {"conversation_id", "contact_id"} & set(table.c.keys())
    ]


def _join_contacts(session: Session, kept_id: str, gone_id: str) -> None:
    kept, gone = session.get_one(Contact, kept_id), session.get_one(Contact, gone_id)
    kept.shared = True
    proofs = [one.proved_at for one in (kept, gone) if one.proved_at is not None]
    kept.proved_at = max(proofs, default=None)
    kept.senior = kept.senior or gone.senior
    kept.elderly = kept.elderly or gone.elderly
    kept.senior_offered_at = kept.senior_offered_at or gone.senior_offered_at
    gone.merged_into = kept_id
    for binding in bindings_of(session, gone_id):
        binding.contact_id = kept_id
    mine = session.get(VerifiedSession, kept_id)
    other = session.get(VerifiedSession, gone_id)
    if other is not None:
        if mine is None or mine.expires_at < other.expires_at:
            values = {column: getattr(other, column) for column in _VERIFIED}
            session.merge(VerifiedSession(contact_id=kept_id, **values))
        session.delete(other)
    session.flush()


_VERIFIED = ("customer_id", "line_id", "phone", "verified_at", "expires_at")
