"""The door of the web channel: sessions, and the limits that all connections of one session share."""

from dataclasses import dataclass

from care.channels.web.frames import CHANNEL, Said
from care.channels.web.tokens import Session, SessionTokens
from care.conversations.inbound import Receipt
from care.conversations.service import Conversations
from care.conversations.status import Status
from care.conversations.handoffs import Offered
from care.conversations.stories import Stories
from care.conversations.tables import Message
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

    ``sessions`` counts new sessions by network address, ``messages`` messages by session,
    ``handoffs`` the codes and links by which a chat goes on elsewhere, by session.
    """

    def __init__(
        self,
        conversations: Conversations,
        stories: Stories,
        tokens: SessionTokens,
        *,
        sessions: RateLimiter,
        messages: RateLimiter,
        handoffs: RateLimiter,
    ) -> None:
        self.conversations = conversations
        self._stories = stories
        self._tokens = tokens
        self._sessions = sessions
        self._messages = messages
        self._handoffs = handoffs

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
            said.inbound(visitor.address, visitor.network)
        )

    async def look(self, visitor: Visitor, after: int) -> tuple[list[Message], Status]:
        """What the visitor may see at this moment of what was said after ``after``, and how things stand.

        The conversation may be another one than before: ``status`` says which.
        """
        try:
            return await self.conversations.look_from(CHANNEL, visitor.address, after)
        except NotFound:
            await self.conversations.begin(CHANNEL, visitor.address)
            return await self.conversations.look_from(CHANNEL, visitor.address, after)

    async def offer(self, visitor: Visitor, channel: str) -> Offered:
        """A code by which the chat goes on in ``channel``. Raises ``RateLimited`` and ``NotFound``."""
        self._handoffs.take(visitor.address)
        return await self._stories.offer(channel, CHANNEL, visitor.address)

    async def follow(self, visitor: Visitor, token: str) -> str:
        """Go on with the chat that a link was asked for in; gives the conversation.

        Raises ``RateLimited``, ``NotFound`` and ``Conflict``.
        """
        self._handoffs.take(visitor.address)
        return await self._stories.enter_by_link(CHANNEL, visitor.address, token)

    async def _conversation(self, address: str) -> str:
        await self.conversations.check(CHANNEL, address)
        try:
            return await self.conversations.find(CHANNEL, address)
        except NotFound:
            return await self.conversations.begin(CHANNEL, address)
