"""What the trainer tells the care server while it works: where it is, its log, and that it lives."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any, Dict, Iterator, List, Optional

from tools.trainer.door import Claim, ClaimLost, Door, DoorClosed, Refused

EVERY = 1.0
"""Seconds between two reports."""
_AT_ONCE = 200


class Telling:
    """Reports in a thread of its own, from entering to leaving.

    ``stop`` is set as soon as the job was cancelled or is not ours any more.
    """

    def __init__(self, door: Door, claim: Claim, every: float = EVERY) -> None:
        self._door, self._claim, self._every = door, claim, every
        self._lock = threading.Lock()
        self._lines: List[str] = []
        self._stage, self._progress = "", 0.0
        self._seconds: Dict[str, float] = {}
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.stop = threading.Event()
        self.lost = False

    def __enter__(self) -> Telling:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self._note_seconds()
        self._tell()

    def stage(self, name: str, progress: float) -> None:
        """A stage begins; ``progress`` of the whole job is done."""
        with self._lock:
            self._note_seconds()
            self._stage, self._progress = name, progress
            self._began = time.monotonic()

    @contextlib.contextmanager
    def taking(self, name: str) -> Iterator[None]:
        """Note the seconds of a part that runs beside another one."""
        began = time.monotonic()
        yield
        with self._lock:
            self._seconds[name] = round(time.monotonic() - began, 1)

    def progress(self, progress: float) -> None:
        """So much of the whole job is done."""
        with self._lock:
            self._progress = max(self._progress, progress)

    def line(self, text: str) -> None:
        """One line for the job's log."""
        if text.strip():
            with self._lock:
                self._lines.append(text.rstrip()[:1000])

    def _note_seconds(self) -> None:
        if self._stage:
            taken = self._seconds.get(self._stage, 0.0) + time.monotonic() - self._began
            self._seconds[self._stage] = round(taken, 1)
            self._began = time.monotonic()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            lines, self._lines = self._lines[:_AT_ONCE], self._lines[_AT_ONCE:]
            said: Dict[str, Any] = {
                "stage": self._stage,
                "progress": self._progress,
                "lines": lines,
                "seconds": dict(self._seconds),
            }
        try:
            if self._door.progress(self._claim, **said):
                self.stop.set()
        except (ClaimLost, Refused):
            self.lost = True
            self.stop.set()
        except DoorClosed:  # the care server restarts: what we said is said again
            with self._lock:
                self._lines = lines + self._lines


class JobProblem(Exception):
    """The job cannot be done; ``problem`` is what the trainer is told (``TrainingJob.problem``)."""

    def __init__(
        self,
        code: str,
        *,
        file: Optional[str] = None,
        line: Optional[int] = None,
        name: Optional[str] = None,
        text: Optional[str] = None,
    ) -> None:
        super().__init__(code)
        values = {"file": file, "line": line, "name": name, "text": text}
        self.problem: Dict[str, Any] = {
            "code": code,
            **{key: value for key, value in values.items() if value is not None},
        }
