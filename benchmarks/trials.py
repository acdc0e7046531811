"""Shadow, canary, automatic stop and roll back with real Rasa processes, under customers' traffic.

``python -m benchmarks.trials`` starts the product, lets customers talk over the REST channel all the while (the frozen
test sentences, four to a conversation), and tries two candidates through the studio's own HTTP calls: the live model's
archive under another name (*equal*), and one whose fallback gives up below ``--threshold`` (*worse*). Printed: how often
the shadow disagreed and what of it the inbox shows; how the canary shared the conversations and whether one of them saw two
models; after how many turns, and how long after the canary began, the worse one was stopped by itself; how long a roll
back took; and how many turns failed in each phase.
"""

import argparse
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.swaps import Studio, Traffic, Turn, report
from tests.servers.archives import with_threshold
from tests.servers.product import Product, unlimited_codes
from tools.layout import ROOT, Layout
from tools.model import ensure_model

EQUAL, WORSE = "xiaoxun-00000000e0a1", "xiaoxun-0000000005ed"
QUIET_SECONDS = 15.0
PHASE_SECONDS = 900.0
IN_A_CHAT = 4


@dataclass(frozen=True)
class Said:
    """A customer's message that a model has understood: the conversation, the model, the place in the order."""

    conversation: str
    model: str
    id: str


class Trial:
    """The product under test, its studio and its traffic."""

    def __init__(self, product: Product, traffic: Traffic, share: int) -> None:
        self.studio = Studio(product)
        self._product = product
        self._traffic = traffic
        self._share = share

    def begin(self, kind: str, model: str) -> float:
        """Begin a shadow or a canary; gives the moment from which it runs."""
        more: dict[str, Any] = {} if kind == "shadow" else {"share": self._share, "override": True}
        self.studio.post(f"/studio/models/{model}/{kind}", reason="benchmark", **more)
        self.until(lambda: self.studio.deployment()["trial"] is not None)
        return time.monotonic()

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait for something. Raises ``RuntimeError``."""
        deadline = time.monotonic() + PHASE_SECONDS
        while not reached():
            if time.monotonic() > deadline:
                raise RuntimeError("it did not come to that")
            time.sleep(0.1)

    def turns(self, began: float) -> list[Turn]:
        """The turns since a moment; a chat that was handed over is an answer, and no failure."""
        return [
            one if one.problem != "handed over" else Turn(one.began, one.ended, None)
            for one in self._traffic.between(began, time.monotonic())
        ]

    def said(self, after: str = "") -> list[Said]:
        """What was understood since a message, in order, and by which model; read from the product's own database."""
        with sqlite3.connect(f"file:{self._product.var / 'care.db'}?mode=ro", uri=True) as rows:
            found = rows.execute(
                "SELECT id, conversation_id, understanding FROM messages"
                " WHERE role = 'customer' AND understanding IS NOT NULL AND id > ? ORDER BY id",
                (after,),
            ).fetchall()
        understood = [(row[0], row[1], json.loads(row[2]) or {}) for row in found]
        return [Said(row[1], row[2]["model"], row[0]) for row in understood if "model" in row[2]]


def shared(said: Sequence[Said]) -> tuple[dict[str, int], int]:
    """How many conversations each model had, and how many conversations had more than one."""
    models: dict[str, set[str]] = defaultdict(set)
    for one in said:
        models[one.conversation].add(one.model)
    counted: dict[str, int] = defaultdict(int)
    for found in models.values():
        for model in found:
            counted[model] += 1
    return dict(counted), sum(len(found) > 1 for found in models.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--customers", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two messages")
    parser.add_argument("--share", type=int, default=20, help="percent of the conversations")
    parser.add_argument("--threshold", type=float, default=0.9, help="of the worse candidate")
    parser.add_argument("--turns", type=int, default=200, help="of the equal candidate")
    options = parser.parse_args()
    trained = ensure_model(Layout.from_environment())
    with tempfile.TemporaryDirectory(prefix="trials-") as folder:
        models = Path(folder) / "models"
        models.mkdir()
        shutil.copy(trained, models / trained.name)
        worse = with_threshold(trained, Path(folder) / "worse.tar.gz", options.threshold)
        settings = {**unlimited_codes(), "CARE_MODELS_DIR": str(models), "CARE_TRAINER": "off"}
        with Product(**settings, CARE_MODEL=str(models / trained.name)) as product:
            sentences = _sentences()
            with Traffic(
                product.address, options.customers, options.pause, sentences, IN_A_CHAT
            ) as traffic:
                trial = Trial(product, traffic, options.share)
                trial.studio.register(EQUAL, trained)
                trial.studio.register(WORSE, worse)
                _measure(trial, options.turns)


