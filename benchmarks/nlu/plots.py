"""Pictures of what a classifier does: confusion matrix, reliability diagram, histogram of confidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # there may be no screen

import matplotlib.pyplot as plt
import numpy as np

from benchmarks.nlu.figures import BINS, Answers, calibration


def confusion(answers: Answers, title: str, file: Path) -> None:
    """Draws how many of each intent's sentences, in a hundred, were taken for which."""
    names = sorted({*answers.wanted, *answers.found})
    place = {name: number for number, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)))
    for wanted, found in zip(answers.wanted, answers.found, strict=True):
        counts[place[wanted], place[found]] += 1
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = max(6.0, 0.14 * len(names))
    figure, axes = plt.subplots(figsize=(size + 2, size + 1), layout="constrained")
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.set(title=title, xlabel="understood", ylabel="wanted")
    figure.colorbar(image, label="% of the wanted intent's sentences", shrink=0.6)
    _write(figure, file)


def reliability(systems: Mapping[str, Answers], title: str, file: Path) -> None:
    """Draws how often each system is right, against how sure it says it is."""
    figure, axes = plt.subplots(figsize=(5.5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="perfect")
    for name, answers in systems.items():
        bins = calibration(answers.confidence, answers.right)
        axes.plot([b[0] for b in bins], [b[1] for b in bins], marker="o", label=name)
    axes.set(title=title, xlabel="confidence", ylabel="share that is right", xlim=(0, 1))
    axes.set_ylim(0, 1)
    axes.legend(fontsize=8)
    _write(figure, file)


def confidences(systems: Mapping[str, Answers], title: str, file: Path) -> None:
    """Draws how sure each system was, of what it understood rightly and wrongly."""
    figure, grid = plt.subplots(
        len(systems), figsize=(5.5, 2 * len(systems) + 0.5), sharex=True, layout="constrained"
    )
    figure.suptitle(title, fontsize=10)
    for axes, (name, answers) in zip(np.atleast_1d(grid), systems.items(), strict=True):
        right = answers.right
        parts = [answers.confidence[right], answers.confidence[~right]]
        axes.hist(parts, 2 * BINS, range=(0, 1), stacked=True, label=["right", "wrong"])
        axes.set_title(name, fontsize=8)
        axes.set_ylabel("sentences", fontsize=8)
    np.atleast_1d(grid)[0].legend(fontsize=8)
    np.atleast_1d(grid)[-1].set_xlabel("confidence")
    _write(figure, file)


def _write(figure: plt.Figure, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    plt.close(figure)
