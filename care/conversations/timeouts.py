"""What happens by itself when nobody does anything: other ways out of the queue, a silent agent, a silent customer."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations import ownership
from care.conversations.announce import Announcer
from care.conversations.log import append, locked
from care.conversations.notices import Notice, say
from care.conversations.queue import offer_other_ways
from care.conversations.tables import Conversation, Message, Owner, Role
from care.db import Database
from care.db.jobs import Handler, Job, schedule

RETURNED = "returned"


class Timeouts:
    """Handlers of the core's jobs, and the sweep that closes silent conversations."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        announcer: Announcer,
        *,
        agents_online: Callable[[Session], int],
        offer_after: timedelta,
        offer_after_nobody: timedelta,
        agent_silence: timedelta,
        idle_bot: timedelta,
        idle_agent: timedelta,
    ) -> None:
        self._db = db
        self._clock = clock
        self._announcer = announcer
        self._agents_online = agents_online
        self._offer_after = offer_after
        self._offer_first = min(offer_after, offer_after_nobody)
        self._agent_silence = agent_silence
        self._idle = {Owner.BOT: idle_bot, Owner.AGENT: idle_agent}

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {
            ownership.QUEUE_OFFER_JOB: self._queue_offer,
            ownership.AGENT_SILENCE_JOB: self._agent_silent,
        }

    async def close_silent(self, limit: int = 100) -> int:
        """Close conversations in which nobody has said anything for long; gives their number."""
        found = await self._db.read(lambda session: self._silent(session, limit))
        for conversation_id in found:
            await self._change(conversation_id, self._close_if_silent)
        return len(found)

    async def _queue_offer(self, job: Job) -> None:
        epoch: int = job.payload["epoch"]
        await self._change(
            job.payload["conversation"],
            lambda session, conversation: self._offer_in_time(session, conversation, epoch),
        )

    def _offer_in_time(self, session: Session, conversation: Conversation, epoch: int) -> None:
        """Offer other ways out of the queue; while somebody is online, not before the full wait."""
        now = self._clock()
        full_wait = conversation.owner_since + self._offer_after
        if now < full_wait and self._agents_online(session) > 0:
            schedule(
                session,
                ownership.QUEUE_OFFER_JOB,
                {"conversation": conversation.id, "epoch": epoch},
                full_wait,
            )
            return
        offer_other_ways(session, self._announcer, conversation, epoch, now)

    async def _agent_silent(self, job: Job) -> None:
        epoch: int = job.payload["epoch"]
        await self._change(
            job.payload["conversation"],
            lambda session, conversation: self._return_if_unanswered(session, conversation, epoch),
        )

    def _return_if_unanswered(
        self, session: Session, conversation: Conversation, epoch: int
    ) -> None:
        """Back to the queue when the customer has waited too long for the agent; else look again later."""
        if conversation.owner != Owner.AGENT or conversation.epoch != epoch:
            return
        now = self._clock()
        waiting_since = _waiting_since(session, conversation)
        if waiting_since is None or waiting_since + self._agent_silence > now:
            schedule(
                session,
                ownership.AGENT_SILENCE_JOB,
                {"conversation": conversation.id, "epoch": epoch},
                (waiting_since or now) + self._agent_silence,
            )
            return
        append(
            session,
            self._announcer,
            conversation,
            Role.SYSTEM,
            now,
            text=say(Notice.BACK_TO_QUEUE),
        )
        ownership.enqueue(
            session,
            self._announcer,
            conversation,
            RETURNED,
            conversation.packet,
            now,
            self._offer_first,
        )

    def _silent(self, session: Session, limit: int) -> list[str]:
        now = self._clock()
        found: list[str] = []
        for owner, idle in self._idle.items():
            query = select(Conversation.id).where(
                Conversation.owner == owner,
                Conversation.active_at < now - idle,
                exists().where(Message.conversation_id == Conversation.id),
            )
            found += session.scalars(query.limit(limit))
        return found

    def _close_if_silent(self, session: Session, conversation: Conversation) -> None:
        idle = self._idle.get(Owner(conversation.owner))
        if idle is None or conversation.active_at >= self._clock() - idle:
            return
        ownership.close(session, self._announcer, conversation, Notice.CLOSED_IDLE, self._clock())

    async def _change(
        self, conversation_id: str, work: Callable[[Session, Conversation], None]
    ) -> None:
        await self._db.write(lambda session: work(session, locked(session, conversation_id)))


def _waiting_since(session: Session, conversation: Conversation) -> datetime | None:
    """Since when the customer waits for the agent: the first thing said, or the take-over, after the last answer."""
    answered = session.scalar(
        select(Message.seq)
        .where(Message.conversation_id == conversation.id, Message.role == Role.AGENT)
        .where(Message.epoch == conversation.epoch)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    if answered is None:
        return conversation.owner_since
    return session.scalar(
        select(Message.sent_at)
        .where(Message.conversation_id == conversation.id, Message.role == Role.CUSTOMER)
        .where(Message.seq > answered)
        .order_by(Message.seq)
        .limit(1)
    )
