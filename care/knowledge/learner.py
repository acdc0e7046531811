"""Learns a knowledge base in a process of its own (``__main__``), so that no turn of a customer waits for it."""

import subprocess
import sys
import threading
import weakref
from pathlib import Path

import structlog

from care.knowledge.analysis import Analyzer
from care.knowledge.encoded import encode
from care.knowledge.entries import Library
from care.knowledge.learned import Learned
from care.knowledge.sentence_encoder import SentenceEncoder
from care.knowledge.vector_cache import VectorCache

log = structlog.get_logger()

_ROOT = Path(__file__).resolve().parents[2]


class Learner:
    """Starts the learning of a folder, into a cache."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self._command = [
            *(sys.executable, "-m", __package__),
            *(str(folder.resolve()), str(cache.resolve())),
        ]
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, unless it is under way; it is ended with this process at the latest."""
        if not self.has_ended():
            return
        try:
            self._running = subprocess.Popen(
                self._command, cwd=_ROOT, stdin=subprocess.DEVNULL, process_group=0
            )
        except OSError as error:
            log.warning("knowledge.not_learned", error=str(error))
        else:
            weakref.finalize(self, _end, self._running)
            # Whoever waits for an ended process takes it out of the system's table, whether or not somebody asks.
            threading.Thread(target=self._running.wait, daemon=True).start()

    def has_ended(self) -> bool:
        """Whether none is under way."""
        return self._running is None or self._running.poll() is not None


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        process.wait()


def learn(library: Library, encoder: SentenceEncoder, cache: VectorCache) -> Learned:
    """What can be learned of a library: ten seconds for ten thousand wordings."""
    encoded = encode(library, encoder, cache, answers=True)
    return Learned.of(encoded, Analyzer(library.vocabulary))
