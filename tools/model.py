"""The model the bot runs: named by the hash of all it is made from, trained only when that is new.

``python3 -m tools.model path`` prints where the model of the present data stands or would stand;
``python3 -m tools.model train`` makes it when it is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Union

from tools import environments
from tools.content_hash import content_hash, files_below
from tools.failure import SetupFailure, run_main
from tools.layout import Layout
from tools.steps import CommandFailure, Step, run_logged, say

_DATA = ("data/nlu", "data/rules", "data/stories")
_KEPT = 5
_DISK_GIGABYTES = 0.5
_PREFIX = "xiaoxun-"


def _is_made_of(path: Path) -> bool:
    return path.name != "__pycache__" and not path.name.startswith(".")


def _below(folder: Path) -> List[Path]:
    return list(files_below(folder, _is_made_of)) if folder.is_dir() else []


def code_files(root: Path) -> List[Path]:
    """The files of ``bot/`` a model depends on: all but the channels, which are outside of it."""
    channels = root / "bot" / "channels"
    return [path for path in _below(root / "bot") if channels not in path.parents]


def model_files(root: Path) -> List[Path]:
    """All files a model is made from."""
    files = [root / "config.yml", root / "domain.yml", root / "requirements/bot.txt"]
    files += [root / "data/demo/lexicon.json", root / "data/wishes.yml"]
    for folder in ("domain", *_DATA):
        files += _below(root / folder)
    return files + code_files(root)


def model_path(layout: Layout) -> Path:
    """Where the model of the present data stands, whether it is there or not."""
    fingerprint = content_hash(layout.root, model_files(layout.root))
    return layout.models / (f"{_PREFIX}{fingerprint[:12]}.tar.gz")


def bot_environment(layout: Layout, environ: Mapping[str, str]) -> Dict[str, str]:
    """Environment variables for every Rasa process: no telemetry, less noise, a cache of our own.

    Rasa's training cache knows a component by the source of its class alone. The cache's folder is
    therefore named by a hash of all our code and of the installed packages: a change in a module
    that a component imports cannot bring back an outdated result.
    """
    code = content_hash(layout.root, [*code_files(layout.root), layout.requirements / "bot.txt"])
    return {
        **environ,
        "CARE_VAR_DIR": str(layout.var),
        # One sentence is too little for two threads: the second one would only spin between the calls.
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(layout.cache / ("rasa-" + code[:12])),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def ensure_model(layout: Layout, environ: Optional[Mapping[str, str]] = None) -> Path:
    """The model of the present data, trained now if it is missing. Raises `SetupFailure`."""
    path = model_path(layout)
    if path.exists():
        return path
    for needed in ("config.yml", "data/nlu"):
        if not (layout.root / needed).exists():
            raise SetupFailure(f"{needed} is missing, so there is nothing to train a model from.")
    layout.models.mkdir(parents=True, exist_ok=True)
    environments.require_disk(layout.models, _DISK_GIGABYTES, "training the model")
    _train(layout, path, bot_environment(layout, os.environ if environ is None else environ))
    kept = (os.environ if environ is None else environ).get("CARE_KEEP_MODELS") or ""
    _remove_old(layout, path, int(kept) if kept.isdigit() else _KEPT)
    return path


def train_command(layout: Layout, name: str, out: Path) -> List[Union[str, Path]]:
    """Rasa's own training of the data at ``layout.root``, where it must be run; the archive goes into ``out``."""
    domain = "domain.yml" if (layout.root / "domain.yml").exists() else "domain"
    return [
        *(layout.python("bot"), "-m", "rasa", "train"),
        *("--config", "config.yml", "--domain", domain),
        *("--data", *(folder for folder in _DATA if (layout.root / folder).exists())),
        *("--fixed-model-name", name, "--out", out),
        # Stories joined to each other, by which neither of the policies learns: they leave them out.
        *("--augmentation", "0"),
        # `rasa data validate` reads everything once more: tests/bot/test_rasa_data.py runs it, and the trainer
        # checks what it was given by itself.
        "--skip-validation",
    ]


def stage_of(line: str) -> Optional[str]:
    """What Rasa begins to do by a line of its output: the component's name."""
    found = re.search(
        r"Starting to train component '([\w.]+)'|Restored component '([\w.]+)' from cache", line
    )
    if found is None:
        return None
    trained, restored = (name and name.rpartition(".")[2] for name in found.groups())
    return f"training {trained}" if trained else f"{restored}: unchanged"


def _train(layout: Layout, path: Path, environ: Mapping[str, str]) -> None:
    root = layout.root
    log = layout.log / "train.log"
    cache = Path(environ["RASA_CACHE_DIRECTORY"])
    for old in layout.cache.glob("rasa-*"):
        if old != cache:
            shutil.rmtree(str(old), ignore_errors=True)
    name = path.name[: -len(".tar.gz")]
    aside = Path(tempfile.mkdtemp(prefix=".training-", dir=str(layout.models)))
    try:
        with Step(f"training the model {name}") as step:
            run_logged(
                train_command(layout, name, aside),
                log,
                cwd=root,
                environ=environ,
                on_line=_Stages(step).line,
            )
        made = aside / path.name
        if not made.exists():
            raise SetupFailure(f"the training ended without a model; its whole output is in {log}.")
        os.replace(str(made), str(path))
    except CommandFailure as failure:
        raise SetupFailure(f"the model could not be trained: {failure}") from failure
    finally:
        shutil.rmtree(str(aside), ignore_errors=True)


class _Stages:
    """Shows, out of all Rasa prints, each component it begins to train."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def line(self, text: str) -> None:
        stage = stage_of(text)
        if stage is not None:
            self._step.detail(stage)


def archive_path(layout: Layout, name: str) -> Path:
    """Where the archive of the model ``name`` stands or would stand."""
    return layout.models / f"{name}.tar.gz"


def models_in_use(layout: Layout) -> List[str]:
    """The models that the studio has live, keeps warm or tries."""
    noted = _noted(layout)
    return [str(noted[role]) for role in ("live", "former", "candidate") if noted.get(role)]


def promoted_model(layout: Layout) -> Optional[Path]:
    """The archive that somebody has put live in the studio; ``None`` when nobody has, or it is gone."""
    noted = _noted(layout)
    if not noted.get("promoted") or not re.fullmatch(_PREFIX + "[0-9a-f]{12}", str(noted["live"])):
        return None
    path = archive_path(layout, str(noted["live"]))
    return path if path.is_file() else None


def _noted(layout: Layout) -> Dict[str, Any]:
    """What the care server notes in ``var`` of the models it uses (``care/studio/models/rollout.py``)."""
    try:
        content = json.loads((layout.var / "live_model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _remove_old(layout: Layout, present: Path, most: int) -> None:
    """Keep the newest archives besides the present one, so that a step back needs no training; and those in use.

    ``most`` of them, as the studio does (``care/studio/models/keeping.py``).
    """
    kept = {present, *(archive_path(layout, name) for name in models_in_use(layout))}
    archives = [path for path in layout.models.glob(_PREFIX + "*.tar.gz") if path not in kept]
    archives.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in archives[most:]:
        path.unlink()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.model", description=__doc__)
    parser.add_argument("action", choices=("path", "train"))
    action = parser.parse_args().action
    layout = Layout.from_environment()
    if action == "train":
        environments.ensure(layout, environments.BOT, testing=False)
        ensure_model(layout)
        say(f"The model is {model_path(layout)}")
    else:
        sys.stdout.write(f"{model_path(layout)}\n")
    return 0


if __name__ == "__main__":
    run_main(main)
