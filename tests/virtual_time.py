"""An event loop whose time does not pass by itself: where all wait, it jumps to the next moment anybody waits for.

Work in the loop's thread pool (the database) takes no time. So a test plays minutes in milliseconds, and in the same way
each time as far as the threads do.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Waits for threads and sockets only while something is under way there."""

    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready; else the time of the loop goes on by ``timeout``."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.loop.busy or timeout is None:
            return super().select(0.05)
        self.loop.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop; ``now`` is in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.busy = 0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """The loop's own time."""
        return self.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        """As ever; meanwhile no time passes."""
        future = super().run_in_executor(executor, func, *args)
        self.busy += 1
        future.add_done_callback(self._done)
        return future

    def _done(self, _: object) -> None:
        self.busy -= 1


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)


async def pause(seconds: float) -> None:
    """Let time pass."""
    await asyncio.sleep(seconds)


def later[T](seconds: float, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """Begin ``work`` in a while."""

    async def run_it() -> T:
        await asyncio.sleep(seconds)
        return await work

    return asyncio.ensure_future(run_it())
