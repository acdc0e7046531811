"""``make run``: from a clone to a served customer.

Installs, builds, migrates, loads the demo operator, trains (each only when needed), then keeps Rasa
and the care server running until Ctrl-C. Settings are the ``CARE_*`` variables of
``care/settings.py`` and:

CARE_BOT_PORT       Rasa's port on loopback (5005)
CARE_MODEL          archive to start with (the model put live in the studio, else that of the present data)
CARE_TRAINER        off: no trainer beside the product (on)
CARE_TRAINER_MB     megabytes of memory that a training may take (3000)
CARE_TRAINER_URL    care's private port, for a trainer on another machine (CARE_PRIVATE_HOST and CARE_PRIVATE_PORT)
CARE_FROZEN_SET     the frozen test set that models are measured on (tests/nlu/sentences.yml)
CARE_TRACKER_URL    SQLAlchemy address of the database for Rasa's trackers (SQLite in var)
CARE_READY_SECONDS  how long the start may take once all is installed and trained (300)
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, NamedTuple, NoReturn, Sequence

from tools import ports, secret_files
from tools.bootstrap import prepare
from tools.engines import Engine, follow, write_first
from tools.failure import SetupFailure, run_main
from tools.layout import Layout
from tools.model import bot_environment, ensure_model, model_path, promoted_model
from tools.ports import Port
from tools.readiness import wait_until_ready
from tools.steps import Step, run_logged, say
from tools.supervisor import Child, Supervisor

LOOPBACK = "127.0.0.1"


class RunSettings(NamedTuple):
    """What the supervisor itself needs to know; all else passes through to the care server."""

    mode: str
    host: str
    port: int
    private_host: str
    private_port: int
    bot_port: int
    ready_seconds: int
    trainer: bool = True

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> RunSettings:
        """Read the ``CARE_*`` variables. Raises `SetupFailure` for one that makes no sense."""
        mode = environ.get("CARE_MODE") or "demo"
        if mode not in ("demo", "production"):
            raise SetupFailure(f"CARE_MODE is {mode!r}; it can be demo or production.")
        return cls(
            mode,
            environ.get("CARE_HOST") or LOOPBACK,
            _number(environ, "CARE_PORT", 8080, 65535),
            environ.get("CARE_PRIVATE_HOST") or LOOPBACK,
            _number(environ, "CARE_PRIVATE_PORT", 8081, 65535),
            _number(environ, "CARE_BOT_PORT", 5005, 65535),
            _number(environ, "CARE_READY_SECONDS", 300, 86400),
            (environ.get("CARE_TRAINER") or "on") != "off",
        )

    def ports(self) -> List[Port]:
        """All addresses that must be free."""
        return [
            Port(self.host, self.port, "CARE_PORT"),
            Port(self.private_host, self.private_port, "CARE_PRIVATE_PORT"),
            Port(LOOPBACK, self.bot_port, "CARE_BOT_PORT"),
        ]


class Beside(NamedTuple):
    """What else runs beside the product, for development."""

    child: Child
    port: Port
    settings: Mapping[str, str]
    """Further variables for the care server."""
    greeting: str


def _number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise SetupFailure(f"{name} is {text!r}; it must be a number from 1 to {most}.")
    return int(text)


def care_environment(
    layout: Layout, settings: RunSettings, environ: Mapping[str, str]
) -> Dict[str, str]:
    """Environment variables for every care process: the user's, completed; no secret of ours.

    Ours that are empty are left out: they count as not set.
    """
    local = "localhost,127.0.0.1,::1"
    beside = [
        value for value in (environ.get("NO_PROXY") or environ.get("no_proxy"), local) if value
    ]
    defaults = {"CARE_ENGINE_URL": f"http://{LOOPBACK}:{settings.bot_port}"}
    if not environ.get("CARE_ENGINE_URL"):
        defaults["CARE_ENGINES_FILE"] = str(engines_file(layout))
    fixed = {
        "CARE_VAR_DIR": str(layout.var),
        "CARE_MODELS_DIR": str(layout.models),
        "CARE_SECRETS_DIR": str(layout.secrets),
        "CARE_MODE": settings.mode,
        "CARE_HOST": settings.host,
        "CARE_PORT": str(settings.port),
        "CARE_PRIVATE_HOST": settings.private_host,
        "CARE_PRIVATE_PORT": str(settings.private_port),
        "NO_PROXY": ",".join(beside),
        "no_proxy": ",".join(beside),
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    said = {name: value for name, value in environ.items() if value or not name.startswith("CARE_")}
    return {**defaults, **said, **fixed}


def engines_file(layout: Layout) -> Path:
    """Where it stands which Rasa processes there shall be."""
    return layout.run / "engines.json"


def without_secrets(environ: Mapping[str, str], *kept: str) -> Dict[str, str]:
    """``environ`` without the secrets that the user has set, but for those ``kept``."""
    names = (*secret_files.NAMES, *secret_files.FROM_OUTSIDE)
    hidden = {secret_files.variable(name) for name in names if name not in kept}
    return {name: value for name, value in environ.items() if name not in hidden}


@contextlib.contextmanager
def only_supervisor(layout: Layout) -> Iterator[None]:
    """Hold the lock of this ``var``; raises `SetupFailure` when another supervisor has it."""
    layout.run.mkdir(parents=True, exist_ok=True)
    with (layout.run / "supervisor.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise SetupFailure(
                f"it is already running with {layout.var} (process {holder}): stop that one first,"
                " or give this one a folder of its own with CARE_VAR_DIR."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def care_command(layout: Layout, *words: str) -> List[str]:
    """``python -m care …`` in the care environment."""
    return [str(layout.python("care")), "-m", "care", *words]


def set_up_product(layout: Layout, settings: RunSettings, environ: Mapping[str, str]) -> None:
    """Secrets, Rasa's files, the database and the demo operator. Raises `SetupFailure`."""
    log = layout.log / "setup.log"
    secret_files.ensure(layout.secrets, environ)
    write_config = [str(layout.python("care")), "-m", "tools.rasa_config"]
    run_logged(write_config, log, cwd=layout.root, environ=environ)
    with Step("bringing the database up to date"):
        run_logged(care_command(layout, "db", "upgrade"), log, cwd=layout.root, environ=environ)
    if settings.mode == "demo":
        with Step("loading the demo operator"):
            run_logged(care_command(layout, "demo", "load"), log, cwd=layout.root, environ=environ)


