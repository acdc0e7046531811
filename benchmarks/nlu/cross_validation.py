"""How well the NLU pipeline understands its own training data, held out in turn, and when it should ask again.

Run in the bot environment at the repository's root: ``.venv/bot/bin/python -m benchmarks.nlu.cross_validation``.
Each fold trains the components of ``config.yml`` on the other folds; near duplicates are always in the same fold.
Printed: accuracy and F1 of the intents, F1 of the entities against the labels, calibration, the intents most often
confused, and for each threshold of ``FallbackClassifier`` how many messages are answered rightly, wrongly, or asked
again. The advice is the pair of thresholds that costs least when a wrong answer costs ``--wrong`` times as much as
asking again.

The figures flatter nobody: the examples were written to differ from each other, so a held-out one is harder than what
most customers write. Entities are held against labels that were reviewed with the extractor's help; they show what
broke, not how good it is.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_config_file

from benchmarks.nlu.figures import calibration_error, f1
from benchmarks.nlu.near_duplicates import groups
from benchmarks.nlu.pipeline import Pipeline

THRESHOLDS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
MARGINS = (0.0, 0.02, 0.05, 0.08, 0.1, 0.15)


@dataclass(frozen=True)
class Outcome:
    """What was understood of one held-out message."""

    text: str
    wanted: str
    ranking: Sequence[tuple[str, float]]
    labelled: frozenset[tuple[int, int, str]]
    extracted: frozenset[tuple[int, int, str]]

    def answer(self, threshold: float, margin: float) -> str | None:
        """The intent that the bot acts on; None when it asks again."""
        (first, confidence), (_, second) = self.ranking[0], self.ranking[1]
        return None if confidence < threshold or confidence - second < margin else first


def folds(examples: Sequence[Message], count: int, seed: int) -> Iterator[set[int]]:
    """The places of each fold's held-out examples: every intent in every fold, near duplicates in one."""
    together = groups([example.get("text") for example in examples])
    alone = sum(len(group) == 1 for group in together)
    print(
        f"near duplicates: {1 - alone / len(examples):.1%} of the examples have one, kept in one fold"
    )
    by_intent: dict[str, list[list[int]]] = defaultdict(list)
    for group in together:
        by_intent[examples[group[0]].get("intent")].append(group)
    shuffled = random.Random(seed)
    parts: list[set[int]] = [set() for _ in range(count)]
    for intent in sorted(by_intent):
        shuffled.shuffle(by_intent[intent])
        for order, group in enumerate(by_intent[intent]):
            parts[order % count].update(group)
    yield from parts


def spans(message: Message) -> frozenset[tuple[int, int, str]]:
    """Where the message's entities stand and what they are."""
    entities = message.get("entities", [])
    return frozenset((item["start"], item["end"], item["entity"]) for item in entities)


def cross_validate(
    data: TrainingData, pipeline: Sequence[dict[str, Any]], count: int, measured: int | None = None
) -> list[Outcome]:
    """Each example of the ``measured`` first folds, or of all, understood by a pipeline that was trained without it."""
    examples = data.intent_examples
    outcomes = []
    chosen = islice(folds(examples, count, seed=1), measured)
    for number, held_out in enumerate(chosen, start=1):
        rest = [example.data for place, example in enumerate(examples) if place not in held_out]
        with tempfile.TemporaryDirectory() as folder:
            trained = Pipeline(pipeline, Path(folder))
            trained.train(TrainingData([Message(dict(item)) for item in rest]))
            tested = [examples[place] for place in sorted(held_out)]
            understood = trained.understand([example.get("text") for example in tested])
        for example, message in zip(tested, understood, strict=True):
            ranking = [(item["name"], item["confidence"]) for item in message.get("intent_ranking")]
            outcomes.append(
                Outcome(
                    example.get("text"),
                    example.get("intent"),
                    ranking,
                    spans(example),
                    spans(message),
                )
            )
        print(f"fold {number} of {count}: {len(tested)} messages", flush=True)
    return outcomes


