"""Runs the recogniser: started by need, asked one thing at a time, ended when it takes too long or has nothing to do."""

import asyncio
import contextlib
import json
import os
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from opencc import OpenCC

from care.settings import Settings
from care.speech.amr import length_of
from care.speech.protocol import NotHeard

log = structlog.get_logger()

WORKER = Path(__file__).with_name("worker.py")

MEGABYTES = 2048
"""Address space of the process; it takes half of it, and a quarter of that is in memory (``benchmarks.speech``)."""

_ENVIRONMENT = {"LANG": "C.UTF-8", "HF_HUB_OFFLINE": "1", "OPENBLAS_NUM_THREADS": "1"}
_MOST_ANSWER = 64 * 1024
_CHINESE_MARKS = str.maketrans(",?!", "，？！")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Limits:
    """Seconds: for a start, for one recording, without work before the process ends, without a try after a failed start."""

    start: float = 30.0
    one: float = 20.0
    idle: float = 300.0
    pause: float = 300.0


def installed(settings: Settings) -> "SpeechProcess | None":
    """The recogniser of this machine; ``None`` where it is not installed, or not wanted."""
    python, model = settings.speech_python, settings.speech_model
    if not settings.speech or not python.exists() or not (model / "model.bin").is_file():
        return None
    command = [str(python), "-I", "-B", str(WORKER), str(model), str(os.getpid())]
    command += [str(MEGABYTES), str(settings.speech_threads)]
    limits = Limits(one=settings.speech_limit, idle=settings.speech_idle)
    return SpeechProcess(command, limits)


class SpeechProcess:
    """A recogniser behind pipes. ``command`` starts it; it is told nothing of our environment."""

    def __init__(self, command: Sequence[str], limits: Limits = Limits()) -> None:
        self._command = command
        self._limits = limits
        self._one_by_one = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._not_before = 0.0

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    async def transcribe(self, audio: bytes) -> str:
        """What is said in a recording (AMR), in simplified characters.

        Raises ``NotHeard``: besides the reasons of ``length_of``: ``not_started``, ``out_of_time``, ``crashed``,
        ``not_decoded``, ``nothing_said``.
        """
        seconds = length_of(audio)
        async with self._one_by_one:
            self._rest(None)
            began = asyncio.get_running_loop().time()
            try:
                process = await self._started()
                answer = await self._asked(process, audio)
            except BaseException:  # cancelled, too: nobody would read the answer
                await self._end()
                raise
            self._rest(self._limits.idle)
            took = asyncio.get_running_loop().time() - began
        if "text" not in answer:
            raise NotHeard("not_decoded")
        log.info("speech.heard", seconds=round(seconds, 1), took=round(took, 1))
        return _plain(str(answer["text"]))

    async def close(self) -> None:
        """End the process."""
        self._rest(None)
        await self._end()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            raise NotHeard("not_started")
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                process_group=0,
                limit=_MOST_ANSWER,
            )
            async with asyncio.timeout(self._limits.start):
                said = await _line(self._process)
            if said.get("ready") is not True:
                raise NotHeard("not_started")
        except (OSError, TimeoutError, NotHeard) as error:
            self._not_before = loop.time() + self._limits.pause
            log.error("speech.not_started", error=type(error).__name__)
            raise NotHeard("not_started") from error
        return self._process

    async def _asked(self, process: asyncio.subprocess.Process, audio: bytes) -> dict[str, Any]:
        assert process.stdin is not None
        try:
            async with asyncio.timeout(self._limits.one):
                process.stdin.write(struct.pack(">I", len(audio)) + audio)
                await process.stdin.drain()
                return await _line(process)
        except TimeoutError as error:
            raise NotHeard("out_of_time") from error
        except OSError as error:
            raise NotHeard("crashed") from error

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    def _rest(self, seconds: float | None) -> None:
        """End the process after ``seconds`` without work; ``None``: there is work."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if seconds is not None:
            self._idle = asyncio.get_running_loop().call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        process = self._process
        if process is not None and not self._one_by_one.locked():
            self._process = None
            with contextlib.suppress(ProcessLookupError):
                process.kill()


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The next line of JSON. Raises ``NotHeard`` when the process has ended, or says something else."""
    assert process.stdout is not None
    try:
        raw = await process.stdout.readline()
        answer = json.loads(raw)
    except ValueError as error:
        raise NotHeard("crashed") from error
    if not isinstance(answer, dict):
        raise NotHeard("crashed")
    return answer


def _plain(text: str) -> str:
    """In simplified characters, on one line. Raises ``NotHeard`` when nothing was said."""
    said = _BLANKS.sub(" ", _simplified().convert(text)).strip(" ，。、,.")
    if not any(char.isalnum() for char in said):
        raise NotHeard("nothing_said")
    return said if said.isascii() else said.translate(_CHINESE_MARKS)


@lru_cache(maxsize=1)
def _simplified() -> OpenCC:
    return OpenCC("t2s")
