"""Figures for Prometheus: turns of the engine, requests, who waits in the queue."""

import time

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    platform_collector,
    process_collector,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care.conversations.tables import Conversation, Owner
from care.db import Database
from care.engine import Engine, EngineFailed, EngineUnreachable, TurnRequest, TurnResult
from care.http.errors import route_of

_TURN_BUCKETS = (0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 15)
_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)


class Metrics:
    """The figures of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        process_collector.ProcessCollector(registry=self.registry)
        platform_collector.PlatformCollector(registry=self.registry)
        self.turns = Counter(
            "care_turns",
            "Turns asked of the engine, by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "care_turn_seconds",
            "Time the engine took for a turn.",
            buckets=_TURN_BUCKETS,
            registry=self.registry,
        )
        self.requests = Counter(
            "care_http_requests",
            "Answered HTTP requests.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "care_http_request_seconds",
            "Time to answer an HTTP request.",
            ["route"],
            buckets=_REQUEST_BUCKETS,
            registry=self.registry,
        )
        self.sockets = Gauge(
            "care_open_websockets", "Open WebSockets.", ["route"], registry=self.registry
        )
        self.conversations = Gauge(
            "care_conversations",
            "Conversations that are not closed, by who owns them (all processes).",
            ["owner"],
            registry=self.registry,
        )
        self.queue_length = Gauge(
            "care_queue_length", "Customers waiting for a person.", registry=self.registry
        )

    async def exposition(self, db: Database) -> bytes:
        """The present figures in Prometheus' text format."""

        def count(session: Session) -> dict[str, int]:
            rows = session.execute(
                select(Conversation.owner, func.count())
                .where(Conversation.owner != Owner.CLOSED)
                .group_by(Conversation.owner)
            )
            return {row[0]: row[1] for row in rows}

        counted = await db.read(count)
        for owner in (Owner.BOT, Owner.QUEUE, Owner.AGENT):
            self.conversations.labels(owner).set(counted.get(owner, 0))
        self.queue_length.set(counted.get(Owner.QUEUE, 0))
        return generate_latest(self.registry)


class MeasuredEngine:
    """An ``Engine`` that counts and times the turns of another."""

    def __init__(self, engine: Engine, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Pass the turn on."""
        began = time.perf_counter()
        outcome = "error"
        try:
            result = await self._engine.turn(request)
            outcome = "answered" if result.handover is None else "handed_over"
        except EngineUnreachable:
            outcome = "unreachable"
            raise
        except EngineFailed:
            outcome = "failed"
            raise
        finally:
            self._metrics.turns.labels(outcome).inc()
            self._metrics.turn_seconds.observe(time.perf_counter() - began)
        return result

    async def ready(self) -> bool:
        """Whether the other is ready."""
        return await self._engine.ready()

    async def forget(self, conversation_id: str) -> None:
        """Pass it on."""
        await self._engine.forget(conversation_id)

    async def close(self) -> None:
        """Close the other."""
        await self._engine.close()


class Measured:
    """ASGI middleware that counts and times requests by route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            with self._metrics.sockets.labels(scope["path"][:40]).track_inprogress():
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = route_of(scope) or "other"
            self._metrics.requests.labels(scope["method"], route, status).inc()
            self._metrics.request_seconds.labels(route).observe(time.perf_counter() - began)


def router(metrics: Metrics, db: Database) -> APIRouter:
    """``/metrics``, for the private side."""
    routes = APIRouter(tags=["metrics"])

    @routes.get("/metrics")
    async def figures() -> Response:
        """All figures of this process."""
        return Response(await metrics.exposition(db), media_type=CONTENT_TYPE_LATEST)

    return routes
