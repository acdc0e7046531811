"""The recogniser's process: started by need, bounded in time, ended when idle. Its worker is played by small scripts."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from care.settings import Settings
from care.speech import NotHeard, SpeechProcess, installed
from care.speech.process import WORKER, Limits
from tests.channels.world import SECRETS
from tests.speech.test_amr import FRAME, NARROW

AUDIO = NARROW + FRAME * 50

SERVE = """
import json, struct, sys, time, os
def say(**answer):
    print(json.dumps(answer), flush=True)
say(ready=True)
count = 0
while len(head := sys.stdin.buffer.read(4)) == 4:
    content = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
    count += 1
    {work}
"""


@asynccontextmanager
async def a_process(work: str, **limits: float) -> AsyncIterator[SpeechProcess]:
    """A worker that does ``work`` for each recording."""
    async with running(SERVE.replace("{work}", work), **limits) as process:
        yield process


@asynccontextmanager
async def running(script: str, **limits: float) -> AsyncIterator[SpeechProcess]:
    """A worker that is ``script``."""
    process = SpeechProcess([sys.executable, "-c", script], Limits(**limits))
    try:
        yield process
    finally:
        await process.close()
        assert not process.running


async def refused(process: SpeechProcess, audio: bytes = AUDIO) -> str:
    """Why nothing was heard."""
    with pytest.raises(NotHeard) as caught:
        await process.transcribe(audio)
    return caught.value.reason


async def test_it_is_started_by_the_first_recording_and_stays() -> None:
    async with a_process("say(text=f'{count} {len(content)}')") as process:
        assert not process.running
        assert await process.transcribe(AUDIO) == f"1 {len(AUDIO)}"
        assert await process.transcribe(AUDIO) == f"2 {len(AUDIO)}"


async def test_characters_are_simplified_and_blanks_are_one() -> None:
    async with a_process(r"say(text='，幫我查\n一下  電話費,好嗎?。')") as process:
        assert await process.transcribe(AUDIO) == "帮我查 一下 电话费，好吗？"


@pytest.mark.parametrize("text", ["", " ", "。", "……！"])
async def test_nothing_said(text: str) -> None:
    async with a_process(f"say(text={text!r})") as process:
        assert await refused(process) == "nothing_said"
        assert process.running


async def test_what_cannot_be_decoded() -> None:
    async with a_process("say(error='InvalidDataError')") as process:
        assert await refused(process) == "not_decoded"
        assert process.running


async def test_what_is_no_recording_does_not_start_it() -> None:
    async with a_process("say(text='never')") as process:
        assert await refused(process, b"garbage") == "not_amr"
        assert await refused(process, NARROW + FRAME * 9000) == "too_long"
        assert not process.running


async def test_it_is_ended_when_it_takes_too_long_and_started_anew() -> None:
    work = "time.sleep(600 if content.endswith(b'!!') else 0); say(text=str(count))"
    slow = NARROW + FRAME[:-2] + b"!!"
    async with a_process(work, one=0.5) as process:
        assert await refused(process, slow) == "out_of_time"
        assert not process.running
        assert await process.transcribe(AUDIO) == "1"


@pytest.mark.parametrize(
    "work",
    [
        "os._exit(1)",
        "os.kill(os.getpid(), 9)",
        "print('nonsense', flush=True)",
        "print('[1]', flush=True)",
        "print('\"' + 'x' * 200_000 + '\"', flush=True)",
    ],
)
async def test_it_may_crash(work: str) -> None:
    async with a_process(work) as process:
        assert await refused(process) == "crashed"
        assert not process.running


@pytest.mark.parametrize(
    "script", ["raise SystemExit(1)", "print('hello')", "print('{\"ready\": false}')", "input()"]
)
async def test_one_that_does_not_start_is_not_tried_again_at_once(script: str) -> None:
    async with running(script, start=0.5, pause=0.3) as process:
        assert await refused(process) == "not_started"
        began = asyncio.get_running_loop().time()
        assert await refused(process) == "not_started"
        assert asyncio.get_running_loop().time() - began < 0.1
        await asyncio.sleep(0.3)
        assert await refused(process) == "not_started"


async def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    process = SpeechProcess([str(tmp_path / "python")])
    assert await refused(process) == "not_started"
    await process.close()


async def test_recordings_are_heard_one_by_one() -> None:
    async with a_process("time.sleep(0.1); say(text=str(count))") as process:
        said = await asyncio.gather(*(process.transcribe(AUDIO) for _ in range(3)))
        assert said == ["1", "2", "3"]


async def test_it_ends_when_it_has_nothing_to_do() -> None:
    async with a_process("say(text=str(os.getpid()))", idle=0.2) as process:
        first = int(await process.transcribe(AUDIO))
        await _gone(first)
        assert not process.running
        assert int(await process.transcribe(AUDIO)) != first


async def test_who_does_not_wait_any_more_gets_nobody_elses_words() -> None:
    work = "time.sleep(0.3 if len(content) > 100 else 0); say(text=str(len(content)))"
    async with a_process(work) as process:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await process.transcribe(AUDIO)
        short = NARROW + FRAME
        assert await process.transcribe(short) == str(len(short))


async def test_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_PEPPER", "pepper")
    async with a_process("say(text=' '.join(os.environ))") as process:
        assert "CARE" not in await process.transcribe(AUDIO)


def test_the_worker_can_open_nothing() -> None:
    script = f"""
import os, runpy, socket
worker = runpy.run_path({str(WORKER)!r})
worker["confine"]({os.getpid()}, 512)
worker["shut_the_doors"]()
for name, work in {{
    "file": lambda: open("/etc/passwd"),
    "socket": lambda: socket.socket(),
    "pipe": lambda: os.pipe(),
    "memory": lambda: bytearray(600 * 1024 * 1024),
}}.items():
    try:
        work()
    except (OSError, MemoryError) as error:
        print(name, type(error).__name__)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        *("file", "OSError", "socket", "OSError", "pipe", "OSError", "memory", "MemoryError")
    ]


def test_without_environment_or_model_there_is_none(tmp_path: Path) -> None:
    def settings(**changes: object) -> Settings:
        values = {"var_dir": tmp_path, "speech_model": tmp_path, **SECRETS, **changes}
        return Settings(**values)  # type: ignore[arg-type]

    python = Path(sys.executable)
    assert installed(settings(speech_python=python)) is None
    (tmp_path / "model.bin").touch()
    assert installed(settings(speech_python=tmp_path / "python")) is None
    assert installed(settings(speech_python=python, speech=False)) is None
    assert installed(settings(speech_python=python)) is not None


async def _gone(pid: int) -> None:
    async with asyncio.timeout(5):
        while _is_there(pid):  # noqa: ASYNC110 # a process tells nobody that it has ended
            await asyncio.sleep(0.02)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
