"""Long steps, shown: each says what it does, how long it takes, and where its log is."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable, List, Mapping, Optional, Sequence, Union

from tools.failure import SetupFailure

Command = Sequence[Union[str, Path]]

_HEARTBEAT_SECONDS = 15.0
_LINES_OF_LOG_IN_AN_ERROR = 12


def say(text: str) -> None:
    """One line for the person at the keyboard."""
    print(text, flush=True)


class Step:
    """Prints ``title``, a sign of life now and then, and the seconds it took."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._over = threading.Event()
        self._lively = threading.Thread(target=self._heartbeat, daemon=True)

    def __enter__(self) -> Step:
        say(f"· {self._title}")
        self._lively.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._over.set()
        self._lively.join()
        if error is None and self.seconds() >= 1.0:
            say(f"  done in {self.seconds():.0f} s")

    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._started

    def detail(self, text: str) -> None:
        """One stage of the step, with the seconds so far."""
        say(f"  {self.seconds():5.0f} s  {text}")

    def _heartbeat(self) -> None:
        while not self._over.wait(_HEARTBEAT_SECONDS):
            say(f"  {self.seconds():5.0f} s")


def run_logged(
    command: Command,
    log: Path,
    *,
    cwd: Optional[Path] = None,
    environ: Optional[Mapping[str, str]] = None,
    on_line: Optional[Callable[[str], None]] = None,
) -> List[str]:
    """Run ``command``, its output going to ``log`` (appended) and line by line to ``on_line``.

    Returns the output's lines. Raises `CommandFailure` on a status other than 0. When we are
    stopped in the middle, so is the command.
    """
    words = [str(word) for word in command]
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: List[str] = []
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"\n$ {' '.join(words)}\n")
        stream.flush()
        try:
            process = subprocess.Popen(
                words,
                cwd=None if cwd is None else str(cwd),
                env=None if environ is None else dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise SetupFailure(f"{words[0]} cannot be run ({error.strerror}).") from error
        try:
            assert process.stdout is not None
            for line in process.stdout:
                stream.write(line)
                stream.flush()
                lines.append(line.rstrip())
                if on_line is not None:
                    on_line(line.rstrip())
            status = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if status != 0:
        raise CommandFailure(words, status, lines, log)
    return lines


class CommandFailure(SetupFailure):
    """A command ended with another status than 0; carries its ``lines``, shows the last ones."""

    def __init__(self, command: List[str], status: int, lines: List[str], log: Path) -> None:
        tail = [line for line in lines if line.strip()][-_LINES_OF_LOG_IN_AN_ERROR:]
        shown = "".join(f"\n    {line}" for line in tail)
        name = " ".join(os.path.basename(word) for word in command[:4])
        super().__init__(
            f"`{name}` failed with status {status}; its whole output is in {log}.{shown}"
        )
        self.lines = lines
