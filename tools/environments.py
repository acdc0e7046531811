"""The Python environments, made from the lists in ``requirements/`` when those changed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from pathlib import Path
from typing import Iterator, Mapping, NamedTuple, Optional

from tools import pythons
from tools.content_hash import content_hash
from tools.failure import SetupFailure
from tools.installer import ensure_uv, explain, installer_environment
from tools.layout import Layout
from tools.steps import CommandFailure, Step, run_logged, say


class Environment(NamedTuple):
    """One environment: its Python, its lists for running and for testing, the disk it takes."""

    name: str
    python: str
    run_list: str
    test_list: str
    gigabytes: float
    what: str


BOT = Environment("bot", "3.10", "bot.txt", "bot-dev.txt", 4.0, "Rasa")
CARE = Environment("care", "3.12", "care.txt", "dev.txt", 1.0, "the care server")
SPEECH = Environment("speech", "3.12", "speech.txt", "speech.txt", 1.5, "the recogniser of speech")


def ensure(
    layout: Layout,
    environment: Environment,
    *,
    testing: bool,
    environ: Optional[Mapping[str, str]] = None,
) -> Path:
    """Make ``environment`` match its list, unless it does already; returns its interpreter.

    With ``testing`` the test tools are in it too; without, they may be. Raises `SetupFailure`.
    """
    environ = os.environ if environ is None else environ
    python = layout.python(environment.name)
    if _matches(layout, environment, testing):
        return python
    with exclusive(layout):
        if not _matches(
            layout, environment, testing
        ):  # somebody else may have made it while we waited
            _make(layout, environment, testing, installer_environment(environ))
    return python


def _stamp(layout: Layout, environment: Environment) -> Path:
    return layout.environments / environment.name / "installed.txt"


def _fingerprint(layout: Layout, environment: Environment, testing: bool) -> str:
    lists = [environment.run_list] + ([environment.test_list] if testing else [])
    files = [layout.requirements / name for name in lists]
    return content_hash(layout.requirements, files, environment.python)


def _matches(layout: Layout, environment: Environment, testing: bool) -> bool:
    try:
        installed = _stamp(layout, environment).read_text(encoding="ascii").strip()
    except OSError:
        return False
    # exists() follows the link, so it also sees that the interpreter behind it was removed
    if not layout.python(environment.name).exists():
        return False
    wanted = {_fingerprint(layout, environment, True)}
    if not testing:
        wanted.add(_fingerprint(layout, environment, False))
    return installed in wanted


def _make(
    layout: Layout, environment: Environment, testing: bool, environ: Mapping[str, str]
) -> None:
    log = layout.log / "setup.log"
    folder = layout.environments / environment.name
    require_disk(layout.root, environment.gigabytes, f"the environment of {environment.what}")
    uv = ensure_uv(layout, environ, log)
    with contextlib.suppress(FileNotFoundError):
        _stamp(layout, environment).unlink()
    python = layout.python(environment.name)
    if not pythons.works(python, environment.python):
        base = pythons.find_or_fetch(environment.python, uv, environ, log)
        shutil.rmtree(str(folder), ignore_errors=True)
        prompt = "xiaoxun-" + environment.name
        run_logged(
            [uv, "venv", "--no-project", "--python", base, "--prompt", prompt, folder],
            log,
            environ=environ,
        )
    chosen = environment.test_list if testing else environment.run_list
    title = f"installing {environment.what} (Python {environment.python}, requirements/{chosen})"
    with Step(title):
        try:
            run_logged(
                [
                    uv,
                    "pip",
                    "sync",
                    "--require-hashes",
                    "--compile-bytecode",  # Rasa alone imports some 6,000 modules at each start
                    "--python",
                    python,
                    layout.requirements / chosen,
                ],
                log,
                environ=environ,
            )
        except CommandFailure as failure:
            raise explain(failure, environment.what, log) from failure
    fingerprint = _fingerprint(layout, environment, testing)
    _stamp(layout, environment).write_text(fingerprint + "\n", encoding="ascii")


def require_disk(folder: Path, gigabytes: float, what: str) -> None:
    """Raise `SetupFailure` when the disk of ``folder`` has less than ``gigabytes`` free."""
    free = shutil.disk_usage(str(folder)).free / 1e9
    if free < gigabytes:
        raise SetupFailure(
            f"{what} needs {gigabytes:.1f} GB of disk and {folder} has {free:.1f} GB left:"
            " free some space."
        )


@contextlib.contextmanager
def exclusive(layout: Layout) -> Iterator[None]:
    """Only one process at a time changes what is installed; a second waits and says so."""
    layout.environments.mkdir(parents=True, exist_ok=True)
    with (layout.environments / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("· another process is installing; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