def report_intents(outcomes: Sequence[Outcome], confusions: int) -> None:
    """Prints accuracy, F1 of each intent, and what is taken for what."""
    wanted = Counter(outcome.wanted for outcome in outcomes)
    found = Counter(outcome.ranking[0][0] for outcome in outcomes)
    right = Counter(o.wanted for o in outcomes if o.ranking[0][0] == o.wanted)
    in_three = sum(o.wanted in [name for name, _ in o.ranking[:3]] for o in outcomes)
    scores = {name: f1(right[name], found[name], wanted[name]) for name in wanted}
    print(f"\nIntents: {len(wanted)}, messages: {len(outcomes)}")
    print(
        f"accuracy {sum(right.values()) / len(outcomes):.3f}, among the first three {in_three / len(outcomes):.3f}"
    )
    print(f"macro F1 {sum(scores.values()) / len(scores):.3f}")
    error = calibration_error(
        [o.ranking[0][1] for o in outcomes], [o.ranking[0][0] == o.wanted for o in outcomes]
    )
    print(f"calibration error {error:.3f}")
    print(
        "by intent: "
        + ", ".join(
            f"{name} {score:.2f}" for name, score in sorted(scores.items(), key=lambda i: i[1])
        )
    )
    pairs = Counter((o.wanted, o.ranking[0][0]) for o in outcomes if o.ranking[0][0] != o.wanted)
    print("\nMost often confused (wanted -> understood):")
    for (name, taken), count in pairs.most_common(confusions):
        examples = [o.text for o in outcomes if (o.wanted, o.ranking[0][0]) == (name, taken)]
        print(f"{count:4} {name} -> {taken}: {' | '.join(examples[:3])}")


def report_entities(outcomes: Sequence[Outcome]) -> None:
    """Prints F1 of each entity against the labels; place and kind must agree."""
    wanted = Counter(kind for o in outcomes for _, _, kind in o.labelled)
    found = Counter(kind for o in outcomes for _, _, kind in o.extracted)
    right = Counter(kind for o in outcomes for _, _, kind in o.labelled & o.extracted)
    total = f1(sum(right.values()), sum(found.values()), sum(wanted.values()))
    print(f"\nEntities: micro F1 {total:.3f}")
    for kind in sorted(wanted | found):
        score = f1(right[kind], found[kind], wanted[kind])
        print(
            f"  {kind:18} {score:.3f}  labelled {wanted[kind]:3}, found {found[kind]:3}, right {right[kind]:3}"
        )


def report_thresholds(outcomes: Sequence[Outcome], wrong_cost: float) -> None:
    """Prints what each pair of thresholds leads to, and the cheapest one."""

    def shares(threshold: float, margin: float) -> tuple[float, float, float]:
        answers = [outcome.answer(threshold, margin) for outcome in outcomes]
        right = sum(a == o.wanted for a, o in zip(answers, outcomes, strict=True))
        asked = sum(answer is None for answer in answers)
        total = len(outcomes)
        return right / total, (total - right - asked) / total, asked / total

    print(f"\nA wrong answer costs {wrong_cost:g}, asking again 1.")
    print("threshold  margin  right  wrong  asked   cost")
    costs = {}
    for threshold in THRESHOLDS:
        for margin in MARGINS:
            right, wrong, asked = shares(threshold, margin)
            costs[threshold, margin] = wrong * wrong_cost + asked
            if margin in (0.0, 0.05, 0.1):
                cost = costs[threshold, margin]
                print(
                    f"{threshold:9.2f} {margin:7.2f} {right:6.3f} {wrong:6.3f} {asked:6.3f} {cost:6.3f}"
                )
    threshold, margin = min(costs, key=lambda pair: costs[pair])
    print(f"cheapest: threshold {threshold:g}, ambiguity_threshold {margin:g}")


def main() -> None:
    """Runs the cross-validation and prints the reports."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--config", default="config.yml")
    parser.add_argument("--data", default="data/nlu")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument(
        "--measured", type=int, help="how many of the folds, for a trial; usually all"
    )
    parser.add_argument(
        "--confusions", type=int, default=25, help="how many confused pairs to list"
    )
    parser.add_argument("--wrong", type=float, default=2.0, help="cost of a wrong answer")
    options = parser.parse_args()
    pipeline = read_config_file(options.config)["pipeline"]
    outcomes = cross_validate(load_data(options.data), pipeline, options.folds, options.measured)
    report_intents(outcomes, options.confusions)
    report_entities(outcomes)
    report_thresholds(outcomes, options.wrong)


if __name__ == "__main__":
    main()
