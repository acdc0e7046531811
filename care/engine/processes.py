"""Which Rasa processes there shall be: a file that the supervisor of ``make run`` follows (``tools/engines.py``).

::

    {"engines": [{"name": "rasa", "model": "/…/var/models/xiaoxun-0123456789ab.tar.gz", "port": 5005}]}

The supervisor writes the first one when it starts the product; from then on the care server is the only writer.
"""

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from care.engine.routing import Backend

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Process:
    """A Rasa process on this machine."""

    name: str
    model: str
    """Path of the archive."""
    port: int

    @property
    def backend(self) -> Backend:
        """The process as the routing knows it."""
        return Backend(
            Path(self.model).name.removesuffix(".tar.gz"), f"http://{LOOPBACK}:{self.port}"
        )


class EngineProcesses:
    """The file, read and written as a whole."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def wanted(self) -> list[Process]:
        """The processes that shall run; none when the supervisor has written nothing."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return [
                Process(str(one["name"]), str(one["model"]), int(one["port"]))
                for one in content["engines"]
            ]
        except FileNotFoundError:
            return []

    def find(self, model: str) -> Process | None:
        """The process that runs ``model``."""
        return next((one for one in self.wanted() if one.backend.model == model), None)

    def start(self, archive: Path) -> Process:
        """Have one more process run ``archive``, on a free port, unless one does already."""
        name = archive.name.removesuffix(".tar.gz")
        found = self.find(name)
        if found is not None:
            return found
        process = Process(f"rasa-{name.rpartition('-')[2]}", str(archive), _free_port())
        self._write([*self.wanted(), process])
        return process

    def stop(self, model: str) -> None:
        """Have the process of ``model`` ended."""
        self._write([one for one in self.wanted() if one.backend.model != model])

    def _write(self, processes: list[Process]) -> None:
        content = {"engines": [vars(one) for one in processes]}
        aside = self._file.with_suffix(".new")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(content, stream, indent=1)
        os.replace(aside, self._file)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
        return port
