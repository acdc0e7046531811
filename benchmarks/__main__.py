"""``python -m benchmarks`` (``make bench``): every figure the documentation quotes, in one run.

``--quick`` measures the product alone, for less time. The whole run also trains the model anew, to see how long that
takes, and measures the baseline: the same data, domain and actions under plain Rasa (``benchmarks/README.md``).
"""

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Sequence

import psutil  # type: ignore[import-untyped]

from benchmarks.flows import baseline_model
from benchmarks.flows.baseline import running_baseline
from benchmarks.flows.figures import SystemFigures
from benchmarks.flows.load import measure
from benchmarks.flows.report import report
from benchmarks.flows.systems import running_product
from benchmarks.flows.training import train_seconds
from tools.layout import Layout

FULL_LEVELS, QUICK_LEVELS = (1, 8, 32), (1, 8)
BUSY = 0.5
"""Load of the machine, by CPU, above which the figures are not worth quoting."""


def main() -> int:
    """The command line."""
    options = _options()
    layout = Layout.from_environment()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    remarks = _remarks(options, load)
    levels = options.levels or (QUICK_LEVELS if options.quick else FULL_LEVELS)
    seconds = options.seconds or (3.0 if options.quick else 10.0)
    repeats = 2 if options.quick else 10
    model = None if options.quick or options.no_baseline else _baseline_model(layout, options)

    _say("the product: starting")
    with running_product() as product:
        _say(f"the product: measuring (ready after {product.ready_seconds:.0f} s)")
        ours = measure(product, repeats=repeats, levels=levels, seconds=seconds)
    theirs: SystemFigures | None = None
    failed = False
    if model is not None:
        try:
            theirs = _baseline(layout, model, repeats, levels, seconds)
        except RuntimeError as error:
            failed = True
            remarks.append("the baseline could not be measured")
            _say(str(error))
    if not (options.quick or options.no_train):
        _say("training our model anew, aside")
        ours.train_seconds = train_seconds(layout)
    text = report(ours, theirs, _machine(load), remarks)
    file = baseline_model.folder(layout) / "report.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(f"\n{text}\n(kept in {file})")
    return 1 if failed else 0


def _baseline(
    layout: Layout,
    model: baseline_model.BaselineModel,
    repeats: int,
    levels: Sequence[int],
    seconds: float,
) -> SystemFigures:
    _say("the baseline: starting")
    with running_baseline(layout, model) as baseline:
        _say(f"the baseline: measuring (ready after {baseline.ready_seconds:.0f} s)")
        figures = measure(baseline, repeats=repeats, levels=levels, seconds=seconds)
    figures.notes.extend(_notes(model))
    figures.train_seconds = model.train_seconds
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the product alone, less time")
    parser.add_argument("--no-baseline", action="store_true", help="leave plain Rasa out")
    parser.add_argument("--no-train", action="store_true", help="leave our training out")
    parser.add_argument(
        "--baseline-epochs",
        type=int,
        default=baseline_model.DEFAULT_EPOCHS,
        help="epochs of the baseline's model (100; training takes over ten minutes)",
    )
    parser.add_argument(
        "--baseline-newest",
        action="store_true",
        help="take the newest trained baseline, even if it is of other data (the report says so)",
    )
    parser.add_argument("--seconds", type=float, help="time for each number of customers (10)")
    parser.add_argument(
        "--levels", type=int, nargs="+", metavar="N", help="customers at once (1 8 32)"
    )
    return parser.parse_args()


def _baseline_model(layout: Layout, options: argparse.Namespace) -> baseline_model.BaselineModel:
    if options.baseline_newest:
        model = baseline_model.newest(layout)
        if model is not None:
            return model
    epochs = options.baseline_epochs
    if not baseline_model.model_path(layout, epochs).exists():
        _say(f"the baseline: training {epochs} epochs; this takes long, once for the present data")
    return baseline_model.ensure(layout, epochs)


def _notes(model: baseline_model.BaselineModel) -> Sequence[str]:
    notes = [
        f"pipeline and policies of `rasa init` (JiebaTokenizer), {model.epochs} epochs; `rasa run`, REST channel, "
        "SQLite tracker store; the same actions in a rasa-sdk server of their own (process `actions`)",
        "numbers, codes and names of plans reach it as button payloads: its pipeline gives no values for them",
    ]
    if model.epochs != baseline_model.DEFAULT_EPOCHS:
        notes.append(
            f"trained with {model.epochs} epochs where `rasa init` has {baseline_model.DEFAULT_EPOCHS}: "
            "a turn costs the same, but less of it is understood"
        )
    if not model.current:
        notes.append("its model is of earlier data than ours")
    return notes


def _remarks(options: argparse.Namespace, load: float) -> list[str]:
    remarks = []
    if options.quick:
        remarks.append("a quick run: for a look, not to be quoted")
    if load > BUSY:
        remarks.append(
            f"the machine was busy when this began ({load:.1f} processes a CPU): not to be quoted"
        )
    return remarks


def _machine(load: float) -> str:
    memory = psutil.virtual_memory().total / 1024**3
    today = datetime.datetime.now(datetime.UTC).date()
    return (
        f"{today}: {os.cpu_count()} CPUs ({platform.machine()}), {memory:.0f} GB, {platform.system()}; customers, bot "
        f"and care server share them; load before: {load:.1f} a CPU."
    )


def _say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
