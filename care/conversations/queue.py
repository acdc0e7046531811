"""The queue for people: positions, and the ways out of it, so that nobody waits without end."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from care.conversations.announce import Announcer
from care.conversations.log import append
from care.conversations.notices import QUEUE_BUTTONS, Notice, say
from care.conversations.ownership import change_owner
from care.conversations.tables import Conversation, Message, Owner, Role
from care.conversations.transcript import text_since
from care.customers.verification import verified_now
from care.tickets.lifecycle import NewTicket, open_ticket
from care.tickets.tables import TicketKind

CALLBACK_PAYLOAD = "/request_callback"

_LEAVING = re.compile(
    r"(?:那|我|就|先|还是|(?:"
    r"算了|不用(?:了|转了?|排了?|等了?|人工了?)|不需要了|不必了|不要了|"
    r"[不别]想?(?:转|等|排|排队|要人工|找人工|找客服)了?|"
    r"(?:取消|退出|结束|停止)(?:排队|等待|转接|转人工|人工)?|"
    r"cancel|never ?mind|forget it|no need|stop waiting"
    r")(?:吧|啊|呀|哈|啦)?|谢谢?|thanks?|[\s，,、。.！!~～])+",
    re.IGNORECASE,
)
"""All of a message by which somebody leaves the queue: giving up or no more waiting, and nothing else beside it."""

_COURTESY = re.compile(r"(?:那|我|就|先|还是|谢谢?|thanks?|[\s，,、。.！!~～])*", re.IGNORECASE)


class Choice(StrEnum):
    """What a waiting customer may choose."""

    WAIT = "wait"
    TICKET = "ticket"
    CALLBACK = "callback"
    BOT = "bot"


def leaves(text: str) -> bool:
    """Whether a message in the queue says that no person is wanted any more. The bot is not asked: it is not its turn."""
    return _LEAVING.fullmatch(text) is not None and _COURTESY.fullmatch(text) is None


def position(session: Session, conversation: Conversation) -> int | None:
    """The place in the queue, from 1: by priority, then first in first out; ``None`` outside of it."""
    if conversation.owner != Owner.QUEUE:
        return None
    ahead = session.scalar(
        select(func.count())
        .where(Conversation.owner == Owner.QUEUE)
        .where(
            or_(
                Conversation.priority > conversation.priority,
                and_(
                    Conversation.priority == conversation.priority,
                    or_(
                        Conversation.owner_since < conversation.owner_since,
                        and_(
                            Conversation.owner_since == conversation.owner_since,
                            Conversation.id < conversation.id,
                        ),
                    ),
                ),
            )
        )
    )
    return (ahead or 0) + 1


def waiting(session: Session) -> list[Conversation]:
    """Who waits, in the order in which they are served."""
    query = select(Conversation).where(Conversation.owner == Owner.QUEUE)
    return list(
        session.scalars(
            query.order_by(Conversation.priority.desc(), Conversation.owner_since, Conversation.id)
        )
    )


def offer_other_ways(
    session: Session, announcer: Announcer, conversation: Conversation, epoch: int, now: datetime
) -> bool:
    """Offer a ticket, a call-back or the bot to somebody who still waits since ``epoch``; gives whether it was."""
    if conversation.owner != Owner.QUEUE or conversation.epoch != epoch:
        return False
    append(
        session,
        announcer,
        conversation,
        Role.SYSTEM,
        now,
        text=say(Notice.QUEUE_OFFER),
        buttons=[dict(button) for button in QUEUE_BUTTONS],
    )
    return True


def choose(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    message: Message,
    choice: Choice,
    now: datetime,
    zone: ZoneInfo,
    follow_up: timedelta,
) -> str | None:
    """Carry out what a waiting customer chose with ``message``.

    A ticket holds what was said since the conversation began and is promised within ``follow_up``. Gives the
    payload of the turn that the bot then begins, if it has something to ask.
    """
    if choice is Choice.WAIT:
        return None
    if choice is Choice.CALLBACK:
        change_owner(session, announcer, conversation, Owner.BOT, now)
        return CALLBACK_PAYLOAD
    if choice is Choice.BOT:
        change_owner(session, announcer, conversation, Owner.BOT, now)
        notice = say(Notice.LEFT_QUEUE)
    else:
        number, promised = _leave_ticket(
            session, announcer, conversation, message, now, zone, follow_up
        )
        change_owner(session, announcer, conversation, Owner.BOT, now)
        notice = say(Notice.TICKET_MADE, number=number, promised=promised)
    append(session, announcer, conversation, Role.SYSTEM, now, text=notice, turn_id=message.id)
    return None


def _leave_ticket(
    session: Session,
    announcer: Announcer,
    conversation: Conversation,
    message: Message,
    now: datetime,
    zone: ZoneInfo,
    follow_up: timedelta,
) -> tuple[str, str]:
    verified = verified_now(session, conversation.contact_id, now)
    ticket = open_ticket(
        session,
        NewTicket(
            kind=TicketKind.FOLLOW_UP,
            title="排队未接入，客户留言",
            description=text_since(session, conversation.id, conversation.opened_at),
            promise=follow_up,
            actor="customer",
            contact_id=conversation.contact_id,
            customer_id=verified.customer_id if verified else None,
            phone=verified.phone if verified else None,
            conversation_id=conversation.id,
            turn_id=message.id,
        ),
        now,
        zone,
    )
    announcer.ticket(session, ticket.number, now)
    return ticket.number, f"{ticket.promised_at.astimezone(zone):%m月%d日 %H:%M}"
