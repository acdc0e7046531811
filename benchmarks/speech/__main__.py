"""``python -m benchmarks.speech``: the recogniser of voice messages (``make speech``), as the care server runs it.

Printed: how long it takes to start, its memory, its time for a recording, and, of sentences of ``tests/nlu/sentences.yml``
spoken by a machine through a telephone's narrow band, how many characters are misheard, and how many are understood as they
are when they are written. It shows no sentence: nothing may be tuned on them. ``--sentences 0`` leaves that part out.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import logging
import os
import platform
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]
from rapidfuzz.distance import Levenshtein

from benchmarks.nlu.figures import wilson
from benchmarks.speech.speaking import spoken
from care import logs
from care.settings import Settings
from care.speech import NotHeard, SpeechProcess, installed
from care.speech.amr import length_of
from tests.nlu.held_out import Sentence, sentences, unchanged
from tools import environments
from tools.environments import BOT
from tools.failure import SetupFailure, run_main
from tools.layout import ROOT, Layout
from tools.model import ensure_model

INTENT = "intent: "
RECORDINGS = ROOT / "tools" / "wechat_sim" / "page" / "recordings"
_NOT_SAID = re.compile(r"[^\u4e00-\u9fff0-9a-zA-Z]")
_SPEAKABLE = re.compile(r"[\u4e00-\u9fff，。！？、]{4,60}")
_WRITTEN_ONLY = {"typo", "traditional", "pinyin", "mixed"}
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True)
class Heard:
    """What was made out of a recording: its length and the time it took, in seconds."""

    words: str
    length: float
    took: float


async def hear(ear: SpeechProcess, audio: bytes) -> Heard:
    """One recording; nothing made out is no words."""
    began = time.perf_counter()
    try:
        words = await ear.transcribe(audio)
    except NotHeard:
        words = ""
    return Heard(words, length_of(audio), time.perf_counter() - began)


def written(text: str) -> str:
    """The characters of ``text`` that are said, digits as characters."""
    return _NOT_SAID.sub("", text).translate(_DIGITS).lower()


def chosen(count: int) -> list[Sentence]:
    """So many sentences of those that can be spoken, evenly over the file."""
    able = [
        one
        for one in sentences()
        if one.style not in _WRITTEN_ONLY and _SPEAKABLE.fullmatch(one.text)
    ]
    step = max(1, len(able) // count)
    return able[::step][:count]


async def costs(ear: SpeechProcess) -> None:
    """Print what the process costs."""
    recordings = [file.read_bytes() for file in sorted(RECORDINGS.glob("*.amr"))]
    first = await hear(ear, recordings[0])
    (process,) = psutil.Process().children()
    before = _cpu(process)
    later = [await hear(ear, one) for one in recordings * 3]
    cpu = (_cpu(process) - before) / len(later)
    took, length = sum(one.took for one in later), sum(one.length for one in later)
    memory = process.memory_info()
    print(f"| start with the first recording | {first.took:.1f} s |")
    print(
        f"| a recording of {length / len(later):.1f} s on the average | {took / len(later):.1f} s |"
    )
    print(f"| real-time factor | {took / length:.2f} |")
    print(f"| CPU of that | {before:.1f} s |")
    print(f"| CPU of a recording | {cpu:.2f} s |")
    print(f"| memory | {memory.rss / 1e6:.0f} MB, address space {memory.vms / 1e6:.0f} MB |")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def hearing(ear: SpeechProcess, layout: Layout, count: int) -> None:
    """Print how much is misheard, and what becomes of it."""
    asked = chosen(count)
    recordings = [file.read_bytes() for file in spoken(layout, [one.text for one in asked])]
    heard = [await hear(ear, one) for one in recordings]
    wanted = [written(one.text) for one in asked]
    got = [written(one.words) for one in heard]
    wrong = sum(Levenshtein.distance(a, b) for a, b in zip(wanted, got, strict=True))
    length, took = sum(one.length for one in heard), sum(one.took for one in heard)
    print(f"| sentences spoken by a machine | {len(asked)}, {length:.0f} s |")
    print(f"| real-time factor with these | {took / length:.2f} |")
    print(
        f"| characters misheard | {wrong / sum(map(len, wanted)):.1%} of {sum(map(len, wanted))} |"
    )
    print(f"| without a mistake | {sum(a == b for a, b in zip(wanted, got, strict=True))} |")
    print(f"| nothing made out | {sum(not one for one in got)} |")
    intents = [one.intent for one in asked]
    for name, texts in (
        ("written", [one.text for one in asked]),
        ("spoken", [one.words or "。" for one in heard]),
    ):
        print(f"| understood when {name} | {_share(intents, _understood(layout, texts))} |")


def _share(wanted: Sequence[str], got: Sequence[str]) -> str:
    right = sum(a == b for a, b in zip(wanted, got, strict=True))
    low, high = wilson(right, len(wanted))
    return f"{right / len(wanted):.1%} ({low:.1%} to {high:.1%})"


def _understood(layout: Layout, texts: Sequence[str]) -> list[str]:
    archive = ensure_model(layout, os.environ)
    python = environments.ensure(layout, BOT, testing=False)
    done = subprocess.run(
        [python, "-m", "benchmarks.speech.understanding", archive],
        input="".join(f"{text}\n" for text in texts),
        capture_output=True,
        text=True,
        check=True,
        cwd=layout.root,
    )
    lines = done.stdout.splitlines()  # Rasa prints lines of its own
    return [line.removeprefix(INTENT) for line in lines if line.startswith(INTENT)]


async def measure(layout: Layout, count: int) -> None:
    """All of it. Raises ``SetupFailure`` where the recogniser is not installed."""
    secrets = dict.fromkeys(("session_secret", "pepper"), "0" * 64)
    ear = installed(Settings(speech_limit=120, speech_idle=3600, **secrets))  # type: ignore[arg-type]
    if ear is None:
        raise SetupFailure("the recogniser is not installed: make speech")
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    today = datetime.datetime.now(datetime.UTC).date()
    print(f"{today}: {os.cpu_count()} CPUs ({platform.machine()}); load before: {load:.1f} a CPU\n")
    print("| what | figure |\n| --- | ---: |")
    try:
        await costs(ear)
        if count:
            await hearing(ear, layout, count)
    finally:
        await ear.close()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speech", description=__doc__)
    parser.add_argument("--sentences", type=int, default=200, help="spoken sentences (200)")
    options = parser.parse_args()
    if not unchanged():
        raise SetupFailure("tests/nlu/sentences.yml is not what it was: nothing is measured on it")
    logs.set_up("json", logging.WARNING)
    asyncio.run(measure(Layout.from_environment(), options.sentences))
    return 0


if __name__ == "__main__":
    run_main(main)
