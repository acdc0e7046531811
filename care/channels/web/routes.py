"""The addresses of the web chat: ``/chat/session``, ``/chat/messages``, the WebSocket ``/chat/ws``, and
``/chat/handoff`` and ``/chat/continue`` for going on elsewhere and here.
"""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request, WebSocket
from pydantic import BaseModel, Field, StrictStr

from care.channels.web.connection import (
    ChatConnection,
    OpenSockets,
    SocketLimits,
    SocketTimes,
)
from care.channels.web.door import Door, Visitor
from care.channels.web.frames import MAX_SEQ, said_over_http
from care.channels.web.qr import qr_code
from care.channels.web.tokens import SessionTokens
from care.conversations.transcript import for_customer
from care.http.bearer import bearer_of
from care.http.limits import RateLimiter
from care.http.network import ClientNetwork, Origins, listed
from care.services import Services


class SessionAnswer(BaseModel):
    """A session of the chat."""

    token: str
    conversation: str
    expires_at: str
    continue_in: list[str]
    """Channels in which the chat may go on."""


class HandoffWish(BaseModel):
    """Where a chat is to go on."""

    channel: StrictStr


class HandoffAnswer(BaseModel):
    """A code, good for one use; ``qr`` is its QR code as an address of an SVG picture, where there is one."""

    channel: str
    code: str
    expires_at: str
    qr: str | None


class LinkWish(BaseModel):
    """What stood in a link from another channel."""

    token: StrictStr = Field(max_length=64)


class LinkAnswer(BaseModel):
    """The conversation that goes on here."""

    conversation: str


class MessageAnswer(BaseModel):
    """A stored message."""

    id: str
    seq: int


def router(
    services: Services,
    *,
    times: SocketTimes = SocketTimes(),
    limits: SocketLimits = SocketLimits(),
    sessions: RateLimiter | None = None,
    messages: RateLimiter | None = None,
    handoffs: RateLimiter | None = None,
) -> APIRouter:
    """The routes of the chat; the keyword arguments are its limits, for tests."""
    settings = services.settings
    networks = ClientNetwork(listed(settings.trusted_proxies))
    origins = Origins(listed(settings.allowed_origins))
    sockets = OpenSockets(limits.per_session)
    door = Door(
        services.conversations,
        services.stories,
        SessionTokens(
            settings.session_secret.get_secret_value(),
            timedelta(days=settings.session_days),
            services.clock,
        ),
        sessions=sessions or RateLimiter(rate=5, burst=200),
        messages=messages or RateLimiter(rate=2, burst=30),
        handoffs=handoffs or RateLimiter(rate=1 / 30, burst=10),
    )
    routes = APIRouter(prefix="/chat", tags=["chat"])

    async def visitor(request: Request) -> Visitor:
        return await door.enter(bearer_of(request), networks.of(request))

    @routes.post("/session")
    async def open_session(
        request: Request, body: Annotated[dict[str, Any] | None, Body()] = None
    ) -> SessionAnswer:
        """Begin a session, or go on with the one of a valid ``token`` in the body."""
        token, session, conversation = await door.open(
            (body or {}).get("token"), networks.of(request)
        )
        return SessionAnswer(
            token=token,
            conversation=conversation,
            expires_at=session.expires_at.isoformat(),
            continue_in=services.stories.channels,
        )

    @routes.post("/handoff")
    async def hand_off(
        visitor: Annotated[Visitor, Depends(visitor)], wish: HandoffWish
    ) -> HandoffAnswer:
        """A code by which this chat goes on in another channel, for five minutes; earlier ones no longer count."""
        offered = await door.offer(visitor, wish.channel)
        return HandoffAnswer(
            channel=offered.channel,
            code=offered.code,
            expires_at=offered.expires_at.isoformat(),
            qr=None if offered.scan is None else qr_code(offered.scan),
        )

    @routes.post("/continue")
    async def go_on(visitor: Annotated[Visitor, Depends(visitor)], wish: LinkWish) -> LinkAnswer:
        """Go on here with the chat of another channel that the link's ``token`` came from."""
        return LinkAnswer(conversation=await door.follow(visitor, wish.token))

    @routes.post("/messages")
    async def say(
        visitor: Annotated[Visitor, Depends(visitor)], body: Annotated[dict[str, Any], Body()]
    ) -> MessageAnswer:
        """Say something: ``{client_id, text}`` or ``{client_id, message_id, index}``."""
        receipt = await door.say(visitor, said_over_http(body))
        return MessageAnswer(id=receipt.message_id, seq=receipt.seq)

    @routes.get("/messages")
    async def news(
        visitor: Annotated[Visitor, Depends(visitor)],
        after: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
    ) -> dict[str, Any]:
        """The messages after ``after``, in the form of the WebSocket's frames, and who answers."""
        found, status = await door.look(visitor, after)
        return {
            "conversation": status.conversation_id,
            "base": status.base,
            "messages": [for_customer(message) for message in found],
            "owner": status.owner,
            "position": status.position,
        }

    @routes.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        if not origins.permit(socket):
            await socket.close()  # before it was accepted: the browser sees 403
            return
        await ChatConnection(socket, door, networks.of(socket), sockets, times, limits).run()

    return routes
