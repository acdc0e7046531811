"""The door of the web channel: sessions, and the limits that all connections of one session share."""

from dataclasses import dataclass

from care.channels.web.frames import CHANNEL, Said
from care.channels.web.tokens import Session, SessionTokens
from care.conversations.inbound import Receipt
from care.conversations.service import Conversations
from care.errors import NotFound, Unauthenticated
from care.http.limits import RateLimiter


@dataclass(frozen=True)
class Visitor:
    """The customer behind a connection."""

    address: str
    conversation_id: str
    network: str


class Door:
    """Lets customers in and takes what they say.

    ``sessions`` counts new sessions by network address, ``messages`` messages by session.
    """

    def __init__(
        self,
        conversations: Conversations,
        tokens: SessionTokens,
        *,
        sessions: RateLimiter,
        messages: RateLimiter,
    ) -> None:
        self.conversations = conversations
        self._tokens = tokens
        self._sessions = sessions
        self._messages = messages

    async def open(self, token: object, network: str) -> tuple[str, Session, str]:
        """A token that is good from now on, its session and conversation: the old ones of a valid ``token``.

        Raises ``RateLimited`` when this network opens too many.
        """
        address: str | None = None
        try:
            address = self._tokens.read(token).address
        except Unauthenticated:
            self._sessions.take(network)
        fresh, session = self._tokens.issue(address)
        return fresh, session, await self._conversation(session.address)

    async def enter(self, token: object, network: str) -> Visitor:
        """Who holds ``token``. Raises ``Unauthenticated``."""
        session = self._tokens.read(token)
        return Visitor(session.address, await self._conversation(session.address), network)

    async def say(self, visitor: Visitor, said: Said) -> Receipt:
        """Pass on what a customer says. Raises ``RateLimited`` and what ``Conversations.receive`` raises."""
        self._messages.take(visitor.address)
        return await self.conversations.receive(
            said.inbound(visitor.conversation_id, visitor.address, visitor.network)
        )

    async def _conversation(self, address: str) -> str:
        try:
            return await self.conversations.find(CHANNEL, address)
        except NotFound:
            return await self.conversations.begin(CHANNEL, address)
