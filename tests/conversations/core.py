"""Parts of the core's tests: a clock turned by hand, an engine that says what it is told to say."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from care.conversations.inbound import InboundMessage, Receipt
from care.conversations.service import Agent, Conversations
from care.conversations.tables import Conversation, Message, Turn
from care.db import Database
from care.engine import Button, Handover, Reply, TurnRequest, TurnResult


@dataclass
class HandClock:
    """Stands still until it is turned."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Turn it on by a span, as ``timedelta`` takes it."""
        self.now += timedelta(**span)


type Answer = Callable[[TurnRequest], TurnResult]


def echo(request: TurnRequest) -> TurnResult:
    """Says the text again."""
    return TurnResult((Reply(f"echo {request.text}"),), {"intent": "inform", "confidence": 1.0})


def handing_over(request: TurnRequest) -> TurnResult:
    """Says good-bye and wishes for a person."""
    return TurnResult(
        (Reply("转接中"),), {"intent": "request_human"}, Handover("requested", {"月份": "2026-08"})
    )


def offering(*buttons: Button) -> Answer:
    """Offers buttons."""
    return lambda request: TurnResult((Reply("请选择", buttons),), {"intent": "help"})


@dataclass
class ScriptedEngine:
    """Answers as told; ``gate`` holds turns back until it is set. Counts what it was asked."""

    answer: Answer = echo
    failures: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    asked: list[TurnRequest] = field(default_factory=list)
    running: int = 0
    most_at_once: dict[str, int] = field(default_factory=dict)
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answer, fail or wait."""
        self.asked.append(request)
        self.started.set()
        at_once = sum(1 for other in self._open if other == request.conversation_id) + 1
        self.most_at_once[request.conversation_id] = max(
            at_once, self.most_at_once.get(request.conversation_id, 0)
        )
        self._open.append(request.conversation_id)
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.failures:
                raise self.failures.pop(0)
            return self.answer(request)
        finally:
            self._open.remove(request.conversation_id)

    _open: list[str] = field(default_factory=list)

    async def ready(self) -> bool:
        """Always."""
        return True

    async def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class Core:
    """One process of the core."""

    db: Database
    clock: HandClock
    engine: ScriptedEngine
    conversations: Conversations
    agent: Agent
    sent: int = 0
    agents_online: int = 0

    async def say(self, text: str, *, address: str = "alice", key: str | None = None) -> Receipt:
        """The customer at ``address`` writes; ``key`` is the message's own id."""
        self.sent += 1
        return await self.conversations.receive(
            InboundMessage("web", address, key or f"{address}:{self.sent}", text=text)
        )

    async def ask(self, text: str, **how: str) -> list[str]:
        """The customer writes and waits; gives what was answered."""
        receipt = await self.say(text, **how)
        return [message.text or "" for message in await self.answer(receipt)]

    async def answer(self, receipt: Receipt) -> list[Message]:
        """What is said in answer to a received message."""
        answer = await self.conversations.answered(receipt, 10)
        assert not answer.pending
        return answer.said

    def conversation(self, conversation_id: str) -> Conversation:
        """The conversation's row."""
        return self.db.read_now(lambda session: session.get_one(Conversation, conversation_id))

    def messages(self, conversation_id: str) -> list[Message]:
        """All messages in order, withdrawn ones too."""
        query = select(Message).where(Message.conversation_id == conversation_id)
        return self.db.read_now(lambda session: list(session.scalars(query.order_by(Message.seq))))

    def turn(self, turn_id: str) -> Turn:
        """A turn's row."""
        return self.db.read_now(lambda session: session.get_one(Turn, turn_id))