def children(
    layout: Layout, settings: RunSettings, model: Path, environ: Mapping[str, str]
) -> List[Child]:
    """The processes of the product."""
    first = rasa_child(layout, Engine("rasa", model, settings.bot_port), environ)
    care = Child(
        "care", care_command(layout, "serve"), environ, layout.root, layout.log / "care.log"
    )
    return [first, care, *([trainer_child(layout, environ)] if settings.trainer else [])]


def rasa_child(layout: Layout, engine: Engine, environ: Mapping[str, str]) -> Child:
    """A Rasa process that runs one model."""
    rasa = [str(layout.python("bot")), "-m", "tools.rasa_server", "run", "--enable-api"]
    rasa += ["--interface", LOOPBACK, "--port", str(engine.port), "--model", str(engine.model)]
    rasa += ["--endpoints", str(layout.run / "endpoints.yml")]
    rasa += ["--credentials", str(layout.run / "credentials.yml")]
    # The other secrets that Rasa needs are in its two files; the rest is none of its business.
    for_bot = bot_environment(layout, without_secrets(environ, "rasa_token"))
    return Child(engine.name, rasa, for_bot, layout.root, layout.log / f"{engine.name}.log")


def trainer_child(layout: Layout, environ: Mapping[str, str]) -> Child:
    """The trainer, which waits for jobs of the studio."""
    command = [str(layout.python("bot")), "-m", "tools.trainer"]
    for_trainer = bot_environment(layout, without_secrets(environ, "trainer_secret"))
    return Child("trainer", command, for_trainer, layout.root, layout.log / "trainer.log")


