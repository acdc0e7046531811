"""What a classifier is given, and what is measured of it. Each runs in a process of its own: JSON in, JSON out."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

Examples = Sequence[tuple[str, str]]
"""Sentences, each with its intent."""


@dataclass(frozen=True)
class Task:
    """Sentences to learn from, and others by the name of their split. ``language`` is ``en`` or ``zh``."""

    language: str
    train: Examples
    texts: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Run:
    """``chances`` has an array of (sentences, ``names``) for each split of the task.

    ``train_seconds`` is by the clock, ``milliseconds`` the CPU of a sentence when one follows the other, ``megabytes`` the
    peak of the process's memory, training included.
    """

    names: Sequence[str]
    chances: Mapping[str, np.ndarray]
    train_seconds: float
    milliseconds: float
    megabytes: float


def run(command: Sequence[str | Path], task: Task) -> Run:
    """Gives the task to a program and reads what it made of it.

    Raises ``CalledProcessError`` when it fails; its messages are shown.
    """
    done = subprocess.run(
        command,
        input=json.dumps(asdict(task)).encode(),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "2"},
        check=True,
    )
    found = json.loads(done.stdout)
    chances = {
        split: np.array(rows, dtype=np.float32) for split, rows in found.pop("chances").items()
    }
    return Run(chances=chances, **found)


def peak_megabytes() -> float:
    """The peak of this process's memory."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux's getrusage counts what the parent had when it made the process
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))[0]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
