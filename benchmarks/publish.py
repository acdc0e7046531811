"""From published data to a live model: how long each stage takes, and what customers notice while a model is trained.

``python -m benchmarks.publish`` starts the product with its trainer, lets customers talk over the REST channel, changes one
example of the full data, asks for a training, and promotes the model. Printed: the seconds of each stage and in all, and
the time of customers' turns before, during training and measuring, and while it is put live.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.swaps import Studio, Traffic, Turn, p95, report
from tests.servers.product import Product, unlimited_codes
from tools.layout import ROOT, Layout
from tools.model import ensure_model

JOB_SECONDS = 3600.0
QUIET_SECONDS = 45.0
"""Before the training and again after it: a machine that others use, too, is not always equally fast."""
EXAMPLE = """version: "3.1"
nlu:
- intent: query_bill
  examples: |
    - 账单这个东西我想看看上一个月的
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--customers", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two messages")
    options = parser.parse_args()
    trained = ensure_model(Layout.from_environment())
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        root, models = Path(folder) / "data-repository", Path(folder) / "models"
        shutil.copytree(ROOT / "data", root / "data")
        shutil.copy(ROOT / "domain.yml", root)
        models.mkdir()
        shutil.copy(trained, models)
        settings = {
            **unlimited_codes(),
            "CARE_TRAINER": "on",
            "CARE_MODELS_DIR": str(models),
            "CARE_MODEL": str(models / trained.name),
            "CARE_DATA_DIR": str(root / "data"),
        }
        with Product(**settings) as product:
            repository = product.var / "data-repository"
            (repository / "data" / "nlu" / "benchmark.yml").write_text(EXAMPLE, encoding="utf-8")
            _measure(product, options)


def _measure(product: Product, options: argparse.Namespace) -> None:
    studio = Studio(product)
    with Traffic(product.address, options.customers, options.pause) as traffic:
        time.sleep(3)
        quiet = _quiet("quiet", traffic)
        asked = time.monotonic()
        job = studio.post("/studio/jobs", reason="benchmark")["id"]
        stages, ended = _ended(studio, job)
        measured = time.monotonic()
        print(
            f"job: {ended['state']} {ended['problem'] or ''}; seconds by stage: {ended['seconds']}"
        )
        ends = [begin for _, begin in stages[1:]] + [measured]
        for (stage, begin), end in zip(stages, ends, strict=True):
            print(report(f"  while it is at: {stage}", traffic.between(begin, end)))
        busy = traffic.between(asked, measured)
        print(report("training and measuring", busy), flush=True)
        if ended["state"] != "done":
            return
        took = studio.promote(ended["model"])
        live = time.monotonic()
        print(report(f"put live ({took:.1f} s)", traffic.between(measured, live + 1)))
        verdict = studio.http.get(f"/studio/models/{ended['model']}").json()["verdict"]
        print(f"gate: {'passed' if verdict['passed'] else verdict['objections']}")
        print(f"from the request to live: {live - asked:.0f} s")
        quiet += _quiet("quiet again", traffic)
        print(
            f"p95 of the turns while it trained and measured: {p95(busy) / p95(quiet):.2f} of the quiet ones'"
        )


def _quiet(name: str, traffic: Traffic) -> list[Turn]:
    began = time.monotonic()
    time.sleep(QUIET_SECONDS)
    turns = traffic.between(began, time.monotonic())
    print(report(name, turns), flush=True)
    return turns


def _ended(studio: Studio, job: str) -> tuple[list[tuple[str, float]], dict[str, object]]:
    """When each stage began, and the job once it has ended; what follows it is cancelled, so that it takes no time."""
    deadline = time.monotonic() + JOB_SECONDS
    stages: list[tuple[str, float]] = []
    while time.monotonic() < deadline:
        jobs = studio.http.get("/studio/jobs").json()["jobs"]
        found: dict[str, object] = next(one for one in jobs if one["id"] == job)
        stage = str(found["stage"] or found["state"])
        if found["state"] not in ("queued", "running"):
            for one in jobs:
                if one["kind"] == "cross_validation" and one["state"] in ("queued", "running"):
                    studio.post(f"/studio/jobs/{one['id']}/cancel")
            return stages, found
        if not stages or stages[-1][0] != stage:
            stages.append((stage, time.monotonic()))
        time.sleep(0.5)
    raise RuntimeError("the job did not end")


if __name__ == "__main__":
    main()
