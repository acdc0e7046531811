"""One customer, one story: contacts of the same customer become one, and an address leaves when it must.

Whoever gives the code of a number at two addresses is one customer there (``STORY_JOB``).
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from care.conversations import merging
from care.conversations.handoffs import FORGET_JOB, JOIN_JOB, Handoffs
from care.conversations.log import held
from care.conversations.notices import Notice
from care.conversations.tables import Message, Role
from care.customers.bindings import (
    ACCOUNTS,
    SHARING,
    STORY_JOB,
    binding_of,
    bindings_of,
    unbind,
)
from care.customers.contacts import ChannelBinding, Contact
from care.customers.privacy import PrivacyKind, PrivacyState, record
from care.customers.verification import VerifiedSession
from care.db.jobs import Handler, Job, schedule

UNBIND_JOB = "stories.unbind"


class Stories(Handoffs):
    """Brings together what is one customer's, and keeps apart what is not."""

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls."""
        return {
            STORY_JOB: self._merge,
            JOIN_JOB: self._join_later,
            FORGET_JOB: self._forget,
            UNBIND_JOB: self._unbind,
        }

    async def check(self, channel: str, address: str) -> None:
        """End the binding of an address whose number has another owner by now."""
        if await self._owners.refresh(channel, address):
            return
        await self._db.write(
            lambda session: self._end(session, channel, address, Notice.OWNER_CHANGED)
        )

    async def _merge(self, job: Job) -> None:
        """Look for other contacts of whoever was verified at an address. Raises ``Busy``: the loop comes again."""
        channel, address = str(job.payload["channel"]), str(job.payload["address"])
        if channel not in SHARING or not await self._owners.refresh(channel, address):
            return
        while await self._db.write(lambda session: self._merge_one(session, channel, address)):
            pass

    def _merge_one(self, session: Session, channel: str, address: str) -> bool:
        binding = binding_of(session, channel, address)
        if binding is None or binding.customer_id is None or binding.mixed:
            return False
        # Two browsers make no story: only an account says for certain that somebody comes back.
        places = {one.channel for one in bindings_of(session, binding.contact_id)}
        partners = SHARING if places & ACCOUNTS else ACCOUNTS
        other = session.scalar(
            select(ChannelBinding)
            .where(ChannelBinding.customer_id == binding.customer_id)
            .where(ChannelBinding.line_id == binding.line_id)
            .where(ChannelBinding.contact_id != binding.contact_id)
            .where(ChannelBinding.channel.in_(partners), ChannelBinding.mixed.is_(False))
            .order_by(ChannelBinding.created_at, ChannelBinding.id)
            .limit(1)
        )
        if other is None:
            return False
        contacts = (binding.contact_id, other.contact_id)
        here, there = (merging.conversation_of(session, contact) for contact in contacts)
        if here is None or there is None:
            return False
        here, there = merging.hold_both(session, here.id, there.id)
        session.refresh(binding)
        session.refresh(other)
        if (binding.contact_id, other.contact_id) != contacts:
            return True  # somebody else was faster: look again
        if _last_heard(session, there.id) > _last_heard(session, here.id):
            here, there = there, here
        channel_now = here.channel, here.address, here.network
        kept, gone = merging.which_goes_on(here, there)
        self._absorb(session, kept, gone, self._clock())
        kept.channel, kept.address, kept.network = channel_now
        return True

    async def _forget(self, job: Job) -> None:
        """The dialogue of a conversation that is no more."""
        await self._engine.forget(str(job.payload["conversation"]))

    async def unbind(
        self,
        contact_id: str,
        customer_id: str | None,
        only: tuple[str, str] | None,
        turn_id: str,
        article: str,
        guard: Callable[[Session], None],
    ) -> int:
        """End the binding of one address (channel, address), or of all, once the bot has answered; gives how many.

        The request is kept; a repeated turn asks once.
        """
        kind = PrivacyKind.UNBIND if only is not None else PrivacyKind.UNBIND_ALL

        def work(session: Session) -> int:
            guard(session)
            now = self._clock()
            bound = [
                one
                for one in bindings_of(session, contact_id)
                if one.customer_id is not None and only in (None, (one.channel, one.address))
            ]
            request, new = record(
                session,
                kind,
                article,
                contact_id,
                customer_id,
                turn_id,
                now,
                state=PrivacyState.DONE,
                detail={"ended": len(bound)},
            )
            for one in bound if new else ():
                where = {"channel": one.channel, "address": one.address}
                schedule(session, UNBIND_JOB, {**where, "customer": one.customer_id}, now)
            return int(request.detail["ended"])

        return await self._db.write(work)

    async def _unbind(self, job: Job) -> None:
        channel, address = str(job.payload["channel"]), str(job.payload["address"])

        def work(session: Session) -> None:
            binding = binding_of(session, channel, address)
            if binding is None or binding.customer_id != job.payload["customer"]:
                return
            conversation = merging.conversation_of(session, binding.contact_id)
            if conversation is not None:
                merging.require_quiet(session, conversation.id)
                merging.leave(session, self._announcer, binding, self._clock(), Notice.UNBOUND)

        await self._db.write(work)

    def _end(self, session: Session, channel: str, address: str, notice: Notice) -> None:
        binding = binding_of(session, channel, address)
        if binding is None or binding.customer_id is None:
            return
        contact = session.get_one(Contact, binding.contact_id)
        session.execute(delete(VerifiedSession).where(VerifiedSession.contact_id == contact.id))
        if contact.shared:
            conversation = merging.conversation_of(session, contact.id)
            if conversation is not None:
                held(session, conversation.id)
            merging.leave(session, self._announcer, binding, self._clock(), notice)
        else:
            unbind(binding)


def _last_heard(session: Session, conversation_id: str) -> tuple[bool, datetime | None]:
    """When the customer last wrote in a conversation, to be compared."""
    at = session.scalar(
        select(Message.sent_at)
        .where(Message.conversation_id == conversation_id, Message.role == Role.CUSTOMER)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return at is not None, at
