"""Two wishes in one message: which of its clauses are wishes of their own.

A message wrongly parted is worse than a second wish missed, so a wish counts only when its part of the message is
confidently understood by itself, and as something else than the parts before. What is asked for beside that depends on the
words between them (:class:`bot.nlu.clauses.Link`):

* after a connector (另外, 顺便) the customer says that another thing comes;
* at a comma both parts must ask for something that they name: what only tells is the reason, or more of the same
  (流量不够用，换个大点的套餐; 取消彩铃，我根本不用), what names nothing asks about the part before (补卡，怎么办), and two
  requests of one matter explain each other (宽带断了，什么时候能修好);
* in a row of names (话费和流量) only look-ups are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.nlu.clauses import Link, asks, clauses, denies
from bot.nlu.fold import fold
from bot.nlu.wish_rules import WishRules

Ranking = Sequence[tuple[str, float]]
Understand = Callable[[int, int], Ranking]
"""The likeliest intents of characters ``start`` to ``end`` of the message, with their probabilities."""

MOST_WISHES = 3
MOST_CLAUSES = 8
LONGEST = 160
"""Characters; in a longer story, clauses are told and not wished."""

_LIST_LONGEST = 12
_AFTER_CONNECTOR, _AFTER_COMMA, _IN_LIST, _TOLD, _PERSON = 0.5, 0.7, 0.6, 0.8, 0.8
"""How sure each of two wishes must be."""


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
    start: int
    end: int
    link: Link
    asks: bool
    names: bool


def find_wishes(
    text: str, understand: Understand, rules: WishRules, named: Sequence[tuple[int, int]] = ()
) -> list[Wish]:
    """The wishes of a message that has more than one, in their order; empty for every other message.

    ``named`` are the places of the entities by which a part names what it is about. Wanting a person wins over all: then
    that is the only wish.
    """
    if len(text) > LONGEST:
        return []
    parts = _parts(text, rules, named)
    if len(parts) < 2:
        return []
    found = [(part, Wish(part.start, part.end, understand(part.start, part.end))) for part in parts]
    person = [
        wish for _, wish in found if wish.intent == rules.person and wish.confidence >= _PERSON
    ]
    if person:
        return person[:1]
    wishes = _counted(found, rules)
    return wishes if len(wishes) > 1 else []


def _parts(text: str, rules: WishRules, named: Sequence[tuple[int, int]]) -> list[_Part]:
    """Clauses put together again where no second wish may begin."""
    found = clauses(text)
    if not 1 < len(found) <= MOST_CLAUSES:
        return []
    folded = fold(text)
    parts: list[_Part] = []
    for clause in found:
        words = folded[clause.start : clause.end]
        names = rules.names_a_thing(words) or any(
            clause.start <= start and end <= clause.end for start, end in named
        )
        asking = asks(words) and not denies(words)
        part = _Part(clause.start, clause.end, clause.link, asking, names)
        if not parts or _may_begin(part, parts[-1]):
            parts.append(part)
        else:
            last = parts[-1]
            parts[-1] = _Part(
                last.start, part.end, last.link, last.asks or part.asks, last.names or part.names
            )
    return parts


def _may_begin(part: _Part, before: _Part) -> bool:
    """Whether a second wish may begin here, as far as the words alone can tell."""
    if part.link is Link.CONNECTOR:
        return True
    if part.link is Link.LIST:
        return max(part.end - part.start, before.end - before.start) <= _LIST_LONGEST
    return part.asks and before.asks and part.names and before.names


def _counted(found: Sequence[tuple[_Part, Wish]], rules: WishRules) -> list[Wish]:
    """The parts that are wishes; the others belong to the wish before them, those before the first to the first."""
    wishes: list[Wish] = []
    last: _Part | None = None
    start: int | None = None
    for part, wish in found:
        if last is None:
            start = part.start if start is None else start
            if wish.intent in rules.intents and wish.confidence >= _AFTER_CONNECTOR:
                wishes.append(Wish(start, wish.end, wish.ranking))
                last = part
        elif len(wishes) < MOST_WISHES and _is_another(part, wish, last, wishes, rules):
            wishes.append(wish)
            last = part
        else:
            former = wishes[-1]
            wishes[-1] = Wish(former.start, wish.end, former.ranking)
    return wishes


def _is_another(
    part: _Part, wish: Wish, last: _Part, wishes: Sequence[Wish], rules: WishRules
) -> bool:
    intents = [former.intent for former in wishes]
    if wish.intent not in rules.intents or wish.intent in intents:
        return False
    least = min(wish.confidence, wishes[-1].confidence)
    together = rules.belong_together(wish.intent, intents[-1])
    one_question = rules.are_one_question(wish.intent, intents[-1])
    lookups = rules.are_lookups([wish.intent, intents[-1]])
    if part.link is Link.LIST:
        return lookups and least >= _IN_LIST
    if part.link is Link.PUNCTUATION:
        return (lookups or not together) and not one_question and least >= _AFTER_COMMA
    if part.asks and last.asks:
        return least >= _AFTER_CONNECTOR
    if one_question:
        return False
    return least >= (_TOLD if together and not lookups else _AFTER_CONNECTOR) and (
        part.asks or lookups or wish.confidence >= _TOLD
    )
