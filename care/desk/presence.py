"""Who is there: chosen by the agent, kept up by the open desk, ended by silence."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.announce import Announcer
from care.db import Database
from care.desk.tables import Agent, Presence

log = structlog.get_logger()

SILENCE = timedelta(seconds=60)
"""Without a live connection for this long an agent counts as offline."""

_FRESH = timedelta(seconds=25)
"""A sign of life younger than this is not written again."""


def agents_online(session: Session) -> int:
    """How many agents are there for customers now."""
    count = select(func.count()).select_from(Agent).where(Agent.presence == Presence.ONLINE)
    return session.scalar(count) or 0


class PresenceKeeper:
    """Changes presence and announces it; ``run`` its loop once per process."""

    def __init__(self, db: Database, clock: Clock, announcer: Announcer) -> None:
        self._db = db
        self._clock = clock
        self._announcer = announcer

    def enter(self, session: Session, agent_id: str) -> None:
        """The agent has logged in: who was offline is online. For use within a transaction."""
        agent = self._locked(session, agent_id)
        if agent.presence == Presence.OFFLINE:
            agent.chosen = Presence.ONLINE
        self.arrive(session, agent_id)

    def arrive(self, session: Session, agent_id: str) -> None:
        """A sign of life: the agent is what they chose to be. For use within a transaction."""
        agent = self._locked(session, agent_id)
        agent.last_seen = self._clock()
        self._become(session, agent, Presence(agent.chosen))

    def leave(self, session: Session, agent_id: str) -> None:
        """The agent has logged out everywhere. For use within a transaction."""
        self._become(session, self._locked(session, agent_id), Presence.OFFLINE)

    async def choose(self, agent_id: str, presence: Presence) -> None:
        """The agent says online or away. Raises ``ValueError`` for offline: that is logging out."""
        if presence is Presence.OFFLINE:
            raise ValueError("offline is not chosen")

        def work(session: Session) -> None:
            self._locked(session, agent_id).chosen = presence
            self.arrive(session, agent_id)

        await self._db.write(work)

    async def alive(self, agent_id: str) -> None:
        """The agent's desk is connected; cheap to call often."""
        if not await self._db.read(lambda session: self._is_fresh(session, agent_id)):
            await self._db.write(lambda session: self.arrive(session, agent_id))

    async def sweep(self) -> int:
        """Agents of whom nothing has been heard for long are offline; gives how many became so."""
        if not await self._db.read(lambda session: session.scalars(self._silent()).first()):
            return 0
        return await self._db.write(self._end_silent)

    async def run(self, interval: float = 10.0) -> None:
        """Sweep for ever; ``interval`` in seconds."""
        while True:
            try:
                await self.sweep()
            except Exception:
                log.exception("presence.sweep_failed")
            await asyncio.sleep(interval)

    def _silent(self) -> Select[Agent]:
        return (
            select(Agent)
            .where(Agent.presence != Presence.OFFLINE)
            .where(or_(Agent.last_seen.is_(None), Agent.last_seen < self._clock() - SILENCE))
            .order_by(Agent.id)
        )

    def _end_silent(self, session: Session) -> int:
        agents = session.scalars(self._silent().with_for_update()).all()
        for agent in agents:
            self._become(session, agent, Presence.OFFLINE)
        return len(agents)

    def _is_fresh(self, session: Session, agent_id: str) -> bool:
        agent = session.get_one(Agent, agent_id)
        heard = agent.last_seen
        gone = agent.presence == Presence.OFFLINE
        return not gone and heard is not None and heard > self._clock() - _FRESH

    def _locked(self, session: Session, agent_id: str) -> Agent:
        return session.get_one(Agent, agent_id, with_for_update=True)

    def _become(self, session: Session, agent: Agent, presence: Presence) -> None:
        if agent.presence != presence:
            agent.presence = presence
            self._announcer.presence(session, agent.id, self._clock())
