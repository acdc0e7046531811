"""Buttons: a payload counts only if it was offered in the latest messages of this conversation."""

import re
import unicodedata

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.tables import Message, Role
from care.errors import Conflict, NotFound

_NUMBERED = re.compile(r"[选第]?\s*(\d{1,2}|[一二三四五六七八九十])\s*[个项号]?\s*[.。、!！]?")
_CHINESE = "一二三四五六七八九十"


def latest_offers(
    session: Session, conversation_id: str, before: int | None = None
) -> list[Message]:
    """The messages since the customer's last one that are not withdrawn, oldest first; as they were ``before`` a number."""
    said = select(Message.seq).where(
        Message.conversation_id == conversation_id, Message.role == Role.CUSTOMER
    )
    offered = select(Message).where(
        Message.conversation_id == conversation_id, Message.withdrawn.is_(False)
    )
    if before is not None:
        said, offered = said.where(Message.seq < before), offered.where(Message.seq < before)
    last_said = said.order_by(Message.seq.desc()).limit(1).scalar_subquery()
    rows = session.scalars(
        offered.where(Message.seq > func.coalesce(last_said, 0)).order_by(Message.seq)
    )
    return list(rows)


def chosen_by_words(
    session: Session,
    conversation_id: str,
    text: str,
    *,
    numbered: bool,
    before: int | None = None,
) -> tuple[str, str | None]:
    """Title and payload of the offered button that ``text`` names, by its number if ``numbered``; else ``text`` itself."""
    chosen = chosen_by_text(session, conversation_id, text, before)
    if chosen is None and numbered:
        chosen = chosen_by_number(session, conversation_id, text, before)
    return chosen or (text, None)


def chosen_by_index(
    session: Session, conversation_id: str, message_id: str, index: int
) -> tuple[str, str]:
    """Title and payload of a button that the customer pressed.

    Raises ``NotFound`` when there is no such button, ``Conflict`` when its message is no longer the latest.
    """
    message = session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id or message.withdrawn:
        raise NotFound()
    if not 0 <= index < len(message.buttons):
        raise NotFound()
    if all(offer.id != message_id for offer in latest_offers(session, conversation_id)):
        raise Conflict("这个按钮已经过期了，请直接输入您的需要。")
    button = message.buttons[index]
    return button["title"], button["payload"]


def chosen_by_text(
    session: Session, conversation_id: str, text: str, before: int | None = None
) -> tuple[str, str] | None:
    """Title and payload of the offered button that ``text`` names by its title or its payload."""
    for message in reversed(latest_offers(session, conversation_id, before)):
        for button in message.buttons:
            if text in (button["title"], button["payload"]):
                return button["title"], button["payload"]
    return None


def chosen_by_number(
    session: Session, conversation_id: str, text: str, before: int | None = None
) -> tuple[str, str] | None:
    """Title and payload of the offered button whose number ``text`` is: counted from 1 over all that are offered."""
    said = _NUMBERED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if said is None:
        return None
    number = _CHINESE.find(said[1]) + 1 or int(said[1])
    offered = [
        (button["title"], button["payload"])
        for message in latest_offers(session, conversation_id, before)
        for button in message.buttons
    ]
    return offered[number - 1] if 1 <= number <= len(offered) else None
