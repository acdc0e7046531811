"""What people say while they think: 嗯那个 · 喂你好我想问一下 · 帮我查一下帮我查一下.

The classifier sees a message without what carries no meaning, so that a dictated sentence looks like a written one.
A message of nothing else (嗯 · 喂 · 那个嗯就是) stays as it is: asking again is right there.
"""

from __future__ import annotations

import re

_HESITATION = r"嗯+|呃+|欸+|诶+|(?<![一-鿿])额+(?![度外头])"
_CALL = r"喂+"
_FILLER = r"那个|这个|就是说?|然后(?!呢)|怎么说呢"
_GAP = r"[\s,，、。.…!！~]*"
_OPENING = (
    r"(?:[你您]好(?![啊呀哇吗])|请问|麻烦(?:你|您)?(?:一下)?(?!了)"
    r"|我?想?(?:要)?(?:问|咨询)(?:一下|下)(?!题)|打扰(?:一下|了)?)"
)
# 那个 means "that one" where no hesitation stands beside it.
_HESITATING = re.compile(
    rf"(?:(?:{_FILLER}){_GAP})*(?:(?:{_HESITATION}){_GAP})+(?:(?:{_FILLER}|{_HESITATION}){_GAP})*"
    rf"|(?:(?:{_FILLER}){_GAP}){{2,}}"
)
_BEGINNING = re.compile(rf"^(?:(?:{_CALL}|{_OPENING}){_GAP})+")
_REPEATED = re.compile(r"([一-鿿][^\W\d_]{1,11}?)(?:[\s,，、。]*\1)+")
_MEANING = re.compile(r"(?:[^\W_]\W*){3}")


def plain(text: str) -> str:
    """The normalised text without hesitations, calls and openings, and with what is repeated once."""
    for pattern, replacement in ((_HESITATING, ""), (_BEGINNING, ""), (_REPEATED, r"\1")):
        shorter = pattern.sub(replacement, text).strip()
        if _MEANING.search(shorter):
            text = shorter
    return text
