"""What is said twice or taken back: 明天吧明天我在家 · 八月 哦不对九月 · 不是明天是后天."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.nlu.spans import Span

_FILLER = r"[的吧呢啊呀哦噢喔嗯呃额诶欸唉哎,，。.!！、…\s]|那个|就是|这个"
_BETWEEN_REPEATED = re.compile(rf"(?:{_FILLER})*")
_REFUSED = re.compile(r"(?:不是要?|不要|唔系|唔要|不用|别要?)(?:改成?|办|加|那个)?$")
_WANTED = re.compile(r"(?:(?<!不)是|系|(?<!不)要)(?:改成?|办|加|那个|到)?$")
_CORRECTED = re.compile(
    rf"(?:{_FILLER})*(?:不对|不不不?|不是|说错了?|讲错了?|搞错了?|记错了?|错了|口误|sorry|no)(?:{_FILLER}|了|我|说|要|应该|是)*"
)


def settled(folded: str, spans: Iterable[Span]) -> list[Span]:
    """The spans, which are in order and do not overlap, without what was taken back and with each value once."""
    kept: list[Span] = []
    for span in _meant(folded, list(spans)):
        same = [
            place
            for place, one in enumerate(kept)
            if (one.entity, one.value) == (span.entity, span.value)
        ]
        if not same:
            kept.append(span)
        elif same[0] == len(kept) - 1 and _BETWEEN_REPEATED.fullmatch(
            folded, kept[-1].end, span.start
        ):
            kept[-1] = replace(kept[-1], end=span.end)  # 五号吧五号
    return kept


def _meant(folded: str, spans: list[Span]) -> list[Span]:
    return [
        span
        for place, span in enumerate(spans)
        if not any(
            _takes_back(folded, span, other)
            for other in spans[place + 1 :]
            if other.entity == span.entity
        )
    ]


def _takes_back(folded: str, first: Span, second: Span) -> bool:
    """Whether the second value replaces the first."""
    if _CORRECTED.fullmatch(folded, first.end, second.start):
        return True
    before = folded[max(0, first.start - 8) : first.start]
    between = folded[first.end : second.start]
    return bool(_REFUSED.search(before) and _WANTED.search(between))
