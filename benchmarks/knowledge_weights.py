"""The weights of ``care/knowledge/relevance.py``: ``.venv/care/bin/python -m benchmarks.knowledge_weights``

Fitted by maximum likelihood as the choice between the entries and "none of these": on wordings held out of the entries
of the choosing half, and on the choosing half of the questions without an answer; once with what is learned of the
wordings that are not held out, and once without. Printed with it: how often the right entry comes first, by words alone
and by all, on both halves, and of the questions of ``knowledge_development.yml``.
"""

import argparse
from dataclasses import astuple, fields

import numpy as np
from numpy.typing import NDArray

from benchmarks.knowledge_folds import (
    FAQ,
    FOLDS,
    Question,
    development,
    held_out,
    remembering,
    taught,
    unanswerable,
)
from care.knowledge.entries import load_library
from care.knowledge.relevance import LEARNED, PLAIN, Weights

REFUSALS = 0.25
"""What the questions without an answer count beside those with one, which count 1 together."""
STEADY = 1e-4
"""Half the penalty on the square of a weight."""
STEPS = 50

Matrix = NDArray[np.float64]


def features(question: Question, learned: bool) -> Matrix:
    """For each entry what ``Weights`` count, in their order, and a last row for none of them."""
    found = question.found
    assert found is not None
    assert found.learned is not None
    columns = [found.words.likeness, found.words.cover, found.meaning.point, found.meaning.nearest]
    columns.append(found.learned if learned else np.zeros(len(found.places)))
    rows = np.zeros((len(found.places) + 1, len(columns) + 2))
    rows[:-1, :-2] = np.stack(columns, axis=1)
    rows[-1, -2:] = 1.0, found.refused
    return rows


def fit(questions: list[Question], learned: bool) -> Matrix:
    """The weights of greatest likelihood, by Newton's method with halved steps."""
    rows = np.stack([features(one, learned) for one in questions])
    chosen = np.array([-1 if one.wanted is None else one.wanted for one in questions])
    right = rows[np.arange(len(rows)), chosen]
    refused = chosen < 0
    counts = np.where(refused, REFUSALS / max(refused.sum(), 1), 1 / max((~refused).sum(), 1))
    counts /= counts.sum()

    def likelihood(weights: Matrix) -> float:
        totals = rows @ weights
        most = totals.max(axis=1)
        all_ = most + np.log(np.exp(totals - most[:, None]).sum(axis=1))
        return float(counts @ (right @ weights - all_)) - STEADY * float(weights @ weights)

    weights = np.zeros(rows.shape[2])
    best = likelihood(weights)
    for _ in range(STEPS):
        totals = rows @ weights
        chances = np.exp(totals - totals.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        means = (chances[:, None, :] @ rows)[:, 0]
        slope = counts @ (right - means) - 2 * STEADY * weights
        flat = rows.reshape(-1, rows.shape[2])
        bend = (flat * (chances * counts[:, None]).reshape(-1, 1)).T @ flat
        bend -= (means * counts[:, None]).T @ means
        step = np.linalg.solve(bend + 2 * STEADY * np.eye(len(weights)), slope)
        while (reached := likelihood(weights + step)) <= best and np.abs(step).max() > 1e-6:
            step /= 2
        if reached - best < 1e-9:
            break
        weights, best = weights + step, reached
    return weights


def places_of_right(
    questions: list[Question], weights: Matrix | None, learned: bool = True
) -> NDArray[np.int64]:
    """How many entries stand before the right one; by words alone without ``weights``."""
    before = []
    for one in questions:
        assert one.found is not None
        if weights is None:
            scores = one.found.words.scores()
        else:
            scores = features(one, learned)[:-1] @ weights
        before.append(int((scores > scores[one.wanted]).sum()))
    return np.array(before)


def describe(before: NDArray[np.int64]) -> str:
    """The shares of first, and among three."""
    return f"first {(before == 0).mean():.3f}, among three {(before < 3).mean():.3f}"


def main() -> None:
    """Fit, and print."""
    parser = argparse.ArgumentParser(description="The weights of the FAQ search.")
    parser.add_argument(
        "--folds", type=int, default=FOLDS, help="ask only so many of the ten folds (quicker)"
    )
    folds = parser.parse_args().folds
    library = load_library(FAQ)
    encoder = remembering(library)
    asked = [
        one for _, questions in held_out(library, encoder, folds) for one in questions if one.found
    ]
    whole = taught(library, encoder)
    others = [one for one in unanswerable(library, whole) if one.found]
    developing = [one for one in development(library, whole) if one.found]
    choosing = [one for one in (*asked, *others) if one.kind.startswith("choose")]
    usual = np.mean([one.found.refused for one in asked if one.found and one.wanted is not None])
    print(f"{len(choosing)} questions of the choosing half")
    print(f"nearness to a refused question, on average: {usual:.2f}")
    groups = {half: [one for one in asked if one.kind == half] for half in ("choose", "report")}
    groups["development"] = developing
    for half, ours in groups.items():
        print(f"{half}, {len(ours)}: by words alone {describe(places_of_right(ours, None))}")
    for learned, present in ((False, PLAIN), (True, LEARNED)):
        print("\nwith what was learned" if learned else "\nwithout what was learned")
        weights = fit(choosing, learned)
        _print("fitted:  ", weights)
        now = np.array(astuple(present))
        _print("present: ", now)
        for half, ours in groups.items():
            print(f"  {half}: fitted  {describe(places_of_right(ours, weights, learned))}")
            print(f"  {half}: present {describe(places_of_right(ours, now, learned))}")


def _print(title: str, weights: Matrix) -> None:
    names = (field.name for field in fields(Weights))
    print(title, ", ".join(f"{n} {w:.2f}" for n, w in zip(names, weights, strict=True)))


if __name__ == "__main__":
    main()
