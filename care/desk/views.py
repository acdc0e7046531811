"""The desk over HTTP. No rules here: a view lets in, calls one function and sends its result."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response, WebSocket

from care.conversations.agent_orders import AgentOrders
from care.conversations.attachments import made_anew
from care.conversations.service import Agent, Conversations
from care.desk import live
from care.desk.capacity import room_for_one_more
from care.desk.desk_tickets import DeskTickets
from care.desk.gate import Gate
from care.desk.inputs import (
    LARGEST,
    ChosenPresence,
    ConversationId,
    NewDeskTicket,
    NewOffer,
    ReplyText,
    SeenEpoch,
    StateFilter,
    TicketNumber,
    Transition,
)
from care.desk.presence import PresenceKeeper
from care.desk.reader import PAGE, DeskReader
from care.desk.sessions import SignedInAgent
from care.desk.shapes import (
    AgentPresence,
    ConversationDetail,
    ConversationSummary,
    DeskSnapshot,
    ErrorAnswer,
    MessagePage,
    OrderableInfo,
    TicketInfo,
    TicketPage,
    TicketWithHistory,
)
from care.desk.tables import Presence

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorAnswer, "description": "Nobody is logged in"},
    403: {"model": ErrorAnswer, "description": "Not allowed, or no CSRF token"},
    404: {"model": ErrorAnswer, "description": "There is no such thing"},
    409: {"model": ErrorAnswer, "description": "The state has moved on (`stale`: too late)"},
    422: {"model": ErrorAnswer, "description": "The request makes no sense"},
    429: {"model": ErrorAnswer, "description": "Too often"},
}


@dataclass(frozen=True)
class DeskParts:
    """What the views call. ``capacity``: chats an agent may have at once."""

    gate: Gate
    conversations: Conversations
    orders: AgentOrders
    reader: DeskReader
    tickets: DeskTickets
    presence: PresenceKeeper
    line: live.DeskLine
    capacity: int


def conversation_router(parts: DeskParts) -> APIRouter:
    """The desk's state, its push, and what agents do in conversations."""
    router = APIRouter()
    gate, conversations, reader = parts.gate, parts.conversations, parts.reader

    @router.get("/state", summary="All that a desk shows at first")
    async def state(agent: Annotated[SignedInAgent, Depends(gate.reader)]) -> DeskSnapshot:
        return await reader.snapshot(agent.id)

    @router.websocket("/ws")
    async def push(websocket: WebSocket, after: int | None = None) -> None:
        await live.serve(websocket, gate, parts.line, after)

    @router.post("/presence", summary="Be online or away")
    async def presence(
        body: ChosenPresence, agent: Annotated[SignedInAgent, Depends(gate.writer)]
    ) -> AgentPresence:
        await parts.presence.choose(agent.id, body.status)
        return AgentPresence(id=agent.id, name=agent.name, presence=Presence(body.status))

    @router.get("/conversations/{conversation_id}", summary="One conversation")
    async def conversation(
        cid: ConversationId, _: Annotated[SignedInAgent, Depends(gate.reader)]
    ) -> ConversationDetail:
        return await reader.detail(cid)

    @router.get("/conversations/{conversation_id}/messages", summary="Earlier messages")
    async def messages(
        cid: ConversationId,
        _: Annotated[SignedInAgent, Depends(gate.reader)],
        before: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    ) -> MessagePage:
        return MessagePage(messages=await reader.messages(cid, before, limit))

    async def take(cid: str, agent: SignedInAgent, epoch: int) -> ConversationSummary:
        room = room_for_one_more(agent.id, parts.capacity)
        await conversations.accept(cid, _person(agent), epoch, room)
        return await reader.summary(cid)

    @router.post("/conversations/{conversation_id}/accept", summary="Take from the queue")
    async def accept(
        body: SeenEpoch,
        cid: ConversationId,
        agent: Annotated[SignedInAgent, Depends(gate.server)],
    ) -> ConversationSummary:
        return await take(cid, agent, body.epoch)

    @router.post("/conversations/{conversation_id}/takeover", summary="Take from the bot, live")
    async def takeover(
        body: SeenEpoch,
        cid: ConversationId,
        agent: Annotated[SignedInAgent, Depends(gate.server)],
    ) -> ConversationSummary:
        return await take(cid, agent, body.epoch)

    @router.post("/conversations/{conversation_id}/reply", summary="Say something to the customer")
    async def reply(
        body: ReplyText,
        cid: ConversationId,
        agent: Annotated[SignedInAgent, Depends(gate.server)],
    ) -> ConversationSummary:
        await conversations.reply(cid, _person(agent), body.client_id, body.text)
        return await reader.summary(cid)

    @router.post("/conversations/{conversation_id}/picture", summary="Show the customer a picture")
    async def show(
        request: Request,
        cid: ConversationId,
        client_id: Annotated[str, Query(pattern=r"^[A-Za-z0-9-]{8,64}$")],
        agent: Annotated[SignedInAgent, Depends(gate.server)],
    ) -> ConversationSummary:
        picture = await asyncio.to_thread(made_anew, await request.body())
        await conversations.show(cid, _person(agent), client_id, picture)
        return await reader.summary(cid)

    @router.get("/attachments/{attachment_id}", summary="A picture of a conversation")
    async def attachment(
        attachment_id: Annotated[str, Path(pattern=r"^[0-9a-z]{26}$")],
        _: Annotated[SignedInAgent, Depends(gate.reader)],
    ) -> Response:
        picture = await reader.picture(attachment_id)
        return Response(
            picture.content,
            media_type=picture.mime,
            headers={"Cache-Control": "private, max-age=86400", "Content-Disposition": "inline"},
        )

    @router.get("/conversations/{conversation_id}/orderables", summary="What may be offered")
    async def orderables(
        cid: ConversationId, _: Annotated[SignedInAgent, Depends(gate.server)]
    ) -> list[OrderableInfo]:
        return [
            OrderableInfo(kind=one.kind, params=dict(one.params), title=one.title)
            for one in await parts.orders.choices(cid)
        ]

    @router.post(
        "/conversations/{conversation_id}/offers",
        summary="Offer an order; the customer agrees with a one-time code",
    )
    async def offer(
        body: NewOffer,
        cid: ConversationId,
        agent: Annotated[SignedInAgent, Depends(gate.server)],
    ) -> ConversationDetail:
        await parts.orders.offer(cid, _person(agent), body.kind, body.params)
        return await reader.detail(cid)

    @router.post("/conversations/{conversation_id}/handback", summary="Give back to the bot")
    async def handback(
        cid: ConversationId, agent: Annotated[SignedInAgent, Depends(gate.server)]
    ) -> ConversationSummary:
        await conversations.hand_back(cid, _person(agent))
        return await reader.summary(cid)

    @router.post("/conversations/{conversation_id}/close", summary="End the conversation")
    async def close(
        cid: ConversationId, agent: Annotated[SignedInAgent, Depends(gate.server)]
    ) -> ConversationSummary:
        await conversations.close(cid, _person(agent))
        return await reader.summary(cid)

    return router


def ticket_router(tickets: DeskTickets, gate: Gate) -> APIRouter:
    """Tickets, for agents."""
    router = APIRouter(prefix="/tickets")

    @router.get("", summary="Tickets, newest first")
    async def listed(
        _: Annotated[SignedInAgent, Depends(gate.reader)],
        state: Annotated[StateFilter, Query()] = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> TicketPage:
        return await tickets.page(state, page)

    @router.post("", summary="Open a ticket")
    async def opened(
        body: NewDeskTicket, agent: Annotated[SignedInAgent, Depends(gate.server)]
    ) -> TicketInfo:
        return await tickets.open(agent, body)

    @router.get("/{number}", summary="One ticket with its history")
    async def one(
        number: TicketNumber, _: Annotated[SignedInAgent, Depends(gate.reader)]
    ) -> TicketWithHistory:
        return await tickets.ticket(number)

    @router.post("/{number}/transition", summary="Move a ticket")
    async def moved(
        body: Transition,
        number: TicketNumber,
        agent: Annotated[SignedInAgent, Depends(gate.server)],
    ) -> TicketWithHistory:
        return await tickets.move(agent, number, body)

    return router


def _person(agent: SignedInAgent) -> Agent:
    return Agent(agent.id, agent.name)
