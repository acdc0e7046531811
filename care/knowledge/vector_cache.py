"""Sentence vectors kept on disk, so that a start encodes only what has changed.

One file for each encoder: 32 bytes SHA-256 of all that follows, then for every text 16 bytes of its SHA-256, then for
every text its vector in half precision. A file that is torn, damaged or of another form is made anew.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from care.knowledge.sentence_encoder import SIZE, Encode, Vectors

KEY = 16
ROW = SIZE * 2
DIGEST = 32


class VectorCache:
    """The vectors of the texts last asked for, in a file of ``folder``; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, encoder_name: str) -> None:
        self.file = folder / f"faq-vectors-{encoder_name}.bin" if folder else None

    def vectors(self, texts: Sequence[str], encode: Encode) -> Vectors:
        """The texts' vectors, in single precision; those not on disk are encoded, and then all are kept.

        The same whether they come from disk or not: both ways they were in half precision once. A folder that cannot
        be written costs time at the next start, and no more.
        """
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).digest()[:KEY] for text in texts]
        known = self._read()
        wanted = dict(zip(keys, texts, strict=True))
        missing = [key for key in wanted if key not in known]
        if missing:
            made = encode([wanted[key] for key in missing]).astype("<f2")
            known.update(zip(missing, made, strict=True))
        if missing or len(known) > len(wanted):
            self._write(list(wanted), np.array([known[key] for key in wanted], dtype="<f2"))
        if not keys:
            return np.zeros((0, SIZE), dtype=np.float32)
        return np.array([known[key] for key in keys]).astype(np.float32)

    def _read(self) -> dict[bytes, np.ndarray]:
        if self.file is None:
            return {}
        try:
            content = self.file.read_bytes()
        except OSError:
            return {}
        body = memoryview(content)[DIGEST:]
        count, rest = divmod(len(body), KEY + ROW)
        if rest or hashlib.sha256(body).digest() != content[:DIGEST]:
            return {}
        vectors = np.frombuffer(body, dtype="<f2", offset=count * KEY).reshape(count, SIZE)
        return {
            bytes(body[place * KEY : (place + 1) * KEY]): vectors[place] for place in range(count)
        }

    def _write(self, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        if self.file is None:
            return
        body = b"".join(keys) + vectors.tobytes()
        temporary: str | None = None
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.file.parent, prefix=self.file.name)
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            os.replace(temporary, self.file)  # who reads at this moment has the old file or the new
        except OSError:
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(temporary)
