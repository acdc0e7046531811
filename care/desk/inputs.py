"""What the desk takes in. What is not of these shapes is refused before it reaches the database."""

import re
from typing import Annotated, Literal

from fastapi import Depends
from pydantic import BaseModel, BeforeValidator, Field

from care.conversations.text import clean
from care.desk.tables import Presence
from care.errors import NotFound
from care.tickets.tables import TicketKind, TicketState

LARGEST = 2**31 - 1
"""The largest number that the database's integers hold."""

_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
_TICKET_NUMBER = re.compile(r"GD[0-9]{12,16}")

MAX_TITLE = 100
MAX_DESCRIPTION = 4000
MAX_NOTE = 2000


def is_id(text: str) -> bool:
    """Whether ``text`` can be an identifier of ours (see ``care.db.new_id``)."""
    return _ID.fullmatch(text) is not None


def _conversation_id(conversation_id: str) -> str:
    if not is_id(conversation_id):
        raise NotFound("没有这个会话。")
    return conversation_id


def _ticket_number(number: str) -> str:
    if _TICKET_NUMBER.fullmatch(number) is None:
        raise NotFound("没有这个工单。")
    return number


ConversationId = Annotated[str, Depends(_conversation_id)]
"""A conversation's id in the path; ``NotFound`` for what can be none."""

TicketNumber = Annotated[str, Depends(_ticket_number)]
"""A ticket's number in the path; ``NotFound`` for what can be none."""


def clean_or_empty(text: str, limit: int) -> str:
    """``text`` without control characters; it may be empty.

    Raises ``TextTooLong``, and ``InvalidText`` when nothing else is in it.
    """
    return clean(text, limit) if text.strip() else ""


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


StateFilter = Annotated[TicketState | None, BeforeValidator(_empty_is_none)]


class Login(BaseModel):
    """Name and password."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class SeenEpoch(BaseModel):
    """The epoch in which the agent saw the conversation."""

    epoch: int


class ReplyText(BaseModel):
    """What an agent says; the same ``client_id`` says it once."""

    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    text: str


class ChosenPresence(BaseModel):
    """What an agent wants to be."""

    status: Literal[Presence.ONLINE, Presence.AWAY]


class NewDeskTicket(BaseModel):
    """A ticket that an agent opens."""

    kind: TicketKind
    title: str
    description: str
    conversation_id: str | None = Field(None, pattern=f"^{_ID.pattern}$")
    priority: int = Field(0, ge=0, le=3)


class Transition(BaseModel):
    """A step of a ticket."""

    to: TicketState
    note: str = ""


class NewOffer(BaseModel):
    """An order that an agent offers to a customer: one of those that may be ordered."""

    kind: str = Field(max_length=30)
    params: dict[str, str] = Field(max_length=10)
