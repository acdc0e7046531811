"""A server process of the tests: dies with them, however they end."""

import functools
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from tools.child import die_with

START_SECONDS = 30.0
STOP_SECONDS = 10.0


def free_port() -> int:
    """A port that nobody holds at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """One started command, its output in ``log``, run as ``user`` (only root can choose)."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        user: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        account = {} if user is None else _account(user)
        self._log = log
        with log.open("ab") as output:
            # die_with() is called after the change of user, which would undo it
            self._process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=functools.partial(die_with, os.getpid()),
                cwd="/",
                env=environ,
                **account,
            )

    def wait_until(self, answers: Callable[[], bool], pause: float = 0.02) -> Self:
        """Return when ``answers()`` is true; raises RuntimeError with the log if it never is."""
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            status = self._process.poll()
            if status is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the server did not start ({status}):\n{self._log.read_text()}")
            time.sleep(pause)
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the process in good order, by force if that takes too long."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _account(user: str) -> dict[str, object]:
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
