"""How well the trained model understands sentences that somebody else wrote, who had not seen the training data.

Run in the bot environment at the repository's root: ``.venv/bot/bin/python -m benchmarks.nlu.held_out``. The sentences are
those of ``tests/nlu/sentences.yml``; what stands word for word in the training data, too, is left out. Printed for the
newest model, and for each further archive that is named (stock Rasa's: ``var/bench/baseline-*.tar.gz``): accuracy with its
95 % interval (Wilson) in all and by style, macro F1, calibration, what the fallback makes of it, the CPU of a sentence
through the whole pipeline, and the intents below 85 %. It shows no sentence and no confusion: nothing may be tuned on them.
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
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"

from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.loading import load_data
from rasa.utils.log_utils import configure_structlog

from benchmarks.nlu.cross_validation import Outcome, calibration_error, f1
from tests.nlu.held_out import Sentence, bare, sentences, unchanged

FALLBACK = "nlu_fallback"
NOISE = "noise"
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


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share."""
    z = 1.96
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return middle - half, middle + half


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
    given = Counter(one.ranking[0][0] for one in found)
    right = Counter(one.sentence.intent for one in found if one.right)
    scores = [f1(right[intent], given[intent], wanted[intent]) for intent in wanted]
    print(f"\n## {name}\n")
    print(f"accuracy {_share(sum(right.values()), total)}")
    in_three = sum(o.sentence.intent in [n for n, _ in o.ranking[:3]] for o in found)
    print(f"among the first three {in_three / total:.3f}, macro F1 {sum(scores) / len(scores):.3f}")
    outcomes = [
        Outcome(o.sentence.text, o.sentence.intent, o.ranking, frozenset(), frozenset())
        for o in found
    ]
    print(f"calibration error {calibration_error(outcomes):.3f}")
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


def _share(right: int, total: int) -> str:
    low, high = wilson(right, total)
    return f"{right / total:.3f} ({low:.3f} to {high:.3f}) of {total}"


def main() -> None:
    """Measures the newest model and those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("others", nargs="*", type=Path, help="further archives")
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--data", default="data/nlu")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    configure_structlog(logging.ERROR)  # else Rasa prints each sentence with what it took it for
    if not unchanged():
        raise SystemExit("the files of tests/nlu are not those that were first measured")
    known = {bare(example.get("text")) for example in load_data(options.data).intent_examples}
    every = sentences()
    asked = [sentence for sentence in every if bare(sentence.text) not in known]
    print(
        f"{len(asked)} sentences; {len(every) - len(asked)} stand in the training data, too, and are left out"
    )
    newest = max(options.models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for archive in [newest, *options.others]:
        report(archive.name, asyncio.run(understand(Agent.load(archive), asked)))


if __name__ == "__main__":
    main()
