"""Receiving: a customer's message is stored once, in order, and given to whoever owns the conversation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations import buttons, turns
from care.conversations.announce import Announcer
from care.conversations.log import append
from care.conversations.merging import leave, seated
from care.conversations.notices import HUMAN_BUTTON, QUEUE_BUTTONS, QUEUE_PREFIX, Notice, say
from care.conversations.ownership import change_owner
from care.conversations.queue import Choice, choose, leaves
from care.conversations.tables import Conversation, Message, Owner, Role, Turn
from care.conversations.text import clean
from care.conversations.turns import Work
from care.customers.bindings import binding_of
from care.customers.contacts import ChannelBinding, contact_for
from care.customers.masking import code_in, hide_secrets
from care.customers.verification import code_expected
from care.db import new_id
from care.db.jobs import schedule
from care.errors import Conflict, InvalidText
from care.lines.grants import password_awaited

CONSENT_JOB = "conversations.agent_consent"
"""Takes a code that a customer wrote to an agent as consent to the agent's offer (``agent_orders``)."""


@dataclass(frozen=True)
class InboundMessage:
    """What a channel makes of a customer's message.

    ``external_id`` is the sender's own id for it, made unique within the channel by the channel; ``network`` is
    where it came from (an IP address, kept as long as the conversation's session, for limits only). One of ``text``, a
    pressed button (``message_id``, ``index``) and a ``choice`` of who waits in the queue is given.

    ``numbered``: the customer sees buttons as numbers, and may say one. ``custom`` is what else is known of the message
    (that it was spoken, that it is a picture). What the bot cannot read gets the notice ``unread`` instead of its answer.
    """

    channel: str
    address: str
    external_id: str
    text: str | None = None
    button: tuple[str, int] | None = None
    choice: Choice | None = None
    network: str = ""
    numbered: bool = False
    custom: dict[str, Any] | None = None
    unread: Notice | None = None


@dataclass(frozen=True)
class Receipt:
    """What became of a received message."""

    conversation_id: str
    message_id: str
    seq: int
    owner: Owner
    duplicate: bool
    has_turn: bool


@dataclass(frozen=True)
class Receiver:
    """Stores customers' messages.

    ``text_limit`` is in characters, ``follow_up`` the promise of a ticket, ``lease`` how long a turn may run,
    ``window`` how long a code counts.
    """

    announcer: Announcer
    seal: Fernet
    text_limit: int
    zone: ZoneInfo
    follow_up: timedelta
    lease: timedelta
    window: timedelta

    def receive(
        self, session: Session, inbound: InboundMessage, now: datetime, *, room: bool = True
    ) -> tuple[Receipt, Work | None]:
        """Store ``inbound`` and, when the bot owns the conversation, the turn that will answer it.

        Gives the turn, too, when it may begin at once; without ``room`` none does. A redelivery changes nothing and
        gives the first outcome. Raises ``InvalidText``, ``TextTooLong``, ``NotFound`` and ``Conflict`` (a button that
        is none or no longer counts).
        """
        text = clean(inbound.text, self.text_limit) if inbound.text is not None else None
        conversation = self.conversation_for(session, inbound, now)
        first = session.scalar(
            select(Message).where(
                Message.channel == inbound.channel, Message.external_id == inbound.external_id
            )
        )
        if first is not None:
            return first_outcome(session, conversation, inbound, first), None
        said, payload = _resolve(session, conversation, inbound, text)
        choice = _queue_choice(conversation, said, payload)
        expected = code_expected(session, conversation.contact_id, now)
        # Who was given a page for a new password may type it here instead.
        secret = expected or password_awaited(session, conversation.contact_id, now)
        if conversation.owner == Owner.CLOSED:
            change_owner(session, self.announcer, conversation, Owner.BOT, now)
            conversation.opened_at = now
        conversation.channel, conversation.address = inbound.channel, inbound.address
        conversation.network = inbound.network
        conversation.active_at = now
        message = append(
            session,
            self.announcer,
            conversation,
            Role.CUSTOMER,
            now,
            text=hide_secrets(said, code_expected=secret),
            external_id=inbound.external_id,
            custom=inbound.custom,
        )
        if choice is not None:
            payload = choose(
                session,
                self.announcer,
                conversation,
                message,
                choice,
                now,
                self.zone,
                self.follow_up,
            )
            has_turn = payload is not None
        else:
            has_turn = conversation.owner == Owner.BOT and inbound.unread is None
        if inbound.unread is not None and conversation.owner == Owner.BOT:
            self._cannot_read(session, conversation, message, inbound.unread, now)
        work = None
        code = code_in(said) if expected else None
        sealed = self.seal.encrypt(code.encode()).decode() if code else None
        if sealed is not None and conversation.owner == Owner.AGENT:
            schedule(session, CONSENT_JOB, {"conversation": conversation.id, "code": sealed}, now)
        if has_turn:
            lease = self.lease if room else None
            work = turns.add(session, conversation, message, payload, sealed, now, lease)
        receipt = Receipt(
            conversation_id=conversation.id,
            message_id=message.id,
            seq=message.seq,
            owner=Owner(conversation.owner),
            duplicate=False,
            has_turn=has_turn,
        )
        return receipt, work

    def conversation_for(
        self, session: Session, inbound: InboundMessage, now: datetime
    ) -> Conversation:
        """The conversation of who writes from this address, held as by ``log.locked``; made when it is new.

        An address that may no longer see its conversation gets one of its own.
        """
        found = _existing(session, inbound)
        if found is None:
            return _new_conversation(session, inbound, now)
        conversation, binding = found
        if seated(session, binding, conversation, now, self.window):
            return conversation
        return leave(session, self.announcer, binding, now, Notice.STORY_CLOSED)

    def _cannot_read(
        self,
        session: Session,
        conversation: Conversation,
        message: Message,
        notice: Notice,
        now: datetime,
    ) -> None:
        append(
            session,
            self.announcer,
            conversation,
            Role.SYSTEM,
            now,
            text=say(notice),
            buttons=[dict(HUMAN_BUTTON)],
            turn_id=message.id,
        )


