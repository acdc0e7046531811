"""Sentences that hardly differ, which must not be on both sides of a measurement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from tests.nlu.held_out import bare

SIMILAR = 0.75
"""Share of common pairs of characters (Dice) from which two sentences count as near duplicates."""


def groups(texts: Sequence[str], similar: float = SIMILAR) -> list[list[int]]:
    """The places of the texts, those of near duplicates (and of theirs) together, in the order of their first."""
    pairs = [_pairs(text) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    parent = list(range(len(texts)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for place, own in enumerate(pairs):
        common = Counter(other for pair in own for other in holders[pair])
        for other, count in common.items():
            if 2 * count >= similar * (len(own) + len(pairs[other])):
                parent[root(place)] = root(other)
        for pair in own:
            holders[pair].append(place)
    found: dict[int, list[int]] = defaultdict(list)
    for place in range(len(texts)):
        found[root(place)].append(place)
    return sorted(found.values())


def _pairs(text: str) -> frozenset[str]:
    bounded = f"^{bare(text)}$"
    return frozenset(bounded[place : place + 2] for place in range(len(bounded) - 1))
