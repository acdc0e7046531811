"""Two wishes in one message: which of its clauses are wishes of their own.

A message is parted in every way that its clauses allow (:mod:`bot.nlu.clauses`), each part is understood by itself, and what
speaks for two neighbours being two wishes is added up in points. The parting with the most points is taken when each of its
cuts has more than none. It counts

* how surely both parts are understood, and whether the message as a whole is torn between just these two;
* what stands between them: after 另外 or a new line the customer says that another thing comes, 再 and 也 say it by half;
* whether both ask: what only tells is often the reason (流量不够用，换个大点的套餐);
* against them, that the two are of one matter, or that people ask for both in one question (宽带断了，什么时候能修好).

A message wrongly parted is worse than a second wish missed, so two wishes at a mere comma begin in debt. The points were set
by hand, with the development messages of ``benchmarks/nlu``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from bot.nlu.clauses import Clause, Link, asks, clauses, denies
from bot.nlu.fold import fold
from bot.nlu.wish_rules import WishRules

Ranking = Sequence[tuple[str, float]]
Understand = Callable[[int, int], Ranking]
"""The likeliest intents of characters ``start`` to ``end`` of the message, with their probabilities."""

MOST_WISHES = 3
MOST_CLAUSES = 10
LONGEST = 160
"""Characters; in a longer story, clauses are told and not wished."""

_LEAST = 0.45
"""How likely a wish must be: as a message must that is not asked again."""
_SURE = 0.9
"""How surely several clauses must be understood together to need no look at each."""
_PERSON = 0.8
"""How likely wanting a person must be."""
_CERTAIN = 0.998
"""How surely a message is understood as a whole that is not looked at in parts, unless it says that another thing comes."""

_POINTS = {
    Link.NOTHING: -1.5,
    Link.COMMA: -1.4,
    Link.GOING_ON: -0.3,
    Link.LIST: 0.5,
    Link.SENTENCE: 1.5,
    Link.CONNECTOR: 3.0,
}
_FOR_ODDS, _FOR_WHOLE = 0.4, 0.16
"""For each unit of the less sure part's log odds, and of the log probabilities that both wishes have in the whole."""
_BOTH_ASK, _LOOKUPS, _ONE_MATTER, _ONE_QUESTION = 1.2, 0.3, -0.8, -1.2
_UNLIKELY = 0.001


@dataclass(frozen=True)
class Wish:
    """Characters ``start`` to ``end`` (exclusive) of a message want ``ranking``'s first intent."""

    start: int
    end: int
    ranking: Ranking

    @property
    def intent(self) -> str:
        """What is wanted."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """The probability that this is so."""
        return self.ranking[0][1]


@dataclass(frozen=True)
class _Part:
    wish: Wish
    link: Link
    asks: bool


def find_wishes(text: str, understand: Understand, rules: WishRules) -> list[Wish]:
    """The wishes of a message that has more than one, in their order; empty for every other message.

    Wanting a person wins over all: then that is the only wish.
    """
    if len(text) > LONGEST:
        return []
    found = clauses(text)
    if not 1 < len(found) <= MOST_CLAUSES:
        return []
    turns = any(clause.link is Link.CONNECTOR for clause in found)
    if understand(0, len(text))[0][1] >= _CERTAIN and not turns:
        return []
    alone = [Wish(one.start, one.end, understand(one.start, one.end)) for one in found]
    person = [wish for wish in alone if wish.intent == rules.person and wish.confidence >= _PERSON]
    if person:
        return person[:1]
    parts = _Parts(text, found, alone, understand, rules)
    intents = {wish.intent for wish in parts.wished()}
    if len(intents) < 2 and not any(_POINTS[clause.link] > 1 for clause in found[1:]):
        return []
    whole = dict(understand(0, len(text)))
    most, wishes = 0.0, list[Wish]()
    for cuts in _partings(found):
        parted = [one for first, after in pairwise(cuts) if (one := parts.part(first, after))]
        if len({one.wish.intent for one in parted}) < len(cuts) - 1:
            continue
        points = [_points(before, one, whole, rules) for before, one in pairwise(parted)]
        if min(points) > 0 and sum(points) > most:
            most, wishes = sum(points), [one.wish for one in parted]
    return wishes


class _Parts:
    """The parts that can be made of a message's clauses; ``alone`` is what each clause wishes by itself."""

    def __init__(
        self,
        text: str,
        found: Sequence[Clause],
        alone: Sequence[Wish],
        understand: Understand,
        rules: WishRules,
    ) -> None:
        self._clauses = found
        self._alone = alone
        self._understand = understand
        self._rules = rules
        words = [fold(text)[clause.start : clause.end] for clause in found]
        self._denied = [denies(each) for each in words]
        self._asks = [asks(each) and not denies(each) for each in words]

    def wished(self, first: int = 0, after: int | None = None) -> list[Wish]:
        """What clauses ``first`` to ``after`` (exclusive) may wish, each by itself."""
        pairs = zip(self._alone[first:after], self._denied[first:after], strict=True)
        return [wish for wish, denied in pairs if _may_be_wish(wish, self._rules) and not denied]

    def part(self, first: int, after: int) -> _Part | None:
        """Clauses ``first`` to ``after`` (exclusive) as one wish: as they are understood together, or the surest of them."""
        start, end = self._clauses[first].start, self._clauses[after - 1].end
        best = self.wished(first, after)
        if after - first > 1:
            together = Wish(start, end, self._understand(start, end))
            if _may_be_wish(together, self._rules):
                best = [together] if together.confidence >= _SURE else [together, *best]
        if not best:
            return None
        ranking = max(best, key=lambda wish: wish.confidence).ranking
        asking = any(self._asks[first:after])
        return _Part(Wish(start, end, ranking), self._clauses[first].link, asking)


def _may_be_wish(wish: Wish, rules: WishRules) -> bool:
    return wish.intent in rules.intents and wish.confidence >= _LEAST


def _partings(found: Sequence[Clause]) -> Iterator[tuple[int, ...]]:
    """All ways to make two or three parts of clauses: where each begins, and where the last ends."""
    for number in range(1, MOST_WISHES):
        for cuts in combinations(range(1, len(found)), number):
            yield (0, *cuts, len(found))


def _points(before: _Part, part: _Part, whole: dict[str, float], rules: WishRules) -> float:
    """What speaks for two neighbours being two wishes."""
    intents = (before.wish.intent, part.wish.intent)
    lookups = rules.are_lookups(intents)
    if part.link is Link.LIST and not lookups:
        return -math.inf
    least = min(before.wish.confidence, part.wish.confidence, 1 - _UNLIKELY)
    return (
        _POINTS[part.link]
        + _FOR_ODDS * math.log(least / (1 - least))
        + _FOR_WHOLE * sum(math.log(max(whole.get(one, 0), _UNLIKELY)) for one in intents)
        + _BOTH_ASK * (before.asks and part.asks)
        + _LOOKUPS * lookups
        + _ONE_MATTER * rules.belong_together(*intents)
        + _ONE_QUESTION * rules.are_one_question(*intents)
    )
