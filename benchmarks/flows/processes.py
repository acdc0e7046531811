"""CPU time and memory of a running process, from outside."""

import time

import psutil  # type: ignore[import-untyped]

_MILLION = 1024 * 1024
_PROCESS_CLOCK = 2  # linux: CPUCLOCK_SCHED of all threads of a process


def cpu_seconds(process: psutil.Process) -> float:
    """Seconds of CPU of all threads so far.

    Taken from the process's own clock, which has nanoseconds, where the system has such a clock (Linux); the kernel's
    ticks of 10 ms are too coarse for a turn.
    """
    try:
        return time.clock_gettime((~process.pid << 3) | _PROCESS_CLOCK)
    except (OSError, AttributeError, OverflowError):
        times = process.cpu_times()
        return float(times.user + times.system)


def resident_megabytes(process: psutil.Process) -> float:
    """Memory that the process holds now."""
    return float(process.memory_info().rss) / _MILLION


def child_with(words: str) -> psutil.Process:
    """The process below this one whose command line holds ``words``. Raises ``LookupError``."""
    for process in psutil.Process().children(recursive=True):
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if words in line and "tools/child.py" not in line:
            return process
    raise LookupError(f"no process runs {words}")
