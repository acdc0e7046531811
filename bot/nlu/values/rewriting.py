"""How text is rewritten by rules, each character of the result with the place where it came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.nlu.spans import Span

Piece = tuple[int, int, str]
"""What stands at these offsets of the text before, and what is read instead."""
Replacement = str | Callable[[re.Match[str]], "str | list[Piece]"]
Rule = tuple[re.Pattern[str], Replacement]


@dataclass(frozen=True)
class Reading:
    """``text`` is what is read; its character ``i`` came from ``begins[i]`` to ``ends[i]`` of the folded text."""

    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]

    def placed(self, span: Span) -> Span:
        """A span of the reading as one of the folded text."""
        start, end = self.origin(span.start, span.end)
        return replace(span, start=start, end=end)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the folded text of what stands at ``start`` to ``end`` (exclusive) of the reading."""
        return self.begins[start], self.ends[end - 1]


def rewritten(folded: str, rules: Iterable[Rule]) -> Reading:
    """Folded text after all rules, one after the other."""
    reading = Reading(folded, tuple(range(len(folded))), tuple(range(1, len(folded) + 1)))
    for pattern, replacement in rules:
        pieces = [
            piece
            for match in pattern.finditer(reading.text)
            for piece in _pieces(match, replacement)
        ]
        if pieces:
            reading = _replaced(reading, pieces)
    return reading


def _pieces(match: re.Match[str], replacement: Replacement) -> list[Piece]:
    written = replacement if isinstance(replacement, str) else replacement(match)
    if isinstance(written, list):
        return written
    start, end = match.span()
    if len(written) == end - start and not match[0].isascii():
        # A misspelling: each character stands for its own.
        return [(start + place, start + place + 1, char) for place, char in enumerate(written)]
    return [(start, end, written)]


def _replaced(reading: Reading, pieces: list[Piece]) -> Reading:
    text, begins, ends, place = "", [], [], 0
    for start, end, written in [*pieces, (len(reading.text), len(reading.text), "")]:
        text += reading.text[place:start] + written
        begins += reading.begins[place:start]
        ends += reading.ends[place:start]
        if written:
            begin, finish = reading.origin(start, end)
            begins += [begin] * len(written)
            ends += [finish] * len(written)
        place = end
    return Reading(text, tuple(begins), tuple(ends))
