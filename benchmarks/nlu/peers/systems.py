"""The systems by name, and how each is run."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.nlu.peers.task import Run, Task, run
from tools.layout import Layout
from tools.node import ensure_node, install_packages

OURS = "Xiaoxun"
_EPOCHS = 100
_FOLDER = Path(__file__).parent


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that choose among them."""
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=("english", "linear", "nlpjs", "diet"),
        default=["linear", "nlpjs"],
        help="what is measured beside ours; diet is stock Rasa, which takes hours for ten thousand sentences",
    )
    parser.add_argument(
        "--epochs", type=int, default=_EPOCHS, help="of diet; 100 is what `rasa init` has"
    )


def chosen(options: argparse.Namespace) -> Mapping[str, Callable[[Task], Run]]:
    """Ours and the peers that the command line asks for, by the name that the report gives them."""
    every: dict[str, tuple[str, Callable[[Task], Run]]] = {
        "english": (f"{OURS}, encoder for English", partial(in_python, ["english"])),
        "linear": ("n-grams + logistic regression", partial(in_python, ["linear"])),
        "nlpjs": ("NLP.js", nlpjs),
        "diet": (
            f"stock Rasa (DIET, {options.epochs} epochs)",
            partial(in_python, ["diet", str(options.epochs)]),
        ),
    }
    return {OURS: partial(in_python, ["ours"]), **dict(every[peer] for peer in options.peers)}


def in_python(words: Sequence[str], task: Task) -> Run:
    """Runs a module beside this one, with its arguments."""
    return run([sys.executable, "-m", "benchmarks.nlu.peers", *words], task)


def nlpjs(task: Task) -> Run:
    """Runs NLP.js. Its packages are installed at the first call; raises ``SetupFailure`` when they cannot be had."""
    layout = Layout.from_environment()
    node = ensure_node(layout)
    install_packages(_FOLDER, node, os.environ, layout.log / "setup.log", "NLP.js")
    return run([node.folder / "node", "--max-old-space-size=8192", _FOLDER / "nlpjs.cjs"], task)
