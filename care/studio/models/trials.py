"""What a candidate on trial does: turns of a canary are counted, live turns are understood by a shadow too.

Nothing here is on a customer's way: watchers return at once, and what they noted is written by a loop.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database
from care.engine import EngineFailed, EngineUnreachable
from care.engine.routing import Answered, Routing, Trial
from care.studio.inbox.feeder import mark_message
from care.studio.inbox.teaching import Signal
from care.studio.models.deployment import deployment, stop_trial
from care.studio.models.measures import FALLBACK
from care.studio.models.sequential import HarmTest
from care.studio.models.tables import ShadowTurn, TrialTurn

log = structlog.get_logger()

WAITING = 200
"""Live turns that may wait for the shadow; more are not looked at."""
WRITE_EVERY = 0.5
MARK_TRIES = 40
BY_ITSELF = "自动停止"
KEPT = timedelta(days=90)


class _Copy(NamedTuple):
    """A live turn to be understood by the shadow."""

    trial: Trial
    message_id: str
    text: str
    intent: str
    confidence: float


@dataclass(frozen=True)
class ArmFigures:
    """Turns of one arm, and those of them that were bad."""

    turns: int
    bad: int


@dataclass(frozen=True)
class TrialFigures:
    """How a trial goes. ``evidence`` against the candidate fires at ``threshold``; ``seen`` live turns were understood
    by the shadow, ``differ`` of them otherwise."""

    live: ArmFigures
    candidate: ArmFigures
    evidence: float
    threshold: float
    seen: int
    differ: int


def is_bad(answered: Answered) -> bool:
    """Whether a turn ended in the fallback, a hand-over or a failure."""
    result = answered.result
    return (
        result is None
        or result.handover is not None
        or result.understanding.get("intent") == FALLBACK
    )


class Trials:
    """Watches the turns of this process."""

    def __init__(self, db: Database, clock: Clock, routing: Routing) -> None:
        self._db = db
        self._clock = clock
        self._routing = routing
        self._counted: list[TrialTurn] = []
        self._copies: deque[_Copy] = deque(maxlen=WAITING)
        self._to_mark: deque[tuple[str, int]] = deque(maxlen=WAITING)
        self._news = asyncio.Event()
        self._test: tuple[str, int, HarmTest] | None = None
        routing.watchers.append(self.told)

    def told(self, answered: Answered) -> None:
        """A turn was answered."""
        trial = answered.trial
        if trial is None:
            return
        if not trial.shadow:
            self._counted.append(
                TrialTurn(
                    trial=trial.id,
                    candidate=answered.by_candidate,
                    bad=is_bad(answered),
                    at=self._clock(),
                )
            )
        elif answered.result is not None and answered.request.payload is None:
            found = answered.result.understanding
            self._copies.append(
                _Copy(
                    trial,
                    answered.request.turn_id,
                    answered.request.text,
                    str(found.get("intent")),
                    float(found.get("confidence") or 0.0),
                )
            )
            self._news.set()

    async def run(self) -> None:
        """For ever: write down what was counted, and let the shadow understand."""
        await asyncio.gather(self._shadowing(), self._writing())

    async def _writing(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY)
            try:
                await self.write()
                await self.mark()
            except Exception:
                log.exception("trials.write_failed")

    async def write(self) -> None:
        """Write down what was counted so far."""
        counted, self._counted = self._counted, []
        if counted:
            await self._db.write(lambda session: session.add_all(counted))

    async def mark(self) -> None:
        """Tell the inbox where the shadow understands otherwise; a turn that is not written yet comes again."""
        for _ in range(len(self._to_mark)):
            message_id, tries = self._to_mark.popleft()
            marked = await self._db.write(
                lambda session, one=message_id: mark_message(session, one, Signal.DISAGREES)  # type: ignore[misc]
            )
            if not marked and tries < MARK_TRIES:
                self._to_mark.append((message_id, tries + 1))

    async def _shadowing(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.shadow()
            except Exception:
                log.exception("trials.shadow_failed")

    async def shadow(self) -> None:
        """Have the candidate understand what waits."""
        while self._copies:
            copy = self._copies.popleft()
            routes = self._routing.routes
            if routes.trial != copy.trial:
                continue
            try:
                found = await self._routing.client(copy.trial.backend.url).parse(copy.text)
            except (EngineFailed, EngineUnreachable) as error:
                log.warning("trials.shadow_silent", cause=error.data.get("cause"))
                continue
            turn = ShadowTurn(
                message_id=copy.message_id,
                trial=copy.trial.id,
                model=copy.trial.backend.model,
                agrees=copy.intent == found.get("intent"),
                live_intent=copy.intent,
                live_confidence=copy.confidence,
                intent=str(found.get("intent")),
                confidence=float(found.get("confidence") or 0.0),
                at=self._clock(),
            )
            await self._db.write(lambda session, turn=turn: session.merge(turn))  # type: ignore[misc]
            if not turn.agrees:
                self._to_mark.append((turn.message_id, 0))

    async def watch(self, trial_id: str) -> bool:
        """Look at the turns of a canary that came since the last look, and stop it when the test fires.

        Only the process that works on the rollout calls this. Gives whether it was stopped.
        """
        known, last, test = self._test or ("", 0, HarmTest())
        if known != trial_id:
            last, test = 0, HarmTest()
        rows = await self._db.read(lambda session: _turns_after(session, trial_id, last))
        if rows:
            test.feed((row.candidate, row.bad) for row in rows)
            last = rows[-1].id
        self._test = (trial_id, last, test)
        if not test.fired:
            return False
        reason = (
            f"回退、转人工或出错：候选 {test.candidate.bad}/{test.candidate.turns} 轮，"
            f"线上 {test.live.bad}/{test.live.turns} 轮"
        )
        log.warning(
            "trials.stopped", candidate=vars(test.candidate), live=vars(test.live), trial=trial_id
        )
        return await self._db.write(lambda session: _stop(session, trial_id, reason, self._clock()))


def _stop(session: Session, trial_id: str, reason: str, now: datetime) -> bool:
    if deployment(session, lock=True).trial != trial_id:
        return False
    return stop_trial(session, by=BY_ITSELF, reason=reason, now=now) is not None


def _turns_after(session: Session, trial_id: str, last: int) -> list[TrialTurn]:
    return list(
        session.scalars(
            select(TrialTurn)
            .where(TrialTurn.trial == trial_id, TrialTurn.id > last)
            .order_by(TrialTurn.id)
        )
    )


def trial_figures(session: Session, trial_id: str) -> TrialFigures:
    """How a trial goes, from what is written down."""
    test = HarmTest()
    test.feed((row.candidate, row.bad) for row in _turns_after(session, trial_id, 0))
    rows = session.execute(
        select(ShadowTurn.agrees, func.count())
        .where(ShadowTurn.trial == trial_id)
        .group_by(ShadowTurn.agrees)
    )
    counted = {bool(row[0]): int(row[1]) for row in rows}
    return TrialFigures(
        ArmFigures(test.live.turns, test.live.bad),
        ArmFigures(test.candidate.turns, test.candidate.bad),
        round(test.evidence, 3),
        round(test.threshold, 3),
        sum(counted.values()),
        counted.get(False, 0),
    )


def disagreements(session: Session, trial_id: str, limit: int = 200) -> list[ShadowTurn]:
    """Live turns that the candidate understood otherwise, the newest first; the inbox shows their messages."""
    return list(
        session.scalars(
            select(ShadowTurn)
            .where(ShadowTurn.trial == trial_id, ShadowTurn.agrees.is_(False))
            .order_by(ShadowTurn.at.desc())
            .limit(limit)
        )
    )


def remove_old_turns(session: Session, now: datetime, limit: int) -> int:
    """Remove up to ``limit`` turns of trials that are long over; gives their number."""
    removed = 0
    old = session.scalars(select(TrialTurn.id).where(TrialTurn.at <= now - KEPT).limit(limit)).all()
    if old:
        session.execute(delete(TrialTurn).where(TrialTurn.id.in_(old)))
        removed += len(old)
    shadows = session.scalars(
        select(ShadowTurn.message_id).where(ShadowTurn.at <= now - KEPT).limit(limit)
    ).all()
    if shadows:
        session.execute(
            delete(ShadowTurn).where(
                ShadowTurn.message_id.in_(shadows), ShadowTurn.at <= now - KEPT
            )
        )
        removed += len(shadows)
    return removed
