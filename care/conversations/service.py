"""What channels and the desk call: each public method is one change of state or one look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.backends import PubSub, Subscription
from care.clock import Clock
from care.conversations import ownership, turns
from care.conversations.announce import DESK, Announcer, conversation_topic
from care.conversations.answers import Answer, wait_for_answer
from care.conversations.attachments import Picture, keep
from care.conversations.heard import heard
from care.conversations.inbound import InboundMessage, Receipt, Receiver
from care.conversations.log import append, locked
from care.conversations.merging import conversation_of, seated
from care.conversations.notices import Notice
from care.conversations.outbox import PICTURE_CHANNELS
from care.conversations.runner import RunnerTimes, TurnRunner
from care.conversations.status import Status, status_of
from care.conversations.stories import Stories
from care.conversations.tables import Conversation, Message, Owner, Role
from care.conversations.text import clean
from care.conversations.transcript import messages_after
from care.customers.bindings import binding_of
from care.db import Database, new_id, on_commit
from care.engine import Engine
from care.errors import Conflict, Forbidden, NotFound


@dataclass(frozen=True)
class ConversationTimes:
    """How long things may take; see ``care.settings`` for what each means."""

    runner: RunnerTimes
    agent_silence: timedelta
    follow_up: timedelta
    window: timedelta = timedelta(minutes=30)
    """How long a code counts, and a browser sees what was said elsewhere."""


@dataclass(frozen=True)
class Agent:
    """The person at the desk who acts."""

    id: str
    name: str


class Conversations:
    """The conversation core as one object; ``run`` its loops once per process."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        engine: Engine,
        pubsub: PubSub,
        seal: Fernet,
        times: ConversationTimes,
        *,
        text_limit: int,
        zone: ZoneInfo,
        turns_at_once: int = 32,
    ) -> None:
        self._db = db
        self._clock = clock
        self._pubsub = pubsub
        self._seal = seal
        self._times = times
        self._text_limit = text_limit
        self.announcer = Announcer(pubsub)
        self.receiver = Receiver(
            self.announcer,
            seal,
            text_limit,
            zone,
            times.follow_up,
            times.runner.lease,
            times.window,
        )
        self._stories: Stories | None = None
        self.runner = TurnRunner(
            db, clock, engine, self.announcer, pubsub, times.runner, at_once=turns_at_once
        )

    def attend(self, stories: Stories) -> None:
        """From now on addresses are checked as they are used, and codes by which a chat goes on are taken up."""
        self._stories = stories

    async def receive(self, inbound: InboundMessage) -> Receipt:
        """Store a customer's message and have it answered; returning means it is committed.

        A code, typed or scanned, by which a chat goes on in this channel is a message like any other.

        Raises ``InvalidText``, ``TextTooLong``, ``NotFound`` and ``Conflict`` (stale button).
        """
        if self._stories is not None:
            await self._stories.check(inbound.channel, inbound.address)
            taken = await self._stories.take(inbound)
            if taken is not None:
                return taken
        with self.runner.expecting() as room:
            return await self._db.write(lambda session: self._receive(session, inbound, room))

    def _receive(self, session: Session, inbound: InboundMessage, room: bool) -> Receipt:
        receipt, work = self.receiver.receive(session, inbound, self._clock(), room=room)
        if receipt.has_turn and not receipt.duplicate:
            # Also where whoever stored the message does not wait for it any more.
            on_commit(session, lambda: self.runner.wake(receipt.conversation_id, work))
        return receipt

    async def heard(self, message_id: str, words: str | None) -> None:
        """A voice message that waits for it was made out; ``None``: nothing was. Of another message nothing is done."""

        conversation_id = await self._db.write(
            lambda session: heard(self.receiver, session, message_id, words, self._clock())
        )
        if conversation_id is not None:
            self.runner.wake(conversation_id)

    async def answered(self, receipt: Receipt, timeout: float) -> Answer:
        """Wait up to ``timeout`` seconds for the answer to a received message, from whichever process."""
        wakeups = self.listen(receipt.conversation_id)
        return await wait_for_answer(self._db, wakeups, receipt, timeout)

    async def begin(self, channel: str, address: str) -> str:
        """The id of the conversation of who writes from ``address``, made when it is new or may be seen no more."""
        inbound = InboundMessage(channel, address, external_id="")
        return await self._db.write(
            lambda session: self.receiver.conversation_for(session, inbound, self._clock()).id
        )

    async def find(self, channel: str, address: str) -> str:
        """The id of the conversation that ``address`` may see. Raises ``NotFound``."""
        return await self._db.read(
            lambda session: self._seen_from(session, channel, address).conversation_id
        )

    async def check(self, channel: str, address: str) -> None:
        """End the binding of an address whose number has another owner by now."""
        if self._stories is not None:
            await self._stories.check(channel, address)

    async def look_from(
        self, channel: str, address: str, after: int
    ) -> tuple[list[Message], Status]:
        """The messages after ``after`` that ``address`` may see at this moment, and how things stand.

        Raises ``NotFound`` where it has no conversation, or may see it no more.
        """

        def work(session: Session) -> tuple[list[Message], Status]:
            status = self._seen_from(session, channel, address)
            return messages_after(session, status.conversation_id, after), status

        return await self._db.read(work)

    async def look(self, conversation_id: str, after: int) -> tuple[list[Message], Status]:
        """The messages a customer may see after ``after``, and how things stand."""

        def work(session: Session) -> tuple[list[Message], Status]:
            status = status_of(session, conversation_id)
            return messages_after(session, status.conversation_id, after), status

        return await self._db.read(work)

    def _seen_from(self, session: Session, channel: str, address: str) -> Status:
        binding = binding_of(session, channel, address)
        found = conversation_of(session, binding.contact_id) if binding is not None else None
        if binding is None or found is None:
            raise NotFound()
        if not seated(session, binding, found, self._clock(), self._times.window):
            raise NotFound()
        return status_of(session, found.id)

    def listen(self, conversation_id: str) -> Subscription:
        """Wakes on each change of the conversation; carries who is typing."""
        return self._pubsub.subscribe(conversation_topic(conversation_id))

    def typing(self, conversation_id: str, role: Role, on: bool) -> None:
        """Tell who listens that somebody is typing; kept nowhere."""
        message = {"conversation_id": conversation_id, "typing": role, "on": on}
        self._pubsub.publish(conversation_topic(conversation_id), message)
        if role is Role.CUSTOMER:
            self._pubsub.publish(DESK, message)

    async def accept(
        self,
        conversation_id: str,
        agent: Agent,
        epoch: int,
        gate: Callable[[Session], None] = lambda session: None,
    ) -> None:
        """``agent`` takes the conversation from the queue or from the bot, as seen in ``epoch``.

        ``gate`` is called first in the transaction and may refuse by raising. Raises ``StaleEpoch`` when
        somebody was faster, ``Conflict`` when it is closed.
        """

        def work(session: Session) -> None:
            gate(session)
            ownership.give_to_agent(
                session,
                self.announcer,
                locked(session, conversation_id),
                agent.id,
                agent.name,
                epoch,
                self._clock(),
                self._times.agent_silence,
            )

        await self._db.write(work)

    async def reply(self, conversation_id: str, agent: Agent, client_id: str, text: str) -> Message:
        """``agent`` says ``text``; the same ``client_id`` says it once.

        Raises ``Forbidden`` when the conversation is not the agent's, ``InvalidText``, ``TextTooLong``.
        """
        cleaned = clean(text, self._text_limit)
        external_id = f"{conversation_id}:{client_id}"

        def work(session: Session, conversation: Conversation) -> Message:
            first = session.scalar(
                select(Message).where(Message.channel == "desk", Message.external_id == external_id)
            )
            if first is not None:
                return first
            require_own(conversation, agent)
            conversation.active_at = self._clock()
            return append(
                session,
                self.announcer,
                conversation,
                Role.AGENT,
                self._clock(),
                text=cleaned,
                channel="desk",
                external_id=external_id,
                agent_id=agent.id,
                agent_name=agent.name,
            )

        return await self._change(conversation_id, work)

    async def show(
        self, conversation_id: str, agent: Agent, client_id: str, picture: Picture
    ) -> Message:
        """``agent`` shows the customer a picture; the same ``client_id`` shows it once.

        Raises ``Forbidden`` when the conversation is not the agent's, ``Conflict`` where the customer's channel takes none.
        """
        external_id = f"{conversation_id}:{client_id}"

        def work(session: Session, conversation: Conversation) -> Message:
            first = session.scalar(
                select(Message).where(Message.channel == "desk", Message.external_id == external_id)
            )
            if first is not None:
                return first
            require_own(conversation, agent)
            if conversation.channel not in PICTURE_CHANNELS:
                raise Conflict("客户现在的渠道不能接收图片。")
            now = self._clock()
            conversation.active_at = now
            message_id = new_id()
            message = append(
                session,
                self.announcer,
                conversation,
                Role.AGENT,
                now,
                id=message_id,
                channel="desk",
                external_id=external_id,
                agent_id=agent.id,
                agent_name=agent.name,
            )
            message.image = keep(session, message_id, picture, now)
            return message

        return await self._change(conversation_id, work)

    async def hand_back(self, conversation_id: str, agent: Agent) -> None:
        """``agent`` gives the conversation back to the bot. Raises ``Forbidden``."""

        def work(session: Session, conversation: Conversation) -> None:
            require_own(conversation, agent)
            ownership.back_to_bot(
                session, self.announcer, conversation, Notice.BACK_TO_BOT, self._clock()
            )

        await self._change(conversation_id, work)

    async def close(self, conversation_id: str, agent: Agent) -> None:
        """``agent`` ends the conversation. Raises ``Forbidden``."""

        def work(session: Session, conversation: Conversation) -> None:
            require_own(conversation, agent)
            ownership.close(
                session, self.announcer, conversation, Notice.CLOSED_BY_AGENT, self._clock()
            )

        await self._change(conversation_id, work)

    def guard(self, turn_id: str, epoch: int) -> Callable[[Session], None]:
        """The gate of a turn's business writes: called first in their transaction, raises ``StaleEpoch``."""
        return lambda session: turns.require_current(session, turn_id, epoch)

    async def typed_code(self, turn_id: str) -> str | None:
        """The one-time code that the customer typed in this turn's message."""
        return await self._db.read(lambda session: turns.typed_code(session, turn_id, self._seal))

    async def _change[T](
        self, conversation_id: str, work: Callable[[Session, Conversation], T]
    ) -> T:
        return await self._db.write(lambda session: work(session, locked(session, conversation_id)))


def require_own(conversation: Conversation, agent: Agent) -> None:
    """Raise ``Conflict`` or ``Forbidden`` unless the conversation is the agent's."""
    if conversation.owner != Owner.AGENT:
        raise Conflict("这个会话现在不由人工服务。")
    if conversation.agent_id != agent.id:
        raise Forbidden("这个会话由其他客服负责。")


def customer_status(status: Status) -> dict[str, Any]:
    """``status`` as channels send it."""
    return {
        "owner": status.owner,
        "position": status.position,
        "agent_name": status.agent_name,
        "can_leave": status.owner is Owner.QUEUE,
        "options": ["wait", "ticket", "callback", "bot"] if status.owner is Owner.QUEUE else [],
    }
