"""``python -m care agents …``: who may log in, and passwords that nobody sees."""

import getpass
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from care import __main__ as commands
from care import logs, schema
from care.clock import utc_now
from care.db import Database, migrate
from care.desk.agents import list_agents, load_demo_agents
from care.desk.tables import Agent, AgentRole, AgentSession

GOOD = "lang genug 24"


class Terminal(io.StringIO):
    """Standard input where somebody types."""

    def isatty(self) -> bool:
        """It is one."""
        return True


type Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'care.db'}"
    migrate.upgrade(address, schema.metadata)
    return address


@pytest.fixture
def run(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command with ``typed`` on standard input (``None``: a terminal); gives status, output and errors."""
    monkeypatch.setenv("CARE_DATABASE_URL", url)
    monkeypatch.setenv("CARE_VAR_DIR", str(tmp_path))
    monkeypatch.setattr(logs, "set_up", lambda _: None)

    def run(*words: str, typed: str | None = "") -> tuple[int, str, str]:
        stdin = Terminal() if typed is None else io.StringIO(typed)
        monkeypatch.setattr("sys.stdin", stdin)
        status = commands.main(["agents", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_made_listed_and_given_a_new_password(run: Run, url: str) -> None:
    status, said, _ = run("add", "Chen.Jing", "--name", "陈静", typed=GOOD + "\n")
    assert (status, said) == (0, "chen.jing can log in as agent\n")
    status, _, _ = run("add", "zhou", "--name", "周敏", "--role", "supervisor", typed=GOOD + "\n")
    assert status == 0
    status, said, _ = run("list")
    assert [line.split() for line in said.splitlines()] == [
        ["chen.jing", "agent", "never", "陈静"],
        ["zhou", "supervisor", "never", "周敏"],
    ]
    db = Database(url, threads=1)
    before = _hash(db, "zhou")
    status, said, _ = run("password", "zhou", typed="ein anderes 25\n")
    assert (status, _hash(db, "zhou") != before) == (0, True)
    assert [agent.role for agent in list_agents(db)] == [AgentRole.AGENT, AgentRole.SUPERVISOR]
    db.close()


def test_a_new_password_and_disabling_end_log_ins(run: Run, url: str) -> None:
    db = Database(url, threads=1)
    for words in (("password", "chen"), ("disable", "chen")):
        if words[0] == "password":
            run("add", "chen", "--name", "陈静", typed=GOOD)
        db.write_now(_log_in)
        assert run(*words, typed="ein anderes 25")[0] == 0
        assert db.read_now(lambda session: session.query(AgentSession).count()) == 0
    assert "(disabled)" in run("list")[1]
    assert [agent.active for agent in list_agents(db)] == [False]
    assert run("enable", "chen")[0] == 0
    assert [agent.active for agent in list_agents(db)] == [True]
    db.close()


def test_a_demo_log_in_with_a_password_of_its_own_is_one_like_any_other(run: Run, url: str) -> None:
    db = Database(url, threads=1)
    load_demo_agents(db, utc_now)
    assert run("list")[1].count("(demo)") == 4
    assert run("password", "agent01", typed="ein anderes 25")[0] == 0
    assert [agent.username for agent in list_agents(db) if not agent.demo] == ["agent01"]
    db.close()


@pytest.mark.parametrize(
    ("words", "typed", "reason"),
    [
        (("add", "CHEN", "--name", "陈静"), GOOD, "this username is taken"),
        (("add", "陈静", "--name", "陈静"), GOOD, "a username has 2 to 32"),
        (("add", "zhou", "--name", " "), GOOD, "a name has 1 to 40"),
        (("add", "zhou", "--name", "周敏"), "short", "a password has 10 to 128"),
        (("add", "zhou", "--name", "周敏"), "aaaaaaaaaaaa", "5 different ones"),
        (("add", "zhou", "--name", "周敏"), "Zhou-2026-go", "does not hold the username"),
        (("add", "zhou", "--name", "周敏"), "", "no password on standard input"),
        (("password", "nobody"), GOOD, "there is no agent"),
        (("password", "chen"), "short", "a password has"),
        (("disable", "nobody"), "", "there is no agent"),
        (("enable", "陈静"), "", "there is no agent"),
    ],
)
def test_a_refusal_is_one_line_and_changes_nothing(
    run: Run, url: str, words: tuple[str, ...], typed: str, reason: str
) -> None:
    assert run("add", "chen", "--name", "陈静", typed=GOOD)[0] == 0
    before = run("list")[1]
    status, said, failed = run(*words, typed=typed)
    assert (status, said) == (1, "")
    assert failed.startswith("care: ")
    assert reason in failed
    assert len(failed.splitlines()) == 1
    assert run("list")[1] == before


@pytest.mark.parametrize(
    ("answers", "status"), [([GOOD, GOOD], 0), ([GOOD, "x" + GOOD], 1), ([], 1)]
)
def test_on_a_terminal_it_is_asked_twice_and_not_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch, answers: list[str], status: int
) -> None:
    asked = iter(answers)

    def unseen(_prompt: str) -> str:
        try:
            return next(asked)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(getpass, "getpass", unseen)
    got, said, failed = run("add", "chen", "--name", "陈静", typed=None)
    assert got == status
    assert GOOD not in said + failed
    assert run("list")[1].count("chen") == (1 if status == 0 else 0)


def _hash(db: Database, username: str) -> str:
    return db.read_now(
        lambda session: session.query(Agent).filter_by(username=username).one().password_hash
    )


def _log_in(session: Session) -> None:
    agent = session.query(Agent).one()
    row = AgentSession(key="k", agent_id=agent.id, created_at=utc_now(), expires_at=utc_now())
    session.add(row)
