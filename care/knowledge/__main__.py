"""``python -m care.knowledge FAQ_FOLDER CACHE_FOLDER`` learns what is in the folder and keeps it in the cache.

It does nothing where that is there. It runs at low priority; of several at once, over one cache, one works and the others
wait.
"""

import fcntl
import os
import sys
from pathlib import Path

from care.knowledge.entries import load_library
from care.knowledge.learned import Learned, file_of
from care.knowledge.learner import learn
from care.knowledge.sentence_encoder import load_encoder
from care.knowledge.vector_cache import VectorCache

_POLITE = 10
"""How much its priority is lowered (``nice``)."""


def main(folder: Path, cache: Path) -> None:
    """Learn once. Raises ``DataFileError``, ``EncoderUnavailable``, ``OSError``."""
    os.nice(_POLITE)
    cache.mkdir(parents=True, exist_ok=True)
    lock = os.open(cache / "faq-network.lock", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(lock, "wb"):
        fcntl.flock(lock, fcntl.LOCK_EX)
        library, encoder = load_library(folder), load_encoder()
        file = file_of(cache, library, encoder.name)
        if Learned.restore(file) is None:
            learn(library, encoder, VectorCache(cache, encoder.name)).save(file)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
