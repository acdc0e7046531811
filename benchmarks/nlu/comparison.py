"""Several classifiers on the same sentences: figures, pictures, and the page that shows them."""

from __future__ import annotations

import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.nlu import plots
from benchmarks.nlu.figures import Answers, calibration_error, macro_f1
from benchmarks.nlu.peers.systems import OURS
from benchmarks.nlu.peers.task import Examples, Run, Task
from benchmarks.nlu.rejection import KEPT, MAY_BE_LOST, rejection, safe_threshold, sureness

_TEST, _VALIDATION = "test", "validation"


@dataclass(frozen=True)
class Trial:
    """What is learned and asked. Intents of ``outside`` are to be rejected, at a threshold that ``validation`` gives."""

    language: str
    train: Examples
    test: Examples
    validation: Examples = ()
    outside: frozenset[str] = frozenset()

    @property
    def task(self) -> Task:
        """The trial without the answers."""
        texts = {_TEST: [text for text, _ in self.test]}
        if self.validation:
            texts[_VALIDATION] = [text for text, _ in self.validation]
        return Task(self.language, self.train, texts)


@dataclass(frozen=True)
class _Figures:
    accuracy: float
    macro_f1: float
    calibration_error: float
    train_seconds: float
    milliseconds: float
    megabytes: float


class Comparison:
    """Measures set after set, and keeps what the page needs."""

    def __init__(self, systems: Mapping[str, Callable[[Task], Run]]) -> None:
        self._systems = systems
        self._rows: list[str] = []
        self._rejections: list[str] = []
        self._answers: dict[str, dict[str, Answers]] = {}

    def measure(self, name: str, trials: Sequence[Trial]) -> None:
        """Runs every system on the trials of a set; of several, the mean (and the spread of accuracy) counts."""
        for system, run in self._systems.items():
            figures = []
            for number, trial in enumerate(trials, start=1):
                print(f"· {name} {number}/{len(trials)}: {system}", file=sys.stderr, flush=True)
                got = run(trial.task)
                answers = Answers([n for _, n in trial.test], got.names, got.chances[_TEST])
                figures.append(_figures(answers, got))
                if trial.outside:
                    self._rejections.append(f"| {name} | {system} | {_rejected(trial, got)} |")
                    print(self._rejections[-1], file=sys.stderr, flush=True)
                if number == 1:
                    self._answers.setdefault(name, {})[system] = answers
            if figures:
                self._rows.append(f"| {name} | {system} | {_row(figures)} |")
                print(self._rows[-1], file=sys.stderr, flush=True)

    def write(self, folder: Path, title: str, *, confusions: bool = True) -> str:
        """Writes ``report.md`` and its pictures, with or without what is taken for what; returns the page without them."""
        parts = [f"# {title}", _machine()]
        parts.append(
            "| set | system | accuracy | macro F1 | calibration error | training, s | CPU a sentence, ms "
            "| peak memory, MB |\n"
            "|---|---|---:|---:|---:|---:|---:|---:|\n" + "\n".join(self._rows)
        )
        if self._rejections:
            parts.append(
                f"| out of scope | system | recall at {KEPT:.0%} of in scope kept | AUROC "
                f"| recall with {MAY_BE_LOST:.0%} of validation lost | in scope lost there |\n"
                "|---|---|---:|---:|---:|---:|\n" + "\n".join(self._rejections)
            )
        text = "\n\n".join(parts) + "\n"
        pictures = [line for name in self._answers for line in self._draw(folder, name, confusions)]
        folder.mkdir(parents=True, exist_ok=True)
        page = "\n".join([text, *pictures])
        (folder / "report.md").write_text(page, encoding="utf-8")
        return text

    def _draw(self, folder: Path, name: str, confusions: bool) -> list[str]:
        answers, stem = self._answers[name], name.replace(" ", "-")
        files = [f"{stem}-reliability.png", f"{stem}-confidence.png", f"{stem}-confusion.png"]
        plots.reliability(answers, name, folder / files[0])
        plots.confidences(answers, name, folder / files[1])
        if confusions:
            plots.confusion(answers[OURS], f"{name}: {OURS}", folder / files[2])
        else:
            files.pop()
        return [f"\n## {name}\n", *(f"![{name}]({file})\n" for file in files)]


def _figures(answers: Answers, run: Run) -> _Figures:
    return _Figures(
        float(answers.right.mean()),
        macro_f1(answers.wanted, answers.found),
        calibration_error(answers.confidence, answers.right),
        run.train_seconds,
        run.milliseconds,
        run.megabytes,
    )


def _row(figures: Sequence[_Figures]) -> str:
    def mean(name: str) -> float:
        return statistics.fmean(getattr(one, name) for one in figures)

    accuracy = f"{mean('accuracy'):.3f}"
    if len(figures) > 1:
        accuracy += f" ± {statistics.stdev(one.accuracy for one in figures):.3f}"
    training = "" if math.isnan(mean("train_seconds")) else f"{mean('train_seconds'):.1f}"
    return (
        f"{accuracy} | {mean('macro_f1'):.3f} | {mean('calibration_error'):.3f} | {training} "
        f"| {mean('milliseconds'):.1f} | {mean('megabytes'):.0f}"
    )


def _rejected(trial: Trial, run: Run) -> str:
    def sure(split: str) -> np.ndarray:
        return sureness(run.names, run.chances[split], trial.outside)

    inside = np.array([name not in trial.outside for _, name in trial.test])
    chosen = safe_threshold(sure(_VALIDATION)) if trial.validation else None
    found = rejection(sure(_TEST)[inside], sure(_TEST)[~inside], chosen)
    return f"{found.recall:.3f} | {found.area:.3f} | {found.chosen:.3f} | {found.lost:.3f}"


def _machine() -> str:
    today = time.strftime("%Y-%m-%d", time.gmtime())
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return f"{today}: {os.cpu_count()} CPUs ({platform.machine()}), {platform.system()}; load at the end: {load:.1f} a CPU."
