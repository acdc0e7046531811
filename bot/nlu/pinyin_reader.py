"""Reads pinyin typed in letters as the characters that were meant: ``cha huafei`` as 查话费.

A language model of pairs of characters, learned from the training examples, chooses among the characters of each
syllable. What is no pinyin (``wifi``, ``5G``, English) stays: it cannot be cut into syllables, makes no likely sentence, or
is a word that the examples have among English ones.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pypinyin import lazy_pinyin

_LETTERS = re.compile(r"[a-z]+(?:[ ']+[a-z]+)*")
_CHARACTERS = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST = 6  # letters of a syllable: zhuang
_SHARE_OF_PAIRS = 0.8  # of the chance that a pair gives; the rest is the character's alone
_LIKELY = -6.0
"""Mean logarithm of the chance of a character from which on letters count as pinyin."""

_MOSTLY = 0.6
"""Share of a run's letters that must be pinyin; English words that could be pinyin, too (data, made), stand among others."""

_MOST_LETTERS, _MOST_WORDS = 240, 40
"""What is read of a text, and of its words as one piece: nobody types more pinyin, and reading costs time."""

_BORDER = "^"


class PinyinReader:
    """Made by :meth:`learn`, or from what :meth:`content` gave."""

    def __init__(
        self,
        syllables: Mapping[str, str],
        pairs: Mapping[str, int],
        foreign: Collection[str] = (),
    ) -> None:
        """``syllables``: the characters that each may be; ``pairs``: how often each pair of characters was seen;
        ``foreign``: words that are no pinyin by themselves."""
        self._syllables = syllables
        self._pairs = pairs
        self._foreign = frozenset(foreign)
        firsts: Counter[str] = Counter()
        seconds: Counter[str] = Counter()
        for pair, count in pairs.items():
            firsts[pair[0]] += count
            seconds[pair[1]] += count
        # Logarithms of the chance of a character: after one that it was seen after, and after any other.
        alone = {
            char: (1 - _SHARE_OF_PAIRS) * count / seconds.total() for char, count in seconds.items()
        }
        self._alone = {char: math.log(chance) for char, chance in alone.items()}
        self._chances = {
            pair: math.log(_SHARE_OF_PAIRS * count / firsts[pair[0]] + alone[pair[1]])
            for pair, count in pairs.items()
        }

    @classmethod
    def learn(cls, texts: Iterable[str]) -> PinyinReader:
        """From sentences in simplified characters."""
        known = list(texts)
        syllables: dict[str, set[str]] = defaultdict(set)
        pairs: Counter[str] = Counter()
        for text in known:
            for piece in _CHARACTERS.findall(text):
                for char, syllable in zip(piece, lazy_pinyin(piece), strict=False):
                    syllables[syllable].add(char)
                bounded = f"{_BORDER}{piece}{_BORDER}"
                pairs.update(bounded[place : place + 2] for place in range(len(bounded) - 1))
        ordered = {name: "".join(sorted(chars)) for name, chars in sorted(syllables.items())}
        reader = cls(ordered, pairs)
        runs = [_words(run) for text in known for run in _LETTERS.findall(text)]
        foreign = {
            word for words in runs if not reader._is_pinyin(reader._cut(words)) for word in words
        }
        return cls(ordered, pairs, foreign)

    def content(self) -> dict[str, Any]:
        """What :meth:`__init__` takes, for JSON."""
        return {
            "syllables": dict(self._syllables),
            "pairs": dict(self._pairs),
            "foreign": sorted(self._foreign),
        }

    def read(self, text: str) -> str:
        """``text`` (in lower case) with the pinyin in it as characters."""
        if not self._pairs or sum(map(len, _LETTERS.findall(text))) > _MOST_LETTERS:
            return text
        return _LETTERS.sub(lambda match: self._read_run(match[0]), text)

    def _read_run(self, run: str) -> str:
        words = _words(run)
        if self._foreign.issuperset(words):
            return run
        pieces = self._cut(words)
        if not self._is_pinyin(pieces):
            return run
        return " ".join(read or " ".join(letters) for letters, read in pieces)

    def _cut(self, words: list[str]) -> list[tuple[list[str], str | None]]:
        """The words in as few pieces as possible, each with its characters, ``None`` where it is no pinyin (wifi)."""
        pieces: list[tuple[list[str], str | None]] = []
        while words:
            size, read = self._longest(words)
            pieces.append((words[:size], read))
            words = words[size:]
        return pieces

    def _is_pinyin(self, pieces: list[tuple[list[str], str | None]]) -> bool:
        sizes = [(sum(map(len, words)), read is not None) for words, read in pieces]
        total = sum(size for size, _ in sizes)
        return sum(size for size, is_read in sizes if is_read) >= _MOSTLY * total

    def _longest(self, words: list[str]) -> tuple[int, str | None]:
        """How many of the first words read as something likely, and as what; one and ``None`` if they do not."""
        found: tuple[int, str | None] = 1, None
        # The best reading up to here, by its last character: the logarithm of its chance, and its characters.
        best: dict[str, tuple[float, str]] = {_BORDER: (0.0, "")}
        for size, word in enumerate(words[:_MOST_WORDS], start=1):
            best = self._through(word, best)
            if not best:
                break
            score, chars = max(best.values())
            if len(chars) > 1 and score / len(chars) >= _LIKELY:
                found = size, chars
        return found

    def _through(
        self, word: str, begin: dict[str, tuple[float, str]]
    ) -> dict[str, tuple[float, str]]:
        reached: list[dict[str, tuple[float, str]]] = [begin, *({} for _ in word)]
        for start in range(len(word)):
            for end in range(start + 1, min(start + _LONGEST, len(word)) + 1):
                for char in self._syllables.get(word[start:end], ""):
                    for last, (score, chars) in reached[start].items():
                        new = score + self._chances.get(last + char, self._alone[char])
                        if new > reached[end].get(char, (-math.inf, ""))[0]:
                            reached[end][char] = (new, chars + char)
        return reached[-1]


def _words(run: str) -> list[str]:
    return re.split(r"[ ']+", run)
