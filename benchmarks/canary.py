"""How soon the automatic stop of a canary fires: simulated models, by ``care/studio/models/sequential.py`` itself.

``python -m benchmarks.canary`` prints, for each rate of bad turns of the live model and each share of the canary, how
many simulated candidates are stopped within 500 of their own turns. A *bad* model doubles the rate of turns that end in
a fallback or a hand-over, and adds 10 points at least; a *good* one has the live model's rate, or a lower one. The second
table draws turns in conversations of five whose rates differ (beta distributed, intraclass correlation 0.05), which the
tests do not assume.
"""

import argparse
import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from care.studio.models.sequential import HarmTest

TURNS = 500
RATES = (0.06, 0.1, 0.15, 0.2, 0.3)
SHARES = (0.05, 0.1, 0.2)
KINDS: dict[str, Callable[[float], float]] = {
    "better (x0.8)": lambda rate: rate * 0.8,
    "good": lambda rate: rate,
    "worse (x1.5)": lambda rate: rate * 1.5,
    "bad": lambda rate: max(rate * 2, rate + 0.1),
    "broken (x3)": lambda rate: min(0.95, max(rate * 3, rate + 0.2)),
}
CORRELATION = 0.05
CONVERSATIONS = (1, 5)
"""Turns of a conversation."""


@dataclass(frozen=True)
class Simulated:
    """What came of simulating one kind of candidate: the share that was stopped, and after how many of its turns."""

    stopped: float
    median: int | None


def simulate(
    rate: float,
    candidate: float,
    share: float,
    runs: int,
    seed: int,
    *,
    turns: int = TURNS,
    conversation: int = 1,
) -> Simulated:
    """Candidates with the rate ``candidate`` beside a live model with ``rate``, each watched for so many of its turns."""
    source = random.Random(f"{rate}/{candidate}/{share}/{seed}/{conversation}")
    ends = sorted(
        end
        for end in (_one(source, rate, candidate, share, turns, conversation) for _ in range(runs))
        if end is not None
    )
    return Simulated(len(ends) / runs, ends[len(ends) // 2] if ends else None)


def _one(
    source: random.Random,
    live: float,
    candidate: float,
    share: float,
    turns: int,
    conversation: int,
) -> int | None:
    test = HarmTest()
    lives = _turns(source, live, conversation)
    candidates = _turns(source, candidate, conversation)
    while test.candidate.turns < turns:
        if source.random() >= share:
            for _ in range(conversation):
                test.live_turn(next(lives))
            continue
        for _ in range(conversation):
            if test.candidate_turn(next(candidates)):
                return test.candidate.turns
    return None


def _turns(source: random.Random, rate: float, conversation: int) -> Iterator[bool]:
    spread = 1 / CORRELATION - 1
    while True:
        own = source.betavariate(rate * spread, (1 - rate) * spread) if conversation > 1 else rate
        for _ in range(conversation):
            yield source.random() < own


def main() -> None:
    """Print the tables, and what is worst in them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        for conversation in CONVERSATIONS:
            print(
                f"stopped within {TURNS} turns of the candidate (median turn), of {options.runs} simulated;"
                f" turns a conversation: {conversation}"
            )
            _table(pool, options.runs, options.seed, conversation)


def _table(pool: ProcessPoolExecutor, runs: int, seed: int, conversation: int) -> None:
    settings = list(itertools.product(RATES, SHARES))
    asked = {
        (rate, share, name): pool.submit(
            simulate, rate, of(rate), share, runs, seed, conversation=conversation
        )
        for rate, share in settings
        for name, of in KINDS.items()
    }
    print(f"{'live rate':>9} {'share':>6}  " + "  ".join(f"{name:>16}" for name in KINDS))
    for rate, share in settings:
        came = [asked[rate, share, name].result() for name in KINDS]
        cells = [f"{one.stopped:.1%} ({one.median or '-'})" for one in came]
        print(
            f"{rate:>9.0%} {share:>6.0%}  " + "  ".join(f"{cell:>16}" for cell in cells), flush=True
        )
    for name in KINDS:
        stopped = [asked[rate, share, name].result().stopped for rate, share in settings]
        print(
            f"{name}: from {min(stopped):.1%} to {max(stopped):.1%},"
            f" {sum(stopped) / len(stopped):.2%} of all"
        )


if __name__ == "__main__":
    main()
