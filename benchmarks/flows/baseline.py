"""The baseline: plain ``rasa run`` with our data and domain, and our actions behind rasa-sdk's own server."""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from benchmarks.flows.baseline_model import BaselineModel
from benchmarks.flows.dialogues import Step
from benchmarks.flows.systems import Line, quiet_environment
from tests.servers.process import free_port
from tools import secret_files
from tools.child import die_with
from tools.layout import Layout

CODE = "246810"
"""The one-time code that its action server sends to everybody: plain Rasa has no demo to read it from."""

_START_SECONDS = 400.0
_STOP_SECONDS = 20.0


@dataclass
class BaselineSystem:
    """Plain Rasa."""

    address: str
    processes: dict[str, psutil.Process]
    ready_seconds: float
    name: str = "plain Rasa"

    def body(self, sender: str, step: Step, values: dict[str, str]) -> dict[str, Any]:
        """The customer's words, or a button's payload; the turn's id that our actions go by."""
        return {
            "sender": sender,
            "message": (step.payload or step.says).format(**values),
            "metadata": {"turn": uuid.uuid4().hex[:26], "epoch": 1},
        }

    def code(self, line: Line, phone: str) -> str:
        """Always the same."""
        return CODE


@contextlib.contextmanager
def running_baseline(layout: Layout, model: BaselineModel) -> Iterator[BaselineSystem]:
    """Both processes with a folder and a database of their own. Raises ``RuntimeError`` if one does not start."""
    folder = Path(tempfile.mkdtemp(prefix="xiaoxun-baseline-"))
    started: list[subprocess.Popen[bytes]] = []
    try:
        environ = {
            **quiet_environment(),
            "CARE_VAR_DIR": str(folder),
            "CARE_SECRETS_DIR": str(folder / "secrets"),
        }
        care = layout.python("care")
        secret_files.ensure(folder / "secrets")
        for words in (("db", "upgrade"), ("demo", "load")):
            subprocess.run(
                [care, "-m", "care", *words],
                cwd=layout.root,
                env=environ,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        actions_port, rasa_port = free_port(), free_port()
        _write_files(folder, actions_port)
        began = time.monotonic()
        started.append(
            _start(
                [care, "-m", "benchmarks.flows.baseline_actions", str(actions_port)],
                layout.root,
                environ,
                folder / "actions.log",
            )
        )
        started.append(
            _start(
                [
                    *(layout.python("bot"), "-m", "rasa", "run", "--interface", "127.0.0.1"),
                    *("--port", str(rasa_port), "--model", model.path),
                    *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
                ],
                folder,
                environ,
                folder / "rasa.log",
            )
        )
        _wait(started[0], f"http://127.0.0.1:{actions_port}", "/health", folder / "actions.log")
        address = f"http://127.0.0.1:{rasa_port}"
        _wait(started[1], address, "/webhooks/rest/", folder / "rasa.log")
        yield BaselineSystem(
            address,
            {"bot": psutil.Process(started[1].pid), "actions": psutil.Process(started[0].pid)},
            time.monotonic() - began,
        )
    finally:
        for process in reversed(started):
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _write_files(folder: Path, actions_port: int) -> None:
    """What ``rasa init`` leaves to write; JSON is YAML."""
    endpoints = {
        "action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"},
        "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "rasa.db")},
    }
    (folder / "endpoints.yml").write_text(json.dumps(endpoints), encoding="utf-8")
    (folder / "credentials.yml").write_text(json.dumps({"rest": {}}), encoding="utf-8")


def _start(
    command: Sequence[str | Path], folder: Path, environ: dict[str, str], log: Path
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=functools.partial(die_with, os.getpid()),
        )


def _wait(process: subprocess.Popen[bytes], address: str, path: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        line = Line(address)
        try:
            line.call("GET", path)
            return
        except RuntimeError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise RuntimeError(f"the baseline did not start:\n{tail}") from error
            time.sleep(0.2)
        finally:
            line.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
