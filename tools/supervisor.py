"""Keep a few processes running: start, watch, start again with growing pauses, stop all."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import (
    Any,
    Awaitable,
    Callable,
    Dict,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
)

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
        self._keepers: Dict[str, asyncio.Future[None]] = {}
        self._news = asyncio.Event()

    def stop(self) -> None:
        """Ask `run` to end all children and return; the loop's signal handlers may call it."""
        self._stopping.set()

    def start(self, child: Child) -> None:
        """Keep one more child running, while `run` runs; nothing happens for a name that is kept already."""
        if child.name not in self._keepers and not self._stopping.is_set():
            self._keepers[child.name] = asyncio.ensure_future(self._keep(child))
            self._news.set()

    async def end(self, name: str) -> None:
        """End a child in good order and keep it no longer; nothing happens for a name that is not kept."""
        keeper = self._keepers.pop(name, None)
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    def running(self) -> List[str]:
        """The names of the children that are kept running."""
        return list(self._keepers)

    async def run(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Start all children, await ``when_ready`` once, keep them running until `stop`.

        ``when_ready`` returns when everything answers. Raises `SetupFailure` when a child ends
        again and again before that, and whatever ``when_ready`` raises; no child is left running in
        any case.
        """
        for child in self._children:
            self.start(child)
        stopped = asyncio.ensure_future(self._stopping.wait())
        readiness = asyncio.ensure_future(self._await_readiness(when_ready))
        others: Set[asyncio.Future[Any]] = {stopped, readiness}
        try:
            while not stopped.done():
                self._news.clear()
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait(
                    {*others, news, *self._keepers.values()}, return_when=asyncio.FIRST_COMPLETED
                )
                news.cancel()
                for task in [*others, *self._keepers.values()]:
                    if task.done() and not task.cancelled():
                        task.result()
                if readiness.done():
                    others.discard(readiness)
        finally:
            self._stopping.set()
            readiness.cancel()
            stopped.cancel()
            await asyncio.gather(
                readiness, stopped, *self._keepers.values(), return_exceptions=True
            )

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
                preexec_fn=os.setpgrp,  # not a session: see tools/trainer/bounded.py
            )
        ended = asyncio.ensure_future(process.wait())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                await self._end(process.pid, ended)
        except asyncio.CancelledError:  # this child is to end, the others go on
            await self._end(process.pid, ended)
            raise
        finally:
            stopping.cancel()
            # what it started itself, or all of it if it is stuck
            _signal_group(process.pid, signal.SIGKILL)
        return await ended

    async def _end(self, leader: int, ended: asyncio.Future[int]) -> None:
        _signal_group(leader, signal.SIGTERM)
        await asyncio.wait({ended}, timeout=self._patience.stop)


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
