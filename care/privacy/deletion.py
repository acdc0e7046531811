"""Removing what was said in a chat: in the messages, in their turns and in the engine (PIPL 47).

What stays: that a message was sent, when, by whom and over which channel (network logs, 6 months at least by the
网络安全法), orders with the very text that was agreed to, tickets, complaints. Never while a person serves the
conversation, while it waits for one, or while a complaint is open.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from care.conversations.announce import Announcer
from care.conversations.attachments import Attachment
from care.conversations.log import locked
from care.conversations.outbox_tables import OutboxRow
from care.conversations.tables import OPEN_STATES as OPEN_TURNS
from care.conversations.tables import Conversation, Message, Owner, Turn
from care.tickets.lifecycle import OPEN_STATES
from care.tickets.tables import Ticket, TicketKind

REMOVED = "（内容已应您的要求删除）"
"""What stands where a message's text was."""

BATCH = 500


class Busy(Exception):
    """Not now: a person serves the conversation, or the bot is answering. It is tried again."""


def open_complaint(session: Session, contact_id: str, customer_id: str | None) -> str | None:
    """The number of a complaint that is still open: what was said is needed to settle it."""
    mine = Ticket.contact_id == contact_id
    if customer_id is not None:
        mine |= Ticket.customer_id == customer_id
    return session.scalar(
        select(Ticket.number)
        .where(mine, Ticket.kind == TicketKind.COMPLAINT, Ticket.state.in_(OPEN_STATES))
        .order_by(Ticket.number)
        .limit(1)
    )


def hold_still(session: Session, conversation_id: str) -> Conversation:
    """The locked conversation, with which nobody is busy. Raises ``Busy``."""
    conversation = locked(session, conversation_id)
    if conversation.owner in (Owner.AGENT, Owner.QUEUE):
        raise Busy
    running = select(Turn.id).where(
        Turn.conversation_id == conversation.id,
        Turn.state.in_(OPEN_TURNS),
    )
    if session.scalar(running.limit(1)) is not None:
        raise Busy
    return conversation


def remove_contents(
    session: Session, announcer: Announcer, conversation_id: str, upto: str, now: datetime
) -> int:
    """Remove the contents of up to ``BATCH`` messages up to message ``upto``; gives how many. Raises ``Busy``."""
    conversation = hold_still(session, conversation_id)
    last = session.get_one(Message, upto, populate_existing=True).seq
    ids = session.scalars(
        select(Message.id)
        .where(Message.conversation_id == conversation.id, Message.seq <= last)
        .where(Message.text.is_distinct_from(REMOVED))
        .order_by(Message.seq)
        .limit(BATCH)
    ).all()
    if not ids:
        return 0
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(text=REMOVED, buttons=[], image=None, custom=None, understanding=None)
    )
    session.execute(update(Turn).where(Turn.id.in_(ids)).values(payload=None, sealed=None))
    session.execute(delete(Attachment).where(Attachment.message_id.in_(ids)))
    session.execute(delete(OutboxRow).where(OutboxRow.message_id.in_(ids)))
    conversation.packet = {}
    conversation.fresh = True  # the engine has forgotten the dialogue: what comes next is a new one
    announcer.conversation(session, conversation.id, now)
    return len(ids)
