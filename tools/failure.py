"""The one error of ``tools``: what the person at the keyboard can act on, in one sentence."""

from __future__ import annotations

import sys
from typing import Callable


class SetupFailure(Exception):
    """What went wrong and what to do about it: one sentence, shown without a traceback."""


def run_main(main: Callable[[], int]) -> None:
    """Call ``main``, exit with its status; a `SetupFailure` becomes its sentence and status 1."""
    try:
        status = main()
    except SetupFailure as failure:
        print(f"\nxiaoxun: {failure}", file=sys.stderr, flush=True)
        status = 1
    except KeyboardInterrupt:
        print("\nxiaoxun: stopped.", file=sys.stderr, flush=True)
        status = 130
    sys.exit(status)
