"""Cuts Chinese into words by jieba's dictionary.

Only the dictionary file of the package is used. Importing jieba itself costs a quarter of a second and 90 MB, compiles
with warnings, attaches a log handler to stderr and loads its cache from a folder that anybody may write to; its
path of highest probability, which is all that is wanted here, takes the twenty lines below.
"""

import math
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Self

LONGEST_WORD = 6
RAREST_FREQUENCY = 10
"""Words of the dictionary that are rarer are mostly names; without them it is a third as large."""

HAN = re.compile(r"[\u3400-\u9fff]+")
RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


class Segmenter:
    """Splits text into words along the path of highest probability through a dictionary with frequencies."""

    def __init__(self, frequencies: dict[str, int]) -> None:
        total = sum(frequencies.values()) or 1
        self._log_total = math.log(total)
        self._costs = {
            word: self._log_total - math.log(count)
            for word, count in frequencies.items()
            if count > 0
        }
        self._longest = max(map(len, self._costs), default=1)

    @classmethod
    def of_jieba(cls, further_words: Iterable[str] = ()) -> Self:
        """With the dictionary that the package jieba carries, and words that must stay in one piece.

        Raises ``FileNotFoundError`` when the package is not installed.
        """
        frequencies = read_dictionary(jieba_dictionary())
        for word in further_words:
            frequencies[word] = max(frequencies.get(word, 0), 100_000)
        return cls(frequencies)

    def cut(self, text: str) -> list[str]:
        """The words of ``text`` in order; everything but Chinese characters, a to z and digits only separates."""
        words: list[str] = []
        for run in RUN.findall(text):
            if HAN.match(run):
                words.extend(self._cut_run(run))
            else:
                words.append(run)
        return words

    def _cut_run(self, run: str) -> list[str]:
        costs, size = self._costs, len(run)
        unknown = self._log_total
        best = [0.0] * (size + 1)
        ends = [0] * size
        for start in range(size - 1, -1, -1):
            cheapest, end = costs.get(run[start], unknown) + best[start + 1], start + 1
            for stop in range(start + 2, min(start + self._longest, size) + 1):
                cost = costs.get(run[start:stop])
                if cost is not None and cost + best[stop] < cheapest:
                    cheapest, end = cost + best[stop], stop
            best[start], ends[start] = cheapest, end
        words, at = [], 0
        while at < size:
            words.append(run[at : ends[at]])
            at = ends[at]
        return words


def jieba_dictionary() -> Path:
    """Where the package jieba keeps its dictionary; found without importing the package."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package jieba is not installed")
    return Path(spec.origin).with_name("dict.txt")


def read_dictionary(path: Path) -> dict[str, int]:
    """Words and how often they occur, from lines of ``word frequency tag``."""
    frequencies = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            word, count, _ = line.split(" ", 2)
            if len(word) <= LONGEST_WORD and (len(word) == 1 or int(count) >= RAREST_FREQUENCY):
                frequencies[word] = int(count)
    return frequencies
