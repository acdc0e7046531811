"""Where the training data are read and checked: in a process of its own.

That takes seconds of Python's interpreter, which a process has only one of: in a thread it would hold up customers'
turns. What is called there, and what it is given and gives back, must be picklable; the data themselves stay there.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Literal, Protocol

import structlog

from care import logs

log = structlog.get_logger()

NICE = 10
"""Niceness of the process: customers' turns go first."""


class Aside(Protocol):
    """Runs functions that take long."""

    async def run[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` gives, or raises."""


class InThread:
    """In a thread of this process: for tests, and where nothing else goes on."""

    async def run[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` gives, or raises."""
        return await asyncio.to_thread(work, *args, **kwargs)


class InProcess:
    """In one further process, started when it is first needed; calls are made one after the other.

    It ends with this one. When it was killed, the call is made once more in a new one.
    """

    def __init__(self, log_format: Literal["json", "console"]) -> None:
        self._log_format = log_format
        self._pool: ProcessPoolExecutor | None = None

    async def run[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` gives, or raises."""
        pool = self._started()
        try:
            return await asyncio.wrap_future(pool.submit(work, *args, **kwargs))
        except BrokenProcessPool:
            log.warning("studio.process_lost")
            if self._pool is pool:
                self.close()
            return await asyncio.wrap_future(self._started().submit(work, *args, **kwargs))

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # A fork would take along this process's threads and locks.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, _begin, (self._log_format,))
        return self._pool


def _begin(log_format: Literal["json", "console"]) -> None:
    os.nice(NICE)
    logs.set_up(log_format)
