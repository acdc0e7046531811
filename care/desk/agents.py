"""The people of the desk: made by a command, or for the demo."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.db import Database, new_id
from care.desk.passwords import MAX_PASSWORD, Passwords
from care.desk.tables import Agent, AgentRole
from care.errors import BadRequest, Conflict

MIN_PASSWORD = 10
"""Characters a new password must have."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


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

    Raises ``BadRequest`` for a name or password that is not acceptable, ``Conflict`` when the name
    is taken.
    """
    normal = normal_username(username)
    if normal is None:
        raise BadRequest("用户名须为 2 到 32 位小写字母、数字、点、横线或下划线。")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise BadRequest(f"密码须为 {MIN_PASSWORD} 到 {MAX_PASSWORD} 个字符。")
    if not 1 <= len(name.strip()) <= 40:
        raise BadRequest("姓名须为 1 到 40 个字符。")
    login = DemoLogin(normal, password, name.strip(), role)
    made = _add(db, clock, [login], passwords or Passwords(), demo=False)
    if not made:
        raise Conflict("这个用户名已经有人用了。")
    return made[0]


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
            taken = select(Agent.id).where(Agent.username == login.username)
            if session.scalar(taken) is not None:
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
