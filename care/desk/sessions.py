"""Log-ins of agents: a cookie with 256 random bits, stored as its hash, and a CSRF token."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from care.backends import PubSub
from care.clock import Clock
from care.conversations.announce import DESK
from care.db import Database
from care.desk.agents import normal_username
from care.desk.lockout import Lockout
from care.desk.passwords import Passwords
from care.desk.presence import PresenceKeeper
from care.desk.tables import Agent, AgentRole, AgentSession
from care.errors import Unauthenticated

log = structlog.get_logger()


class WrongLogin(Unauthenticated):
    """Not a name with its password; nobody is told which of the two is wrong."""

    code, message = "wrong_login", "用户名或密码不对。"


@dataclass(frozen=True)
class SignedInAgent:
    """Who is logged in, and under which session."""

    id: str
    name: str
    role: AgentRole
    session_key: str
    csrf: str


def remove_expired(session: Session, now: datetime, limit: int) -> int:
    """Remove up to ``limit`` log-ins whose time is over; gives their number."""
    over = select(AgentSession.key).where(AgentSession.expires_at <= now).limit(limit)
    keys = list(session.scalars(over.with_for_update(skip_locked=True)))
    if keys:
        session.execute(delete(AgentSession).where(AgentSession.key.in_(keys)))
    return len(keys)


def session_key(token: str) -> str:
    """Under what a session is stored. The token is random: a plain hash cannot be turned around."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token(token: str) -> str:
    """The session's token against forged requests; who has only the database cannot make it."""
    raw = token.encode("utf-8", "surrogatepass")
    return hmac.new(raw, b"csrf", hashlib.sha256).hexdigest()


class AgentSessions:
    """Begins, finds and ends log-ins. ``demo`` says whether log-ins with public passwords count."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        pubsub: PubSub,
        presence: PresenceKeeper,
        passwords: Passwords,
        lockout: Lockout,
        *,
        life: timedelta,
        demo: bool,
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self.life = life
        self._db = db
        self._clock = clock
        self._pubsub = pubsub
        self._presence = presence
        self._passwords = passwords
        self._lockout = lockout
        self._demo = demo
        self._new_token = new_token

    async def begin(self, username: str, password: str, network: str) -> tuple[str, SignedInAgent]:
        """Log in; gives the cookie's value and who it is.

        Raises ``WrongLogin`` and ``LoginLocked``; a name that does not exist looks like any other.
        """
        normal = normal_username(username)
        counted_as = normal or username.strip().lower()[:200]
        await self._db.write(
            lambda session: self._lockout.begin(session, counted_as, network, self._clock())
        )
        agent = await self._db.read(lambda session: self._find(session, normal))
        stored = agent.password_hash if agent is not None else None
        matches = await self._passwords.verify(stored, password)
        if agent is None or not matches:
            log.warning("desk.login_failed")
            raise WrongLogin()
        renewed = await self._passwords.renewed(agent.password_hash, password)
        token = self._new_token()

        def work(session: Session) -> None:
            self._lockout.succeeded(session, counted_as, network)
            self._add(session, token, agent.id, renewed)

        await self._db.write(work)
        log.info("desk.login", agent=agent.id)
        return token, _signed_in(agent, token)

    async def find(self, token: str | None) -> SignedInAgent:
        """Who is logged in with this cookie. Raises ``Unauthenticated``."""
        if not token:
            raise Unauthenticated()
        agent = await self._db.read(lambda session: self._agent_of(session, session_key(token)))
        if agent is None:
            raise Unauthenticated()
        return _signed_in(agent, token)

    async def lasts(self, key: str) -> bool:
        """Whether a session that was found before still counts."""
        return await self._db.read(lambda session: self._agent_of(session, key)) is not None

    async def end(self, agent: SignedInAgent) -> None:
        """Log out. Without another log-in the agent is offline at once."""

        def work(session: Session) -> None:
            session.execute(delete(AgentSession).where(AgentSession.key == agent.session_key))
            others = select(AgentSession.key).where(
                AgentSession.agent_id == agent.id, AgentSession.expires_at > self._clock()
            )
            if session.scalars(others.limit(1)).first() is None:
                self._presence.leave(session, agent.id)

        await self._db.write(work)
        self._pubsub.publish(DESK, {"signed_out": agent.id})
        log.info("desk.logout", agent=agent.id)

    def _add(self, session: Session, token: str, agent_id: str, renewed: str | None) -> None:
        now = self._clock()
        session.execute(delete(AgentSession).where(AgentSession.expires_at <= now))
        session.add(
            AgentSession(
                key=session_key(token),
                agent_id=agent_id,
                created_at=now,
                expires_at=now + self.life,
            )
        )
        if renewed is not None:
            session.get_one(Agent, agent_id).password_hash = renewed
        self._presence.enter(session, agent_id)

    def _find(self, session: Session, username: str | None) -> Agent | None:
        if username is None:
            return None
        query = select(Agent).where(Agent.username == username, Agent.active.is_(True))
        agent = session.scalar(query)
        return agent if agent is not None and self._may_enter(agent) else None

    def _agent_of(self, session: Session, key: str) -> Agent | None:
        query = (
            select(Agent)
            .join(AgentSession, AgentSession.agent_id == Agent.id)
            .where(AgentSession.key == key, AgentSession.expires_at > self._clock())
            .where(Agent.active.is_(True))
        )
        agent = session.scalar(query)
        return agent if agent is not None and self._may_enter(agent) else None

    def _may_enter(self, agent: Agent) -> bool:
        return self._demo or not agent.demo


def _signed_in(agent: Agent, token: str) -> SignedInAgent:
    return SignedInAgent(
        id=agent.id,
        name=agent.name,
        role=AgentRole(agent.role),
        session_key=session_key(token),
        csrf=csrf_token(token),
    )
