"""From a sentence to the terms by which it is found: words, pairs of characters and characters, with weights."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from opencc import OpenCC

from care.knowledge.segmentation import HAN, Segmenter

HALF_LIMIT = 200
"""Of a longer text only so many characters at the beginning and at the end count: the wish stands at either."""

WORD, PAIR, CHARACTER, WEAK_WORD = 1.0, 0.2, 0.7, 0.1
"""What a term counts by its kind. Characters tie words together that a dictionary keeps apart (搬家, 搬走).
These and the figures in ``index`` were chosen on one half of the entries: benchmarks/knowledge_threshold.py."""

LETTERS = WORD + 2 * CHARACTER + PAIR
"""A word in letters (eSIM) has no characters of its own to add; it counts as a Chinese word of two does."""

SATURATION = 1.2
"""BM25's k1: how slowly a repeated term stops adding."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The domain's words, as ``data/faq/vocabulary.yml`` gives them.

    ``words`` stay in one piece, ``same`` maps a spelling to the one that the search knows, ``fillers`` are left out,
    ``weak`` are words of asking by which alone nothing is found.
    """

    words: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)
    fillers: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """The weighted terms of a sentence.

    ``telling``: there is more in it than words of asking. ``bare``: it is one word and no question.
    """

    weights: Mapping[str, float]
    telling: bool
    bare: bool = False


class Analyzer:
    """Turns sentences into terms. Safe to share between threads: nothing changes after it is built."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._fillers, self._weak = vocabulary.fillers, vocabulary.weak
        self._same = {
            variant: known for variant, known in vocabulary.same.items() if HAN.fullmatch(variant)
        }
        # Spellings in other letters hold characters at which the segmenter cuts, so they are replaced beforehand.
        self._spellings = {
            variant: known
            for variant, known in vocabulary.same.items()
            if variant not in self._same
        }
        self._spelling = _alternatives(self._spellings)
        known = {word for word in vocabulary.same.values() if HAN.fullmatch(word)}
        self._segmenter = Segmenter.of_jieba(
            {*vocabulary.words, *self._same, *known, *vocabulary.fillers}
        )

    def words(self, text: str) -> list[str]:
        """The words that carry meaning, each in its known spelling."""
        text = normalise(text)
        if self._spelling:
            text = self._spelling.sub(lambda found: f" {self._spellings[found[0]]} ", text)
        words = (self._same.get(word, word) for word in self._segmenter.cut(text))
        return [word for word in words if word not in self._fillers]

    def terms(self, text: str) -> Terms:
        """The weighted terms: words as they are, pairs with a ``+`` between, characters with a ``.`` before."""
        words = self.words(text)
        strong = [word for word in words if word not in self._weak]
        weights: dict[str, float] = {}
        for word, count in Counter(words).items():
            weights[word] = _saturated(count) * self._worth(word)
        stretches = HAN.findall("".join(word if HAN.match(word) else " " for word in strong))
        characters = Counter("".join(stretches))
        pairs = Counter(
            first + second for run in stretches for first, second in itertools.pairwise(run)
        )
        weights.update(
            (f".{character}", CHARACTER * _saturated(n)) for character, n in characters.items()
        )
        weights.update((f"{pair[0]}+{pair[1]}", PAIR * _saturated(n)) for pair, n in pairs.items())
        return Terms(weights, telling=bool(strong), bare=len(words) == 1)

    def _worth(self, word: str) -> float:
        if word in self._weak:
            return WEAK_WORD
        return WORD if HAN.match(word) or word.isdecimal() else LETTERS


def normalise(text: str) -> str:
    """Half-width, lower case, the mainland's characters and words (寬頻 is 宽带), and cut to a bearable length."""
    if len(text) > 2 * HALF_LIMIT:
        text = f"{text[:HALF_LIMIT]} {text[-HALF_LIMIT:]}"
    plain = unicodedata.normalize("NFKC", text).lower()
    if plain.isascii():
        return plain
    # half a surrogate pair has no UTF-8, which the converter works on
    return str(_mainland().convert(plain.encode("utf-8", "ignore").decode("utf-8")))


@lru_cache(maxsize=1)
def _mainland() -> OpenCC:
    return OpenCC("tw2sp")


def _saturated(count: int) -> float:
    return count * (SATURATION + 1) / (count + SATURATION)


def _alternatives(spellings: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(spellings, key=len, reverse=True)
    if not longest_first:
        return None
    return re.compile(
        r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![a-z0-9])"
    )
