"""Who is asking in a turn: what the care server knows of the other end of a conversation."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.tables import Conversation
from care.customers.senior import one_step
from care.customers.verification import Verified, verified_now
from care.db import Database
from care.errors import NotFound


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


class Callers:
    """Looks callers up."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of(self, conversation_id: str) -> Caller:
        """The caller of a conversation. Raises ``NotFound``."""

        def work(session: Session) -> Caller:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None:
                raise NotFound()
            return Caller(
                conversation_id=conversation_id,
                contact_id=conversation.contact_id,
                channel=conversation.channel,
                network=conversation.network,
                verified=verified_now(session, conversation.contact_id, self._clock()),
                senior=one_step(session, conversation.contact_id),
            )

        return await self._db.read(work)
