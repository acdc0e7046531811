"""Cutting texts to what WeChat takes: at a sentence's end where there is one, and never inside a character."""

import unicodedata

from care.conversations.reach import MESSAGE_BYTES

_SENTENCE_ENDS = "。！？!?；;\n"
_PAUSES = "，,、 "
_JOINERS = {"\u200d", "\ufe0f", "\u20e3"}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def cut(text: str, limit: int = MESSAGE_BYTES) -> int:
    """How many characters of ``text`` go first, within ``limit`` bytes; all of them when they fit.

    At least one: a single character is given even where the limit is smaller.
    """
    fitting = _fitting(text, limit)
    if fitting == len(text):
        return fitting
    for ends in (_SENTENCE_ENDS, _PAUSES):
        for at in range(fitting, fitting // 2, -1):
            if text[at - 1] in ends:
                return at
    at = fitting
    while at > 1 and _joined(text, at):
        at -= 1
    # A chain of joined characters longer than the limit is cut where it must be.
    return at if at > 1 or not _joined(text, 1) else max(fitting, 1)


def _fitting(text: str, limit: int) -> int:
    used = 0
    for at, char in enumerate(text):
        used += size(char)
        if used > limit:
            return max(at, 1)
    return len(text)


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after ``at`` are shown as one."""
    before, after = text[at - 1], text[at]
    if after in _JOINERS or before == "\u200d" or unicodedata.combining(after):
        return True
    if unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    code = ord(after)
    if code in _SKIN_TONES or code in _TAGS:
        return True
    if code in _FLAG_LETTERS and ord(before) in _FLAG_LETTERS:
        run = 0
        while run < at and ord(text[at - 1 - run]) in _FLAG_LETTERS:
            run += 1
        return run % 2 == 1
    return (before, after) == ("\r", "\n")