async def serve(
    layout: Layout,
    settings: RunSettings,
    model: Path,
    environ: Mapping[str, str],
    beside: Sequence[Beside] = (),
) -> None:
    """Run the product until a signal ends it. Raises `SetupFailure` when it does not come up."""
    processes = [*children(layout, settings, model, environ), *(one.child for one in beside)]
    supervisor = Supervisor(processes)
    loop = asyncio.get_event_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _stop_loudly, supervisor)
    started = time.monotonic()

    def seconds() -> float:
        return time.monotonic() - started

    async def when_ready() -> None:
        await wait_until_ready(
            ports.reachable(settings.host),
            settings.port,
            seconds=settings.ready_seconds,
            waiting_for=lambda names: say(f"  {seconds():5.0f} s  waiting for {', '.join(names)}"),
        )
        say(f"  ready after {seconds():.0f} s")
        await loop.run_in_executor(None, greet, layout, settings, environ, beside)

    say(f"· starting Rasa and the care server (logs: {layout.log})")
    write_first(engines_file(layout), Engine("rasa", model, settings.bot_port))
    following = asyncio.ensure_future(
        follow(
            supervisor,
            engines_file(layout),
            layout.models,
            lambda engine: rasa_child(layout, engine, environ),
        )
    )
    try:
        await supervisor.run(when_ready)
    finally:
        following.cancel()
    say("· stopped")


def _stop_loudly(supervisor: Supervisor) -> None:
    say("\n· stopping")
    supervisor.stop()


def greet(
    layout: Layout,
    settings: RunSettings,
    environ: Mapping[str, str],
    beside: Sequence[Beside] = (),
) -> None:
    """The last thing printed: where everything is, and who can log in to the demo."""
    address = ports.address(settings.host, settings.port)
    say("")
    for name in ("chat", "desk", "studio"):
        say(f"  {name.capitalize():7} {address}/{name}/")
    for one in beside:
        say(f"  {one.greeting}")
    if settings.mode == "demo":
        logins = care_command(layout, "demo", "logins")
        lines = run_logged(logins, layout.log / "setup.log", cwd=layout.root, environ=environ)
        say("")
        for line in lines:
            say(f"  {line}")
    say("\n  Ctrl-C stops everything.\n")


def main(beside: Sequence[Beside] = ()) -> int:
    """The command line; takes no arguments but ``--help``."""
    argparse.ArgumentParser(
        prog="python -m tools.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    layout = Layout.from_environment()
    settings = RunSettings.from_environment(os.environ)
    needed = [*settings.ports(), *(one.port for one in beside)]
    with only_supervisor(layout):
        ports.require_free(needed)
        prepare(layout, testing=False)
        os.umask(0o077)  # from here on customers' data are written
        environ = care_environment(layout, settings, os.environ)
        for one in beside:
            environ.update(one.settings)
        set_up_product(layout, settings, environ)
        model = model_to_run(layout, environ)
        ports.require_free(needed)  # minutes may have passed
        asyncio.run(serve(layout, settings, model, {**environ, "CARE_MODEL": str(model)}, beside))
    return 0


def model_to_run(layout: Layout, environ: Mapping[str, str]) -> Path:
    """The archive that is named, else the one put live in the studio, else that of the present data.

    Raises `SetupFailure`.
    """
    if environ.get("CARE_MODEL"):
        named = (layout.root / Path(environ["CARE_MODEL"]).expanduser()).resolve()
        if named.parent != layout.models.resolve() or not named.is_file():
            raise SetupFailure(f"CARE_MODEL is {named}, which is no archive in {layout.models}.")
        return named
    promoted = promoted_model(layout)
    if promoted is None:
        return ensure_model(layout, without_secrets(environ))
    if promoted != model_path(layout):
        say(
            f"· the model {promoted.name} was put live in the studio, so it is run; the present data"
            " make another one: train it in the studio, or start with that of the data once by"
            f" removing {layout.var / 'live_model.json'}"
        )
    return promoted


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal without Chinese
    run_main(main)
