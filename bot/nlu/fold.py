"""Folding of text for matching: one character in, one character out.

Full width becomes half width, upper case lower case, traditional characters simplified. The length
never changes, so an offset found in folded text is an offset of what the customer wrote.
"""

from __future__ import annotations

from functools import lru_cache

from opencc import OpenCC

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH[0x3000] = 0x20  # ideographic space
# What OpenCC leaves because both forms are in use; telecom texts mean the second.
_VARIANTS = str.maketrans({"帐": "账", "佢": "他", "妳": "你", "裏": "里", "裡": "里"})


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def fold(text: str) -> str:
    """The text in half width, lower case and simplified characters, of exactly the same length."""
    folded = text.translate(_WIDTH)
    lowered = folded.lower()
    if len(lowered) != len(folded):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in folded)
    if lowered.isascii():
        return lowered
    simplified = str(_simplifier().convert(lowered))
    if len(simplified) != len(lowered):
        simplified = "".join(_simplify_one(char) for char in lowered)
    return simplified.translate(_VARIANTS)


def _simplify_one(char: str) -> str:
    simplified = str(_simplifier().convert(char))
    return simplified if len(simplified) == 1 else char
