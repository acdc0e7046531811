"""The addresses of the web chat: ``/chat/session``, ``/chat/messages`` and the WebSocket ``/chat/ws``."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request, WebSocket
from pydantic import BaseModel

from care.channels.web.connection import (
    ChatConnection,
    OpenSockets,
    SocketLimits,
    SocketTimes,
)
from care.channels.web.door import Door, Visitor
from care.channels.web.frames import MAX_SEQ, said_over_http
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
) -> APIRouter:
    """The routes of the chat; the keyword arguments are its limits, for tests."""
    settings = services.settings
    networks = ClientNetwork(listed(settings.trusted_proxies))
    origins = Origins(listed(settings.allowed_origins))
    sockets = OpenSockets(limits.per_session)
    door = Door(
        services.conversations,
        SessionTokens(
            settings.session_secret.get_secret_value(),
            timedelta(days=settings.session_days),
            services.clock,
        ),
        sessions=sessions or RateLimiter(rate=5, burst=200),
        messages=messages or RateLimiter(rate=2, burst=30),
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
            token=token, conversation=conversation, expires_at=session.expires_at.isoformat()
        )

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
        found, status = await services.conversations.look(visitor.conversation_id, after)
        return {
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
