"""Resolve ``requirements/*.in`` into lists with hashes: ``python3 -m tools.lock [--upgrade]``.

Without ``--upgrade`` the present versions are kept where they still fit. No address of a registry
and no path of a machine gets into the lists.
"""

from __future__ import annotations

import argparse
import os

from tools.environments import BOT, CARE, SPEECH
from tools.failure import run_main
from tools.installer import ensure_uv, installer_environment
from tools.layout import Layout
from tools.steps import Step, run_logged

_OLDEST_TO_START_WITH = "3.8"

# the lists for tests are bound to those for running, so these come first
LISTS = (
    ("bot", BOT.python),
    ("bot-dev", BOT.python),
    ("care", CARE.python),
    ("dev", CARE.python),
    ("speech", SPEECH.python),
    ("voice", BOT.python, "--no-deps"),
    ("node", CARE.python),
    ("uv", _OLDEST_TO_START_WITH),
)


def main() -> int:
    """Lock all lists."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.lock", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    more = ["--upgrade"] if parser.parse_args().upgrade else []
    layout = Layout.from_environment()
    log = layout.log / "lock.log"
    environ = installer_environment(os.environ)
    uv = ensure_uv(layout, environ, log)
    for name, python, *how in LISTS:
        with Step(f"locking requirements/{name}.txt"):
            run_logged(
                [
                    *(uv, "pip", "compile", "--universal", "--generate-hashes", "--no-header"),
                    *("--python-version", python, "-o", f"{name}.txt", f"{name}.in", *how, *more),
                ],
                log,
                cwd=layout.requirements,
                environ=environ,
            )
    return 0


if __name__ == "__main__":
    run_main(main)