def first_outcome(
    session: Session, conversation: Conversation, inbound: InboundMessage, first: Message
) -> Receipt:
    """What became of a message that came before. Raises ``InvalidText`` for one of another address."""
    if (first.address or inbound.address) != inbound.address or (
        first.address is None and first.conversation_id != conversation.id
    ):
        raise InvalidText("这个消息编号属于另一个会话。")
    return Receipt(
        conversation_id=conversation.id,
        message_id=first.id,
        seq=first.seq,
        owner=Owner(conversation.owner),
        duplicate=True,
        has_turn=session.get(Turn, first.id) is not None,
    )


def _resolve(
    session: Session, conversation: Conversation, inbound: InboundMessage, text: str | None
) -> tuple[str, str | None]:
    """What the customer says in words, and what it stands for when it is a button."""
    if inbound.choice is not None:
        if conversation.owner != Owner.QUEUE:
            raise Conflict("您现在不在排队中。")
        payload = f"{QUEUE_PREFIX}{inbound.choice}"
        titles = {button["payload"]: button["title"] for button in QUEUE_BUTTONS}
        return titles[payload], payload
    if inbound.button is not None:
        return buttons.chosen_by_index(session, conversation.id, *inbound.button)
    if text is None:
        raise InvalidText()
    chosen = buttons.chosen_by_text(session, conversation.id, text)
    if chosen is None and inbound.numbered:
        chosen = buttons.chosen_by_number(session, conversation.id, text)
    return chosen or (text, None)


def _queue_choice(conversation: Conversation, said: str, payload: str | None) -> Choice | None:
    """The way out of the queue that a button stands for, or the words of somebody who waits.

    Raises ``Conflict`` when the button's customer does not wait any more.
    """
    if payload is None and conversation.owner == Owner.QUEUE and leaves(said):
        return Choice.BOT
    if payload is None or not payload.startswith(QUEUE_PREFIX):
        return None
    if conversation.owner != Owner.QUEUE:
        raise Conflict("您现在不在排队中。")
    return Choice(payload.removeprefix(QUEUE_PREFIX))


def _existing(
    session: Session, inbound: InboundMessage
) -> tuple[Conversation, ChannelBinding] | None:
    """Held; where it was merged or left while this waited for it, it is looked up again."""
    while True:
        found = session.scalar(
            select(Conversation)
            .join(ChannelBinding, ChannelBinding.contact_id == Conversation.contact_id)
            .where(ChannelBinding.channel == inbound.channel)
            .where(ChannelBinding.address == inbound.address)
            .with_for_update(of=Conversation)
            .execution_options(populate_existing=True)
        )
        if found is None:
            return None
        binding = binding_of(session, inbound.channel, inbound.address)
        if binding is not None and binding.contact_id == found.contact_id:
            return found, binding


def _new_conversation(session: Session, inbound: InboundMessage, now: datetime) -> Conversation:
    contact = contact_for(session, inbound.channel, inbound.address, now)
    conversation = Conversation(
        id=new_id(),
        contact_id=contact.id,
        channel=inbound.channel,
        address=inbound.address,
        owner=Owner.BOT,
        epoch=1,
        owner_since=now,
        last_seq=0,
        priority=0,
        packet={},
        fresh=True,
        opened_at=now,
        active_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation
