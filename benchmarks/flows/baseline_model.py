"""The baseline's model: our data and domain under the pipeline and policies of ``rasa init``.

Training it takes many times as long as all measurements together, so it is kept in ``var/bench`` under a hash of what it
is made of. ``python -m benchmarks.flows.baseline_model`` makes it beforehand.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.content_hash import content_hash, files_below
from tools.layout import Layout

CONFIG = Path(__file__).with_name("rasa_init.yml")
DEFAULT_EPOCHS = 100
_DATA = ("data/nlu", "data/rules", "data/stories")
_PREFIX = "baseline-"


@dataclass(frozen=True, slots=True)
class BaselineModel:
    """A trained archive; ``train_seconds`` is from command to archive, ``current`` says that it is of the present data."""

    path: Path
    epochs: int
    train_seconds: float
    current: bool = True


def config_text(epochs: int) -> str:
    """The configuration with this number of epochs."""
    return re.sub(r"epochs: \d+", f"epochs: {epochs}", CONFIG.read_text(encoding="utf-8"))


def folder(layout: Layout) -> Path:
    """Where baseline models are kept."""
    return layout.var / "bench"


def model_path(layout: Layout, epochs: int) -> Path:
    """Where the model of the present data stands, whether it is there or not."""
    root = layout.root
    files = [root / "domain.yml", root / "requirements" / "bot.txt", CONFIG]
    for name in _DATA:
        files += files_below(root / name, lambda path: not path.name.startswith("."))
    fingerprint = content_hash(root, files)
    return folder(layout) / f"{_PREFIX}{epochs}-{fingerprint[:12]}.tar.gz"


def ensure(layout: Layout, epochs: int) -> BaselineModel:
    """The model of the present data, trained when it is missing (at the lowest priority).

    Raises ``RuntimeError`` when the training fails.
    """
    path = model_path(layout, epochs)
    if not path.exists():
        _train(layout, path, epochs)
    return _read(path)


def newest(layout: Layout) -> BaselineModel | None:
    """The newest archive of any data and number of epochs."""
    found = sorted(folder(layout).glob(f"{_PREFIX}*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        return None
    model = _read(found[-1])
    current = model.path == model_path(layout, model.epochs)
    return BaselineModel(model.path, model.epochs, model.train_seconds, current)


def _notes(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".tar.gz") + ".json")


def _read(path: Path) -> BaselineModel:
    notes = json.loads(_notes(path).read_text(encoding="utf-8"))
    return BaselineModel(path, int(notes["epochs"]), float(notes["train_seconds"]))


def _train(layout: Layout, path: Path, epochs: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".training-", dir=path.parent))
    name = path.name.removesuffix(".tar.gz")
    log = path.parent / "baseline-train.log"
    config = aside / "config.yml"
    config.write_text(config_text(epochs), encoding="utf-8")
    environ = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(aside / "cache"),  # nothing out of an earlier training
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONNOUSERSITE": "1",
    }
    command: list[str | Path] = ["nice", "-n", "19", layout.python("bot"), "-m", "rasa", "train"]
    command += ["--config", config, "--domain", "domain.yml", "--data", *_DATA]
    command += ["--fixed-model-name", name, "--out", aside]
    started = time.monotonic()
    try:
        with log.open("wb") as output:
            status = subprocess.run(
                command,
                cwd=layout.root,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        made = aside / path.name
        if status or not made.exists():
            raise RuntimeError(f"the baseline's model could not be trained; see {log}")
        notes = asdict(BaselineModel(path, epochs, round(time.monotonic() - started, 1)))
        _notes(path).write_text(json.dumps({**notes, "path": path.name}), encoding="utf-8")
        os.replace(made, path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def main() -> None:
    """Make the model of the present data."""
    parser = argparse.ArgumentParser(description="Train the baseline's model if it is missing.")
    parser.add_argument("--epochs", type=int, default=DEFAULT_EPOCHS)
    model = ensure(Layout.from_environment(), parser.parse_args().epochs)
    print(f"{model.path} ({model.epochs} epochs, trained in {model.train_seconds:.0f} s)")


if __name__ == "__main__":
    main()
