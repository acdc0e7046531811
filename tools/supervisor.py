"""Keep a few processes running: start, watch, start again with growing pauses, stop all."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Awaitable, Callable, List, Mapping, NamedTuple, Optional, Sequence

from tools.failure import SetupFailure
from tools.steps import say

_CHILD = Path(__file__).resolve().with_name("child.py")
_OLD_LOGS = 3
_LINES_OF_LOG_IN_AN_ERROR = 12


class Child(NamedTuple):
    """One process to keep running; its output is appended to ``log``."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    cwd: Path
    log: Path


class Patience(NamedTuple):
    """The times of the supervisor, all in seconds."""

    first_pause: float = 1.0
    longest_pause: float = 30.0
    healthy_after: float = 60.0
    """A child that lived this long has no past failures."""
    failures_at_start: int = 3
    """So often may a child end before all are ready; then the start is given up."""
    stop: float = 15.0
    """Time to end in good order, before it is ended by force."""


class Supervisor:
    """Runs ``children`` until it is told to stop."""

    def __init__(self, children: Sequence[Child], patience: Optional[Patience] = None) -> None:
        self._children = children
        self._patience = patience or Patience()
        self._stopping = asyncio.Event()
        self._ready = False

    def stop(self) -> None:
        """Ask `run` to end all children and return; the loop's signal handlers may call it."""
        self._stopping.set()

    async def run(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Start all children, await ``when_ready`` once, keep them running until `stop`.

        ``when_ready`` returns when everything answers. Raises `SetupFailure` when a child ends
        again and again before that, and whatever ``when_ready`` raises; no child is left running in
        any case.
        """
        keepers = [asyncio.ensure_future(self._keep(child)) for child in self._children]
        stopped = asyncio.ensure_future(self._stopping.wait())
        readiness = asyncio.ensure_future(self._await_readiness(when_ready))
        try:
            pending = {readiness, stopped, *keepers}
            while stopped in pending:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            self._stopping.set()
            readiness.cancel()
            stopped.cancel()
            await asyncio.gather(readiness, stopped, *keepers, return_exceptions=True)

    async def _await_readiness(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        await when_ready()
        self._ready = True

    async def _keep(self, child: Child) -> None:
        rotate(child.log)
        loop = asyncio.get_event_loop()
        failures = 0
        while not self._stopping.is_set():
            started = loop.time()
            status = await self._run_once(child)
            if self._stopping.is_set():
                return
            failures = 1 if loop.time() - started >= self._patience.healthy_after else failures + 1
            if not self._ready and failures >= self._patience.failures_at_start:
                raise SetupFailure(
                    f"{child.name} ended {failures} times before it was ready;"
                    f" its log is {child.log}.{_tail(child.log)}"
                )
            pause = self.pause(failures)
            say(
                f"! {child.name} ended with status {status}; starting it again in {pause:.0f} s"
                f" ({child.log})"
            )
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except asyncio.TimeoutError:
                continue

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row: doubled each time, up to the longest."""
        doubled = self._patience.first_pause * 2.0 ** (min(failures, 30) - 1)
        return min(doubled, self._patience.longest_pause)

    async def _run_once(self, child: Child) -> int:
        """Start the child and wait until it ends, or, when we are stopping, until it is ended."""
        binding = [sys.executable, "-I", "-S", str(_CHILD), str(os.getpid())]
        with child.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *binding,
                *child.command,
                cwd=str(child.cwd),
                env=dict(child.environ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        ended = asyncio.ensure_future(process.wait())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                _signal_group(process.pid, signal.SIGTERM)
                await asyncio.wait({ended}, timeout=self._patience.stop)
        finally:
            stopping.cancel()
            # what it started itself, or all of it if it is stuck
            _signal_group(process.pid, signal.SIGKILL)
        return await ended


def _signal_group(leader: int, number: signal.Signals) -> None:
    # nobody left in it; of a group of zombies macOS says the second
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def rotate(log: Path) -> None:
    """Rename ``log`` to ``….1``, the former ``….1`` to ``….2`` and so on; the oldest goes."""
    log.parent.mkdir(parents=True, exist_ok=True)
    names: List[Path] = [log] + [
        log.with_name(f"{log.name}.{age}") for age in range(1, _OLD_LOGS + 1)
    ]
    for older, newer in zip(reversed(names), reversed(names[:-1])):
        if newer.exists():
            newer.replace(older)
    log.touch(mode=0o600)


def _tail(log: Path) -> str:
    lines = [
        line
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    ]
    return "".join(f"\n    {line}" for line in lines[-_LINES_OF_LOG_IN_AN_ERROR:])
