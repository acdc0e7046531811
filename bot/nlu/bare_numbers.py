"""Things called by the number in their name alone: 129和159差在哪, 换成五十九的.

A bare number is such a name only where the words around say so: after a verb of changing or choosing, in
front of 的, 那个 or 套餐, beside another one in a comparison, or as the whole message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from bot.nlu.fold import fold
from bot.nlu.lexicon import Lexicon
from bot.nlu.spans import Span
from bot.nlu.values.numbers import NUMBER, parse_integer

_NUMBER = re.compile(NUMBER)
_NEAR = 24  # characters on each side that can decide
_OWN_NUMBER = re.compile(r"\d+")
_VERB_BEFORE = re.compile(
    r"(?:[换改变转升降调提选](?:[成到为回了个做作至上]|更为)*|办(?:理|个|了)*|从|变更为|升级[到为成]?|用(?:的是|上)?|开通?个?|订个?|推荐|[整来]个?"
    r"|switch(?: me)? to|upgrade(?: me)? to|change(?: me)? to|gai ?cheng|huan ?cheng)"
    r"(?:那个|这个|那款|这款|那|你们的?|一下|给我|月费)*\s*$"
)
_CHOICE_BEFORE = re.compile(
    r"(?:一个|就要?|那个?|还是|或者|或|是|和|跟|与|同|比|到|vs|、|,|，|的|看)\s*$"
)
_THING_AFTER = re.compile(
    r"\s*(?:(?:元|块)?(?:的)?(?:那个|那款|那档|这个|这款|这档|套餐|档|方案)|(?:元|块)?的?(?=吧|$|[,，。!！?？])"
    r"|的(?!话费|流量|钱|发票|账单)|太贵|值不值|贵|划算|有宽带|有啥|够用|够了|一样|速率|多|强|比)"
)
_COMPARED = re.compile(
    r"区别|差[别在哪多]|不一样|一样|不同|哪个|好还是|还是|[比跟]|贵|值|强|怎么选|带不带|有没有|pk|compare|difference|bijiao"
)
_OF_A_BILL = re.compile(r"[上这个]月|月份|话费|账单|[扣花交充]了?")
_BETTER_AFTER = re.compile(r"\s*(?:便宜|流量|贵|多|少|强|好|划算|高|低)")
_TIE = re.compile(
    r"^(?:元|块)?(?:的|那个|那款|套餐|\s)*(?:和|跟|与|同|还是|或者|或|比|到|变|vs|、|,|，|\s)*(?:一个|那个|用)?$"
)
_OTHER_UNIT = re.compile(
    r"\s*(?:块(?!的|那|这|套)|元(?!的|那|这|套)|毛|g|gb|m|兆|分钟?|月|号|日|天|年|个(?!$)|次|条|岁|点|%|折|张|楼|栋|单元|室|路|期|级|秒|人)"
)
_AMOUNT_BEFORE = re.compile(
    r"(?:充值?|冲|存|缴|交|付|扣|退|收|欠|多|差|剩|花|还有|才)[了我走掉过个给你们的值]*$"
)


class BareNumbers:
    """The numbers in the names of one entity's entries, and where they stand alone for the entry."""

    def __init__(self, lexicon: Lexicon, entity: str) -> None:
        self._entity = entity
        numbers = [
            (int(match[0]), entry.id)
            for entry in lexicon.of([entity]).entries
            if (match := _OWN_NUMBER.search(fold(entry.name)))
        ]
        count = Counter(number for number, _ in numbers)
        self._ids = {number: id_ for number, id_ in numbers if count[number] == 1}

    def find(self, folded: str, named: Iterable[Span]) -> Iterator[Span]:
        """Bare numbers that stand for an entry; ``named`` are the spans already found."""
        spans = [span for span in named if span.entity == self._entity]
        places = [
            (match, id_)
            for match in _NUMBER.finditer(folded)
            if (id_ := self._ids.get(parse_integer(match[0]) or -1))
            and not _OTHER_UNIT.match(folded, match.end())
            and not any(span.start <= match.start() < span.end for span in spans)
        ]
        ends = [(span.start, span.end) for span in spans]
        ends += [(match.start(), match.end()) for match, _ in places]
        for match, id_ in places:
            strength = self._strength(folded, match, ends)
            if strength is not None:
                yield Span(match.start(), match.end(), self._entity, id_, strength)

    def _strength(self, text: str, match: re.Match[str], ends: list[tuple[int, int]]) -> int | None:
        """1 where a comparison or a verb proves it, 0 where it is likely, None where it is not."""
        before = text[max(0, match.start() - _NEAR) : match.start()]
        after = text[match.end() : match.end() + _NEAR]
        if not before.strip() and not after.strip(" 的吧,，。!！"):
            return 1
        if _AMOUNT_BEFORE.search(before):
            return None
        for start, end in ends:
            gap = (end, match.start()) if end <= match.start() else (match.end(), start)
            if 0 <= gap[1] - gap[0] <= _NEAR and _TIE.match(text[gap[0] : gap[1]]):
                return 1
        if len(ends) > 1 and _COMPARED.search(text) and not _OF_A_BILL.search(text):
            return 1
        if before.endswith("比") and _BETTER_AFTER.match(after):
            return 1
        if _VERB_BEFORE.search(before):
            return 1
        if _THING_AFTER.match(after) and (not before or _CHOICE_BEFORE.search(before)):
            return 1
        return 0 if re.match(r"\s*(?:元|块)?(?:套餐|那个|那款|那档)", after) else None
