"""What is learned of a knowledge base: from a question to the chance that it is about each entry.

Likeness and cover compare a question with one entry at a time; what is learned here knows all wordings of all entries, and
so which words and turns of phrase tell neighbours apart. It is kept in a file of plain arrays, named by what it was learned
from, so that a base takes up no other.
"""

import hashlib
import itertools
import math
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Self

import numpy as np

from care.knowledge.analysis import Analyzer, normalise
from care.knowledge.encoded import Encoded
from care.knowledge.entries import Library
from care.knowledge.network import Network, Numbers, Places, Row
from care.knowledge.sentence_encoder import Vectors

FORM = 1
"""Counts up when what is learned from the same entries becomes another."""
LONGEST_GRAM = 3
"""Characters of an n-gram."""
LEAST = 2
"""Wordings that must have an n-gram for it to be known."""
KEPT = 4
"""Files of former states of the knowledge base that stay on disk."""
_ARRAYS = tuple(field.name for field in fields(Network))


def worth_learning(library: Library) -> bool:
    """Whether there are wordings enough to learn from, and not so many entries that it would take minutes."""
    count = len(library.entries)
    said = sum(len(entry.wordings) for entry in library.entries)
    return 20 <= count <= 2000 and 5 * count <= said <= 60_000


def file_of(folder: Path, library: Library, encoder_name: str) -> Path:
    """Where what is learned of this library is kept."""
    digest = hashlib.sha256(f"{FORM} {encoder_name}".encode())
    vocabulary = library.vocabulary
    parts = [
        *sorted(vocabulary.words),
        *sorted(f"{one}={other}" for one, other in vocabulary.same.items()),
        *sorted(vocabulary.fillers),
    ]
    for entry in library.entries:
        parts += [entry.id, *entry.wordings, entry.answer]
    for part in (*parts, "", *library.refused):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    return folder / f"faq-network-{digest.hexdigest()[:20]}.npz"


class Learned:
    """Tells which entries a question is about. Unchanging, and safe to share between threads."""

    def __init__(self, names: Sequence[str], weights: Numbers, network: Network) -> None:
        self._names = tuple(names)
        self._places = {name: place for place, name in enumerate(names)}
        self._weights = weights
        self._network = network

    @classmethod
    def of(cls, encoded: Encoded, analyzer: Analyzer) -> Self:
        """Learns the wordings of all entries, and the sentences of their answers: ten seconds for ten thousand."""
        said, answered = encoded.wordings, encoded.answers
        found = [_grams(text, analyzer) for text in (*said.texts, *answered.texts)]
        counts = Counter(itertools.chain.from_iterable(found))
        names = sorted(name for name, number in counts.items() if number >= LEAST)
        rarity = [math.log((1 + len(found)) / (1 + counts[name])) + 1 for name in names]
        weights = np.array(rarity, dtype=np.float32)
        places = {name: place for place, name in enumerate(names)}
        rows = [_row(grams, places, weights) for grams in found]
        vectors = np.concatenate([said.vectors, answered.vectors])
        owners = np.concatenate([said.owners, answered.owners])
        network = Network.fit(rows, vectors, owners, len(names), encoded.count)
        return cls(names, weights, network)

    def logarithms(self, text: str, vector: Vectors, analyzer: Analyzer) -> Numbers:
        """Of the chances of the entries, in their order, that they are what this text with this vector is about."""
        row = _row(_grams(text, analyzer), self._places, self._weights)
        return self._network.logarithms(row, vector)

    def save(self, file: Path) -> None:
        """Writes plain arrays, and removes the oldest of its neighbours. Raises ``OSError``."""
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        try:
            with os.fdopen(handle, "wb") as target:
                np.savez(
                    target,
                    names=np.frombuffer("\n".join(self._names).encode("utf-8"), dtype=np.uint8),
                    weights=self._weights,
                    **{name: getattr(self._network, name) for name in _ARRAYS},
                )
            os.replace(temporary, file)  # who reads at this moment has no file, or a whole one
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        for old in _newest_first(file.parent.glob("faq-network-*.npz"))[KEPT:]:
            old.unlink(missing_ok=True)

    @classmethod
    def restore(cls, file: Path) -> Self | None:
        """Reads what :meth:`save` wrote; none where there is nothing, or nothing whole."""
        try:
            with np.load(file, allow_pickle=False) as content:
                names = content["names"].tobytes().decode("utf-8").split("\n")
                network = Network(**{name: content[name] for name in _ARRAYS})
                return cls(names, content["weights"], network)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None


def _newest_first(files: Iterable[Path]) -> list[Path]:
    dated = []
    for file in files:
        with suppress(OSError):  # another process may have removed it
            dated.append((file.stat().st_mtime_ns, file))
    return [file for _, file in sorted(dated, reverse=True)]


def _grams(text: str, analyzer: Analyzer) -> set[str]:
    """Words and pairs of words (marked ``w`` and ``b``), and one to three characters in a row (``c``)."""
    return set(_words(text, analyzer)) | set(_characters(text))


def _words(text: str, analyzer: Analyzer) -> Iterator[str]:
    words = analyzer.words(text)
    yield from (f"w{word}" for word in words)
    yield from (f"b{one} {other}" for one, other in itertools.pairwise(["^", *words, "$"]))


def _characters(text: str) -> Iterator[str]:
    written = f"^{''.join(char for char in normalise(text) if char.isalnum())}$"
    for size in range(1, LONGEST_GRAM + 1):
        for start in range(len(written) - size + 1):
            yield f"c{written[start : start + size]}"


def _row(grams: Iterable[str], places: dict[str, int], weights: Numbers) -> Row:
    """The known ones of a text, those of words and those of characters each of unit length."""
    known = sorted(gram for gram in grams if gram in places)
    found: Places = np.array([places[gram] for gram in known], dtype=np.int64)
    values = weights[found]
    of_characters = np.array([gram[0] == "c" for gram in known], dtype=bool)
    for kind in (of_characters, ~of_characters):
        length = np.linalg.norm(values[kind])
        if length > 0:
            values[kind] /= length
    return found, values
