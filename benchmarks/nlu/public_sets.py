"""How well the intent classifier does on public sets, beside peers that learn the same sentences in the same run.

Run in the bot environment: ``.venv/bot/bin/python -m benchmarks.nlu.public_sets FOLDER``. ``FOLDER`` holds ``banking77/``
(``train.csv``, ``test.csv``), ``clinc150/data_full.json``, ``hwu64/`` (``train.json``, ``test.json`` in Rasa's form) and
``xsid/`` (``zh.valid.conll``, ``zh.test.conll``); what is missing is left out. The table is printed and kept with pictures
in ``var/bench/nlu/public_sets/``.

The test splits are asked once and decide nothing: features and strength are the product's, and the threshold under which
clinc150's sentences count as out of scope comes from its validation split. xSID has no Chinese training split: its 300
sentences for validation are learned instead.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.nlu.comparison import Comparison, Trial
from benchmarks.nlu.peers import systems
from benchmarks.nlu.peers.task import Examples
from tools.layout import Layout

OUT_OF_SCOPE = "oos"
SETS = ("banking77", "banking77-10", "hwu64", "clinc150", "clinc150-oos", "xsid")


def few(examples: Examples, count: int, seed: int) -> Examples:
    """``count`` examples of each intent, drawn with a seed."""
    by_intent: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for example in examples:
        by_intent[example[1]].append(example)
    draw = random.Random(seed)
    return [one for name in sorted(by_intent) for one in draw.sample(by_intent[name], count)]


def trials(folder: Path, name: str, draws: int) -> Iterator[Trial]:
    """The trials of one of ``SETS``; none when its files are missing."""
    home = folder / name.partition("-")[0]
    if not home.is_dir():
        return
    if home.name == "banking77":
        train, test = (_csv(home / f"{split}.csv") for split in ("train", "test"))
        if name == "banking77":
            yield Trial("en", train, test)
        else:
            yield from (Trial("en", few(train, 10, seed), test) for seed in range(draws))
    elif name == "hwu64":
        yield Trial("en", *(_rasa(home / f"{split}.json") for split in ("train", "test")))
    elif home.name == "clinc150":
        content = json.loads((home / "data_full.json").read_text(encoding="utf-8"))
        data = {split: [(text, intent) for text, intent in rows] for split, rows in content.items()}
        if name == "clinc150":
            yield Trial("en", data["train"], data["test"])
        else:
            learned = [*data["train"], *data["oos_train"]]
            outside = frozenset({OUT_OF_SCOPE})
            yield Trial("en", learned, [*data["test"], *data["oos_test"]], data["val"], outside)
    else:
        yield Trial("zh", *(_conll(home / f"zh.{split}.conll") for split in ("valid", "test")))


def main() -> None:
    """Measures on the sets that are there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--draws", type=int, default=5, help="of ten examples an intent")
    systems.add_options(parser)
    options = parser.parse_args()
    comparison = Comparison(systems.chosen(options))
    for name in options.sets:
        comparison.measure(name, list(trials(options.folder, name, options.draws)))
    folder = Layout.from_environment().var / "bench" / "nlu" / "public_sets"
    print(comparison.write(folder, "The intent classifier on public sets"))
    print(f"(kept in {folder})")


def _csv(path: Path) -> Examples:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _rasa(path: Path) -> Examples:
    content = json.loads(path.read_text(encoding="utf-8"))["rasa_nlu_data"]["common_examples"]
    return [(example["text"], example["intent"]) for example in content]


def _conll(path: Path) -> Examples:
    notes = [
        line[2:].partition(" = ")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("# ")
    ]
    texts = [value for key, _, value in notes if key == "text"]
    return list(zip(texts, [value for key, _, value in notes if key == "intent"], strict=True))


if __name__ == "__main__":
    main()
