"""The Rasa processes of the running product: those that ``var/run/engines.json`` names.

The first one is written here when the product starts; from then on the care server writes the file
(``care/engine/processes.py``): a new model is one more process, one that is needed no more goes.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Set

from tools.steps import say
from tools.supervisor import Child, Supervisor

LOOK_EVERY = 0.3
LOGS = 5
"""Processes that have ended whose logs are kept."""
_NAME = re.compile(r"rasa(-[0-9a-f]{12})?")
_ARCHIVE = re.compile(r"[\w.-]+\.tar\.gz")


class Engine(NamedTuple):
    """A Rasa process: its name, the archive it runs, its port on loopback."""

    name: str
    model: Path
    port: int


def write_first(file: Path, engine: Engine) -> None:
    """The product starts with this process."""
    content = {"engines": [{**engine._asdict(), "model": str(engine.model)}]}
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".new")
    descriptor = os.open(str(aside), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1)
    os.replace(str(aside), str(file))


def read(file: Path, models: Path) -> Optional[List[Engine]]:
    """The processes that shall run; ``None`` when the file makes no sense. ``models``: the only folder of archives."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        engines = [
            Engine(str(one["name"]), Path(one["model"]), int(one["port"]))
            for one in content["engines"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    for engine in engines:
        inside = engine.model.parent.resolve() == models.resolve()
        named = _NAME.fullmatch(engine.name) and _ARCHIVE.fullmatch(engine.model.name)
        if not inside or not named or not 1 <= engine.port <= 65535:
            return None
    return engines


async def follow(
    supervisor: Supervisor, file: Path, models: Path, child_of: Callable[[Engine], Child]
) -> None:
    """For ever: have the supervisor run what the file says, and end what it says no more.

    Logs of processes that ended long ago go when another one is started.
    """
    ending: Dict[str, asyncio.Future[None]] = {}
    while True:
        engines = read(file, models)
        if engines is not None:
            wanted = {engine.name: engine for engine in engines}
            running = [name for name in supervisor.running() if _NAME.fullmatch(name)]
            for name in running:
                if name not in wanted:
                    say(f"· ending {name}")
                    ending[name] = asyncio.ensure_future(supervisor.end(name))
            for name, engine in wanted.items():
                if name not in running:
                    say(f"· starting {name} on {engine.model.name}")
                    child = child_of(engine)
                    supervisor.start(child)
                    remove_old_logs(child.log.parent, set(wanted))
        ending = {name: task for name, task in ending.items() if not task.done()}
        await asyncio.sleep(LOOK_EVERY)


def remove_old_logs(folder: Path, running: Set[str], most: int = LOGS) -> None:
    """Remove the logs of Rasa processes that do not run, but for those of the ``most`` that wrote last."""
    logs: Dict[str, List[Path]] = {}
    for log in folder.glob("rasa-*.log*"):
        name = log.name.partition(".")[0]
        if _NAME.fullmatch(name) and name not in running:
            logs.setdefault(name, []).append(log)
    by_age = sorted(logs.values(), key=lambda files: max(one.stat().st_mtime for one in files))
    for files in by_age[: max(0, len(by_age) - most)]:
        for log in files:
            log.unlink()
