"""How well the intent classifier does on public English sets, beside n-grams under a logistic regression.

Run in the bot environment: ``.venv/bot/bin/python -m benchmarks.nlu.public_sets FOLDER``. ``FOLDER`` holds ``banking77/``
(``train.csv``, ``test.csv``), ``clinc150/data_full.json`` and ``hwu64/`` (``train.json``, ``test.json`` in Rasa's form);
what is missing is left out. Nothing was tuned on them: features and strength are those of the product. clinc150's test of
what is out of scope sets its threshold on the validation split.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline, make_union

from bot.nlu.intent_classifier import HybridIntentClassifier
from bot.nlu.intent_model import IntentModel
from bot.nlu.ngrams import Features, FeatureSpec

Examples = Sequence[tuple[str, str]]
Predict = Callable[[str], "tuple[str, float]"]
OUT_OF_SCOPE = "oos"
MAY_BE_LOST = 0.03


def ours(examples: Examples, *, vectors: bool = True) -> Predict:
    """The product's classifier without what Rasa's tokenizer and entities add."""
    spec = FeatureSpec() if vectors else replace(FeatureSpec(), vector=0.0)
    strength = HybridIntentClassifier.get_default_config()["strength"]
    messages = [Features(text, text.split()) for text, _ in examples]
    model = IntentModel.fit(messages, [name for _, name in examples], spec, strength)
    return lambda text: model.ranking(Features(text, text.split()), 1)[0]


def linear(examples: Examples) -> Predict:
    """The usual: TF-IDF over words and characters under a logistic regression."""
    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        ),
        LogisticRegression(C=20, max_iter=200),
    )
    model.fit([text for text, _ in examples], [name for _, name in examples])

    def predict(text: str) -> tuple[str, float]:
        (chances,) = model.predict_proba([text])
        return str(model.classes_[chances.argmax()]), float(chances.max())

    return predict


def few(examples: Examples, count: int) -> Examples:
    """``count`` examples of each intent, drawn with a fixed seed."""
    by_intent: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for example in examples:
        by_intent[example[1]].append(example)
    draw = random.Random(0)
    return [one for name in sorted(by_intent) for one in draw.sample(by_intent[name], count)]


SYSTEMS: dict[str, Callable[[Examples], Predict]] = {
    "ours": ours,
    "ours without vectors": lambda examples: ours(examples, vectors=False),
    "TF-IDF + logistic regression": linear,
}


def accuracy(name: str, train: Examples, test: Examples) -> None:
    """Prints each system's accuracy, training time and CPU a sentence."""
    for system, fit in SYSTEMS.items():
        began = time.perf_counter()
        predict = fit(train)
        trained = time.perf_counter() - began
        cpu = time.process_time()
        right = sum(predict(text)[0] == intent for text, intent in test)
        cpu = (time.process_time() - cpu) / len(test) * 1000
        print(
            f"| {name} | {system} | {right / len(test):.3f} | {trained:.0f} s | {cpu:.1f} ms |",
            flush=True,
        )


def out_of_scope(data: dict[str, list[tuple[str, str]]]) -> None:
    """Prints recall of what is out of scope, when at most 3 % of what is in scope may be lost."""
    for system, fit in SYSTEMS.items():
        predict = fit([*data["train"], *data["oos_train"]])
        # How sure the system is that a sentence is in scope.
        sure = {
            split: np.array([c if n != OUT_OF_SCOPE else -c for n, c in map(predict, texts)])
            for split in ("val", "test", "oos_test")
            for texts in [[text for text, _ in data[split]]]
        }
        threshold = np.quantile(sure["val"], MAY_BE_LOST)
        lost = float((sure["test"] <= threshold).mean())
        recall = float((sure["oos_test"] <= threshold).mean())
        inside = np.concatenate([np.ones(len(sure["test"])), np.zeros(len(sure["oos_test"]))])
        area = roc_auc_score(inside, np.concatenate([sure["test"], sure["oos_test"]]))
        print(
            f"| clinc150, out of scope | {system} | recall {recall:.3f} | in scope lost {lost:.3f} | AUROC {area:.3f} |",
            flush=True,
        )


def main() -> None:
    """Measures on the sets that are there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print("| set | system | accuracy | training | CPU a sentence |\n|---|---|---|---|---|")
    if (folder / "banking77").is_dir():
        train, test = (_csv(folder / "banking77" / f"{split}.csv") for split in ("train", "test"))
        accuracy("banking77", train, test)
        accuracy("banking77, 10 examples an intent", few(train, 10), test)
    if (folder / "hwu64").is_dir():
        accuracy(
            "hwu64, fold 1", *(_rasa(folder / "hwu64" / f"{s}.json") for s in ("train", "test"))
        )
    if (folder / "clinc150").is_dir():
        content = json.loads((folder / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
        data = {split: [(text, name) for text, name in rows] for split, rows in content.items()}
        accuracy("clinc150, in scope", data["train"], data["test"])
        out_of_scope(data)


def _csv(path: Path) -> Examples:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _rasa(path: Path) -> Examples:
    content = json.loads(path.read_text(encoding="utf-8"))["rasa_nlu_data"]["common_examples"]
    return [(example["text"], example["intent"]) for example in content]


if __name__ == "__main__":
    main()
