"""Become a command that dies with its parent: ``python tools/child.py PARENT COMMAND…``.

The supervisor starts its children through this. On Linux the kernel is asked to kill the process as
soon as the supervisor is gone, however it went; elsewhere only an orderly stop ends the children.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import List

_PR_SET_PDEATHSIG = 1  # linux/prctl.h; the setting survives exec


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when ``parent`` ends; end now if it already has."""
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            return
        if os.getppid() != parent:  # it ended before the kernel was asked
            sys.exit(1)


def main(arguments: List[str]) -> None:
    """Bind to the parent named first, then become the command."""
    parent, command = int(arguments[0]), arguments[1:]
    die_with(parent)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run ({error.strerror})")


if __name__ == "__main__":
    main(sys.argv[1:])
