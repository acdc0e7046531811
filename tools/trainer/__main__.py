"""``python -m tools.trainer``: wait for jobs and do them, for ever.

Read from the environment: ``CARE_PRIVATE_HOST`` and ``CARE_PRIVATE_PORT`` (or ``CARE_TRAINER_URL``, the whole address
of the private port, for a trainer on another machine), the trainer's secret, and what ``tools.trainer.work`` says.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from typing import Mapping, NoReturn

from tools import ports, secret_files
from tools.failure import run_main
from tools.layout import Layout
from tools.run import RunSettings
from tools.steps import say
from tools.trainer.bounded import lower_priority
from tools.trainer.door import Claim, ClaimLost, Door, DoorClosed, Refused
from tools.trainer.telling import JobProblem, Telling
from tools.trainer.work import Means, Work, means_of

ASK_EVERY = 2.0


def main() -> int:
    """The command line; takes no arguments."""
    signal.signal(signal.SIGTERM, _leave)
    lower_priority()
    layout = Layout.from_environment()
    address = os.environ.get("CARE_TRAINER_URL") or _private_address(os.environ)
    door = Door(address, secret_files.read(layout.secrets, "trainer_secret"))
    worker = f"{socket.gethostname()}-{os.getpid()}"
    say(f"the trainer asks {address} for jobs")
    while True:
        try:
            claim = door.claim(worker)
        except (DoorClosed, Refused):  # it starts, or restarts
            claim = None
        if claim is None:
            time.sleep(ASK_EVERY)
        else:
            do(door, claim, means_of(layout, os.environ))


def do(door: Door, claim: Claim, means: Means) -> None:
    """Do one job and say how it ended. What nobody expected fails the job, not the trainer."""
    say(f"job {claim.job_id}: {claim.kind} {claim.data_commit or claim.model or ''}")
    model, problem = None, None
    with Telling(door, claim) as telling:
        try:
            model = Work(door, claim, telling, means).do()
        except JobProblem as error:
            problem = error.problem
        except ClaimLost:
            telling.lost = True
        except DoorClosed as error:
            problem = {"code": "care_silent", "text": str(error)}
        except Exception as error:
            problem = {"code": "broken", "text": f"{type(error).__name__}: {error}"[:400]}
    say(f"job {claim.job_id}: {problem or 'done'}")
    if telling.lost:
        return
    for _ in range(30):
        try:
            door.end(claim, model, problem)
            return
        except DoorClosed:
            time.sleep(ASK_EVERY)
        except (ClaimLost, Refused):
            return


def _private_address(environ: Mapping[str, str]) -> str:
    settings = RunSettings.from_environment(environ)
    return ports.address(settings.private_host, settings.private_port)


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    run_main(main)
