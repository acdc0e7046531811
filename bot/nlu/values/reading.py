"""The text as the patterns of months, days, hours, sums and data read it, and where each character came from.

Customers write the same value in many scripts: 廿五号, er shi kuai, Dec 3, 3pm, 名天. The tables here bring what is
not plain Chinese to the form that the patterns know, so that each pattern is written once.
"""

from __future__ import annotations

from bot.nlu.values import (
    chinese_spellings,
    english_spellings,
    mixed_spellings,
    pinyin_spellings,
)
from bot.nlu.values.rewriting import Reading, rewritten

_RULES = (
    *mixed_spellings.FIRST,
    *pinyin_spellings.RULES,
    *english_spellings.RULES,
    *chinese_spellings.RULES,
    *mixed_spellings.LAST,
)


def read(folded: str) -> Reading:
    """The reading of folded text."""
    return rewritten(folded, _RULES)