def _sentences() -> list[str]:
    """The frozen test sentences, in an order of their own."""
    text = (ROOT / "tests/nlu/sentences.yml").read_text(encoding="utf-8")
    said = [one["text"] for one in YAML(typ="safe").load(text)["sentences"]]
    random.Random(1).shuffle(said)
    return said


def _measure(trial: Trial, turns: int) -> None:
    time.sleep(3)
    began = time.monotonic()
    time.sleep(QUIET_SECONDS)
    print(report("quiet", trial.turns(began)), flush=True)
    _shadow(trial)
    _equal(trial, turns)
    _worse(trial)
    _roll_back(trial)


def _shadow(trial: Trial) -> None:
    began = trial.begin("shadow", WORSE)
    trial.until(lambda: trial.studio.deployment()["trial"]["seen"] >= 150)
    seen = trial.studio.deployment()["trial"]
    print(report("shadow of the worse one", trial.turns(began)))
    time.sleep(3)  # the inbox takes up what was said a moment later
    found = trial.studio.http.get("/studio/inbox", params={"limit": 100, "reason": "disagrees"})
    print(
        f"  understood {seen['seen']} turns too, {seen['differ']} otherwise; "
        f"groups of the inbox with that as their reason: {len(found.json())}",
        flush=True,
    )
    trial.studio.post("/studio/models/stop", reason="benchmark")


def _equal(trial: Trial, turns: int) -> None:
    before = trial.said()[-1].id
    began = trial.begin("canary", EQUAL)
    begun = trial.said(before)[-1].id
    trial.until(lambda: trial.studio.deployment()["trial"]["candidate"]["turns"] >= turns)
    found = trial.studio.deployment()["trial"]
    print(report("canary of the equal one", trial.turns(began)))
    # Conversations that were under way when it began may have changed to it: those that began since are looked at.
    old = {one.conversation for one in trial.said() if one.id <= begun}
    counted, two = shared([one for one in trial.said(begun) if one.conversation not in old])
    print(
        f"  bad turns: candidate {found['candidate']}, live {found['live']}; "
        f"evidence {found['evidence']:.2f} of {found['threshold']:.2f}"
    )
    print(f"  conversations by model: {counted}; with two models: {two}", flush=True)
    trial.studio.post("/studio/models/stop", reason="benchmark")


def _worse(trial: Trial) -> None:
    last = trial.said()[-1].id
    began = trial.begin("canary", WORSE)
    trial.until(lambda: trial.studio.deployment()["trial"] is None)
    stopped = time.monotonic()
    event = trial.studio.http.get("/studio/models/history").json()["events"][0]
    by = sum(one.model == WORSE for one in trial.said(last))
    time.sleep(1)
    after = trial.said()[-1].id
    time.sleep(5)
    late = sum(one.model == WORSE for one in trial.said(after))
    print(report("canary of the worse one", trial.turns(began)))
    print(
        f"  {event['kind']} by {event['by']} ({event['reason']}) after {stopped - began:.1f} s, "
        f"its turns: {by}; turns it answered later than a second after that: {late}",
        flush=True,
    )


def _roll_back(trial: Trial) -> None:
    former = trial.studio.deployment()["live"]
    trial.studio.promote(WORSE)
    time.sleep(3)
    began = time.monotonic()
    trial.studio.post("/studio/models/roll-back", reason="benchmark")
    took = time.monotonic() - began
    last = trial.said()[-1].id
    time.sleep(5)
    models = {one.model for one in trial.said(last)[4:]}  # turns under way end where they began
    print(report("roll back", trial.turns(began)))
    print(f"  took {took:.2f} s; turns after it were answered by {models} (live before: {former})")


if __name__ == "__main__":
    main()
