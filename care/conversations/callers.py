"""Who is asking in a turn: what the care server knows of the other end of a conversation."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.status import current
from care.conversations.tables import Message, Turn, TurnState
from care.customers.owners import Owners
from care.customers.senior import one_step
from care.customers.verification import Verified, verified_now
from care.db import Database


@dataclass(frozen=True)
class Caller:
    """The customer's end of a conversation."""

    conversation_id: str
    contact_id: str
    channel: str
    network: str
    verified: Verified | None
    senior: bool = False
    """Wants senior mode, or is of the age that is served first."""
    address: str = ""
    """Where the message that is being answered came from, within ``channel``."""


class Callers:
    """Looks callers up."""

    def __init__(self, db: Database, clock: Clock, owners: Owners | None = None) -> None:
        self._db = db
        self._clock = clock
        self._owners = owners

    async def of(self, conversation_id: str) -> Caller:
        """The caller of a conversation: who wrote the message that is being answered there.

        Whoever was verified with a number that has another owner by now is not. Raises ``NotFound``.
        """
        caller = await self._look(conversation_id)
        who, owners = caller.verified, self._owners
        if who is None or owners is None:
            return caller
        if await owners.is_current(who.customer_id, who.line_id, who.phone):
            return caller
        await owners.forget(caller.contact_id)
        return replace(caller, verified=None)

    async def _look(self, conversation_id: str) -> Caller:

        def work(session: Session) -> Caller:
            conversation = current(session, conversation_id)
            channel, address = conversation.channel, conversation.address
            message = (
                session.scalar(  # of the one turn that runs; somebody else may have written since
                    select(Message)
                    .join(Turn, Turn.id == Message.id)
                    .where(Turn.conversation_id == conversation.id, Turn.state == TurnState.RUNNING)
                    .limit(1)
                )
            )
            if message is not None and message.address is not None:
                channel, address = message.channel, message.address
            return Caller(
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                channel=channel,
                address=address,
                network=conversation.network,
                verified=verified_now(session, conversation.contact_id, self._clock()),
                senior=one_step(session, conversation.contact_id),
            )

        return await self._db.read(work)
