"""``python -m benchmarks.nlu.peers NAME [EPOCHS]``: trains a system and asks it, as a ``Task`` on standard input says.

The counterpart of ``nlpjs.cjs`` for systems in Python. Nothing of the others is imported, so that memory is its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

import numpy as np

from benchmarks.nlu.peers.task import Examples, peak_megabytes

Answer = Callable[[str], np.ndarray]
Fit = Callable[[str, Examples], "tuple[Sequence[str], Answer]"]
"""Trained on examples of a language: the intents' names, and what gives each its probability for a sentence."""


def main() -> None:
    """Reads a task, writes a ``Run``."""
    output = os.dup(1)
    os.dup2(2, 1)  # what libraries print is no part of the answer
    name, *numbers = sys.argv[1:]
    fit: Fit = partial(
        import_module(f"benchmarks.nlu.peers.{name}").fit, *(int(number) for number in numbers)
    )
    task = json.load(sys.stdin)
    began = time.perf_counter()
    names, answer = fit(task["language"], [(text, intent) for text, intent in task["train"]])
    trained = time.perf_counter() - began
    answer(task["train"][0][0])  # what is loaded at the first use is no sentence's
    cpu = time.process_time()
    chances = {
        split: [answer(text).tolist() for text in texts] for split, texts in task["texts"].items()
    }
    cpu = time.process_time() - cpu
    found = {
        "names": list(names),
        "chances": chances,
        "train_seconds": trained,
        "milliseconds": 1000 * cpu / sum(map(len, chances.values())),
        "megabytes": peak_megabytes(),
    }
    with os.fdopen(output, "w", encoding="utf-8") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main()
