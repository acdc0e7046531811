"""``rasa run`` with the token of its HTTP API from ``CARE_RASA_TOKEN`` or its file. Runs in the bot environment.

Rasa takes its token only on the command line, where every user of the machine can read it. Here the
command line that others see has none; Rasa's own entry point then runs as ever.

``python -m tools.rasa_server run --model … --port …``
"""

from __future__ import annotations

import runpy
import sys

from tools import secret_files
from tools.failure import run_main
from tools.layout import Layout


def main() -> int:
    """Add ``--auth-token`` and become ``rasa``."""
    token = secret_files.read(Layout.from_environment().secrets, "rasa_token")
    sys.argv = ["rasa", *sys.argv[1:], "--auth-token", token]
    runpy.run_module("rasa", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    run_main(main)
