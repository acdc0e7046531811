"""``rasa run`` with the token of its HTTP API read from a file. Runs in the bot environment.

Rasa takes its token only on the command line, where every user of the machine can read it. Here the
command line that others see has none; Rasa's own entry point then runs as ever.

``python -m tools.rasa_server run --model … --port …``
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

from tools import secret_files


def main() -> None:
    """Add ``--auth-token`` and become ``rasa``."""
    token = secret_files.read(Path(os.environ["CARE_SECRETS_DIR"]), "rasa_token")
    sys.argv = ["rasa", *sys.argv[1:], "--auth-token", token]
    runpy.run_module("rasa", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
