"""The whole product, as ``make run`` starts it, for tests that talk to it from outside."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.servers.process import free_port
from tools.layout import ROOT, Layout

if TYPE_CHECKING:
    import psutil

_START_SECONDS = 600.0
_STOP_SECONDS = 40.0
_SWITCH = Path(__file__).parent / "switch"
_WORDS = {"rasa": "tools.rasa_server", "care": "care serve"}


def unlimited_codes() -> dict[str, str]:
    """Settings for many conversations: they come from one address, some from one number."""
    limits = ("CARE_CODES_PER_PHONE", "CARE_CODES_PER_CONTACT", "CARE_CODES_PER_ADDRESS")
    return {
        **dict.fromkeys(limits, "100000"),
        "CARE_QUEUE_OFFER_AFTER": "3",
        "CARE_QUEUE_OFFER_AFTER_NOBODY": "3",
        "CARE_OUTAGE_LOOK": "1",
    }


def _keep_what_was_learned(cache: Path, own: Path) -> None:
    """Take the FAQ search's files along, so that no start encodes and learns the entries anew."""
    own.mkdir()
    for file in cache.glob("faq-*"):
        with contextlib.suppress(FileNotFoundError):  # another process has just removed it
            shutil.copy2(file, own)


class Product:
    """Started on entering, stopped on leaving; has its own ``var``, but the checkout's models.

    ``address`` is the public port, ``private_address`` the private one, ``bot_address`` Rasa's,
    ``var`` the folder, ``data`` in it a copy of the training data,
    ``switch`` the one in it by which faults are made (``switch/sitecustomize.py``). ``settings`` are
    further ``CARE_*`` variables for it.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        self.var = Path(tempfile.mkdtemp(prefix="xiaoxun-"))
        self.switch = self.var / "switch"
        self.switch.mkdir()
        self.data = self.var / "delivered"
        self.data.mkdir()
        shutil.copy(ROOT / "domain.yml", self.data)
        shutil.copytree(ROOT / "data", self.data / "data")
        _keep_what_was_learned(Layout.from_environment().cache, self.var / "cache")
        port, private, bot = free_port(), free_port(), free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.private_address = f"http://127.0.0.1:{private}"
        self.bot_address = f"http://127.0.0.1:{bot}"
        environ = {
            **os.environ,
            "CARE_VAR_DIR": str(self.var),
            "CARE_MODELS_DIR": str(Layout.from_environment().models),
            "CARE_DATA_REPOSITORY": str(
                self.data
            ),  # what is published is no commit of this checkout
            "CARE_PORT": str(port),
            "CARE_PRIVATE_PORT": str(private),
            "CARE_BOT_PORT": str(bot),
            "CARE_TRAINER": "off",
            "DIALOGUE_SWITCH": str(self.switch),
            "PYTHONPATH": str(_SWITCH),
            **self._settings,
        }
        self.output: list[str] = []
        self._ready = threading.Event()
        self._supervisor = subprocess.Popen(
            [sys.executable, "-m", "tools.run"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(_START_SECONDS) or self._supervisor.poll() is not None:
            self._stop()
            raise RuntimeError("the product did not start:\n" + "".join(self.output) + self.logs())
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()
        shutil.rmtree(self.var, ignore_errors=True)

    def secret(self, name: str) -> str:
        """One of its secrets, for tests of the private doors."""
        return (self.var / "secrets" / f"{name}.key").read_text().strip()

    def command_lines(self) -> list[str]:
        """The command lines of the supervisor and its children, as everybody on the machine sees them."""
        return list(self._processes().values())

    def _processes(self) -> "dict[psutil.Process, str]":
        """The supervisor and its children with their command lines, without those that have just ended."""
        import psutil  # a package of the tests alone; the gate of the studio does without

        supervisor = psutil.Process(self._supervisor.pid)
        found = {}
        for process in (supervisor, *supervisor.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                found[process] = " ".join(process.cmdline())
        return found

    def _named(self, name: str) -> "list[psutil.Process]":
        """The processes of ``rasa`` or ``care``; raises RuntimeError where there is none."""
        found = [process for process, line in self._processes().items() if _WORDS[name] in line]
        if not found:
            raise RuntimeError(f"{name} is not running")
        return found

    def kill(self, name: str) -> None:
        """End ``rasa`` or ``care`` by force and wait for its end; the supervisor starts it again."""
        import psutil

        found = self._named(name)
        for process in found:
            process.kill()
        psutil.wait_procs(found)

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """``rasa`` or ``care`` stands still meanwhile: it takes connections and answers nothing."""
        found = self._named(name)
        for process in found:
            process.suspend()
        try:
            yield
        finally:
            for process in found:
                process.resume()

    def wait_until_ready(self, seconds: float = 180.0) -> None:
        """Return when ``/readyz`` says that all parts answer; raises RuntimeError when they never do."""
        deadline = time.monotonic() + seconds
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while True:
            try:
                with opener.open(f"{self.address}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            if time.monotonic() > deadline:
                raise RuntimeError("the product is not ready:\n" + self.logs())
            time.sleep(0.2)

    def logs(self) -> str:
        """The end of each of its logs."""
        parts = []
        for log in sorted((self.var / "log").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-40:]
            parts.append("\n".join([f"--- {log.name}", *lines]))
        return "\n".join(parts)

    def _read(self) -> None:
        assert self._supervisor.stdout is not None
        for line in self._supervisor.stdout:
            self.output.append(line)
            if re.search(r"Ctrl-C stops everything", line):
                self._ready.set()
        self._ready.set()  # it ended: no use in waiting

    def _stop(self) -> None:
        self._supervisor.terminate()
        try:
            self._supervisor.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()
        self._reader.join()
