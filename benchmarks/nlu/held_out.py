"""How well the trained model understands sentences that somebody else wrote, who had not seen the training data.

Run in the bot environment at the repository's root: ``.venv/bot/bin/python -m benchmarks.nlu.held_out``. The sentences are
those of ``tests/nlu/sentences.yml``; what stands word for word in the training data, too, is left out. Printed for the
newest model, and for each further archive that is named (stock Rasa's: ``var/bench/baseline-*.tar.gz``): accuracy with its
95 % interval (Wilson) in all and by style, macro F1, calibration, what the fallback makes of it, the CPU of a sentence
through the whole pipeline, and the intents below 85 %. Then peers learn the same training data and are asked the same; that
table, how well what is out of scope is rejected, and pictures are kept in ``var/bench/nlu/held_out/``. It shows no sentence
and no confusion: nothing may be tuned on them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the product runs Rasa (tools/model.py)

import numpy as np
from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.loading import load_data
from rasa.utils.log_utils import configure_structlog

from benchmarks.nlu.comparison import Comparison, Trial
from benchmarks.nlu.figures import calibration_error, macro_f1, wilson
from benchmarks.nlu.peers import systems
from benchmarks.nlu.peers.task import Run, Task, peak_megabytes
from tests.nlu.held_out import Sentence, bare, sentences, unchanged
from tools.layout import Layout

FALLBACK = "nlu_fallback"
NOISE = "noise"
OUTSIDE = frozenset({NOISE, "out_of_scope"})
"""Intents on which nothing is done."""
LOW = 0.85


@dataclass(frozen=True)
class Understood:
    """What a model made of a sentence: its ranking without the fallback, what it would act on, and the CPU in ms."""

    sentence: Sentence
    ranking: Sequence[tuple[str, float]]
    acted_on: str
    milliseconds: float

    @property
    def right(self) -> bool:
        """Whether the likeliest intent is the wanted one."""
        return self.ranking[0][0] == self.sentence.intent


async def understand(agent: Agent, asked: Sequence[Sentence]) -> list[Understood]:
    """Each sentence through the whole pipeline, one after the other."""
    await agent.parse_message("你好")  # what is loaded at the first use is no sentence's
    found = []
    for sentence in asked:
        began = time.process_time()
        parsed = await agent.parse_message(sentence.text)
        took = (time.process_time() - began) * 1000
        ranking = [
            (item["name"], item["confidence"])
            for item in parsed["intent_ranking"]
            if item["name"] != FALLBACK
        ]
        found.append(Understood(sentence, ranking, parsed["intent"]["name"], took))
    return found


def report(name: str, found: Sequence[Understood]) -> None:
    """Prints the figures of one model."""
    total = len(found)
    wanted = Counter(one.sentence.intent for one in found)
    right = Counter(one.sentence.intent for one in found if one.right)
    score = macro_f1([o.sentence.intent for o in found], [o.ranking[0][0] for o in found])
    print(f"\n## {name}\n")
    print(f"accuracy {_share(sum(right.values()), total)}")
    in_three = sum(o.sentence.intent in [n for n, _ in o.ranking[:3]] for o in found)
    print(f"among the first three {in_three / total:.3f}, macro F1 {score:.3f}")
    error = calibration_error([one.ranking[0][1] for one in found], [one.right for one in found])
    print(f"calibration error {error:.3f}")
    asked = sum(one.acted_on == FALLBACK for one in found)
    wrong = sum(one.acted_on not in (FALLBACK, one.sentence.intent) for one in found)
    print(f"acted on wrongly {wrong / total:.3f}, asked again {asked / total:.3f}")
    noise = [one for one in found if one.sentence.intent == NOISE]
    quiet = sum(one.acted_on in (FALLBACK, NOISE) for one in noise)
    print(f"noise not acted on {_share(quiet, len(noise))}")
    times = sorted(one.milliseconds for one in found)
    print(f"CPU a sentence: p50 {times[total // 2]:.1f} ms, p95 {times[total * 19 // 20]:.1f} ms")
    for style in sorted({one.sentence.style for one in found}):
        of_style = [one for one in found if one.sentence.style == style]
        print(f"  {style:12} {_share(sum(one.right for one in of_style), len(of_style))}")
    low = sorted((right[name] / wanted[name], name) for name in wanted)
    weak = [f"{name} {share:.2f}" for share, name in low if share < LOW]
    print(f"below {LOW:.0%}: {', '.join(weak) or 'none'}")


def as_run(found: Sequence[Understood], task: Task) -> Run:
    """The product beside its peers: what it does not rank has no probability. Nothing is said of its training."""
    names = sorted({name for one in found for name, _ in one.ranking})
    chances = np.zeros((len(found), len(names)), dtype=np.float32)
    for row, one in zip(chances, found, strict=True):
        for name, chance in one.ranking:
            row[names.index(name)] = chance
    times = [one.milliseconds for one in found]
    milliseconds = sum(times) / len(times)
    return Run(names, dict.fromkeys(task.texts, chances), math.nan, milliseconds, peak_megabytes())


def _share(right: int, total: int) -> str:
    low, high = wilson(right, total)
    return f"{right / total:.3f} ({low:.3f} to {high:.3f}) of {total}"


def main() -> None:
    """Measures the newest model and those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("others", nargs="*", type=Path, help="further archives")
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--data", default="data/nlu")
    systems.add_options(parser)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    configure_structlog(logging.ERROR)  # else Rasa prints each sentence with what it took it for
    if not unchanged():
        raise SystemExit("the files of tests/nlu are not those that were first measured")
    data = load_data(options.data).intent_examples
    known = {bare(example.get("text")) for example in data}
    every = sentences()
    asked = [sentence for sentence in every if bare(sentence.text) not in known]
    print(
        f"{len(asked)} sentences; {len(every) - len(asked)} stand in the training data, too, and are left out"
    )
    newest = max(options.models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    ours = asyncio.run(understand(Agent.load(newest), asked))
    report(newest.name, ours)
    for archive in options.others:
        report(archive.name, asyncio.run(understand(Agent.load(archive), asked)))
    examples = [(example.get("text"), example.get("intent")) for example in data]
    trial = Trial("zh", examples, [(one.text, one.intent) for one in asked], outside=OUTSIDE)
    comparison = Comparison({**systems.chosen(options), systems.OURS: partial(as_run, ours)})
    comparison.measure("held-out sentences", [trial])
    folder = Layout.from_environment().var / "bench" / "nlu" / "held_out"
    print("\n" + comparison.write(folder, "Sentences of another writer", confusions=False))
    print(f"(kept in {folder})")


if __name__ == "__main__":
    main()
