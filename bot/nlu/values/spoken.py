"""What is said twice, taken back, moved or ruled out: 明天吧明天我在家 · 八月 哦不对九月 · 周四不行，周五吧."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.nlu.spans import Span

_FILLER = r"[的吧呢啊呀哦噢喔嗯呃额诶欸唉哎,，。.!！、…\s]|那个|就是|这个"
_BETWEEN_REPEATED = re.compile(rf"(?:{_FILLER})*")
_VERB = r"(?:改成?|办|加|充|冲|交|存|扣|查|看|发|约|定|订|那个|到|在|说)?"
_REFUSED = re.compile(rf"(?:不是说?要?|不要|唔系|唔要|不用|别要?)(?:给我)?{_VERB}$|过了$")
# 除了本月 · 连这个月在内: what only says which of the others are meant.
_LEFT_OUT = re.compile(
    r"(?:不算|不含|不包括|除了?|除去|除开|刨去|刨开|去掉|抛开|撇开|包括|包含|含|连)$"
)
_WANTED = re.compile(
    rf"(?:(?<!不)是|系|(?<!不)要|改|换|就){_VERB}$|[,，]\s*(?:改成?|办|加|充|冲|交|存|查|看|约|定|订)$"
)
_CORRECTED = re.compile(
    rf"(?:{_FILLER})*(?:不对|不不不?|啊不|不是|说错了?|讲错了?|搞错了?|记错了?|错了|口误|不(?=[,，\s。])|算了(?:还是|就)?|哦不|噢不|sorry|no)(?:{_FILLER}|了|我|说|要|应该|是|就|充|交|冲|改|看|查|加|来|办)*"
)
# 周三改到周四: the second day takes the place of the first.
_MOVED = re.compile(
    r"(?:改|换|挪|拖|推迟?|延后?|调整?|提前|顺延)(?:到|成|为|至|去)?(?:了|[^,，。!！?？]{0,6})$"
)
_SAME = re.compile(r"(?!.*(?:或|和|跟|还是|也|不|改))[^。!！?？]{0,6}")
# 不要周一，周二周三随便
_UNWANTED = re.compile(rf"(?:(?<!要)不要|别|除了?|除开){_VERB}在?$")
# 查9月，不是8月: what stands right after 不是 is not meant; 8月，不是，9月 takes back the first.
_EXCEPT = (
    re.compile(r"除了?开?$"),
    re.compile(r"(?:以外|之外|那天)?[,，]?(?:都|其[他它]|别的|哪天)"),
)
_SIDE_BY_SIDE = re.compile("[、和跟]?")
_NOT_THIS = re.compile(rf"(?:份|的|账单|话费|{_FILLER})*(?:而|可|又)?不是")
# 九月不对十月也不对
_WRONG_TOO = re.compile("(?:份|号|的)*(?:也|都)")
_FAR = 40  # characters; nobody takes back what was said longer ago
_MOVABLE = frozenset(("date", "time_slot"))
# 周四不行，那就周五: what is ruled out counts only when nothing else is said.
_RULED_OUT = re.compile(
    r"(?:那天|的|这天|时候|账单|话费|我们?|俺们?|家里|家|屋里|人|都|也|就|又|是|可能|实在|恐怕|肯定|全|\s)*"
    r"(?:不行|不可以|不算|不方便|不太方便|不要|不看|没空|没时间|没人|没有人|冇人|不在|不得闲|唔得|来不了|去不了|有事|上班|上课|加班|出差"
    r"|返工|赶集|下地|(?:才|就)?下班(?!以?后|之后|来)|(?:还|得|要)[^\W\d]{0,3}班|(?:还|得|要)(?:去|上班|上课|带|出|开会|加班|接|送|值班|返工)|[^\W\d]{1,3}去(?=$|[,，。!！了]))"
)
_IN_ORDER = re.compile(
    r"(?:份|的|账单|话费|都|也|是|\s)*(?:没毛病|没问题|对的|正常|不用|别算|除外|在内)"
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
    """The spans whose values nothing in the text takes back; of each entity one value stays at least."""
    refused: list[tuple[str, object]] = []
    for span in spans:
        same = [other for other in spans if other.entity == span.entity]
        if (
            _is_ruled_out(folded, span)
            or any(_takes_back(folded, span, other) for other in same if other.start > span.start)
            or any(_NOT_THIS.fullmatch(folded, other.end, span.start) for other in same)
        ):
            refused.append((span.entity, span.value))
            # 周一周二不行
            refused += [
                (other.entity, other.value)
                for other in same
                if _RULED_OUT.match(folded, span.end)
                and _SIDE_BY_SIDE.fullmatch(folded, other.end, span.start)
            ]
    spans = _finest(folded, spans)
    meant = [span for span in spans if (span.entity, span.value) not in refused]
    meant = [span for span in meant if not _is_exception(folded, span)]
    spans = [span for span in spans if not _is_exception(folded, span)]
    left = {span.entity for span in meant}
    return [span for span in spans if span in meant or span.entity not in left]


def _finest(folded: str, spans: list[Span]) -> list[Span]:
    """The spans without the part of a day that another says more exactly: 七点，吃完晚饭那阵."""
    return [
        span
        for place, span in enumerate(spans)
        if span.entity != "time_slot"
        or not any(
            other.entity == "time_slot"
            and _is_inside(str(other.value), str(span.value))
            and _SAME.fullmatch(folded, min(span.end, other.end), max(span.start, other.start))
            for other in (*spans[max(0, place - 1) : place], *spans[place + 1 : place + 2])
        )
    ]


def _is_inside(inner: str, outer: str) -> bool:
    begin, end = outer.split("-")
    return inner != outer and begin <= inner[:5] and inner[6:] <= end


def _is_exception(folded: str, span: Span) -> bool:
    """除了周三都行 names the one day that is not meant."""
    before, after = _EXCEPT
    return (
        span.entity in _MOVABLE
        and before.search(folded, max(0, span.start - 3), span.start) is not None
        and after.match(folded, span.end) is not None
    )


def _is_ruled_out(folded: str, span: Span) -> bool:
    if span.entity == "month" and (
        _IN_ORDER.match(folded, span.end)
        or _LEFT_OUT.search(folded, max(0, span.start - 4), span.start)
    ):
        return True
    if _UNWANTED.search(folded, max(0, span.start - 6), span.start):
        return True
    return span.entity in (*_MOVABLE, "month") and bool(_RULED_OUT.match(folded, span.end))


def _takes_back(folded: str, first: Span, second: Span) -> bool:
    """Whether the second value replaces the first."""
    if second.start - first.end > _FAR:
        return False
    if _NOT_THIS.fullmatch(folded, first.end, second.start):
        return False
    if _CORRECTED.fullmatch(folded, first.end, second.start):
        return not _WRONG_TOO.match(folded, second.end)
    before = folded[max(0, first.start - 8) : first.start]
    between = folded[first.end : second.start]
    if first.entity in _MOVABLE and _MOVED.search(between):
        return True
    return bool(_REFUSED.search(before) and _WANTED.search(between))
