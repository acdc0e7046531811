"""Stand-ins for what stands outside: the clock, the engine, the operator's systems."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from care.bss.errors import BssUnavailable
from care.bss.protocol import Bss, Customer, CustomerKind, CustomerLevel
from care.engine import EngineFailed, Handover, Reply, TurnRequest, TurnResult


class ManualClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now

    def advance(self, **by: float) -> None:
        """Move on, by the words of ``timedelta``."""
        self.now += timedelta(**by)


def scripted(request: TurnRequest) -> TurnResult:
    """The bot of the tests: hands over at "人工", breaks down at "故障", else repeats what was said."""
    if "故障" in request.text:
        raise EngineFailed(cause="scripted")
    handover = None
    if "人工" in request.text:
        handover = Handover("requested", {"客户说过": request.text, "月份": "2026-02"})
    return TurnResult(
        replies=(Reply(text=f"您说：{request.text}"),),
        understanding={
            "intent": "request_human" if handover else "query_bill",
            "confidence": 0.9,
            "ranking": [{"name": "query_bill", "confidence": 0.9}],
            "entities": [],
        },
        handover=handover,
    )


class ScriptedEngine:
    """An engine that answers by a function of the request.

    ``begun`` is set when a turn begins; clear ``free`` to let turns hang.
    """

    def __init__(self, answer: Callable[[TurnRequest], TurnResult] = scripted) -> None:
        self.answer = answer
        self.requests: list[TurnRequest] = []
        self.forgotten: list[str] = []
        self.begun = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answer as scripted."""
        self.requests.append(request)
        self.begun.set()
        await self.free.wait()
        return self.answer(request)

    async def ready(self) -> bool:
        """Always."""
        return True

    async def forget(self, conversation_id: str) -> None:
        """Note it."""
        self.forgotten.append(conversation_id)

    async def close(self) -> None:
        """Nothing to let go of."""


class FewCustomers:
    """The part of the operator's systems that knows customers; ``down`` makes it fail."""

    def __init__(self, **names: str) -> None:
        self.names = names
        self.down = False
        self.calls = 0

    def as_bss(self) -> Bss:
        """For who needs the whole protocol and calls this part of it."""
        return cast(Bss, self)

    async def customer(self, customer_id: str) -> Customer | None:
        """The customer with this id."""
        self.calls += 1
        if self.down:
            raise BssUnavailable()
        if customer_id not in self.names:
            return None
        fields: dict[str, Any] = {"address": "幸福路 1 号", "area_id": None}
        return Customer(
            id=customer_id,
            name=self.names[customer_id],
            kind=CustomerKind.PERSON,
            level=CustomerLevel.BASIC,
            birth_date=date(1950, 1, 1) if customer_id.startswith("old") else date(1990, 1, 1),
            since=date(2015, 1, 1),
            **fields,
        )
