"""Do customers notice that a model is put live? Ten swaps under traffic, roll back, and stock ``PUT /model`` beside them.

``python -m benchmarks.swaps`` starts the product, lets customers talk over the REST channel all the while, and promotes
models through the studio's own HTTP calls: ``--fresh`` of the ``--swaps`` start a process of their own, the others go
back and forth between warm ones. Every archive has the same bytes, so that only the swap can make a difference. At the
end Rasa's own ``PUT /model`` loads the same archive into the live process, under the same traffic.
"""

import argparse
import itertools
import json
import secrets
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.servers.product import Product, unlimited_codes
from tools.layout import Layout
from tools.model import ensure_model

SAYINGS = ("你好", "你们有哪些套餐", "附近营业厅在哪", "怎么查话费", "谢谢", "宽带怎么办理")
QUIET_SECONDS = 20.0
PROMOTE_SECONDS = 600.0


@dataclass(frozen=True)
class Turn:
    """One message of a customer: when it was sent, when answered (seconds), and what was wrong with the answer."""

    began: float
    ended: float
    problem: str | None

    @property
    def seconds(self) -> float:
        """How long the customer waited."""
        return self.ended - self.began


@dataclass
class Traffic:
    """Customers who talk until told to stop, each with a pause between two messages."""

    address: str
    customers: int
    pause: float
    sayings: Sequence[str] = SAYINGS
    in_a_chat: int = len(SAYINGS)
    turns: list[Turn] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Traffic":
        self._threads = [threading.Thread(target=self._talk) for _ in range(self.customers)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def between(self, begin: float, end: float) -> list[Turn]:
        """The turns of which some part lies between two moments."""
        return [one for one in list(self.turns) if one.began < end and one.ended > begin]

    def _talk(self) -> None:
        sayings = itertools.cycle(self.sayings)
        for _ in range(secrets.randbelow(len(self.sayings))):
            next(sayings)
        with httpx.Client(base_url=self.address, timeout=60, trust_env=False) as http:
            while not self._over.wait(self.pause):
                sender = f"swap-{secrets.token_hex(8)}"
                for text in itertools.islice(sayings, self.in_a_chat):
                    if self._over.is_set():
                        return
                    self.turns.append(self._say(http, sender, text))
                    time.sleep(self.pause)

    def _say(self, http: httpx.Client, sender: str, text: str) -> Turn:
        began = time.monotonic()
        problem = None
        try:
            answer = http.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
            if answer.status_code != 200:
                problem = f"status {answer.status_code}"
            elif any("owner" in (item.get("custom") or {}) for item in answer.json()):
                problem = "handed over"
            elif not any(item.get("text") for item in answer.json()):
                problem = "silence"
        except httpx.HTTPError as error:
            problem = type(error).__name__
        return Turn(began, time.monotonic(), problem)


class Studio:
    """A trainer's browser, and the trainer's door."""

    def __init__(self, product: Product) -> None:
        self.http = httpx.Client(base_url=product.address, timeout=30, trust_env=False)
        login = {"username": "trainer", "password": "trainer-demo"}
        answer = self.http.post("/desk/login", json=login).raise_for_status().json()
        self.http.headers["X-CSRF-Token"] = answer["csrf"]
        secret = product.secret("trainer_secret")
        self._door = httpx.Client(
            base_url=product.private_address,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=60,
            trust_env=False,
        )

    def register(self, name: str, archive: Path) -> None:
        """Hand ``archive`` in under ``name``, as the trainer does."""
        self.post("/studio/jobs", reason="benchmark")
        claim = self._door.post("/trainer/claim", json={"worker": "benchmark"}).json()
        job, attempt = claim["job_id"], claim["attempt"]
        with archive.open("rb") as stream:
            query = {"attempt": attempt, "name": name}
            self._door.put(
                f"/trainer/jobs/{job}/archive", params=query, content=stream
            ).raise_for_status()
        problem = {"code": "benchmark"}
        self._door.post(
            f"/trainer/jobs/{job}/end", json={"attempt": attempt, "problem": problem}
        ).raise_for_status()

    def post(self, path: str, **body: Any) -> Any:
        """A call that must succeed."""
        answer = self.http.post(path, json=body)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
        return answer.json()

    def deployment(self) -> Any:
        """Which models serve."""
        return self.http.get("/studio/models/deployment").raise_for_status().json()

    def promote(self, name: str) -> float:
        """Put a model live; gives the seconds until it serves."""
        began = time.monotonic()
        self.post(f"/studio/models/{name}/promote", reason="benchmark", override=True)
        while time.monotonic() - began < PROMOTE_SECONDS:
            state = self.deployment()
            if state["live"] == name:
                return time.monotonic() - began
            if state["pending"] is None:
                events = self.http.get("/studio/models/history").json()["events"]
                raise RuntimeError(f"{name} was not put live: {events[0]['problem']}")
            time.sleep(0.1)
        raise RuntimeError(f"{name} was not put live in time")


def report(name: str, turns: Sequence[Turn]) -> str:
    """One line of the table."""
    if not turns:
        return f"{name:<44} no turns"
    waits = [one.seconds * 1000 for one in turns]
    failed = [one.problem for one in turns if one.problem]
    return (
        f"{name:<44} {len(turns):>5} turns, {len(failed)} failed {sorted(set(failed)) or ''} "
        f"p50 {statistics.median(waits):>6.0f} ms  p95 {p95(turns) * 1000:>6.0f} ms  max {max(waits):>6.0f} ms"
    )


def p95(turns: Sequence[Turn]) -> float:
    """Seconds that nineteen of twenty customers waited at most. There must be a turn."""
    waits = sorted(one.seconds for one in turns)
    return waits[min(len(waits) - 1, int(len(waits) * 0.95))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--swaps", type=int, default=10)
    parser.add_argument("--fresh", type=int, default=3, help="swaps that start a process")
    parser.add_argument("--customers", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two messages")
    options = parser.parse_args()
    trained = ensure_model(Layout.from_environment())
    with tempfile.TemporaryDirectory(prefix="swaps-") as folder:
        models = Path(folder) / "models"
        models.mkdir()
        shutil.copy(trained, models / trained.name)
        settings = {**unlimited_codes(), "CARE_MODELS_DIR": str(models), "CARE_TRAINER": "off"}
        with Product(**settings, CARE_MODEL=str(models / trained.name)) as product:
            _measure(product, trained, options)


def _measure(product: Product, trained: Path, options: argparse.Namespace) -> None:
    studio = Studio(product)
    names = [f"xiaoxun-{number:012x}" for number in range(1, options.fresh + 1)]
    for name in names:
        studio.register(name, trained)
    with Traffic(product.address, options.customers, options.pause) as traffic:
        time.sleep(3)
        began = time.monotonic()
        time.sleep(QUIET_SECONDS)
        print(report("quiet", traffic.between(began, time.monotonic())), flush=True)
        swapping, switching = [], []
        for number in range(options.swaps):
            state = studio.deployment()
            fresh = number < options.fresh
            name = names[number] if fresh else state["former"]
            began = time.monotonic()
            took = studio.promote(name)
            ended = time.monotonic()
            during = traffic.between(began, ended + 1)
            swapping += during
            switching += traffic.between(ended - 1, ended + 1)
            kind = "new process" if fresh else "warm process"
            print(
                report(f"swap {number + 1} ({kind}, live after {took:.1f} s)", during), flush=True
            )
        print(report(f"all {options.swaps} swaps", swapping))
        print(report("within a second of each switch", switching))
        began = time.monotonic()
        studio.post("/studio/models/roll-back", reason="benchmark")
        took = time.monotonic() - began
        time.sleep(2)
        print(report(f"roll back (live after {took:.2f} s)", traffic.between(began, began + 2)))
        began = time.monotonic()
        took = _put_model(product, studio)
        time.sleep(2)
        during = traffic.between(began, began + took)
        print(report(f"stock PUT /model (took {took:.1f} s)", during))
    failed = [one.problem for one in swapping if one.problem]
    print(f"turns that failed during the swaps: {len(failed)}")


def _put_model(product: Product, studio: Studio) -> float:
    """Rasa's own way, on the live process; gives the seconds that the call took."""
    live = studio.deployment()["live"]
    engines = json.loads((product.var / "run" / "engines.json").read_text())["engines"]
    process = next(one for one in engines if live in one["model"])
    began = time.monotonic()
    httpx.put(
        f"http://127.0.0.1:{process['port']}/model",
        params={"token": product.secret("rasa_token")},
        json={"model_file": process["model"]},
        timeout=120,
        trust_env=False,
    ).raise_for_status()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
