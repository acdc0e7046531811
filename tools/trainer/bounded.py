"""Run a command that must not hurt its neighbours: last in line for the processor, bounded in memory, stopped on demand."""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Callable, List, Mapping, Optional, Sequence, Union

from tools.child import die_with
from tools.trainer.telling import JobProblem

NICE = 15
_LOOK_EVERY = 0.2
_STOP_SECONDS = 40.0
_KEPT_LINES = 400
_ADDRESSES = 4
"""Address space for each byte of memory: TensorFlow and NumPy reserve much more than they use."""


def lower_priority() -> None:
    """Have this process stand behind everything else; one that does already stays as it is.

    Where the system can (Linux), it also gives way at once to whoever wakes up, which a mere niceness does not do. Both hold
    among the processes of one session only where the kernel shares the processor out among sessions (``autogroup`` in
    sched(7)): so nothing that we start begins a session of its own.
    """
    os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def run_bounded(
    command: Sequence[Union[str, Path]],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    stop: threading.Event,
    megabytes: Optional[int],
    on_line: Callable[[str], None],
) -> List[str]:
    """Run to the end; gives the last lines of its output.

    Raises `JobProblem`: ``cancelled``, ``out_of_memory``, ``command_failed`` (its ``text`` is the end of the output,
    its ``lines`` are all that was kept).
    """
    parent = os.getpid()

    def become() -> None:
        os.setpgrp()  # what it starts ends with it
        die_with(parent)
        lower_priority()
        if megabytes is not None:
            most = megabytes * _ADDRESSES * 1024 * 1024
            resource.setrlimit(resource.RLIMIT_AS, (most, most))

    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=str(cwd),
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        preexec_fn=become,
    )
    said: queue.Queue[Optional[str]] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, said), daemon=True)
    reader.start()
    lines: List[str] = []
    try:
        open_ended = True
        while open_ended:
            with contextlib.suppress(queue.Empty):
                line = said.get(timeout=_LOOK_EVERY)
                open_ended = line is not None
                if line is not None:
                    lines = [*lines[-_KEPT_LINES:], line]
                    on_line(line)
            if stop.is_set():
                raise JobProblem("cancelled")
            if megabytes is not None and _resident(process.pid) > megabytes:
                raise JobProblem("out_of_memory", text=f"{megabytes} MB")
        status = process.wait()
    finally:
        _end(process)
        reader.join()
    if status != 0:
        if any("MemoryError" in line or "std::bad_alloc" in line for line in lines[-20:]):
            raise JobProblem("out_of_memory", text=f"{megabytes} MB")
        raise CommandFailed(lines, status)
    return lines


class CommandFailed(JobProblem):
    """A command ended with another status than 0."""

    def __init__(self, lines: List[str], status: int) -> None:
        tail = [line for line in lines if line.strip()][-8:]
        super().__init__("command_failed", text="\n".join(tail)[-1500:] or f"status {status}")
        self.lines = lines


def _read(process: subprocess.Popen[str], said: queue.Queue[Optional[str]]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        said.put(line.rstrip("\n"))
    said.put(None)


def _resident(pid: int) -> float:
    """Megabytes in memory; 0 where the kernel does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * resource.getpagesize() / 1024 / 1024


def _end(process: subprocess.Popen[str]) -> None:
    """End the command and what it has started."""
    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
