"""The people of the desk: made and changed by commands, or made for the demo."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database, new_id
from care.desk.passwords import MAX_PASSWORD, Passwords
from care.desk.tables import Agent, AgentRole, AgentSession
from care.errors import BadRequest, Conflict, NotFound

MIN_PASSWORD = 10
"""Characters a new password must have."""

MIN_DIFFERENT = 5
"""Different characters among them."""

MAX_NAME = 40

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


class BadUsername(BadRequest):
    """Nobody can log in under this name."""

    message = "用户名须为 2 到 32 位小写字母、数字、点、横线或下划线。"


class BadName(BadRequest):
    """No name that customers can be shown."""

    message = f"姓名须为 1 到 {MAX_NAME} 个字符。"


class WeakPassword(BadRequest):
    """Too short, too long, too even, or the log-in's name itself."""

    message = f"密码须为 {MIN_PASSWORD} 到 {MAX_PASSWORD} 个字符，至少 {MIN_DIFFERENT} 种不同的字符，且不得包含用户名。"


class UsernameTaken(Conflict):
    """Somebody has this log-in already."""

    message = "这个用户名已经有人用了。"


class NoSuchAgent(NotFound):
    """There is no log-in of this name."""

    message = "没有这个用户名。"


@dataclass(frozen=True)
class KnownAgent:
    """A log-in, as it is listed; ``last_seen`` is the last sign of life from an open desk."""

    username: str
    name: str
    role: AgentRole
    active: bool
    demo: bool
    last_seen: datetime | None


@dataclass(frozen=True)
class DemoLogin:
    """A log-in of the demo. Its password is public, and production does not accept it."""

    username: str
    password: str
    name: str
    role: AgentRole


_DEMO_LOGINS = [
    DemoLogin("agent01", "agent01-demo", "林晓", AgentRole.AGENT),
    DemoLogin("agent02", "agent02-demo", "陈静", AgentRole.AGENT),
    DemoLogin("supervisor", "supervisor-demo", "周敏", AgentRole.SUPERVISOR),
    DemoLogin("trainer", "trainer-demo", "吴凡", AgentRole.TRAINER),
]


def demo_logins() -> list[DemoLogin]:
    """The log-ins that ``load_demo_agents`` makes."""
    return list(_DEMO_LOGINS)


def normal_username(username: str) -> str | None:
    """``username`` as it is stored (small letters), or ``None`` when nobody can be called so."""
    name = username.strip().lower()
    return name if _USERNAME.fullmatch(name) else None


def create_agent(
    db: Database,
    clock: Clock,
    username: str,
    password: str,
    name: str,
    role: AgentRole = AgentRole.AGENT,
    passwords: Passwords | None = None,
) -> str:
    """Make a log-in and give its id.

    Raises ``BadUsername``, ``BadName``, ``WeakPassword`` and ``UsernameTaken``.
    """
    login = DemoLogin(free_username(db, username), password, name.strip(), role)
    if not 1 <= len(login.name) <= MAX_NAME:
        raise BadName()
    _require_strong(login.username, password)
    made = _add(db, clock, [login], passwords or Passwords(), demo=False)
    if not made:
        raise UsernameTaken()
    return made[0]


def free_username(db: Database, username: str) -> str:
    """``username`` as it would be stored. Raises ``BadUsername`` and ``UsernameTaken``."""
    normal = normal_username(username)
    if normal is None:
        raise BadUsername()
    if db.read_now(lambda session: _find(session, normal)) is not None:
        raise UsernameTaken()
    return normal


def known_agent(db: Database, username: str) -> KnownAgent:
    """The log-in of this name. Raises ``NoSuchAgent``."""
    return _known(db.read_now(lambda session: _get(session, username)))


def list_agents(db: Database) -> list[KnownAgent]:
    """Every log-in, by its name."""
    query = select(Agent).order_by(Agent.username)
    return [_known(agent) for agent in db.read_now(lambda session: session.scalars(query).all())]


def set_password(
    db: Database, username: str, password: str, passwords: Passwords | None = None
) -> None:
    """Give somebody a new password; who is logged in under the old one is so no more.

    A log-in of the demo becomes one like any other: its password is not public any more. Raises
    ``NoSuchAgent`` and ``WeakPassword``.
    """
    _require_strong(known_agent(db, username).username, password)
    password_hash = (passwords or Passwords()).hash(password)

    def work(session: Session) -> None:
        agent = _get(session, username)
        agent.password_hash = password_hash
        agent.demo = False
        session.execute(delete(AgentSession).where(AgentSession.agent_id == agent.id))

    db.write_now(work)


def set_active(db: Database, username: str, *, active: bool) -> None:
    """Let somebody in, or in no more; who is put out is logged out everywhere.

    Open desks notice within seconds; chats go back to the queue as with any agent who does not answer.
    Raises ``NoSuchAgent``.
    """

    def work(session: Session) -> None:
        agent = _get(session, username)
        agent.active = active
        if not active:
            session.execute(delete(AgentSession).where(AgentSession.agent_id == agent.id))

    db.write_now(work)


def _require_strong(username: str, password: str) -> None:
    short = not MIN_PASSWORD <= len(password) <= MAX_PASSWORD
    if short or len(set(password)) < MIN_DIFFERENT or username in password.lower():
        raise WeakPassword()


def _find(session: Session, username: str) -> Agent | None:
    return session.scalar(select(Agent).where(Agent.username == username))


def _get(session: Session, username: str) -> Agent:
    agent = _find(session, normal_username(username) or "")
    if agent is None:
        raise NoSuchAgent()
    return agent


def _known(agent: Agent) -> KnownAgent:
    return KnownAgent(
        username=agent.username,
        name=agent.name,
        role=AgentRole(agent.role),
        active=agent.active,
        demo=agent.demo,
        last_seen=agent.last_seen,
    )


def load_demo_agents(db: Database, clock: Clock, passwords: Passwords | None = None) -> int:
    """Make those of the demo's log-ins that are missing; gives how many were made."""
    wanted = {login.username for login in _DEMO_LOGINS}
    present = db.read_now(
        lambda session: set(
            session.scalars(select(Agent.username).where(Agent.username.in_(wanted)))
        )
    )
    missing = [login for login in _DEMO_LOGINS if login.username not in present]
    if not missing:
        return 0
    return len(_add(db, clock, missing, passwords or Passwords(), demo=True))


def _add(
    db: Database, clock: Clock, logins: Iterable[DemoLogin], passwords: Passwords, *, demo: bool
) -> list[str]:
    # Hashing is slow on purpose: it is done before the transaction.
    hashed = [(login, passwords.hash(login.password)) for login in logins]

    def work(session: Session) -> list[str]:
        made: list[str] = []
        for login, password_hash in hashed:
            if _find(session, login.username) is not None:
                continue
            agent = Agent(
                id=new_id(),
                username=login.username,
                name=login.name,
                role=login.role,
                password_hash=password_hash,
                demo=demo,
                created_at=clock(),
            )
            session.add(agent)
            made.append(agent.id)
        return made

    return db.write_now(work)
