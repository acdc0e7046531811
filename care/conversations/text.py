"""What may stand in a message: control characters are dropped, lengths are bounded, nothing is rewritten."""

import re
import unicodedata

from care.errors import InvalidText, TextTooLong

# Control and format characters, surrogates and private use; line breaks and tabs stay. Joiners of emoji stay.
_KEPT = {"\n", "\t", "\u200d", "\ufe0f"}
_DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: object, limit: int) -> str:
    """``text`` as it may be stored: without control characters and blanks around it.

    Raises ``InvalidText`` when it is no text or nothing is left, ``TextTooLong`` above ``limit`` characters.
    """
    if not isinstance(text, str):
        raise InvalidText()
    if len(text) > limit:
        raise TextTooLong(limit=limit)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        char
        for char in text
        if char in _KEPT or unicodedata.category(char) not in _DROPPED_CATEGORIES
    )
    kept = _BLANK_LINES.sub("\n\n", kept).strip()
    if not kept.strip("\u200d\ufe0f \n\t"):
        raise InvalidText()
    return kept
