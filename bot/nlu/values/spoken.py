"""What is said twice, taken back, moved or ruled out: 明天吧明天我在家 · 八月 哦不对九月 · 周四不行，周五吧."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.nlu.spans import Span

_FILLER = r"[的吧呢啊呀哦噢喔嗯呃额诶欸唉哎,，。.!！、…\s]|那个|就是|这个"
_BETWEEN_REPEATED = re.compile(rf"(?:{_FILLER})*")
_VERB = r"(?:改成?|办|加|充|冲|交|存|扣|查|看|约|定|订|那个|到|在|说)?"
_REFUSED = re.compile(rf"(?:不是要?|不要|唔系|唔要|不用|别要?){_VERB}$")
_WANTED = re.compile(rf"(?:(?<!不)是|系|(?<!不)要|改|换|就){_VERB}$")
_CORRECTED = re.compile(
    rf"(?:{_FILLER})*(?:不对|不不不?|不是|说错了?|讲错了?|搞错了?|记错了?|错了|口误|sorry|no)(?:{_FILLER}|了|我|说|要|应该|是)*"
)
# 周三改到周四: the second day takes the place of the first.
_MOVED = re.compile(
    r"(?:改|换|挪|推迟?|延后?|调整?|提前|顺延)(?:到|成|为|至|去)?(?:了|[^,，。!！?？]{0,6})$"
)
_FAR = 40  # characters; nobody takes back what was said longer ago
_MOVABLE = frozenset(("date", "time_slot"))
# 周四不行，那就周五: what is ruled out counts only when nothing else is said.
_RULED_OUT = re.compile(
    r"(?:那天|的|这天|时候|账单|话费|我们?|家里|家|屋里|人|都|也|就|又|是|可能|实在|恐怕|肯定|全|\s)*"
    r"(?:不行|不可以|不算|不方便|不太方便|不要|不看|没空|没时间|没人|没有人|冇人|不在|不得闲|唔得|来不了|去不了|有事|上班|上课|加班|出差"
    r"|(?:还|得|要)(?:去|上班|上课|带|出|开会|加班|接|送|值班))"
)
_IN_ORDER = re.compile(r"(?:份|的|账单|话费|都|也|是|\s)*(?:没毛病|没问题|对的|正常|不用)")


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
    """The spans whose values nothing in the text takes back; of each entity one value stays at least."""
    refused: list[tuple[str, object]] = []
    for place, span in enumerate(spans):
        if _is_ruled_out(folded, span) or any(
            _takes_back(folded, span, other)
            for other in spans[place + 1 :]
            if other.entity == span.entity
        ):
            refused.append((span.entity, span.value))
    meant = [span for span in spans if (span.entity, span.value) not in refused]
    left = {span.entity for span in meant}
    return [span for span in spans if span in meant or span.entity not in left]


def _is_ruled_out(folded: str, span: Span) -> bool:
    if span.entity == "month" and _IN_ORDER.match(folded, span.end):
        return True
    return bool(_RULED_OUT.match(folded, span.end))


def _takes_back(folded: str, first: Span, second: Span) -> bool:
    """Whether the second value replaces the first."""
    if second.start - first.end > _FAR:
        return False
    if _CORRECTED.fullmatch(folded, first.end, second.start):
        return True
    before = folded[max(0, first.start - 8) : first.start]
    between = folded[first.end : second.start]
    if first.entity in _MOVABLE and _MOVED.search(between):
        return True
    return bool(_REFUSED.search(before) and _WANTED.search(between))
