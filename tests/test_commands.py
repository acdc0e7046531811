"""``python -m care``: each command, twice, and what it says when it cannot."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from care.settings import ROOT
from tests.channels.world import SECRETS

pytestmark = pytest.mark.slow  # each command is a process


class _Care:
    """Runs commands with a ``var`` of their own."""

    def __init__(self, folder: Path) -> None:
        self.environ = {
            "PATH": "/usr/bin:/bin",
            "CARE_VAR_DIR": str(folder),
            "CARE_PRIVATE_PORT": "0",
            **{f"CARE_{name.upper()}": value for name, value in SECRETS.items()},
        }

    def __call__(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "care", *words],
            cwd=ROOT,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )


@pytest.fixture
def care(tmp_path: Path) -> _Care:
    """The commands."""
    return _Care(tmp_path)


def test_from_nothing_to_a_loaded_demo(care: _Care) -> None:
    for words in (("db", "upgrade"), ("demo", "load")) * 2 + (("db", "check"), ("demo", "logins")):
        done = care(*words)
        assert done.returncode == 0, done.stderr
    assert "agent01" in done.stdout
    assert "http://127.0.0.1:8080/demo/customers" in done.stdout


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_failures_are_one_clear_line(care: _Care) -> None:
    assert "CARE_MODE" in _reason(care("db", "check", CARE_MODE="test"))
    assert "db upgrade" in _reason(care("serve"))
    assert "demo mode only" in _reason(care("demo", "load", CARE_MODE="production"))
    assert "sqlite" in _reason(care("demo", "load", CARE_DATABASE_URL="mysql://x/y"))
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    unreachable = care("db", "upgrade", CARE_DATABASE_URL=nowhere)
    assert "the database does not answer" in _reason(unreachable)
    assert care("db", "upgrade").returncode == 0
    assert "session_secret" in _reason(care("serve", CARE_SESSION_SECRET="", CARE_PORT="0"))
    assert "sealing_key" in _reason(care("serve", CARE_SEALING_KEY="short", CARE_PORT="0"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"127.0.0.1:{port}" in _reason(care("serve", CARE_PORT=port))
