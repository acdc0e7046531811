"""What the desk's API sends: the shapes of its JSON. Personal data in them is masked already."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from care.appointments.tables import AppointmentState
from care.conversations.tables import Owner, Role
from care.desk.tables import AgentRole, Presence
from care.tickets.tables import TicketKind, TicketState


class ErrorInfo(BaseModel):
    """Why a call failed: a code for programs, a sentence for people."""

    code: str
    message: str


class ErrorAnswer(BaseModel):
    """The body of every error."""

    error: ErrorInfo


class AgentInfo(BaseModel):
    """Somebody at the desk."""

    id: str
    name: str
    role: AgentRole


class SignedIn(BaseModel):
    """Who is logged in, and the token that every changing call carries."""

    agent: AgentInfo
    csrf: str


class DeskAgent(AgentInfo):
    """The agent with the presence that the desks are told."""

    presence: Presence


class AgentName(BaseModel):
    """An agent as others see them."""

    id: str
    name: str


class AgentPresence(AgentName):
    """An agent who has come, gone or stepped away."""

    presence: Presence


class PresenceChange(BaseModel):
    """Data of an event of kind ``presence``."""

    agent: AgentPresence
    online_agents: int


class CustomerInfo(BaseModel):
    """The customer, masked. ``verified``: the number was shown to be theirs and still counts."""

    name: str | None
    phone: str | None
    verified: bool
    senior: bool


class LastMessage(BaseModel):
    """The newest message in a few words."""

    role: Role
    text: str | None
    at: datetime


class ReachInfo(BaseModel):
    """How many messages may still be sent to a customer who has to be called, and until when.

    ``waiting``: messages that may not be sent and go with the customer's next one; ``bytes``: of one message.
    """

    left: int
    until: datetime | None
    waiting: int
    bytes: int


class ConversationSummary(BaseModel):
    """One line of the lists. ``epoch`` grows with each new owner, ``seq`` with each message.

    Numbers of messages up to ``base`` are of an earlier log: all are to be read anew. ``merged_into`` is the conversation
    that has the messages now.
    ``reach`` is given on channels that count what may be sent.
    """

    id: str
    owner: Owner
    epoch: int
    seq: int
    base: int
    merged_into: str | None
    agent: AgentName | None
    channel: str
    customer: CustomerInfo | None
    reason: str | None
    priority: int
    waiting_since: datetime | None
    opened_at: datetime
    last_message: LastMessage | None
    reach: ReachInfo | None = None


class DeskButton(BaseModel):
    """A quick reply that was offered."""

    index: int
    title: str


class RankedIntent(BaseModel):
    """An intent the message might have had."""

    name: str
    confidence: float


class EntityFound(BaseModel):
    """Something the bot found in the message."""

    entity: str
    value: Any
    text: str | None


class Understanding(BaseModel):
    """What the bot understood of a customer's message."""

    intent: str
    confidence: float
    ranking: list[RankedIntent]
    entities: list[EntityFound]


class DeskMessage(BaseModel):
    """A message as agents see it. Withdrawn ones were never delivered to the customer."""

    id: str
    seq: int
    role: Role
    text: str | None
    buttons: list[DeskButton]
    image: str | None
    custom: dict[str, Any] | None
    channel: str
    agent_name: str | None
    sent_at: datetime
    withdrawn: bool
    understanding: Understanding | None
    client_id: str | None


class ActionDone(BaseModel):
    """One action of the bot, and whether it worked."""

    name: str
    ok: bool
    at: datetime


class TicketCustomer(BaseModel):
    """Whose matter a ticket is, masked."""

    name: str | None
    phone: str | None


class TicketAppointment(BaseModel):
    """When an engineer comes for a ticket. ``over``: the time has passed and another was booked."""

    number: str
    starts_at: datetime
    ends_at: datetime
    state: AppointmentState


class TicketInfo(BaseModel):
    """A ticket, its customer masked."""

    number: str
    kind: TicketKind
    title: str
    description: str
    state: TicketState
    priority: int
    customer: TicketCustomer | None
    conversation_id: str | None
    created_at: datetime
    promised_at: datetime
    updated_at: datetime
    appointment: TicketAppointment | None = None


class TicketMove(BaseModel):
    """One step in the life of a ticket; its first has no ``from``."""

    at: datetime
    actor: str
    from_: TicketState | None = Field(serialization_alias="from")
    to: TicketState
    note: str


class TicketWithHistory(TicketInfo):
    """A ticket with its steps, oldest first."""

    history: list[TicketMove]


class TicketPage(BaseModel):
    """A page of tickets, newest first, and how many there are in all."""

    tickets: list[TicketInfo]
    total: int


class OrderInfo(BaseModel):
    """An order with its proof of consent, or an agent's offer that waits for it (``state`` is then ``offered``)."""

    name: str
    state: str
    number: str | None
    text: str
    text_hash: str
    by_agent: bool
    method: str | None
    channel: str | None
    made_at: datetime
    expires_at: datetime
    agreed_at: datetime | None


class OrderableInfo(BaseModel):
    """One thing that may be offered to the customer."""

    kind: str
    params: dict[str, str]
    title: str


class ConversationDetail(BaseModel):
    """A conversation as an agent opens it, with what the bot collected and did."""

    conversation: ConversationSummary
    messages: list[DeskMessage]
    collected: dict[str, Any]
    actions: list[ActionDone]
    tickets: list[TicketInfo]
    orders: list[OrderInfo]


class MessagePage(BaseModel):
    """Earlier messages, in order."""

    messages: list[DeskMessage]


class DeskSnapshot(BaseModel):
    """All that a desk shows at first. Events after ``event_id`` keep it current."""

    event_id: int
    agent: DeskAgent
    conversations: list[ConversationSummary]
    online_agents: int


class MessageAdded(BaseModel):
    """Data of an event of kind ``message``."""

    conversation_id: str
    message: DeskMessage
